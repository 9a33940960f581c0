"""What a reader answers: understood, ambiguous with one question, or not understood."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from flows.phrases import Phrase


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
