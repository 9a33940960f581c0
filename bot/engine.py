"""The conversation engine as the shell sees it: three functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from bot.profile import Profile
from flows import languages, load, step
from flows.conversation import Conversation
from flows.events import Event
from flows.languages import Spoken
from flows.phrases import Screen
from flows.step import Turn
from ground.complaints import Complaint


class Begin(Protocol):
    def __call__(self, conversation_id: str, language: str, at: datetime, *, language_known: bool = False) -> Turn: ...


@dataclass(frozen=True, slots=True)
class Engine:
    """`flows` with a form loaded."""

    begin: Begin
    step: Callable[[Conversation, Event], Turn]
    speak: Callable[[Screen, str, Mapping[str, str]], Spoken]


def load_engine(form: Path, profile: Profile) -> Engine:
    """The engine for this form, in the profile's languages; a Complaint when the form has mistakes."""
    try:
        flow = load.load_form(form, recipients=tuple(profile.share_with), languages=spoken(profile))
    except load.BadForm as error:
        raise Complaint(f"The form cannot be used:\n{error}") from None
    except OSError as error:
        raise Complaint(f"The form {form} cannot be read ({error.strerror}). Set WASL_FORM to yours.") from None
    return Engine(partial(step.begin, flow), partial(step.step, flow), languages.speak)


def spoken(profile: Profile) -> tuple[str, ...]:
    """The languages of the profile whose catalogs are complete, in the profile's order."""
    offered = languages.offered()
    return tuple(language for language in profile.languages if language in offered) or ("en",)
