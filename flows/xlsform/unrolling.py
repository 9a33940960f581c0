"""Repeats inside repeats: a chat has one "one more?" at a time, so the questions of an inner repeat are written out in copies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from flows.expressions import BadExpression, Scope, compile_expression
from flows.xlsform.cells import Row

#: so many times the questions of an inner repeat are asked; what is beyond that is asked for in the family's own words
MOST_COPIES = 3
#: so many repeats may lie in one another: the outermost, which the engine repeats, and what is written out inside it
MOST_DEEP = 3
#: rows that end what has begun; `end time` is another thing
ENDS = frozenset({"end group", "end repeat", "end loop"})
_BEGINS = frozenset({"begin group", "begin repeat", "begin loop"})
#: a condition without names and functions
_CONSTANT = re.compile(r"[\d\s<>=!]+")


def block(rows: Iterator[Row], kind_of: Callable[[Row], str]) -> tuple[list[Row], bool]:
    """The rows up to the end of what has just begun, without that end; and whether it is ended at all."""
    inside: list[Row] = []
    deep = 0
    for row in rows:
        kind = kind_of(row)
        if kind in ENDS and deep == 0:
            return inside, True
        deep += (kind in _BEGINS) - (kind in ENDS)
        inside.append(row)
    return inside, False


def marked(words: str, copy: Sequence[int]) -> str:
    """A text that says which copy it belongs to: `Name (2)`, in the second copy's first `Name (2.1)`; of the first: as it is."""
    return f"{words} ({'.'.join(map(str, copy))})" if any(number > 1 for number in copy) else words


def named(name: str, copy: Iterable[int]) -> str:
    """The name a question of a copy would like to have."""
    return "_".join([name, *map(str, copy)])


def can_hold(condition: str) -> bool:
    """Whether a condition of a copy may hold; False only where it looks at nothing but the copy's number."""
    if not condition or not _CONSTANT.fullmatch(condition):
        return True
    try:
        return compile_expression(condition).holds(Scope())
    except BadExpression:
        return True  # the loader says what is wrong with it
