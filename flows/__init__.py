"""The conversation: the questionnaire as data, and the pure engine that walks it. No I/O, no clock, no Telegram."""
