"""The families' side: Telegram in and out, durable inbox and outbox, store, sealing, sandbox."""
