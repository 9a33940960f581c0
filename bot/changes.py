"""What a turn changes in the reminders: which it plans, which it strikes. Written in the turn's own transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from bot.chats import Chat
from bot.store import reminders
from bot.store.reminders import Planned, first, minute
from flows.effects import CallPerson, Effect, Erase, Inform, Quiet, Remind, Submit, Vanish
from flows.events import Event, FellSilent
from flows.reminding.kinds import HELD_DAYS, KINDS, NOTICE
from flows.reminding.rhythm import Rhythm

#: Where most families are: nobody is woken whose country we do not know.
UNKNOWN = ("Asia/Damascus", "Europe/Berlin")
DAYS_A_MONTH = 30.44
_DAY = 1440
_OF_DRAFTS = ("unfinished", "erasure_near")


@dataclass(slots=True)
class Changes:
    """Of a lane's reminders: all of them gone (`forgotten`), then kinds struck, then these planned."""

    forgotten: bool = False
    #: None: every kind
    struck: list[tuple[str, ...] | None] = field(default_factory=list)
    planned: list[Planned] = field(default_factory=list)
    #: the day until which a person of the team has the word
    held: int | None = None

    def written(self, connection: Connection, lane: str) -> None:
        """Do it."""
        if self.forgotten:
            reminders.forget(connection, lane)
        for kinds in self.struck:
            reminders.cancel(connection, lane=lane, kinds=kinds)
        for planned in self.planned:
            reminders.put(connection, lane, planned)
        if self.held is not None:
            reminders.hold(connection, lane, self.held)


@dataclass(frozen=True, slots=True)
class Planner:
    """`draft_days`: how long drafts are kept; `elsewhere`: the time zones that count where a country is not known."""

    draft_days: int
    elsewhere: tuple[str, ...]

    def of_turn(
        self,
        chat: Chat,
        event: Event,
        effects: Sequence[Effect],
        about: str | None,
        *,
        rests: bool,
        rhythm: Callable[[], Rhythm],
    ) -> Changes:
        """What this turn changes. `about`: the conversation it ends in; `rests`: a draft with something in it falls silent."""
        changes, at = Changes(), minute(event.at)
        kinds = {type(effect) for effect in effects}
        if Vanish in kinds:
            changes.forgotten = True
            return changes
        if CallPerson in kinds:
            changes.held = at // _DAY + HELD_DAYS
        was_at_rest = chat.kept and chat.touched is None
        moved = chat.id_of_conversation not in (None, about)
        if (was_at_rest and not isinstance(event, FellSilent)) or moved or kinds & {Submit, Erase}:
            changes.struck.append(_OF_DRAFTS)
        if moved:
            changes.struck.append(("contact", "digest"))
        for effect in effects:
            match effect:
                case Quiet(True):
                    changes.struck.append(None)
                case Remind(False):
                    changes.struck.append(tuple(kind.name for kind in KINDS.values() if kind.agreed))
                case Inform(months):
                    changes.struck.append(("digest",))
                    if months and about is not None:
                        changes.planned += _some(
                            first("digest", about, base=at, now=at, rhythm=rhythm(), months=months)
                        )
                case Remind(True) if about is not None and chat.receipt is not None:
                    changes.planned += _some(first("contact", about, base=at, now=at, rhythm=rhythm()))
                case Submit() if about is not None and effect.first and not chat.quiet:
                    changes.planned += _some(first("safety", about, base=at, now=at, rhythm=rhythm()))
                    if chat.reminded:
                        changes.planned += _some(first("contact", about, base=at, now=at, rhythm=rhythm()))
        if about is not None and rests and chat.reminded and not chat.quiet:
            near = at + self.draft_days * _DAY - int(NOTICE.total_seconds() // 60)
            changes.planned += _some(first("unfinished", about, base=at, now=at, rhythm=rhythm()))
            changes.planned += _some(first("erasure_near", about, base=near, now=at, rhythm=rhythm()))
        return changes


def reminded_after(chat: Chat, effects: Sequence[Effect]) -> tuple[bool, int]:
    """Whether the family wishes to be reminded, and its months between regular updates."""
    reminded, months = chat.reminded, chat.digest
    for effect in effects:
        match effect:
            case Remind(on):
                reminded = on
            case Inform(wanted):
                months = wanted
    return reminded, months


def _some(planned: Planned | None) -> list[Planned]:
    return [planned] if planned is not None else []
