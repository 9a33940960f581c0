"""Yes, no, "I don't know", and relatives: whole short messages only. "لا" in a sentence is no No."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from flows.reading import asks
from flows.reading.lexicon import FOLDER
from flows.reading.readings import Ambiguous, NotUnderstood, Option, Reading, Understood
from flows.reading.words import fold

#: longer messages say more than a yes or a relative
MOST_LETTERS = 60
_LABELS = {"yes": "Yes", "no": "No", "unknown": "I don't know"}
#: what may stand before a relative without changing who it is
_BEFORE = re.compile(
    r"^(?:(?:he|she|it|this) is |(?:er|sie|es|das) ist |(?:c )?est |هو |هي |this is )?"
    r"(?:my |our |a |an |the |mein |meine |meinen |meiner |unser |unsere |der |die |mon |ma |notre |un |une |le |la |l |d )?"
)


def read_yes_no(words: str, language: str, _: datetime) -> Reading:
    """`{"type": "choice"}` with the code `yes`, `no` or `unknown` when the whole message says just that."""
    found = _whole("answer", words, language)
    if found is None:
        return NotUnderstood()
    value, at_home = found
    return Understood({"type": "choice", "code": value, "label": _LABELS[value]}, at_home, "yes-no")


def read_relation(words: str, language: str, _: datetime) -> Reading:
    """`{"type": "choice"}` with one of twenty relatives; a word that may be two of them is asked about."""
    for kind in ("relation", "either"):
        found = _whole(kind, words, language) or _whole(kind, _BEFORE.sub("", fold(words[:MOST_LETTERS])), language)
        if found is None or len(words) > MOST_LETTERS:
            continue
        value, at_home = found
        if kind == "relation":
            return Understood(_relation(value), at_home, "relation")
        options = tuple(Option(code, relation_name(code, language), _relation(code)) for code in value.split(","))
        return Ambiguous(asks.WHICH_RELATIVE, options, "relation")
    return NotUnderstood()


def relation_name(code: str, language: str) -> str:
    """A relative in a language, as that language's list names it first."""
    tables = _names("relation")
    return tables.get(language, {}).get(code) or tables["en"][code]


def _relation(code: str) -> Mapping[str, Any]:
    return {"type": "choice", "code": code, "label": _names("relation")["en"][code].capitalize()}


def _whole(kind: str, words: str, language: str) -> tuple[str, bool] | None:
    """(value, whether it is a word of the conversation's language); other languages only where they all agree."""
    if len(words) > MOST_LETTERS:
        return None
    plain = fold(words)
    tables = _tables(kind)
    if (own := tables.get(language, {}).get(plain)) is not None:
        return own, True
    others = {table[plain] for table in tables.values() if plain in table}
    return (others.pop(), False) if len(others) == 1 else None


@cache
def _rows() -> tuple[tuple[str, str, str, tuple[str, ...]], ...]:
    """(kind, value, language, phrases as written)"""
    found = []
    for line in (FOLDER / "answers.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            head, _, phrases = line.partition(":")
            kind, value, language = head.split()
            found.append((kind, value, language, tuple(phrase.strip() for phrase in phrases.split("|"))))
    return tuple(found)


@cache
def _tables(kind: str) -> Mapping[str, Mapping[str, str]]:
    """language -> folded phrase -> value"""
    tables: dict[str, dict[str, str]] = {}
    for of, value, language, phrases in _rows():
        if of == kind:
            table = tables.setdefault(language, {})
            for phrase in phrases:
                table.setdefault(fold(phrase), value)
    return tables


@cache
def _names(kind: str) -> Mapping[str, Mapping[str, str]]:
    """language -> value -> the phrase that names it first"""
    names: dict[str, dict[str, str]] = {}
    for of, value, language, phrases in _rows():
        if of == kind:
            names.setdefault(language, {}).setdefault(value, phrases[0])
    return names
