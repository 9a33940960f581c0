"""The families' side of Rasa: the client the bot asks with, and the verb that builds, starts and measures the other process."""
