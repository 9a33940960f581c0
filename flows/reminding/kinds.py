"""The seven kinds of reminders, and the notice before a draft is erased: when each is due, how often, under which rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `steps` are counted from its base: the cause, or for an appointment its moment."""

    name: str
    steps: tuple[timedelta, ...]
    #: only for families that asked to be reminded
    agreed: bool = False
    #: counts against, and waits for, one message in seven days and twelve in a year
    capped: bool = True
    #: with a sound
    aloud: bool = False
    #: also after ninety days in which nothing was heard: what exists for the long silence, or was asked for
    after_silence: bool = False
    #: begins again after its last step, from there
    repeats: bool = False
    #: after its last step, so much later, a person of the team is to look at it: (how much, why)
    then: tuple[timedelta, str] | None = None
    #: moved to an earlier hour rather than a later one
    before: bool = False
    #: its first step waits until nothing was heard for that long
    since_heard: bool = False


def _days(*numbers: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(days=number) for number in numbers)


UNFINISHED = Kind("unfinished", _days(3, 14), agreed=True)
ERASURE_NEAR = Kind("erasure_near", _days(0), agreed=True, after_silence=True)
QUESTION = Kind("question", _days(0, 4, 14), then=(timedelta(days=21), "question_unanswered"))
APPOINTMENT = Kind(
    "appointment",
    (timedelta(days=-3), timedelta(hours=-3)),
    capped=False,
    aloud=True,
    after_silence=True,
    before=True,
)
CONTACT = Kind(
    "contact",
    _days(365, 395),
    agreed=True,
    after_silence=True,
    then=(timedelta(days=425), "contact_lost"),
    since_heard=True,
)
#: its step is the family's choice of months, see `digest_every`
DIGEST = Kind("digest", _days(91), after_silence=True, repeats=True)
SAFETY = Kind("safety", _days(183), repeats=True)
DECISION = Kind("decision", _days(0))
#: an operator tries a broadcast on a telephone of their own
TRIAL = Kind("trial", _days(0), capped=False, after_silence=True)

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (UNFINISHED, ERASURE_NEAR, QUESTION, APPOINTMENT, CONTACT, DIGEST, SAFETY, DECISION, TRIAL)
}
#: What a family's own choice of months means.
DIGEST_EVERY: Mapping[int, timedelta] = {
    3: timedelta(days=91),
    6: timedelta(days=182),
    12: timedelta(days=365),
}

#: Something due longer ago than this is dropped: nobody gets a burst of what a sleeping bot has missed.
TOO_LATE = timedelta(hours=48)
#: Between two messages that nobody waits for.
APART = timedelta(days=7)
#: How many of them in how long.
MOST, IN = 12, timedelta(days=365)
#: After so much silence the account may be somebody else's.
SILENCE = timedelta(days=90)
#: A draft's end is told so long before.
NOTICE = timedelta(days=5)
#: Nothing is sent so long after somebody asked for a person, unless the person has called.
HELD_DAYS = 7
