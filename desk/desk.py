"""The desk at work: its store, its words and its contact with the families' side, in one hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from desk.contact import Contact
from desk.dates import Calendar
from desk.sessions import Limits
from desk.store import Store
from desk.throttle import Throttle
from desk.words import Words
from flows.questions import Flow


@dataclass(frozen=True, slots=True)
class Desk:
    """What the console's pages work with."""

    store: Store
    words: Words
    contact: Contact
    limits: Limits
    production: bool
    throttle: Throttle = field(repr=False)
    #: makes the intake look at once
    nudge: Callable[[], None] = lambda: None
    #: the families' form, whose questions can be asked once more; None where nothing can be said to families
    form: Flow | None = field(default=None, repr=False)

    @property
    def cookie(self) -> str:
        """The session cookie's name; the prefix makes browsers insist on TLS and on this very host."""
        return "__Host-wasl-desk" if self.production else "wasl-desk"

    @property
    def calendar(self) -> Calendar:
        """Writes dates in the console's language."""
        return Calendar(self.words)
