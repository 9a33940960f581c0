"""What every verb of `wasl read` does with its lines: options, columns in, columns out."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import click

from flows.reading.lexicon import LANGUAGES
from flows.reading.readings import Ambiguous, Reader, Reading, Understood

AMBIGUOUS, UNKNOWN = "AMBIGUOUS", "UNKNOWN"
#: names of languages that are written in example files beside our own
_OURS = {"ar-Latn": "ar", "kmr": "ku"}


def command(read: Reader, said: Callable[[Mapping[str, Any]], str], about: str, *, rule: bool = False) -> click.Command:
    """A verb that reads lines with a reader and writes language, words, and what `said` makes of the value.

    With `rule` the fourth column, the rule, is always written.
    """

    def verb(lang: str | None, today: datetime | None, with_rule: bool) -> None:
        moment = (today or datetime.now(UTC)).replace(tzinfo=UTC)
        for language, words in lines(lang):
            reading = read(words, _OURS.get(language, language), moment)
            columns = [language, words, _outcome(reading, said)]
            if rule or with_rule:
                columns.append(getattr(reading, "rule", ""))
            sys.stdout.write("\t".join(columns) + "\n")

    return click.Command(None, callback=verb, params=_options(), help=about)


def _options() -> list[click.Parameter]:
    day = click.DateTime(["%Y-%m-%d"])
    return [
        click.Option(["--lang"], help="The language of every line; its column may then be missing."),
        click.Option(["--today"], type=day, metavar="DATE", help='The day that "yesterday" is counted from.'),
        click.Option(["--rule", "with_rule"], is_flag=True, help="Add a column: the rule that found it."),
    ]


def lines(lang: str | None) -> Iterator[tuple[str, str]]:
    """(language, words) of each line of standard input; a header is left out."""
    for number, line in enumerate(texts()):
        columns = line.split("\t")
        if number == 0 and columns[0].strip().casefold() == "language":
            continue
        if len(columns) > 1 and (lang is None or columns[0] in (*LANGUAGES, *_OURS)):
            yield columns[0], columns[1]
        elif lang is not None:
            yield lang, columns[0]
        elif columns[0]:
            raise click.UsageError(f"line {number + 1} has no language column; say --lang")


def texts() -> Iterator[str]:
    """The lines of standard input without their ends: UTF-8 whatever the locale, in and out; what is not is replaced."""
    _utf8_out()
    for number, raw in enumerate(sys.stdin.buffer):
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        yield line.removeprefix("\ufeff") if number == 0 else line


def _utf8_out() -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")


def _outcome(reading: Reading, said: Callable[[Mapping[str, Any]], str]) -> str:
    if isinstance(reading, Understood):
        return said(reading.value)
    return AMBIGUOUS if isinstance(reading, Ambiguous) else UNKNOWN
