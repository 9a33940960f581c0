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

from flows.reading import answers, dates, numbers, phones, places
from flows.reading.readings import Ambiguous, NotUnderstood, Option, Reader, Reading, Understood

__all__ = ["READERS", "Ambiguous", "NotUnderstood", "Option", "Reader", "Reading", "Understood"]


def _reader(read: Callable[[str, str, datetime], Mapping[str, Any] | None]) -> Reader:
    def reader(words: str, language: str, moment: datetime) -> Reading:
        value = read(words, language, moment)
        return NotUnderstood() if value is None else Understood(value)

    return reader


def _text(words: str, _: str, __: datetime) -> Mapping[str, Any]:
    return {"type": "text", "text": words}


def _name(words: str, language: str, moment: datetime) -> Mapping[str, Any]:
    from flows.reading import names  # which stands on flows.matching, and that on this package's words

    return names.read(words, language, moment)


#: by the word a form's `reads` names them with
READERS: Mapping[str, Reader] = {
    "text": _reader(_text),
    "name": _reader(_name),
    "date": dates.read,
    "birth": numbers.read_birth,
    "place": places.read,
    "country": places.read_country,
    "integer": numbers.read_integer,
    "decimal": numbers.read_decimal,
    "age": numbers.read_age,
    "phone": phones.read,
    "yes_no": answers.read_yes_no,
    "relation": answers.read_relation,
}
