"""The conversation engine as the shell sees it: a few functions."""

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
from flows.events import Event, Said
from flows.languages import Spoken
from flows.phrases import Screen
from flows.questions import Flow
from flows.reach import unsendable
from flows.reminding.rhythm import Rhythm, rhythm_of
from flows.step import Turn, Wanted
from flows.turn import Here
from ground.complaints import Complaint


class Begin(Protocol):
    def __call__(
        self,
        conversation_id: str,
        language: str,
        at: datetime,
        *,
        language_known: bool = False,
        first: Said | None = None,
    ) -> Turn: ...


@dataclass(frozen=True, slots=True)
class Engine:
    """`flows` with a form loaded."""

    begin: Begin
    step: Callable[[Conversation, Event], Turn]
    speak: Callable[[Screen, str, Mapping[str, str]], Spoken]
    #: whether an attachment of this kind has a place now
    wants: Callable[[Conversation, str, datetime], Wanted | None]
    #: whether it is worth asking what this message may mean
    listens: Callable[[Conversation, str, datetime], bool]
    is_discreet: Callable[[Conversation], bool]
    #: what is known of a conversation once something was sent, without what is being added
    as_sent: Callable[[Conversation], Conversation]
    #: the form itself, whose questions the team may ask once more (`flows.asking`)
    form: Flow
    #: whether it holds anything that was not sent
    has_news: Callable[[Conversation, datetime], bool]
    #: by which clocks it lives, as far as it says; the zones of an unknown country are given
    rhythm_of: Callable[[Conversation, tuple[str, ...]], Rhythm | None]


def load_engine(form: Path, profile: Profile) -> Engine:
    """The engine for this form, in the profile's languages; a Complaint when the form has mistakes."""
    try:
        flow = load.load_form(form, recipients=profile.purposes, languages=spoken(profile), facts=profile.facts)
    except load.BadForm as error:
        raise Complaint(f"The form cannot be used:\n{error}") from None
    except OSError as error:
        raise Complaint(f"The form {form} cannot be read ({error.strerror}). Set WASL_FORM to yours.") from None
    for question, says in unsendable(flow):
        raise Complaint(f"The form cannot be used:\n{form}:{question.line}: {says}")
    return Engine(
        begin=partial(step.begin, flow),
        step=partial(step.step, flow),
        speak=languages.speak,
        wants=partial(step.wants, flow),
        listens=partial(step.listens, flow),
        is_discreet=partial(step.is_discreet, flow),
        as_sent=lambda conversation: Here(flow, conversation, conversation.started_at).as_sent(),
        form=flow,
        has_news=lambda conversation, at: Here(flow, conversation, at).has_news,
        rhythm_of=partial(rhythm_of, flow),
    )


def spoken(profile: Profile) -> tuple[str, ...]:
    """The languages of the profile whose catalogs are complete, in the profile's order."""
    offered = languages.offered()
    return tuple(language for language in profile.languages if language in offered) or ("en",)
