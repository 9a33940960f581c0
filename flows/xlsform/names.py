"""Names of questions and choices as buttons can carry them, and expressions that use the new ones."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from flows.presses import CHOICE, NAME
from flows.xlsform.cells import Row
from flows.xlsform.unrolling import named

_MOST = 24
_PARTS = re.compile(r"""'[^']*'|"[^"]*"|\$\{\s*([^}]*?)\s*\}""")
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})  # Excel puts these for the plain ones
_POSITION = re.compile(r"position\(\s*\.\.\s*\)")


@dataclass
class Names:
    """Every name of a workbook and what it became; the same workbook gives the same names."""

    questions: dict[str, str] = field(default_factory=dict)
    #: row -> the name of its question: the same name may stand in several groups of a workbook
    rows: dict[int, str] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)
    #: which copy of an inner repeat is written out, outermost first: (2, 1); () outside
    copy: tuple[int, ...] = ()
    _taken: set[str] = field(default_factory=set)

    def question(self, name: str) -> str:
        """A new question's name: its own where it can be, else a short one made of it."""
        short = name if NAME.fullmatch(name) else _short(name.lower(), "q")
        if short in self._taken:
            short = _short(name.lower(), "q", len(self._taken))
        self._taken.add(short)
        self.questions.setdefault(name, short)
        return short

    @contextmanager
    def nearest(self, rows: Iterable[Row]) -> Iterator[None]:
        """For the time of a repeat, a name means the question in it, not one of the same name elsewhere."""
        outside = self.questions
        inside: dict[str, str] = {}
        for row in rows:
            if row["name"] and row.number in self.rows:
                inside.setdefault(row["name"], self.rows[row.number])
        self.questions = {**outside, **inside}
        try:
            yield
        finally:
            self.questions = {**self.questions, **outside}

    @contextmanager
    def copied(self, rows: Iterable[Row], number: int) -> Iterator[None]:
        """For the time of one copy of an inner repeat, its rows have names of their own; the first copy keeps theirs."""
        before, outside = dict(self.rows), self.copy
        rows = list(rows)
        self.copy = (*outside, number)
        for row in rows:
            if number > 1 and row.number in self.rows:
                self.rows[row.number] = self.question(named(before[row.number], (number,)))
        try:
            with self.nearest(rows):
                yield
        finally:
            self.rows, self.copy = before, outside

    def choice(self, name: str) -> str:
        """A choice's name, the same in every list and in every expression."""
        if name not in self.choices:
            self.choices[name] = name if CHOICE.fullmatch(name) else _short(name, "c")
        return self.choices[name]

    def expression(self, words: str) -> str:
        """The expression with the names as they are now."""

        def renamed(part: re.Match[str]) -> str:
            if part[1] is not None:
                return f"${{{self.questions.get(part[1], part[1])}}}"
            quote, inside = part[0][0], part[0][1:-1]
            return f"{quote}{self.choices.get(inside, inside)}{quote}"

        plain = " ".join(words.translate(_QUOTES).split())
        if plain.upper() in ("TRUE", "FALSE", "YES", "NO"):
            return "true()" if plain.upper() in ("TRUE", "YES") else "false()"
        position = str(self.copy[-1]) if self.copy else "position()"  # a copy knows its number
        return _PARTS.sub(renamed, _POSITION.sub(position, plain))

    def words(self, sentence: str) -> str:
        """A text with the names in its `${…}` as they are now."""
        return re.sub(r"\$\{\s*([^}]*?)\s*\}", lambda m: f"${{{self.questions.get(m[1], m[1])}}}", sentence)


def _short(name: str, first: str, number: int | None = None) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", plain).strip("_")
    if not plain or not plain[0].isalpha():
        plain = f"{first}_{plain}".rstrip("_")
    if len(plain) <= _MOST and number is None and plain != first:
        return plain
    mark = hashlib.sha256(f"{name} {number}".encode()).hexdigest()[:4]
    return f"{plain[: _MOST - 5].rstrip('_')}_{mark}"


def renamed(names: Mapping[str, str]) -> dict[str, str]:
    """Only those that had to change."""
    return {old: new for old, new in names.items() if old != new}
