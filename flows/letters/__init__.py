"""Letters: what the team sends to one family (a question, a message, a call to arrange), and a family's note to the team.

A letter holds no text of its own but, where its template has room for it, a few words of a caseworker's: what it says is a
reviewed template, spoken in the family's language when it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from flows.conversation import Claim, restore_claims, save_claims

LetterKind = Literal["question", "message", "call", "note"]
KINDS: tuple[LetterKind, ...] = get_args(LetterKind)
#: How long a caseworker's own words may be.
MOST_WORDS = 300


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter, and what the family has answered to it so far and not sent."""

    #: 32 hex digits
    id: str
    #: the id of the request it is about
    report: str
    kind: LetterKind
    #: the name of its template; empty for a call and a note
    template: str = ""
    #: what fills the template's placeholders
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: a caseworker's own words
    words: str = field(default="", repr=False)
    #: which sought person it is about
    person: int = 1
    #: the id of an earlier letter that is no longer true: of an appointment that is moved or called off
    replaces: str = ""
    claims: tuple[Claim, ...] = field(default=(), repr=False)

    @property
    def tag(self) -> str:
        """In its buttons, in place of a conversation's."""
        return f"L{self.id[:9]}"

    def emptied(self) -> Letter:
        """Without what was answered so far."""
        return replace(self, claims=())


def save_letter(letter: Letter) -> dict[str, Any]:
    """The letter as JSON values, without its id, report and kind, which are known outside, and without what was answered."""
    return {
        "template": letter.template,
        "values": dict(letter.values),
        "words": letter.words,
        "person": letter.person,
        "replaces": letter.replaces,
    }


def save_answers(letter: Letter) -> list[Any]:
    """What was answered so far and not sent, as JSON values."""
    return save_claims(letter.claims)


def restore_letter(
    id_: str, report: str, kind: LetterKind, saved: Mapping[str, Any], answers: Sequence[Any] = ()
) -> Letter:
    """The letter `save_letter` wrote, with what `save_answers` did."""
    return Letter(
        id_,
        report,
        kind,
        saved["template"],
        saved["values"],
        saved["words"],
        saved.get("person", 1),
        saved.get("replaces", ""),
        restore_claims(answers),
    )
