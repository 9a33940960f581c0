"""`wasl read dates`: language, phrase, and EDTF level 1, AMBIGUOUS (one question decides it) or UNKNOWN."""

from __future__ import annotations

from flows.reading.dates import read
from flows.reading.verbs.lines import command

cli = command(read, lambda value: str(value["edtf"]), "Dates: EDTF level 1, AMBIGUOUS or UNKNOWN.")
