"""By which clocks a family lives and which weeks hurt: all that is kept of it for reminders, and it tells no story."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.conversation import Conversation
from flows.questions import Flow
from flows.reminding.zones import zones_of

_COUNTRY = "enquirer.country"
#: Dates that nobody should be written to on.
_HURTING = ("person.birth", "event.last_seen", "event.last_contact")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}[~?%]?")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`zones` are IANA names; in all of them it must be a good hour. `weeks` are weeks of the year (0 to 52) to leave out.

    Weeks, not days, and in no order: neither what happened nor when can be read from them.
    """

    zones: tuple[str, ...]
    weeks: frozenset[int] = frozenset()

    def saved(self) -> list[Any]:
        """As JSON values."""
        return [list(self.zones), sorted(self.weeks)]

    @staticmethod
    def restored(saved: list[Any]) -> Rhythm:
        return Rhythm(tuple(saved[0]), frozenset(saved[1]))


def week_of(day: date) -> int:
    """The week of the year a day is in, counted from 1 January; leap years do not move the days after February."""
    return (date(2000, day.month, day.day) - date(2000, 1, 1)).days // 7


def rhythm_of(flow: Flow, conversation: Conversation, elsewhere: tuple[str, ...]) -> Rhythm | None:
    """What the answers in force say about it; None when they say nothing. `elsewhere`: the zones of an unknown country."""
    country: str | None = None
    weeks: set[int] = set()
    for field, value in _values(flow, conversation):
        if field == _COUNTRY:
            country = str(value.get("code") or "")[:2].upper() or None
        elif field in _HURTING and _DAY.fullmatch(str(value.get("edtf", ""))):
            weeks.add(week_of(date.fromisoformat(str(value["edtf"])[:10])))
    if country is None and not weeks:
        return None
    return Rhythm(zones_of(country, elsewhere), frozenset(weeks))


def _values(flow: Flow, conversation: Conversation) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, claim in conversation.current().items():
        question = flow.question(name)
        if question is not None and question.field and claim.value is not None:
            yield question.field, claim.value
