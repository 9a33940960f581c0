"""Where a turn stands while it is decided, and how it shows what comes next. Used by the three files of transitions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from flows import screens as say
from flows.conversation import Claim, Conversation, files_of
from flows.effects import Effect, Play, Show
from flows.phrases import Phrase, Screen
from flows.questions import MEDIA, Flow, Question
from flows.reading import READERS, Ambiguous
from flows.walk import Standing, Walk, walk


@dataclass(frozen=True, slots=True)
class Turn:
    """What one event leads to: the conversation after it, and what the world is asked to do, in this order."""

    conversation: Conversation = field(repr=False)
    effects: tuple[Effect, ...]

    def after(self, *effects: Effect) -> Turn:
        """The same, once these are done."""
        return replace(self, effects=(*effects, *self.effects))


@dataclass(frozen=True)
class Here:
    """The form, the conversation, the moment; and the walk over the claims, made when it is first needed."""

    flow: Flow
    conversation: Conversation = field(repr=False)
    at: datetime

    @cached_property
    def walked(self) -> Walk:
        return walk(self.flow, self.conversation, self.at.date())

    def now(self, **changed: Any) -> Here:
        """The same with fields of the conversation changed; the walk is kept when they are not what it depends on."""
        other = Here(self.flow, replace(self.conversation, **changed), self.at)
        if "walked" in self.__dict__ and not changed.keys() & {"claims", "status", "revision", "persons"}:
            other.__dict__["walked"] = self.walked
        return other

    def with_claim(self, claim: Claim) -> Here:
        return Here(self.flow, self.conversation.with_claim(claim), self.at)

    def as_sent(self) -> Conversation:
        """What is known once something was sent: setup and consents, not what was added since."""
        keeps = {question.name for question in self.flow.questions if question.about in ("setup", "consent")}
        current = self.conversation.current()
        claims = tuple(current[name] for name in current if name in keeps)
        return replace(
            self.conversation, status="submitted", claims=claims, focus=None, section=None, paused=False, asking=None
        )

    # -- what is asked ---------------------------------------------------------------------------------------------------

    @property
    def asked(self) -> Question | None:
        """The question in focus, else the next one of the open section, else the next one asked of everybody."""
        focused = self.walked.standing(self.conversation.focus) if self.conversation.focus else None
        return focused.question if focused else self.walked.next_open(self.conversation.section)

    @property
    def is_discreet(self) -> bool:
        """Discreet unless the family said that nobody else sees this phone."""
        return is_discreet(self.flow, self.conversation)

    @property
    def has_news(self) -> bool:
        """Whether there is anything here that was not sent."""
        return any(
            one.claim is not None and one.question.about not in ("setup", "consent") for one in self.walked.standings
        )

    # -- showing it ------------------------------------------------------------------------------------------------------

    def move_on(self, *lead: Phrase, also: tuple[Effect, ...] = (), **changed: Any) -> Turn:
        """Show what comes next: a question, the menu when a section has just been finished, else the review."""
        here = self.now(**changed) if changed else self
        asked = here.asked
        conversation = here.conversation
        if conversation.focus is not None and (asked is None or asked.name != conversation.focus):
            here = here.now(focus=None)
        finished = conversation.section is not None and here.walked.next_in(conversation.section) is None
        if finished and (asked is None or asked.section is None or asked.name != here.conversation.focus):
            here = here.now(section=None)
        if asked is not None:
            return here._ask(asked, lead, also)
        return here.menu(*lead, also=also) if finished or conversation.adds else here.review(*lead, also=also)

    def _ask(self, asked: Question, lead: tuple[Phrase, ...], also: tuple[Effect, ...]) -> Turn:
        shown = Show(self._screen(asked, lead))
        return Turn(self.conversation, (*also, shown, *self._recording(asked)))

    def _screen(self, question: Question, lead: tuple[Phrase, ...]) -> Screen:
        standing = self.walked.standing(question.name)
        claim = standing.claim if standing else None
        if standing is not None and standing.outdated:
            lead = (*lead, say.WORDING_CHANGED)
        back = self.walked.before(question.name) is not None
        return say.question_screen(question, say.Seen(claim, back, lead, asked_back(question, claim)))

    def _recording(self, question: Question) -> tuple[Effect, ...]:
        recorded = dict(question.audio)
        path = recorded.get(self.conversation.language) or recorded.get("")
        return (Play(question.name, path),) if path else ()

    def menu(self, *lead: Phrase, also: tuple[Effect, ...] = ()) -> Turn:
        """What can be added."""
        screen = say.menu_screen(self.flow, self.walked, adds=self.conversation.adds, new=self.has_news, lead=lead)
        return Turn(self.conversation, (*also, Show(screen)))

    def review(self, *lead: Phrase, page: int = 1, also: tuple[Effect, ...] = ()) -> Turn:
        """Everything that was answered, a page of it."""
        screen = say.review_screen(
            self.walked,
            page=page,
            discreet=self.is_discreet,
            menu=bool(self.walked.sections or self.flow.for_a_person),
            lead=lead,
        )
        return Turn(self.conversation, (*also, Show(screen)))

    def show(self, screen: Screen, *effects: Effect, **changed: Any) -> Turn:
        """Show a screen of its own."""
        return Turn(replace(self.conversation, **changed), (*effects, Show(screen)))


def asked_back(question: Question, claim: Claim | None) -> Ambiguous | None:
    """The one thing to ask about words understood in part; read again from the words, because nothing else is kept."""
    if claim is None or claim.status != "needs_human" or claim.confirmed or claim.raw is None or claim.instead:
        return None
    reading = READERS[question.reads](claim.raw.text, claim.raw.language, claim.at)
    return reading if isinstance(reading, Ambiguous) else None


def is_discreet(flow: Flow, conversation: Conversation) -> bool:
    """Discreet unless the family said that nobody else sees this phone."""
    asks = flow.settings.get("discreet")
    if asks is None:
        return False
    claim = conversation.current().get(asks.name)
    return not (claim and claim.value and claim.value.get("code") == "no")


def takes_media(question: Question) -> bool:
    """Whether an answer here may be something other than words: sent as such, or a voice message instead of a text."""
    return question.kind in MEDIA or (question.kind == "text" and not question.required)


def has_files(standing: Standing | None) -> bool:
    return bool(standing and files_of(standing.claim))
