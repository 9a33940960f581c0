"""What the conversation wants to say, not yet in any language: message ids, contexts and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Phrase:
    """One gettext message: its English id, its context, and what goes into its `{braces}`.

    Values may be words a family wrote, so a phrase's `repr` shows only the message id. Placeholders without a value
    (`{org}`, `{contact}`, `{code}`, …) are facts the shell adds when it speaks (see `flows.languages.Tongue.say`).
    """

    msgid: str
    context: str | None = None
    values: Mapping[str, Value] = field(default_factory=dict, repr=False, hash=False)
    #: speak it in this language whatever the conversation's (the language question itself)
    language: str | None = None
    #: a fact that is said in its place where the shell has it: an operator's own words
    fact: str | None = None
    #: a form's own translations, by language (of a form that does not ship with Wasl); they come before the catalogs
    told: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False, compare=False)


@dataclass(frozen=True, slots=True)
class Fact:
    """The name of something only the shell knows, spoken in its place (an organisation's name, say)."""

    name: str
    #: what is said where the shell does not have it; None: then there is a mistake
    otherwise: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A structured value (a date, a place, …), said in the reader's language by `flows.reading.display`."""

    value: Mapping[str, Any] = field(repr=False, hash=False)


def day(at: date) -> Shown:
    """A day, to be said in the reader's language."""
    iso = at.isoformat()
    return Shown({"type": "date", "edtf": iso, "earliest": iso, "latest": iso})


#: a family's words (isolated when spoken), a number, a fact, another phrase, phrases one to a line, or a structured value
Value: TypeAlias = "str | int | Fact | Phrase | tuple[Phrase, ...] | Shown"


@dataclass(frozen=True, slots=True)
class Button:
    """A button: what it says and what pressing it means (`flows.presses`)."""

    label: Phrase
    #: at most 48 ASCII bytes, so that the chat's 64 hold the conversation's tag as well
    press: str


@dataclass(frozen=True, slots=True)
class Screen:
    """One message: paragraphs, and rows of buttons under them."""

    lines: tuple[Phrase, ...]
    rows: tuple[tuple[Button, ...], ...] = ()
