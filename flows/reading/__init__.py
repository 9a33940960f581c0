"""What an answer means: pure functions from a family's words to a structured value. They never invent and never correct.

A reader takes the words, the language they were probably written in, and the moment. It returns `Understood` with one of
the values of the report's schema, `Ambiguous` with the one question to ask, or `NotUnderstood`. The words themselves are
kept in every case, by the caller.

The answer to an open question of `Ambiguous` ("Which year?") comes back as one more line of words: the reader is called
again with `words + "\\n" + answer`. Readers keep nothing between calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from flows.phrases import Phrase
from flows.reading import dates, numbers, places


@dataclass(frozen=True, slots=True)
class Understood:
    """A value as in the schema's `value`."""

    value: Mapping[str, Any] = field(repr=False)
    #: whether the value says no more than the words do (`2013`, a name); what was interpreted is shown and confirmed first
    sure: bool = True
    #: which rule found it, for form authors and support (`wasl read`); one of our words, never the family's
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One of the things the words may mean."""

    #: names it in a button: 1-24 of `A-Za-z0-9_-`, the same every time the same words are read
    token: str
    #: what the button says: a phrase, or a name as it is (a place in the family's language)
    label: Phrase | str = field(repr=False)
    value: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Understood in part: one question decides it, answered by an option or, where there are none, in words."""

    ask: Phrase
    #: at most five
    options: tuple[Option, ...] = ()
    rule: str = ""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Nothing certain could be read."""


Reading: TypeAlias = Understood | Ambiguous | NotUnderstood
Reader: TypeAlias = Callable[[str, str, datetime], Reading]


def _reader(read: Callable[[str, str, datetime], Mapping[str, Any] | None]) -> Reader:
    def reader(words: str, language: str, moment: datetime) -> Reading:
        value = read(words, language, moment)
        return NotUnderstood() if value is None else Understood(value)

    return reader


def _text(words: str, _: str, __: datetime) -> Mapping[str, Any]:
    return {"type": "text", "text": words}


def _name(words: str, language: str, moment: datetime) -> Mapping[str, Any]:
    """Without kunya and script, for which version 1 of the report's schema has no place."""
    from flows.reading import names  # here: names are split by flows.matching, which uses this package's `words`

    value = names.read(words, language, moment)
    return {key: value[key] for key in ("type", "full", "parts")}


#: by the word a form's `reads` names them with
READERS: Mapping[str, Reader] = {
    "text": _reader(_text),
    "name": _reader(_name),
    "date": _reader(dates.read),
    "birth": _reader(dates.read_birth),
    "place": _reader(places.read),
    "country": _reader(places.read_country),
    "integer": _reader(numbers.read_integer),
    "decimal": _reader(numbers.read_decimal),
}
