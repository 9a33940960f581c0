"""Conversations as text, played against the real engine: what tests read, and what `wasl talk` records.

    # A father looks for his daughter.
    > [My daughter]          the family presses a button (looked for upwards from the newest screen)
    > Amal Khaled            the family writes; `/pause` is a command, `(photo)` something that is not text
    @ "Amal" -> "Amal Khaled"    the family edits an earlier message of theirs
    ~ 3 days                 time passes (minutes, hours, days)
    < What is …              the bot's screen: its lines, then its rows of buttons as `[a] [b]`
    ! Submit                 other effects

The rows that stand under every question (I don't know, Later, Back, …) are left out. Between lines the conversation is
saved and read back, and every submitted report is validated against its schema.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from flows.conversation import Conversation, restore, save
from flows.effects import CallPerson, Effect, Erase, Forget, Renew, Settle, Show, Submit, Tell, Toast
from flows.events import Attached, Chose, Commanded, Edited, Event, Said
from flows.languages import say, speak
from flows.phrases import Button, Screen
from flows.presses import read_press
from flows.questions import Flow
from flows.report import schema
from flows.step import Turn, begin, step

#: what an operator's profile and the shell would fill in, here as plain stand-ins
FACTS: Mapping[str, str] = {
    "org": "Example Centre",
    "mandate": "a demonstration, no real organisation",
    "verify": "https://example.org/bot",
    "contact": "+000 000 000",
    "languages": "العربية, English",
    "hours": "9-17",
    "privacy_url": "https://example.org/privacy",
    "code": "1234 5678 9012 3456",
    "recipient_icmp": "ICMP",
    "recipient_icrc": "ICRC",
}
_UNITS = {"minute": 60, "hour": 3600, "day": 86400}
_EDIT = re.compile(r'@ "(.*)" -> "(.*)"')
_ISOLATES = re.compile("[\u2066-\u2069]")
_VALIDATOR = Draft202012Validator(schema(), format_checker=FormatChecker())


class Unplayable(ValueError):  # noqa: N818
    """A line of a transcript that cannot be played: no such button, no such message."""


@dataclass
class Player:
    """Plays one family's side; remembers screens and messages as their phone would."""

    flow: Flow
    language: str = "en"
    at: datetime = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)
    facts: Mapping[str, str] = field(default_factory=lambda: FACTS)
    conversation: Conversation = field(init=False)
    shown: list[tuple[str, Screen]] = field(default_factory=list)
    said: list[tuple[int, str]] = field(default_factory=list)
    reports: list[Mapping[str, Any]] = field(default_factory=list)
    _begun: int = 0

    def begin(self, *, language_known: bool = False) -> list[str]:
        """Start a conversation; what the bot does, as lines."""
        self._begun += 1
        conversation_id = f"{self._begun:06x}" + "0" * 26
        return self._take(begin(self.flow, conversation_id, self.language, self.at, language_known=language_known))

    def play(self, line: str) -> list[str]:
        """Play one line of the family's (`>`, `@`, `~`); what the bot does, as lines."""
        if line.startswith("~ "):
            amount, unit = line[2:].split()
            self.at += timedelta(seconds=int(amount) * _UNITS[unit.rstrip("s")])
            return []
        self.at += timedelta(seconds=20)
        return self._take(step(self.flow, self.conversation, self._event(line)))

    def _event(self, line: str) -> Event:
        if edit := _EDIT.fullmatch(line):
            message = next((number for number, text in reversed(self.said) if text == edit[1]), None)
            if message is None:
                raise Unplayable(f"no message {edit[1]!r} to edit")
            self.said.append((message, edit[2]))
            return Edited(edit[2], message, self.at)
        words = line.removeprefix("> ")
        if words.startswith("[") and words.endswith("]"):
            tag, button = self._find(words[1:-1])
            return Chose(tag, button.press, self.at)
        if words.startswith("/"):
            return Commanded(words[1:], self.at)
        self.said.append((len(self.said) + 1, words))
        if words.startswith("(") and words.endswith(")"):
            return Attached(words[1:-1], len(self.said), self.at)
        return Said(words, len(self.said), self.at)

    def _find(self, label: str) -> tuple[str, Button]:
        for tag, screen in reversed(self.shown):
            for row in screen.rows:
                for button in row:
                    if self._plain(say(button.label, self.conversation.language, self.facts)) == label:
                        return tag, button
        raise Unplayable(f"no button [{label}]")

    def _take(self, turn: Turn) -> list[str]:
        self.conversation = restore(json.loads(json.dumps(save(turn.conversation))))
        assert self.conversation == turn.conversation, "a conversation must survive being saved"  # noqa: S101
        self.language = self.conversation.language
        lines: list[str] = []
        for effect in turn.effects:
            lines += self._lines(effect)
        return lines

    def _lines(self, effect: Effect) -> list[str]:
        match effect:
            case Show(screen):
                self.shown.append((self.conversation.tag, screen))
                return list(self._screen(screen))
            case Tell(screen):
                return list(self._screen(screen))
            case Toast(phrase):
                return [f"! Toast {self._plain(say(phrase, self.language, self.facts))}"]
            case Forget():
                return ["! Forget"]
            case CallPerson(reason):
                return [f"! CallPerson {reason}"]
            case Submit(report):
                _VALIDATOR.validate(report)
                self.reports.append(report)
                return ["! Submit"]
            case Erase():
                return ["! Erase"]
            case Settle():
                return []
            case Renew():
                return self.begin(language_known=True)

    def _screen(self, screen: Screen) -> Iterator[str]:
        spoken = speak(screen, self.language, self.facts)
        for line in self._plain(spoken.text).split("\n"):
            yield f"< {line}".rstrip()
        for row in spoken.rows:
            presses = [read_press(token) for _, token in row]
            if all(press is not None and press.verb in "sbp" for press in presses):
                continue
            yield "< " + " ".join(f"[{self._plain(label)}]" for label, _ in row)

    @staticmethod
    def _plain(text: str) -> str:
        return _ISOLATES.sub("", text)


def replay(flow: Flow, transcript: str, *, language: str = "en") -> tuple[str, Player]:
    """The transcript as the engine plays it now, and the player at its end. Only the family's lines are taken from it."""
    player = Player(flow, language)
    lines = transcript.splitlines()
    head = list(_until_first_act(lines))
    played = [*head, *player.begin()]
    for line in lines[len(head) :]:
        if line.startswith(("> ", "@ ", "~ ")):
            played += ["", line, *player.play(line)]
        elif line.startswith("#"):
            played += ["", line]
    return "\n".join(played) + "\n", player


def _until_first_act(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("#"):
            return
        yield line
