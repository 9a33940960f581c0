"""`wasl read numbers`: language, phrase, and the number, or UNKNOWN."""

from __future__ import annotations

from flows.reading.numbers import read_decimal
from flows.reading.verbs.lines import command

cli = command(read_decimal, lambda value: f"{value['number']:g}", "Numbers, in digits or in words.", rule=True)
