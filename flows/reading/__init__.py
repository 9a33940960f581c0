"""What an answer means: pure functions from a family's words to a structured value. They never invent and never correct.

A reader takes the words, the language they were probably written in, and the moment. It returns `Understood` with one of
the values of the report's schema, `Ambiguous` with the one question to ask, or `NotUnderstood`. The words themselves are
kept in every case, by the caller.

The answer to an open question of `Ambiguous` ("Which year?") comes back as one more line of words: the reader is called
again with `words + "\\n" + answer`. Readers keep nothing between calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flows.reading import dates, numbers, places
from flows.reading.readings import Ambiguous, NotUnderstood, Option, Reader, Reading, Understood
from flows.reading.words import tidy

__all__ = ["READERS", "Ambiguous", "NotUnderstood", "Option", "Reader", "Reading", "Understood"]


def _reader(read: Callable[[str, str, datetime], Mapping[str, Any] | None]) -> Reader:
    def reader(words: str, language: str, moment: datetime) -> Reading:
        value = read(words, language, moment)
        return NotUnderstood() if value is None else Understood(value)

    return reader


def _text(words: str, _: str, __: datetime) -> Mapping[str, Any]:
    return {"type": "text", "text": words}


def _name(words: str, _: str, __: datetime) -> Mapping[str, Any]:
    return {"type": "name", "full": words, "parts": tidy(words).split()}


#: by the word a form's `reads` names them with
READERS: Mapping[str, Reader] = {
    "text": _reader(_text),
    "name": _reader(_name),
    "date": _reader(dates.read),
    "birth": _reader(dates.read_birth),
    "place": places.read,
    "country": places.read_country,
    "integer": _reader(numbers.read_integer),
    "decimal": _reader(numbers.read_decimal),
}
