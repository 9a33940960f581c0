"""Languages made by machine, for tests only: catalogs in a folder of their own, and a way to tell a story in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog

from flows import languages
from flows.effects import Effect, Show, Tell, Toast
from flows.i18n.check import ROOT
from flows.i18n.entries import PLACEHOLDER
from flows.i18n.kinds import kinds
from flows.i18n.update import key_of, read_catalog, write_catalog
from flows.load import load_form
from flows.phrases import Screen
from flows.presses import press as press_token
from flows.transcript import Player, Unplayable

STORIES = Path(__file__).parents[1] / "transcripts" / "en"
_ACCENTED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "åƀçđéƒĝĥîĵķļɱñöþɋŕšţûṽŵẋýžÅƁÇĐÉƑĜĤÎĴĶĻṀÑÖÞɊŔŠŢÛṼŴẊÝŽ",
)
_ARABIC = str.maketrans("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "ابجدهفغحيژكلمنوپقرستعۆخصطز" * 2)


def accented(text: str, *, short: bool) -> str:
    """⟦Ŷöûŕ …····⟧: readable, longer by two fifths where there is room, and nothing in it is English."""
    spoken = _but_for_commands(text, lambda words: words.translate(_ACCENTED))
    return spoken if short else f"⟦{spoken}{'·' * (len(text) * 2 // 5)}⟧"


def mirrored(text: str, *, short: bool) -> str:
    """Arabic letters for Latin ones: a language written from right to left."""
    spoken = _but_for_commands(text, lambda words: words.translate(_ARABIC))
    return "\n".join(_rightwards(line) for line in spoken.split("\n"))


def _rightwards(line: str) -> str:
    """Begin with a letter of the language: a sign or a number stands behind it."""
    head = "- " if line.startswith("- ") else ""
    rest = line.removeprefix(head)
    return f"{head}\u200f{rest}" if rest[:1] and unicodedata.category(rest[0]) in ("So", "Nd") else line


def _but_for_commands(text: str, change: Callable[[str], str]) -> str:
    """Change all words but placeholders, and what a family must type as it is: /pause."""
    parts, at = [], 0
    for found in PLACEHOLDER.finditer(text):
        parts += [_words(text[at : found.start()], change), found[0]]
        at = found.end()
    return "".join([*parts, _words(text[at:], change)])


def _words(text: str, change: Callable[[str], str]) -> str:
    return " ".join(word if word.startswith("/") else change(word) for word in text.split(" "))


def write(folder: Path, code: str, speak: Callable[..., str]) -> Path:
    """A complete catalog made from the template, as a translator would hand it in."""
    template = read_catalog(languages.LOCALE / "wasl.pot", None)
    catalog = Catalog(locale=code)
    what = kinds(ROOT)
    for message in template:
        if message.id:
            short = what.get((message.context or "", key_of(message)[1]), "message") != "message"
            said = speak(str(message.id), short=short)
            catalog.add(message.id, said, context=message.context)
    path = folder / code / "LC_MESSAGES" / "wasl.po"
    path.parent.mkdir(parents=True)
    write_catalog(path, catalog)
    return path


@contextmanager
def catalogs_in(folder: Path) -> Iterator[None]:
    """Read catalogs from here, as if the package had them."""
    before, languages.LOCALE = languages.LOCALE, folder
    _forget()
    try:
        yield
    finally:
        languages.LOCALE = before
        _forget()


def _forget() -> None:
    for cached in (languages._translated_to, languages._catalog, languages._translations):
        cached.cache_clear()


@dataclass
class Listener(Player):
    """A player that remembers all it was shown or told: (language, screen), a toast being a screen of one line."""

    heard: list[tuple[str, Screen]] = field(default_factory=list)

    def _lines(self, effect: Effect) -> list[str]:
        match effect:
            case Show(screen) | Tell(screen):
                self.heard.append((self.language, screen))
            case Toast(phrase):
                self.heard.append((self.language, Screen((phrase,))))
        return super()._lines(effect)


def retell(story: Path, language: str) -> Listener:
    """A story of the English transcripts told in a language by the same buttons.

    `Unplayable` when a button of the story is not there in that language.
    """
    offered = ("ar", "en", language)
    english = Player(load_form(recipients=("icmp", "icrc"), languages=("ar", "en")))
    own = Listener(load_form(recipients=("icmp", "icrc"), languages=offered))
    english.begin()
    own.begin()
    for line in story.read_text(encoding="utf-8").splitlines():
        if line[:2] in ("> ", "@ ", "~ ", "= "):
            said = _in_own_words(line, english, own, language)
            english.play(line)
            if said is not None:
                own.play(said)
    return own


def _in_own_words(line: str, english: Player, own: Player, language: str) -> str | None:
    """The line with the button's label in that language; None for what a reader asks back in English alone (12/06)."""
    if not line.startswith("> ["):
        return line
    _, button = english._find(line[3:-1])
    wanted = press_token("c", "language", language) if button.press == "c:language:en" else button.press
    for _, screen in reversed(own.shown):
        for row in screen.rows:
            for one in row:
                if one.press == wanted:
                    return f"> [{own._plain(languages.say(one.label, own.language, own.facts))}]"
    if wanted[:2] in ("o:", "y:"):
        return None
    raise Unplayable(f"no button {wanted} for {line!r}")
