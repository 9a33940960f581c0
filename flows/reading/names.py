"""A name as a family typed it, with a proposal of its parts. Nothing is corrected, nothing put in another order.

The parts follow the Syrian four-part name: given name, father, grandfather, family. Compound names are one part (عبد الرحمن,
صلاح الدين, Abd al-Rahman), and so is an article with its name. A kunya (أبو خالد, Umm Layla, Ebû Azad) is named beside them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flows.matching.keys import ASIDE, is_kunya
from flows.matching.letters import Word, words_of
from flows.matching.parts import Part, parts_of
from flows.reading.words import tidy

#: how the parts are called, by how many there are; a fifth part and more belong to the family name
ROLES: Mapping[int, tuple[str, ...]] = {
    1: ("given",),
    2: ("given", "family"),
    3: ("given", "father", "family"),
    4: ("given", "father", "grandfather", "family"),
}
_SCRIPTS = {
    "ARABIC": "Arab",
    "LATIN": "Latn",
    "ARMENIAN": "Armn",
    "SYRIAC": "Syrc",
    "CYRILLIC": "Cyrl",
    "GREEK": "Grek",
}
_EDGES = ' \t,،;؛.:()[]«»"“”'


def read(words: str, _: str = "", __: datetime | None = None) -> Mapping[str, Any]:
    """`{"type": "name"}`: the words as typed, the proposed parts, the kunya or None, the script (ISO 15924, or "Mixed")."""
    text = tidy(words)
    kunya, parts = _split(ASIDE.sub(" ", text))
    asides = [_split(aside[0].strip(_EDGES)) for aside in ASIDE.finditer(text)]
    kunya = kunya or next((found for found, _ in asides if found), None)
    if not parts:
        parts = [kunya] if kunya else text.split()
    return {"type": "name", "full": words, "parts": parts, "kunya": kunya, "script": script(text)}


def roles(parts: Sequence[str]) -> Mapping[str, str]:
    """The proposal in words: role -> part as typed. More than four parts: all from the fourth on are the family's."""
    whole = [*parts[:3], " ".join(parts[3:])] if len(parts) > 4 else list(parts)
    return dict(zip(ROLES.get(len(whole), ()), whole, strict=True)) if whole else {}


def script(text: str) -> str:
    """The one script of the letters, "Mixed" for several, "Zyyy" for none."""
    found = {
        _SCRIPTS.get(unicodedata.name(letter, "").partition(" ")[0], "Zzzz") for letter in text if letter.isalpha()
    }
    return found.pop() if len(found) == 1 else "Mixed" if found else "Zyyy"


def _split(text: str) -> tuple[str | None, list[str]]:
    """(kunya, parts) of a name without asides, as typed."""
    typed = text.split()
    words: list[Word] = []
    owners: list[int] = []
    for index, piece in enumerate(typed):
        found = words_of(piece)
        words += found
        owners += [index] * len(found)
    spans = _spans(parts_of(words), owners)
    if not spans:
        return None, []
    pieces = [" ".join(typed[first : last + 1]).strip(_EDGES) for _, first, last in spans]
    return (pieces[0], pieces[1:]) if is_kunya(spans[0][0]) else (None, pieces)


def _spans(parts: Sequence[Part], owners: Sequence[int]) -> list[tuple[Part, int, int]]:
    """Each part with its first and last typed piece. Titles are left out; "son of" goes with the name that follows."""
    spans: list[tuple[Part, int, int]] = []
    link: int | None = None
    for part in parts:
        first, last = owners[part.start], owners[part.stop - 1]
        if part.head == "title":
            continue
        if part.head == "link":
            link = first if link is None else link
            continue
        first, link = first if link is None else link, None
        if spans and spans[-1][2] >= first:
            spans[-1] = (spans[-1][0], spans[-1][1], last)
        else:
            spans.append((part, first, last))
    return spans
