"""`wasl read answers`: language, phrase, and yes, no, unknown ("I don't know"), or UNKNOWN when it is none of them."""

from __future__ import annotations

from flows.reading.answers import read_yes_no
from flows.reading.verbs.lines import command

cli = command(
    read_yes_no, lambda value: str(value["code"]), "Yes, no, or I don't know; whole messages only.", rule=True
)
