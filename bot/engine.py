"""The conversation engine as the shell sees it: three functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from flows.conversation import Conversation
from flows.effects import Effect
from flows.events import Event
from flows.phrases import Screen


class Turn(Protocol):
    """As `flows.step.Turn`."""

    @property
    def conversation(self) -> Conversation: ...
    @property
    def effects(self) -> tuple[Effect, ...]: ...


class Spoken(Protocol):
    """As `flows.languages.Spoken`."""

    @property
    def text(self) -> str: ...
    @property
    def rows(self) -> tuple[tuple[tuple[str, str], ...], ...]: ...
    @property
    def copyable(self) -> tuple[tuple[int, int], ...]: ...


class Begin(Protocol):
    def __call__(
        self, conversation_id: str, language: str, at: datetime, *, language_known: bool = False
    ) -> Turn: ...


@dataclass(frozen=True, slots=True)
class Engine:
    """`flows` with a form loaded."""

    begin: Begin
    step: Callable[[Conversation, Event], Turn]
    speak: Callable[[Screen, str, Mapping[str, str]], Spoken]


def load_engine(form: Path) -> Engine:
    """The engine for this form; a Complaint-worthy form raises here, at start."""
    from flows import languages, load, step

    flow = load.load_form(form)
    return Engine(partial(step.begin, flow), partial(step.step, flow), languages.speak)
