"""Attachments: fetched from Telegram, recognised by their bytes, freed of hidden details, sealed on arrival."""
