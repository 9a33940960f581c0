"""Speaks phrases in a language: gettext catalogs, placeholders, and the isolates that keep mixed directions in order."""

from __future__ import annotations

import gettext
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from flows.phrases import Fact, Phrase, Screen, Shown, Value
from flows.reading.display import shown

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "wasl"
SOURCE_LANGUAGE = "en"

#: First strong isolate … pop: an inserted name or number keeps its own direction and disturbs no other (UAX 9).
_ISOLATE, _POP = "\u2068", "\u2069"
#: Codes and phones are always read left to right.
_LEFT_TO_RIGHT = "\u2066"
_DIRECTION_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
#: `{org}` is a fact or a value; `${name}` is an answer in a form's own words, as XLSForm writes it
_PLACEHOLDER = re.compile(r"(?<!\$)\{([a-z_]+)\}|\$\{([a-z][a-z0-9_]*)\}")
#: stands where an answer is not known
_UNKNOWN = "…"

#: Facts a reader may want to copy: shown in `code` style, on their own, left to right.
COPYABLE = frozenset({"code", "draft_code", "receipt"})
#: Facts that list words of several directions, set apart by a comma and a space.
_LISTED = frozenset({"languages"})
#: Languages written from right to left, as far as anybody may have a catalog of them.
RIGHT_TO_LEFT = frozenset({"ar", "ckb", "fa", "he", "syr", "ur"})
#: A command as a family types it; from right to left its stroke would stand behind it.
_COMMAND = re.compile(r"(?<![\w/:])/[a-z]+\b")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A screen in words: what the message says, its buttons as (label, press), and what in it can be copied by a tap."""

    text: str = field(repr=False)
    rows: tuple[tuple[tuple[str, str], ...], ...] = field(default=(), repr=False)
    #: (offset, length) in UTF-16 units, as Telegram counts
    copyable: tuple[tuple[int, int], ...] = ()


def offered() -> tuple[str, ...]:
    """Languages a family may choose: the source's and every one whose catalog leaves nothing untranslated, sorted."""
    return tuple(sorted([SOURCE_LANGUAGE, *(code for code in _translated_to() if not missing(code))]))


def own_name(language: str) -> str:
    """What its speakers call a language (CLDR); the code itself where nobody has said."""
    try:
        return str(Locale.parse(language).get_language_name(language) or language).title()
    except (UnknownLocaleError, ValueError):
        return language


def missing(language: str) -> list[tuple[str | None, str]]:
    """(context, message) of everything the template asks for and the language's catalog lacks or holds as fuzzy."""
    template, catalog = _read(LOCALE / f"{DOMAIN}.pot"), _catalog(language)
    gaps = []
    for message in template:
        if not message.id:
            continue
        found = catalog.get(message.id, message.context)
        if found is None or not found.string or found.fuzzy:
            gaps.append((message.context, str(message.id)))
    return gaps


def template(phrase: Phrase, language: str) -> str:
    """The phrase's sentence in a language, placeholders unfilled; English when the language lacks it."""
    if (told := phrase.told.get(language)) is not None:
        return told
    if language == SOURCE_LANGUAGE:
        return phrase.msgid
    translations = _translations(language)
    if phrase.context is None:
        return translations.gettext(phrase.msgid)
    return translations.pgettext(phrase.context, phrase.msgid)


def has(phrase: Phrase, language: str) -> bool:
    """Whether the phrase is translated into that language, be it to the same words."""
    if language == SOURCE_LANGUAGE or language in phrase.told:
        return True
    if language not in _translated_to():
        return False
    found = _catalog(language).get(phrase.msgid, phrase.context)
    return found is not None and bool(found.string) and not found.fuzzy


def fingerprint(phrases: Sequence[Phrase], language: str, facts: Mapping[str, str] | None) -> str:
    """SHA-256 (hex) of a text as it is shown in that language; without facts, of the text with its placeholders open."""
    said = [template(phrase, language) if facts is None else say(phrase, language, facts) for phrase in phrases]
    return hashlib.sha256("\n\n".join(said).encode()).hexdigest()


def say(phrase: Phrase, language: str, facts: Mapping[str, str]) -> str:
    """The phrase in words. KeyError (naming the placeholder) when neither its values nor the facts fill one."""
    language = phrase.language or language
    own = facts.get(phrase.fact) if phrase.fact else None
    return fill(own or template(phrase, language), phrase.values, language, facts)


def fill(sentence: str, values: Mapping[str, Value], language: str, facts: Mapping[str, str]) -> str:
    """A translated sentence with its placeholders filled, each isolated; KeyError as in `say`."""

    def filled(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return _value(values[match[2]], language, facts) if match[2] in values else _UNKNOWN
        if name in COPYABLE:
            return f"{_LEFT_TO_RIGHT}{_DIRECTION_CONTROLS.sub('', facts[name])}{_POP}"
        if name in _LISTED and name not in values:
            return ("، " if language == "ar" else ", ").join(isolated(one) for one in facts[name].split(", "))
        return _value(values[name] if name in values else Fact(name), language, facts)

    if language in RIGHT_TO_LEFT:
        sentence = _COMMAND.sub(f"{_LEFT_TO_RIGHT}\\g<0>{_POP}", sentence)
    return _PLACEHOLDER.sub(filled, sentence)


def speak(screen: Screen, language: str, facts: Mapping[str, str]) -> Spoken:
    """The whole screen in words; paragraphs are set apart by an empty line."""
    text = "\n\n".join(say(line, language, facts) for line in screen.lines)
    rows = tuple(tuple((say(button.label, language, facts), button.press) for button in row) for row in screen.rows)
    return Spoken(text, rows, tuple(_copyable(text, facts)))


def isolated(words: str) -> str:
    """Somebody's words made safe to stand inside a sentence of any direction."""
    return f"{_ISOLATE}{_DIRECTION_CONTROLS.sub('', words)}{_POP}"


def utf16_length(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _value(value: Value, language: str, facts: Mapping[str, str]) -> str:
    match value:
        case Phrase():
            return say(value, language, facts)
        case tuple():
            return "\n".join(say(line, language, facts) for line in value)
        case Fact(name, None):
            return isolated(facts[name])
        case Fact(name, str(otherwise)):
            return isolated(facts.get(name) or otherwise)
        case Shown(structured):
            return isolated(shown(structured, language))
    return isolated(str(value))


def _copyable(text: str, facts: Mapping[str, str]) -> list[tuple[int, int]]:
    spans = []
    for name in COPYABLE & facts.keys():
        at = text.find(f"{_LEFT_TO_RIGHT}{facts[name]}{_POP}")
        if at >= 0:
            spans.append((utf16_length(text[: at + 1]), utf16_length(facts[name])))
    return spans


@cache
def _translated_to() -> tuple[str, ...]:
    return tuple(sorted(path.parent.parent.name for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po")))


@cache
def _catalog(language: str) -> Catalog:
    return _read(LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po")


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


# Catalogs are read from their .po files, so a translator's change is one file and nothing can be out of date beside it.
@cache
def _translations(language: str) -> gettext.NullTranslations:
    if language not in _translated_to():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, _catalog(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
