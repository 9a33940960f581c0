"""Random walks through a form on the real engine: does every question, choice and button get its turn, and does all end?

    found = wander(flow, walks=10_000, seed=1)

A walk is one family from the first screen to the end: it presses what the screens offer, writes, sends files, goes back,
rests, edits, until the report is sent or everything is ended. What has not been tried yet is preferred. The same seed makes
the same walks.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeAlias

from flows.conversation import Conversation
from flows.effects import Effect, Erase, Show, Submit
from flows.events import Attached, Chose, Commanded, Edited, Event, File, Said
from flows.languages import speak, utf16_length
from flows.lint import MESSAGE_UNITS, PRESS_BYTES
from flows.phrases import Screen
from flows.presses import Press, read_press
from flows.questions import MEDIA, Flow, Question
from flows.step import begin, step, wants
from flows.transcript import FACTS

#: something a walk can do at a question, or in the menu: ("relationship", "c:son"), ("birth", "words"), ("menu", "photo")
Edge: TypeAlias = "tuple[str, str]"

AT = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)
#: after so many events a walk stops playing about and only answers; after twice as many it is stuck
PLAYFUL, MOST = 120, 3000
#: so many walks look for what has not been tried; what they do not find is not there
GUIDED = 600
#: every so many walks, each screen is also put into words, in each language in turn
SPOKEN_EVERY = 10
_STATUSES = ("unknown", "refused", "deferred")
_WORDS = {
    "date": ("2013", "حزيران ٢٠١٣", "12/6/2013", "long ago"),
    "birth": ("1985", "34", "1.5.1990", "young"),
    "integer": ("3", "١٧", "no idea"),
    "decimal": ("2.5", "٤", "many"),
    "age": ("12", "forty"),
    "phone": ("+963 944 123 456", "none"),
    "place": ("حلب", "Homs", "near the river"),
    "country": ("Germany", "تركيا"),
}
_ANY_WORDS = ("Amal Khaled", "يوسف", "in the night", "x" * 300)
#: how often a walk does what ends it unsent
_SELDOM = 0.03
#: when all was tried: the share of walks that still keep away from what ends them, so that whole reports go on being made
_WARY = 1 / 2
_ENDING = frozenset({"x", "xx", "n", "cp", "re", "hd", "ea", "ek", "md", "wl", "u", "k"})


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong in a walk: the seed that makes it again, and the way there (presses and kinds of messages)."""

    says: str
    seed: str
    path: tuple[str, ...]


@dataclass
class Wandered:
    """What the walks covered."""

    wanted: frozenset[Edge]
    walks: int = 0
    events: int = 0
    sent: int = 0
    ended: int = 0
    covered: set[Edge] = field(default_factory=set)
    #: how much of what is wanted was covered: counted along, because it is looked at before every press
    taken: int = 0
    asked: set[str] = field(default_factory=set)
    #: what was seen to end a conversation unsent: taken once, then seldom
    enders: set[str] = field(default_factory=set)
    trouble: Trouble | None = None
    questions: frozenset[str] = frozenset()

    @property
    def never_asked(self) -> list[str]:
        return sorted(self.questions - self.asked)

    @property
    def to_try(self) -> bool:
        """Whether something has not been tried yet; walks look for it, and afterwards press anything."""
        return self.taken < len(self.wanted) and self.walks < GUIDED

    def cover(self, edge: Edge) -> None:
        if edge not in self.covered:
            self.covered.add(edge)
            self.taken += edge in self.wanted

    @property
    def missed(self) -> list[Edge]:
        """Edges of questions that were asked, but were never offered or taken."""
        return sorted(edge for edge in self.wanted - self.covered if edge[0] in self.asked or edge[0] == "menu")


def wander(flow: Flow, *, walks: int, seed: int = 1, languages: Sequence[str] = ("en",)) -> Wandered:
    """Walk through a form; stops at the first walk that crashes or does not come to an end."""
    asked = frozenset(question.name for question in flow.questions if question.kind != "calculate")
    found = Wandered(frozenset(edges(flow)), questions=asked)
    for number in range(walks):
        walk = _Walk(flow, found, f"{seed}:{number}", languages[number % len(languages)], number % SPOKEN_EVERY == 0)
        try:
            walk.run()
        except Exception as error:
            found.trouble = Trouble(f"{type(error).__name__}: {error}", walk.seed, tuple(walk.path))
        found.walks += 1
        found.events += len(walk.path)
        if found.trouble:
            break
    return found


def edges(flow: Flow) -> Iterator[Edge]:
    """Everything a family can do in a form: each choice, each way to leave a question open, words, files, each section."""
    for section in flow.sections:
        yield "menu", section.name
    for question in flow.questions:
        if question.kind == "calculate":
            continue
        verb = "t" if question.kind == "select_multiple" else "c"
        names = ["ok"] if question.kind == "note" else [choice.name for choice in question.choices]
        yield from ((question.name, f"{verb}:{name}") for name in names)
        if question.kind == "select_multiple" or question.kind in MEDIA:
            yield question.name, "d"
        if question.kind in MEDIA:
            yield question.name, "file"
        elif _is_written(question):
            yield question.name, "words"
        if not question.required and question.kind != "note":
            yield from ((question.name, f"s:{status}") for status in _STATUSES)


def _is_written(question: Question) -> bool:
    return question.kind not in MEDIA and question.kind != "note" and not question.choices


class _Walk:
    """One family."""

    def __init__(self, flow: Flow, found: Wandered, seed: str, language: str, spoken: bool) -> None:
        self.flow, self.found, self.seed, self.language, self.spoken = flow, found, seed, language, spoken
        self.random = random.Random(seed)  # noqa: S311  (walks, not secrets)
        self.wary = self.random.random() < _WARY
        self.path: list[str] = []
        self.conversation: Conversation
        self.screen = Screen(())
        self.presses: list[Press] = []
        self.written: list[int] = []
        self.over = False

    def run(self) -> None:
        known = self.language != "en" or self.random.random() < 0.5
        turn = begin(self.flow, "a" * 32, self.language, AT, language_known=known)
        self._take(turn.conversation, turn.effects)
        while not self.over:
            if len(self.path) >= MOST:
                self.found.trouble = Trouble("this walk does not come to an end", self.seed, tuple(self.path[-40:]))
                return
            said, event, edge = self._next()
            self.path.append(said)
            turn = step(self.flow, self.conversation, event)
            if edge:
                self.found.cover(edge)
            self._take(turn.conversation, turn.effects)

    def _take(self, conversation: Conversation, effects: Sequence[Effect]) -> None:
        self.conversation = conversation
        for effect in effects:
            match effect:
                case Show(screen):
                    self.screen = screen
                    self.presses = [press for row in screen.rows for button in row if (press := _read(button.press))]
                    self._look(screen)
                case Submit():
                    self.found.sent += 1
                    self.over = True
                case Erase():
                    self.found.ended += not self.over
                    if not self.over and self.path:
                        self.found.enders.add(_anybody(self.path[-1]))
                    self.over = True

    def _look(self, screen: Screen) -> None:
        for press in self.presses:
            if press.question and press.verb in "ctsdrywo":
                self.found.asked.add(press.question.partition(".")[0])
        if self.spoken:
            text = speak(screen, conversation_language(self.conversation), FACTS_AND_BODIES).text
            if utf16_length(text) > MESSAGE_UNITS:
                raise ValueError("a screen is longer than a message of Telegram may be")
            for row in screen.rows:
                for button in row:
                    if len(button.press.encode()) + len(self.conversation.tag) + 1 > PRESS_BYTES:
                        raise ValueError(f"the button data {button.press!r} is longer than {PRESS_BYTES} bytes")

    # -- what to do next -------------------------------------------------------------------------------------------------

    def _next(self) -> tuple[str, Event, Edge | None]:
        presses = self.presses
        playful = len(self.path) < (PLAYFUL if self.found.to_try else PLAYFUL // 4)
        options = [self._pressing(press) for press in presses if playful or press.verb not in "bpemk"]
        options = options or [self._pressing(press) for press in presses]
        if self.random.random() > _SELDOM and (self.wary or self.found.to_try or not playful):
            options = [one for one in options if _anybody(one[0]) not in self.found.enders] or options
        question = self._shown(presses)
        if question is not None and question.kind in MEDIA:
            options.append(("(file)", self._file(question), (question.base, "file")))
        elif question is not None and _is_written(question):
            options += [self._writing(question)] * 2
        fresh = [one for one in options if one[2] is not None and one[2] not in self.found.covered]
        if fresh and self.random.random() < 0.8:
            return self.random.choice(fresh)
        if playful and self.random.random() < 0.05:
            return self._aside()
        if self.random.random() < 0.7:  # most questions are answered: what depends on an answer is to be reached too
            options = [one for one in options if one[0][:2] != "s:"] or options
        going_on = [one for one in options if one[2] is not None or one[0] in ("send", "g") or one[0][0] in "yo"]
        looks_around = playful and self.random.random() < (0.8 if self.found.to_try else 0.2)
        looks_around = looks_around and (question is None or self.random.random() < 0.1)
        if looks_around and (menu := [one for one in options if one[0][0] == "m"]):
            return self.random.choice(menu)
        if "send" in (one[0] for one in options):
            going_on = [one for one in options if one[0] == "send"]
        if not options:
            raise ValueError("a screen offers nothing to press and asks nothing")
        return self.random.choice(going_on or options)

    def _pressing(self, press: Press) -> tuple[str, Event, Edge | None]:
        token = ":".join(part for part in (press.verb, press.question, press.word) if part)
        base = press.question.partition(".")[0]
        edge: Edge | None = None
        if press.verb in ("c", "t", "s") and base:
            edge = (base, f"{press.verb}:{press.word}")
        elif press.verb == "d" and base:
            edge = (base, "d")
        elif press.verb == "m" and press.word and press.word != "told":
            edge = ("menu", press.word.partition(".")[0])
        return token, Chose(self.conversation.tag, token, AT), edge

    def _shown(self, presses: Sequence[Press]) -> Question | None:
        """The question on the screen, by its buttons."""
        names = [press.question for press in presses if press.question and press.verb in ("c", "t", "s", "d", "b")]
        return self.flow.question(names[0]) if names else None

    def _writing(self, question: Question) -> tuple[str, Event, Edge]:
        words = self.random.choice(_WORDS.get(question.reads, _ANY_WORDS))
        self.written.append(len(self.written) + 1)
        return "(words)", Said(words, self.written[-1], AT), (question.base, "words")

    def _aside(self) -> tuple[str, Event, Edge | None]:
        """What families do besides answering."""
        match self.random.randrange(4):
            case 0 if self.written:
                return "(edited)", Edited(self.random.choice(_ANY_WORDS), self.random.choice(self.written), AT), None
            case 1:
                name = self.random.choice(("pause", "help", "start", "person"))
                return f"/{name}", Commanded(name, AT, len(self.written) + 1), None
            case 2:
                return "(sticker)", Attached("sticker", len(self.written) + 1, AT), None
        press = self.random.choice(self.presses or [Press("v")])
        return self._pressing(press if press.verb not in _ENDING else Press("v"))

    def _file(self, question: Question) -> Event:
        kind = "voice" if question.kind == "audio" else "photo"
        number = len(self.written) + 1
        if wants(self.flow, self.conversation, kind, AT) is None:
            return Attached(kind, number, AT)
        digest = hashlib.sha256(f"{self.seed}{len(self.path)}".encode()).hexdigest()
        what: Any = "audio" if kind == "voice" else "image"
        return Attached(kind, number, AT, File(digest[:32], what, "image/jpeg", 1000, digest, original=False))


#: the same few tokens stand on every screen
_read = cache(read_press)


@cache
def _anybody(step_: str) -> str:
    """A press without which person it is about."""
    return re.sub(r"\.\d+", "", step_)


class _Bodies(dict[str, str]):
    """Every body an operator may share with has a name."""

    def __missing__(self, name: str) -> str:
        if name.startswith("recipient_"):
            return "Example"
        raise KeyError(name)


FACTS_AND_BODIES = _Bodies(FACTS)


def conversation_language(conversation: Conversation) -> str:
    return conversation.language
