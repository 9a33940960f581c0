"""`wasl read phones`: language, phrase, and the number as E.164, AMBIGUOUS or UNKNOWN."""

from __future__ import annotations

from flows.reading.phones import read
from flows.reading.verbs.lines import command

cli = command(read, lambda value: str(value["e164"]), "Telephone numbers: E.164.", rule=True)
