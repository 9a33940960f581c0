"""Receipts of what was sent: signed here, shown as text and picture, checked by anyone."""
