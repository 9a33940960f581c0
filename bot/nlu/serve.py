"""Becomes Rasa's process: checks the model, makes a token, and hands over to Rasa's Python with an environment of its own."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from bot.nlu.rasa import Rasa
from bot.settings import Settings
from ground.complaints import Complaint
from ground.keyfiles import data_directory

_LOOPBACK = ("127.0.0.1", "localhost")


def serve(settings: Settings, workers: int, rasa: Rasa | None = None) -> None:
    """Never returns: this process becomes the other one, so that ending it needs no middleman."""
    rasa = rasa or Rasa()
    address = urlsplit(settings.nlu_url)
    if address.scheme != "http" or address.hostname not in _LOOPBACK:
        raise Complaint("WASL_NLU_URL must be an address on this machine, such as http://127.0.0.1:8083.")
    model = rasa.checked_model()
    token = secrets.token_urlsafe(32)
    leave_token(settings.nlu_token_path, token)
    environment = {**rasa.environment(), "NLU_TOKEN": token}
    os.chdir(rasa.root)
    words = [str(rasa.python), "-m", "nlu.serve", str(model), str(address.port or 80), str(workers), str(rasa.canaries)]
    os.execve(words[0], words, environment)  # noqa: S606


def leave_token(path: Path, token: str) -> None:
    """Put the token where the bot looks for it, readable by this account only, and all at once."""
    data_directory(path.parent)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(token + "\n")
    fresh.replace(path)
