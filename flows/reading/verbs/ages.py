"""`wasl read ages`: language, phrase, and years, AMBIGUOUS or UNKNOWN."""

from __future__ import annotations

from flows.reading.numbers import read_age
from flows.reading.verbs.lines import command

cli = command(read_age, lambda value: str(value["years"]), "Ages in whole years.", rule=True)
