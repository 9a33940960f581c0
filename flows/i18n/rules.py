"""What must hold of every message. Each rule takes a message and yields what is wrong and how to mend it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from babel.messages.plurals import get_plural

from flows.i18n.entries import PLACEHOLDER, Book, Entry, placeholders
from flows.languages import RIGHT_TO_LEFT, utf16_length

RULES = Path(__file__).parent / "rules.yml"
#: renders a message with values, as `flows.languages.say` would: (entry, form, values) -> text
Render = Callable[[Entry, str, Mapping[str, str]], str]

_ISOLATES, _POP = "\u2066\u2067\u2068", "\u2069"
_DIRECTION_CONTROLS = re.compile("[\u061c\u200e\u202a-\u202e\u2066-\u2069]|(?<!^)\u200f", re.MULTILINE)
_POSITIONAL = re.compile("%[sd]")
_BRACES = re.compile(r"[{}]")
_SYMBOLS = ("So", "Sk", "Nd", "Nl", "No")
#: a command, which stands between isolates from right to left and is no value
_COMMAND = re.compile("\u2066(/[a-z]+)\u2069")
_LIST = re.compile("^(- )?\u200f?")
#: What a rule inserts to see that nothing escapes: another direction, an override, a pop, two lines, beyond the BMP.
EXTREMES = ("", "Ab 12", "أمل 12", "\u202eevil\u2069 {code}", "two\nlines", "👁‍🗨" * 40, "+963 944 123 456")


@dataclass(frozen=True, slots=True)
class Fault:
    """Which rule a message breaks, what is wrong and what to do about it."""

    rule: str
    says: str
    remedy: str


@cache
def table() -> Mapping[str, Any]:
    """The reviewed lists in `rules.yml`."""
    loaded: Mapping[str, Any] = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    return loaded


def faults(entry: Entry, render: Render | None) -> Iterator[Fault]:
    """Everything wrong with a message; a missing one is nothing but missing."""
    gaps = list(_gaps(entry))
    yield from gaps
    if gaps:
        return
    for rule in (_shape, _placeholders, _lengths, _words, _letters, _lines, _likeness):
        yield from rule(entry)
    if render is not None:
        yield from _isolates(entry, render)


def book_faults(book: Book) -> Iterator[Fault]:
    """What is wrong with a catalog as a whole: its plural forms."""
    if "Plural-Forms" not in book.headers:
        return
    plural = get_plural(book.language)
    expected = str(plural.plural_forms)
    if re.sub(r"\s|;", "", book.headers["Plural-Forms"]) != re.sub(r"\s|;", "", expected):
        yield Fault("plurals", f"Plural-Forms is {book.headers['Plural-Forms']!r}", f"write {expected!r}")


def _gaps(entry: Entry) -> Iterator[Fault]:
    if entry.obsolete:
        yield Fault("obsolete", "nothing says this any more", "delete it (make messages does)")
    elif entry.fuzzy:
        yield Fault("fuzzy", "a guess that nobody has looked at", "correct it and take the word fuzzy away")
    elif not any(entry.said):
        yield Fault("missing", "not translated", "translate it")
    elif len(entry.source) > 1 and _plural_gap(entry):
        forms = get_plural(entry.language).num_plurals
        yield Fault("plurals", f"{sum(map(bool, entry.said))} of {forms} plural forms", "fill each msgstr[…]")


def _plural_gap(entry: Entry) -> bool:
    return len(entry.said) != get_plural(entry.language).num_plurals or not all(entry.said)


def _shape(entry: Entry) -> Iterator[Fault]:
    for said in entry.said:
        if unicodedata.normalize("NFC", said) != said:
            yield Fault("nfc", "letters are written in parts", "save it in Unicode's composed form (NFC)")
        if found := _DIRECTION_CONTROLS.search(said):
            name = unicodedata.name(found[0], "?")
            yield Fault("controls", f"holds an invisible {name}", "delete it: inserted words are isolated when spoken")
        for edge in (re.compile(r"^\s*"), re.compile(r"\s*$")):
            if _edge(edge, said) != _edge(edge, entry.source[0]):
                yield Fault("edges", "begins or ends with other spaces than the English", "write the same spaces")


def _edge(edge: re.Pattern[str], text: str) -> str:
    found = edge.search(text)
    return found[0] if found else ""


def _placeholders(entry: Entry) -> Iterator[Fault]:
    """Equal sets, as `msgfmt -c` asks of brace placeholders; of plurals, none may be invented."""
    wanted = Counter(placeholders(entry.source[-1]))
    for said in entry.said:
        found = Counter(placeholders(said))
        if found - wanted or (len(entry.source) == 1 and found != wanted):
            lacks, extra = sorted((wanted - found).elements()), sorted((found - wanted).elements())
            says = "; ".join(
                [*(f"lacks {{{name}}}" for name in lacks), *(f"has {{{name}}} too much" for name in extra)]
            )
            yield Fault("placeholders", says, "keep each placeholder of the English exactly once")
        if sorted(_POSITIONAL.findall(said)) != sorted(_POSITIONAL.findall(entry.source[-1])):
            yield Fault("placeholders", "other %s or %d than the English", "keep each, in every plural form too")
        if _BRACES.search(PLACEHOLDER.sub("", said)) and not _BRACES.search(PLACEHOLDER.sub("", entry.source[0])):
            yield Fault("placeholders", "a brace without its pair or with spaces", "write placeholders as {name}")


def _lengths(entry: Entry) -> Iterator[Fault]:
    if entry.domain != "conversation":
        return
    most = table()["lengths"][entry.kind]
    for said in entry.said:
        units = longest(said)
        if units > most:
            yield Fault("length", f"a {entry.kind} of {units} characters, more than {most}", "say it shorter")


def longest(text: str) -> int:
    """UTF-16 units of a text after the longest fill of its placeholders, two isolates around each included."""
    fills, isolates = table()["fills"], 2
    filled: int = sum(fills.get(name, fills["other"]) + isolates for name in placeholders(text))
    return utf16_length(PLACEHOLDER.sub("", text)) + filled


def _words(entry: Entry) -> Iterator[Fault]:
    scope = "desk" if entry.domain == "desk" else "conversation"
    for said in entry.said:
        plain = lowered(PLACEHOLDER.sub(" ", said), entry.language)
        for pattern in table()["forbidden"][scope].get(entry.language, ()):
            if found := re.search(pattern, plain):
                yield Fault("forbidden", f"says {found[0]!r}", "say it without (docs/GLOSSARY.md, words we do not use)")
        if entry.language == "ar":
            yield from _gendered(plain)


def _gendered(plain: str) -> Iterator[Fault]:
    """Verbs that take the reader for a man or a woman; one whose first vowel is a damma is a passive of somebody else."""
    for word in re.findall("[\u0621-\u0652]+", plain):
        bare = re.sub("[\u064b-\u0652]", "", word)
        if word[1:2] != "\u064f" and (bare in _verbs() or (bare[:1] in "وف" and bare[1:] in _verbs())):
            yield Fault("gendered", f"{word!r} takes the reader for a man or a woman", "use a masdar or يمكنك")


@cache
def _verbs() -> frozenset[str]:
    return frozenset(re.sub("[\u064b-\u0652]", "", word) for word in table()["gendered"])


def lowered(text: str, language: str) -> str:
    """Lower case; Turkish keeps its two letters apart."""
    return text.replace("I", "ı").replace("İ", "i").lower() if language == "tr" else text.lower()


def _letters(entry: Entry) -> Iterator[Fault]:
    """Letters that the language does not write, in words that are not the English ones."""
    allowed = table()["letters"].get(entry.language)
    if allowed is None:
        return
    foreign, source = re.compile(f"[^{allowed}]"), " ".join(entry.source)
    for said in entry.said:
        for word in re.findall(
            r"[^\W\d_]+(?:[\u064b-\u0652][^\W\d_]*)*", _POSITIONAL.sub(" ", PLACEHOLDER.sub(" ", said))
        ):
            strange = foreign.search(lowered(word, entry.language))
            if strange and not re.search(rf"(?<![^\W\d_]){re.escape(word)}(?![^\W\d_])", source):
                says = f"{strange[0]!r} in {word!r} is no letter of this language"
                yield Fault("letters", says, "write the word in the language's own letters")


def _lines(entry: Entry) -> Iterator[Fault]:
    """Telegram and browsers take a line's direction from its first strong character."""
    if entry.language not in RIGHT_TO_LEFT or entry.domain == "desk":  # its pages say their direction
        return
    for said in entry.said:
        for line in said.split("\n"):
            rest = _LIST.sub("", line)
            first = rest[:1]
            strong = first_strong(PLACEHOLDER.sub("", rest))
            if strong == "L" or (first and unicodedata.category(first) in _SYMBOLS and "\u200f" not in line[:3]):
                yield Fault(
                    "direction",
                    f"the line {line[:24]!r} would run from left to right",
                    "begin it with a word of the language",
                )


def first_strong(text: str) -> str:
    """`L` or `R`: the direction a line takes; what is isolated does not count. "" when nothing decides it."""
    depth = 0
    for letter in text:
        if letter in _ISOLATES:
            depth += 1
        elif letter == _POP:
            depth = max(0, depth - 1)
        elif depth == 0 and (kind := unicodedata.bidirectional(letter)) in ("L", "R", "AL"):
            return "L" if kind == "L" else "R"
    return ""


def _likeness(entry: Entry) -> Iterator[Fault]:
    """Left in English, or much shorter or longer than it."""
    if entry.language == "en":
        return
    for source, said in zip(entry.source, entry.said, strict=False):
        bare = PLACEHOLDER.sub("", source)
        if said == source and any(map(str.isalpha, bare)) and source not in table()["same"].get(entry.language, ()):
            yield Fault("english", "stands as in English", "translate it, or list the word under `same` in rules.yml")
        ratio = table()["ratio"]
        if len(source) >= ratio["from"] and not ratio["least"] <= len(said) / len(source) <= ratio["most"]:
            says = f"{len(said) / len(source):.2f} times as long as the English"
            yield Fault("ratio", says, "see whether something is missing or added")


def _isolates(entry: Entry, render: Render) -> Iterator[Fault]:
    """Every value, however strange, stands between isolates, and no isolate is left open."""
    for said in entry.said:
        names = placeholders(said)
        for extreme in EXTREMES if names else ():
            try:
                spoken = render(entry, said, dict.fromkeys(names, extreme))
            except (KeyError, ValueError, IndexError) as error:
                yield Fault("rendering", f"cannot be spoken ({type(error).__name__})", "look at its placeholders")
                break
            if not _holds(spoken, said, extreme):
                yield Fault("isolates", "an inserted value is not isolated", "insert it through flows/languages.py")
                break


def _holds(spoken: str, said: str, extreme: str) -> bool:
    """Whether the text between the isolates is the sentence itself, and what is within them the value."""
    inside = re.compile(f"[{_ISOLATES}]([^{_ISOLATES}{_POP}]*){_POP}")
    spoken = _COMMAND.sub(r"\1", spoken)
    clean = re.sub("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", extreme)
    found = inside.findall(spoken)
    return found == [clean] * len(placeholders(said)) and inside.sub("\0", spoken) == PLACEHOLDER.sub("\0", said)
