"""`wasl read places`: what phrases on standard input mean as places, one answer a line."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from flows.reading import READERS, Ambiguous, Understood
from flows.reading.places import candidates
from flows.reading.verbs.lines import texts

#: kinds that are no place of the gazetteer; their codes appear among the candidates only
_ELSEWHERE = ("country", "route", "unknown")


@click.command("places")
@click.option("--lang", help="the language of lines that hold a phrase only, without `language<TAB>`")
def places(lang: str | None) -> None:
    """Read `language<TAB>phrase` lines; write them back with what they mean and up to five candidates.

    The third column is a code, `AMBIGUOUS:code|code…` where a family would be asked, or NONE where the words name no place
    in Syria. Countries and ways between places are NONE with their codes in the fourth column.
    """
    for line in texts():
        columns = line.split("\t")
        if columns[0] == "language" or not any(columns):
            continue
        language, phrase = (columns[0], columns[1]) if len(columns) > 1 else (lang or "", columns[0])
        meant, candidates = answer(phrase, lang or language)
        click.echo("\t".join([language, phrase, meant, "|".join(candidates)]))


def answer(phrase: str, language: str) -> tuple[str, list[str]]:
    """The third column for a phrase, and its candidate codes, best first."""
    codes = candidates(phrase, language)
    match READERS["place"](phrase, language, datetime.now(UTC)):
        case Ambiguous(options=options):
            return f"AMBIGUOUS:{'|'.join(option.token for option in options)}", codes
        case Understood(value=value) if value["kind"] not in _ELSEWHERE:
            return value["code"] or "NONE", codes
        case _:
            return "NONE", codes


#: the name under which the front door looks for a command
cli = places
