"""Conversations as text, played against the real engine: what tests read, and what `wasl talk` records.

    # A father looks for his daughter.
    > [My daughter]          the family presses a button (looked for upwards from the newest screen)
    > Amal Khaled            the family writes; `/pause` is a command
    > any news? (Rasa: check_status 0.9, help 0.1)    the same, with what Rasa advises
    > (photo)                something that is not text; `(document: too_big)` one that cannot be taken in, and why
    @ "Amal" -> "Amal Khaled"    the family edits an earlier message of theirs
    ~ 3 days                 time passes (minutes, hours, days); the bot notices half an hour and six hours of silence
    = recover                the draft is opened on another phone with code and PIN (`= wrong`: it is not)
    = fetched                the team has fetched everything that was sent
    = status assigned        the team's system says how the request stands (`= status transferred to ICRC 77`)
    = question again_when    the team asks by a template (`: words` adds a caseworker's own); so `= message read`, `= call`
    = guarded pin            what the shell has found out, see `_TOLD`
    < What is …              the bot's screen: its lines, then its rows of buttons as `[a] [b]`
    ! Submit                 other effects

The rows that stand under every question (I don't know, Later, Back, …) are left out. Between lines the conversation is
saved and read back, and every submitted report is validated against its schema.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator, FormatChecker

from flows import asking
from flows.certified import receipt_screen
from flows.conversation import Conversation, Sent, restore, save
from flows.effects import (
    CallPerson,
    Certify,
    ChooseWord,
    Drop,
    Effect,
    Erase,
    Forget,
    Guard,
    Inform,
    Inquire,
    Keep,
    Lock,
    LookUp,
    Note,
    Play,
    Prefer,
    Prove,
    Quiet,
    Recover,
    Remind,
    Renew,
    Settle,
    Show,
    Submit,
    Take,
    Tell,
    Tidy,
    Toast,
    Vanish,
    Write,
)
from flows.events import (
    AskedOften,
    Attached,
    CallWordsKnown,
    Chose,
    Commanded,
    Edited,
    Event,
    FellSilent,
    File,
    Guarded,
    LookedUp,
    MessageChecked,
    NotGuarded,
    NotProved,
    NotRecovered,
    NotTaken,
    Opened,
    Proved,
    Recovered,
    Said,
    Taken,
    WordKnown,
)
from flows.languages import offered, say, speak
from flows.letters import Letter, LetterKind, restore_letter, save_answers, save_letter
from flows.letters.templates import every_template, problem
from flows.meaning.meaning import Meaning
from flows.phrases import Button, Phrase, Screen
from flows.presses import read_press
from flows.questions import Flow
from flows.report import schema
from flows.rights import is_panic
from flows.standing import NEWS_BY_A_PERSON, Progress, Request, next_progress, progress_line
from flows.step import Turn, Wanted, begin, is_discreet, listens, step, wants
from flows.words import word

#: what an operator's profile and the shell would fill in, here as plain stand-ins
FACTS: Mapping[str, str] = {
    "org": "Example Centre",
    "mandate": "a demonstration, no real organisation",
    "verify": "https://example.org/bot",
    "contact": "+000 000 000",
    "languages": "العربية, English",
    "hours": "9-17",
    "crisis": "If somebody is in danger now, call 000.",
    "privacy_url": "https://example.org/privacy",
    "code": "1234 5678 9012 3456",
    "draft_code": "6543 2109 8765 4321",
    "receipt": "W1.AVBAAAEq…",
    "recipient_icmp": "ICMP",
    "recipient_icrc": "ICRC",
    "draft_months": "12",
}
#: What is received in a transcript.
_RECEIVED: Mapping[str, tuple[Any, str]] = {
    "photo": ("image", "image/jpeg"),
    "document": ("document", "application/pdf"),
    "voice": ("audio", "audio/ogg"),
    "audio": ("audio", "audio/mpeg"),
}


def _public(at: datetime) -> tuple[Phrase, ...]:
    return progress_line(Request("", at.date()), at.date()), NEWS_BY_A_PERSON


#: What else the shell may have found out.
_TOLD: Mapping[str, Callable[[datetime, str], Event]] = {
    "asked often": lambda at, _: AskedOften(17, at),
    "opened": lambda at, _: Opened(_public(at), True, at),
    "opened here": lambda at, _: Opened(_public(at), False, at),
    "too often": lambda at, _: NotRecovered("too_often", at),
    "taken": lambda at, _: Taken(at),
    "unsent": lambda at, _: NotTaken("unsent", at),
    "over": lambda at, _: NotTaken("over", at),
    "proved": lambda at, _: Proved(at),
    "not proved": lambda at, _: NotProved("wrong", at),
    "too often proved": lambda at, _: NotProved("too_often", at),
    "guarded duress": lambda at, _: Guarded("duress", at),
    "not guarded": lambda at, _: NotGuarded(at),
    "word": lambda at, tongue: WordKnown(1, f"{word(1, tongue)} 47", False, at),
    "word chosen": lambda at, tongue: WordKnown(6, f"{word(6, tongue)} 47", True, at),
    "call words": lambda at, tongue: CallWordsKnown(tuple(word(number, tongue) for number in (28, 20, 53)), at),
    "genuine": lambda at, _: MessageChecked(at.date(), at),
    "not ours": lambda at, _: MessageChecked(None, at),
}
#: Silence the bot notices: after this many seconds, and whether that is the short one.
_SILENCES = ((1800, True), (6 * 3600, False))
_UNITS = {"minute": 60, "hour": 3600, "day": 86400}
_EDIT = re.compile(r'@ "(.*)" -> "(.*)"')
_ADVICE = re.compile(r"(.*) \(Rasa: (.+)\)")
_RANKED = re.compile(r"([a-z_]+) ([0-9.]+)")
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
    #: what the team has fetched, as the shell would know
    handed: tuple[tuple[int, date], ...] = ()
    #: how what was sent stands, as the shell would know
    progress: Progress | None = None
    letters: dict[str, tuple[Letter, str]] = field(default_factory=dict)
    has_pin: bool = False
    _begun: int = 0
    _silent: int = 0

    def begin(self, *, language_known: bool = False) -> list[str]:
        """Start a conversation; what the bot does, as lines."""
        self._begun += 1
        conversation_id = f"{self._begun:06x}" + "0" * 26
        return self._take(begin(self.flow, conversation_id, self.language, self.at, language_known=language_known))

    def play(self, line: str) -> list[str]:
        """Play one line of the family's (`>`, `@`, `~`); what the bot does, as lines."""
        if line.startswith("~ "):
            amount, unit = line[2:].split()
            return self._wait(int(amount) * _UNITS[unit.rstrip("s")])
        if line.startswith("= "):
            return self._shell(line[2:])
        self.at += timedelta(seconds=20)
        event = self._event(line)
        letter = self._letter_for(event)
        if letter is not None:
            return self._of_letter(letter, event)
        return [*self._set_aside(event), *self._take(step(self.flow, self.conversation, event))]

    def _wait(self, seconds: int) -> list[str]:
        since, lines = self.at, []
        for after, short in _SILENCES:
            if seconds >= after and not (self._silent and self._silent >= after):
                self.at = since + timedelta(seconds=after)
                lines += self._take(step(self.flow, self.conversation, FellSilent(self.at, short)))
                self._silent = after
        self.at = since + timedelta(seconds=seconds)
        return lines

    def _shell(self, what: str) -> list[str]:
        """What the shell does by itself."""
        match what:
            case "recover":
                return self._take(step(self.flow, self.conversation, Recovered(self.at)))
            case "wrong":
                return self._take(step(self.flow, self.conversation, NotRecovered("wrong", self.at)))
            case "guarded pin" | "guarded none":
                self.has_pin = what == "guarded pin"
                kind: Any = what.partition(" ")[2]
                return self._take(step(self.flow, self.conversation, Guarded(kind, self.at)))
            case told if told in _TOLD:
                return self._take(step(self.flow, self.conversation, _TOLD[told](self.at, self.language)))
            case "fetched":
                self.handed = tuple((sent.revision, self.at.date()) for sent in self.conversation.sent)
                return []
        verb, _, rest = what.partition(" ")
        if verb == "status":
            return self._stands(rest)
        if verb in ("question", "message", "call"):
            name, _, words = rest.partition(": ")
            return self._arrives(verb, name, words)
        raise Unplayable(f"nothing is known of {what!r}")

    # -- the way back ----------------------------------------------------------------------------------------------------

    def _stands(self, rest: str) -> list[str]:
        internal, _, with_whom = rest.partition(" to ")
        recipient, _, reference = with_whom.partition(" ")
        day = self.at.date()
        self.progress, known = next_progress(self.progress, internal, day, recipient=recipient, reference=reference)
        return [] if known else ["! an operator is told: unknown status"]

    def _arrives(self, verb: str, name: str, words: str) -> list[str]:
        id_ = f"{len(self.letters) + 1:09x}" + "0" * 23
        known, kind, in_a_week = every_template().get(name), verb, self.at + timedelta(days=7)
        values: dict[str, str] = {}
        if known is not None and known.is_appointment:
            values = {"at": f"{in_a_week:%Y-%m-%d}T14:30", "zone": "Asia/Damascus"}
        elif known is not None and known.values:
            values = {"day": in_a_week.date().isoformat()}
        untrue = known is not None and known.replaces == "must"
        earlier = list(self.letters.values())[-1][0].id if untrue and self.letters else ""
        letter = Letter(id_, self.conversation.id, cast("LetterKind", kind), name, values, words, replaces=earlier)
        refused = problem(self.flow, letter)
        if refused is not None:
            raise Unplayable(f"the letter {name!r} is refused: {refused}")
        self.letters[letter.tag] = (letter, "waiting")
        self._note_waiting()
        return self._show_letter(letter, asking.announcement())

    def _letter_for(self, event: Event) -> str | None:
        """The tag of the letter that an event is about."""
        if isinstance(event, Chose):
            if event.tag in self.letters:
                return event.tag
            pressed = read_press(event.press)
            return pressed.word if pressed is not None and pressed.verb == "l" else None
        if not isinstance(event, Said | Attached) or (isinstance(event, Said) and is_panic(event.text)):
            return None
        return next(
            (
                tag
                for tag, (letter, state) in self.letters.items()
                if state == "open" and not (isinstance(event, Said) and asking.is_for_the_chat(letter, event.text))
            ),
            None,
        )

    def _of_letter(self, tag: str, event: Event) -> list[str]:
        letter, state = self.letters[tag]
        if state not in ("waiting", "open"):
            return []
        opens = state == "waiting" and isinstance(event, Chose) and (event.press == "g" or event.press.startswith("l:"))
        if opens:
            reply = asking.open_letter(self.flow, letter, self.language, self.at)
        else:
            discreet = is_discreet(self.flow, self.conversation)
            reply = asking.take(self.flow, letter, event, self.conversation, discreet=discreet)
        return self._replied(reply)

    def _replied(self, reply: asking.Reply) -> list[str]:
        saved, answers = json.loads(json.dumps([save_letter(reply.letter), save_answers(reply.letter)]))
        kept = restore_letter(reply.letter.id, reply.letter.report, reply.letter.kind, saved, answers)
        assert kept == reply.letter, "a letter must survive being saved"  # noqa: S101
        self.letters[kept.tag] = (kept, reply.state)
        self._note_waiting()
        lines: list[str] = []
        for effect in reply.effects:
            if isinstance(effect, Show):
                lines += self._show_letter(kept, effect.screen)
                continue
            if isinstance(effect, Submit):
                number = self.conversation.revision + 1
                sent = Sent(number, effect.report["kind"], self.at)
                self.conversation = replace(self.conversation, revision=number, sent=(*self.conversation.sent, sent))
            lines += self._lines(effect)
        return [*lines, "! Forget the note"] if reply.state == "dropped" else lines

    def _show_letter(self, letter: Letter, screen: Screen) -> list[str]:
        self.shown.append((letter.tag, screen))
        return list(self._screen(screen))

    def _set_aside(self, event: Event) -> list[str]:
        if isinstance(event, Edited):
            return []
        opened = [letter for letter, state in self.letters.values() if state == "open"]
        return [line for letter in opened for line in self._replied(asking.put_away(letter))]

    def _note_waiting(self) -> None:
        waiting = tuple(
            tag for tag, (one, state) in self.letters.items() if state in ("waiting", "open") and one.kind != "note"
        )
        self.conversation = replace(self.conversation, waiting=waiting)

    def _requests(self) -> tuple[Request, ...]:
        here = self.conversation
        if not here.sent:
            return ()
        return (Request(here.tag, here.sent[0].at.date(), self.progress, here.waiting, here.erase_on),)

    # -- events and effects ----------------------------------------------------------------------------------------------

    def _event(self, line: str) -> Event:
        self._silent = 0
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
        self.said.append((len(self.said) + 1, words))
        number = len(self.said)
        if words.startswith("/"):
            return Commanded(words[1:], self.at, number)
        if words.startswith("(") and words.endswith(")"):
            return self._attached(words[1:-1], number)
        return self._said(words, number)

    def _said(self, words: str, number: int) -> Said:
        """Words, with Rasa's advice where the line gives it and the engine would ask for it."""
        advised = _ADVICE.fullmatch(words)
        if advised is None:
            return Said(words, number, self.at)
        ranking = tuple((intent, float(share)) for intent, share in _RANKED.findall(advised[2]))
        asks = listens(self.flow, self.conversation, advised[1], self.at)
        return Said(advised[1], number, self.at, Meaning(*ranking[0], ranking, "nlu") if asks else None)

    def _attached(self, words: str, number: int) -> Attached:
        kind, _, refused = words.partition(": ")
        wanted = self._wanted(kind)
        if wanted is None or kind not in _RECEIVED:
            return Attached(kind, number, self.at)
        if refused:
            return Attached(kind, number, self.at, refused=refused)
        what, mime = _RECEIVED[kind]
        id_ = f"{number:032x}"
        file = File(id_, what, mime, 1000 + number, id_ * 2, original=wanted.keep_original)
        return Attached(kind, number, self.at, file)

    def _wanted(self, kind: str) -> Wanted | None:
        opened = next((letter for letter, state in self.letters.values() if state == "open"), None)
        if opened is not None:
            return asking.asks_for(self.flow, opened, self.language, kind, self.at)
        return wants(self.flow, self.conversation, kind, self.at)

    def _find(self, label: str) -> tuple[str, Button]:
        for tag, screen in reversed(self.shown):
            for row in screen.rows:
                for button in row:
                    if self._plain(say(button.label, self.conversation.language, self.facts)) == label:
                        return tag, button
        raise Unplayable(f"no button [{label}]")

    def _take(self, turn: Turn) -> list[str]:
        self.conversation = restore(json.loads(json.dumps(save(turn.conversation))))
        guarded = self.has_pin and bool(self.conversation.sent)
        self.conversation = replace(
            self.conversation,
            handed=self.handed,
            has_pin=guarded,
            guarded=guarded,
            wishes=turn.conversation.wishes,
        )
        self._note_waiting()
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
            case CallPerson(reason, times):
                return [f"! CallPerson {reason} {times}".rstrip()]
            case Prefer(times):
                return [f"! Prefer {times}"]
            case Inquire():
                return self._take(step(self.flow, self.conversation, LookedUp(self._requests(), self.at)))
            case Write():
                note = Letter(f"{len(self.letters) + 1:09x}" + "0" * 23, self.conversation.id, "note")
                return self._replied(asking.open_letter(self.flow, note, self.language, self.at))
            case Submit(report):
                _VALIDATOR.validate(report)
                self.reports.append(report)
                return [f"! Submit {report['kind']}" if report["kind"] != "report" else "! Submit"]
            case Erase() | Tidy() | Vanish() | Lock() | Keep() | Recover() | Take() | Prove():
                return [f"! {type(effect).__name__}"]
            case Guard(kind):
                return [f"! Guard {kind}"]
            case LookUp(what):
                return [f"! LookUp {what}"]
            case ChooseWord(number):
                return [f"! ChooseWord {number}"]
            case Note(reason):
                return [f"! Note {reason}"]
            case Certify(revision):
                receipt = receipt_screen(
                    self.conversation, revision, discreet=is_discreet(self.flow, self.conversation)
                )
                self.shown.append((self.conversation.tag, receipt))
                return [f"! Certify {revision}", *self._screen(receipt)]
            case Drop(files):
                return [f"! Drop {len(files)}"]
            case Play(_, path):
                return [f"! Play {path}"]
            case Quiet(on):
                return [f"! Quiet {'on' if on else 'off'}"]
            case Remind(on):
                return [f"! Remind {'on' if on else 'off'}"]
            case Inform(months):
                return [f"! Inform {months}"]
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


def languages_of(story: Path) -> tuple[str, ...]:
    """The languages a story's families may choose: Arabic, English and the one whose folder it lies in.

    Not every language there is, so that a new one does not rewrite the stories of all others.
    """
    return tuple(sorted({"ar", "en", story.parent.name} & set(offered())))


def replay(flow: Flow, transcript: str, *, language: str = "en") -> tuple[str, Player]:
    """The transcript as the engine plays it now, and the player at its end. Only the family's lines are taken from it."""
    player = Player(flow, language)
    lines = transcript.splitlines()
    head = list(_until_first_act(lines))
    played = [*head, *player.begin()]
    for line in lines[len(head) :]:
        if line.startswith(("> ", "@ ", "~ ", "= ")):
            played += ["", line, *player.play(line)]
        elif line.startswith("#"):
            played += ["", line]
    return "\n".join(played) + "\n", player


def _until_first_act(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("#"):
            return
        yield line
