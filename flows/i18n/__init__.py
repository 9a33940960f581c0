"""What keeps the words whole in every language: reading the catalogs, checking them, updating them (`wasl i18n`)."""
