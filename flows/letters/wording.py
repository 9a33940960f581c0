"""What a caseworker's own words to a family may not hold: a fate, a find, a promise, money, an accusation, a link.

The list is `forbidden.yml`: beginnings of words by language, compared without case, vowel signs and variants of letters. It
is a net with holes, so a second look by a person is asked for as well (docs/desk.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from flows.reading.words import fold, tidy

FILE = Path(__file__).parent / "forbidden.yml"
#: What leads elsewhere, or is read by machines.
_NOT_PLAIN = re.compile(
    r"https?:|www\.|t\.me|[@<>{}\\]|[\u0000-\u0008\u000b-\u001f\u202a-\u202e\u2066-\u2069]|\S\.(com|org|net|me|io)\b"
)
_BEFORE = r"(?<!\w)(?:[وف]?[بلك]?(?:ال|ل)?)?"
#: In front of an entry that is a whole word.
WHOLE = "="


#: Languages in which a letter's dots tell words apart: öldü is "died", oldu is "became".
_EXACT = frozenset({"tr"})


def forbidden_in(words: str) -> list[str]:
    """The entries of the list, of any language, that these words hold."""
    texts = {False: fold(words), True: _cased(words)}
    return [entry for entry, exact, pattern in _patterns() if pattern.search(texts[exact])]


def is_plain(words: str) -> bool:
    """No link, no account, no sign that a machine would act on."""
    return not _NOT_PLAIN.search(words.lower())


def forbidden() -> Mapping[str, tuple[str, ...]]:
    """The whole list by language."""
    loaded = yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  (strings only)
    return {language: tuple(entries) for language, entries in loaded.items()}


@cache
def _patterns() -> tuple[tuple[str, bool, re.Pattern[str]], ...]:
    return tuple(
        (entry, language in _EXACT, _pattern(entry, exact=language in _EXACT))
        for language, entries in forbidden().items()
        for entry in entries
    )


def _pattern(entry: str, *, exact: bool) -> re.Pattern[str]:
    word = entry.removeprefix(WHOLE)
    ends = r"(?!\w)" if entry.startswith(WHOLE) else ""
    return re.compile(_BEFORE + re.escape(_cased(word) if exact else fold(word)) + ends)


def _cased(words: str) -> str:
    """Small letters and single spaces; İ and I as Turkish has them."""
    return tidy(words).replace("İ", "i").replace("I", "ı").lower()
