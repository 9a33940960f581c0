"""`wasl read relations`: language, phrase, and what the missing person is to the writer, AMBIGUOUS or UNKNOWN."""

from __future__ import annotations

from flows.reading.answers import read_relation
from flows.reading.verbs.lines import command

cli = command(read_relation, lambda value: str(value["code"]), "Relatives, friends and neighbours.", rule=True)
