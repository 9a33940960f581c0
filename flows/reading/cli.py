"""`wasl read`: reads lines from standard input as the bot reads answers, and writes what it understood."""

from __future__ import annotations

import click

from flows.verbs import verbs_of

#: verb -> (module that holds its click command in `cli`, or `module:name`; its line in `wasl read --help`)
VERBS: dict[str, tuple[str, str]] = {
    "dates": ("flows.reading.verbs.dates", "Dates: EDTF, AMBIGUOUS or UNKNOWN."),
    "ages": ("flows.reading.verbs.ages", "Ages in years."),
    "numbers": ("flows.reading.verbs.numbers", "Numbers, in digits or in words."),
    "phones": ("flows.reading.verbs.phones", "Telephone numbers: E.164."),
    "answers": ("flows.reading.verbs.answers", "Yes, no, or I don't know."),
    "relations": ("flows.reading.verbs.relations", "What the missing person is to the writer."),
    "places": ("flows.reading.verbs.places:places", "Places: a code, AMBIGUOUS or NONE, and candidates."),
    "names": ("flows.reading.verbs.matching:names", "Pairs of names: how plausibly they are one person."),
    "records": ("flows.reading.verbs.matching:records", "Pairs of records (JSON lines): the same, with reasons."),
    "languages": ("flows.reading.verbs.languages", "Which language and script a line is in."),
}


@click.group(cls=verbs_of(VERBS))
def cli() -> None:
    """Read lines of "language TAB words" from standard input; write each with what was understood.

    A first line that begins with "language" is a header and left out, like every column after the second.
    With --lang the language column may be missing. Nothing is stored.
    """
