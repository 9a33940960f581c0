"""Wasl's own parts of the Rasa pipeline in `config.yml`. They run in Rasa's Python 3.10 and import nothing of the project."""
