"""XLSForm workbooks to forms of ours and back (docs/decisions/0020)."""
