"""The words of a language that make up dates, from `vocabulary/*.txt`: found longest first, with their endings and particles.

Kinds, with what their value means: `month` 1-12, `eithermonth` two months one name may mean, `hijrimonth` 1-12,
`season` 21-24 (EDTF), `weekday`, `unit` y m w d, `dual` two of a unit in one word, `onetime` one of a unit in one word,
`decade` its first year, `number`, `ordinal`, `part` early mid late, `yearpart` the same of a year, `seasonpart`,
`half` 1 2, `plushalf` "and a half", `approx`, `unsure`, `before`, `after`, `since`, `ago`, `until`, `from`, `to`, `between`,
`and`, `or`, `more`, `less`, `last` how many back, `this`, `relyear` and `relday` counted from today, `feast`, `whicheid`,
`eve`, `event`, `clock` and `aftertime` beside a time of day, `unknown` "I don't know", `vague` "long ago", `not`, `age`,
`born`, `hijri`, `gregorian`, `decadesuffix`, `decadeprefix`, `skip` says nothing, `none` is no date though it looks like one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from flows.reading.words import letters

FOLDER = Path(__file__).parent / "vocabulary"
#: languages whose dates are read: those the grammar was made for, and any that has got a word list since
_WORD_LISTS = sorted(file.stem for file in FOLDER.glob("*.txt") if re.fullmatch("[a-z]{2,3}", file.stem))
LANGUAGES = tuple(dict.fromkeys(("ar", "ku", "tr", "en", "de", "fr", *_WORD_LISTS)))
#: languages that put "before", "after" and "since" behind what they speak of
POSTPOSITIONAL = frozenset({"tr"})

#: kinds whose words mean the same whatever language they are met in, and may be lent to the others
_LENT = frozenset({"month", "eithermonth", "hijrimonth", "season", "feast", "event", "unknown", "weekday", "decade"})
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_VOWELS = re.compile("[aeiouwy]")
_DOUBLED = re.compile(r"(.)\1+")
_ONE = r"\1"
#: French words that lean on the next one
_ELIDED = frozenset({"l", "d", "c", "j", "n", "m", "s", "t", "qu", "jusqu", "lorsqu", "presqu", "puisqu"})

#: kinds whose words take endings of case, number and izafe (`vocabulary/endings.txt`)
_INFLECTED = frozenset({
    "month", "eithermonth", "hijrimonth", "season", "weekday", "unit", "dual", "feast", "whicheid", "event", "part", "half",
    "decade", "number", "ordinal", "last", "born", "before", "after", "approx", "unknown", "relday",
})  # fmt: skip
#: what Arabic writes together with the next word, and the word of its own it stands for
_LEADS: Mapping[str, str] = {
    "ال": "", "و": "and", "وال": "and", "ب": "", "بال": "", "وب": "and", "وبال": "and", "ل": "to", "لل": "to",
    "ول": "to", "ع": "", "عال": "", "ف": "", "فال": "", "هال": "this", "بهال": "this", "عل": "",
}  # fmt: skip
_LONGEST_LEAD_FIRST = tuple(sorted(_LEADS, key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class Entry:
    """What a word or phrase of the list means."""

    kind: str
    value: str = ""


@dataclass(slots=True)
class _Node:
    entry: Entry | None = None
    more: dict[str, _Node] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found: how many words it took, what it means, and a particle written together with it (`and`, `to`, …)."""

    length: int
    entry: Entry
    lead: str = ""


class Lexicon:
    """The phrases of one language, and of the others where their words are free here."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._root = _Node()
        self._endings = endings(language)
        for name in _files(language):
            for words, entry in _entries(name):
                self._learn(words, entry)
                if name == "ar-Latn" and entry.kind in _INFLECTED:
                    self._learn(tuple(skeleton(word) or word for word in words), entry)
        for word, number in _numbers_in_one_word(language).items():
            self._learn((word,), Entry("number", str(number)))
        for name in (other for code in LANGUAGES if code != language for other in _files(code)):
            for words, entry in _entries(name):
                if entry.kind in _LENT:
                    self._learn(words, entry)

    def find(self, words: Sequence[str], start: int) -> Match | None:
        """The longest phrase that begins at `words[start]`; words as written before endings, as `split` gives them."""
        best: Match | None = None
        for form, lead, inflected in self._forms(words[start]):
            found = self._walk(self._root.more.get(form), words, start + 1, inflected)
            if found is not None and (best is None or found[0] - start > best.length):
                best = Match(found[0] - start, found[1], lead)
        return best

    def _walk(self, node: _Node | None, words: Sequence[str], at: int, inflected: bool) -> tuple[int, Entry] | None:
        if node is None:
            return None
        best = (at, node.entry) if node.entry and (not inflected or node.entry.kind in _INFLECTED) else None
        if not node.more or at >= len(words):
            return best
        for form, lead, bent in self._forms(words[at]):
            if lead or form not in node.more:
                continue
            found = self._walk(node.more[form], words, at + 1, inflected or bent)
            if found is not None and (best is None or found[0] > best[0]):
                best = found
        return best

    def _forms(self, word: str) -> Iterator[tuple[str, str, bool]]:
        """The word, then what is left of it without an ending or a particle: (form, particle's meaning, has an ending)."""
        yield word, "", False
        if self.language == "ar":
            for lead in _LONGEST_LEAD_FIRST:
                if word.startswith(lead) and len(word) >= len(lead) + 2:
                    yield word[len(lead) :], _LEADS[lead], False
            bones = skeleton(word)
            if bones:
                yield bones, "", True
        for ending in self._endings:
            if word.endswith(ending) and len(word) >= len(ending) + 2:
                yield word[: -len(ending)], "", True

    def _learn(self, words: tuple[str, ...], entry: Entry) -> None:
        for form in (words, tuple(_without_article(word) for word in words)):
            node = self._root
            for word in form:
                node = node.more.setdefault(word, _Node())
            node.entry = node.entry or entry


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of a language of ours; Arabic for any other. Read once."""
    return Lexicon(language if language in LANGUAGES else "ar")


@cache
def endings(of: str) -> tuple[str, ...]:
    """Endings of a language's words, or those of a number (`case`, `ordinal`), shortest first and folded."""
    found = [words[0] for words, entry in _entries("endings") if entry.kind == of]
    return tuple(sorted(found, key=len))


def split(text: str) -> list[str]:
    """The words of a text given by `letters`, apostrophes gone: `l'ete` is two, `mother's` and `mart'ta` one."""
    found = []
    for match in _WORD.finditer(text):
        found.extend(apart(match[0]))
    return found


def apart(word: str) -> list[str]:
    """A word with apostrophes as the words it is."""
    head, mark, tail = word.partition("'")
    if mark and head in _ELIDED:
        return [head, *apart(tail)]
    return [word.replace("'", "")]


def _numbers_in_one_word(language: str) -> dict[str, int]:
    """German and Turkish numbers up to 99, and years, that are written without a space."""
    if language not in ("de", "tr"):
        return {}
    plain = {int(entry.value): words[0] for words, entry in reversed(_entries(language)) if _plain_number(words, entry)}
    found = dict(plain)
    for ten in range(20, 100, 10):
        for unit in range(1, 10):
            found[ten + unit] = f"{plain[unit]}und{plain[ten]}" if language == "de" else f"{plain[ten]}{plain[unit]}"
    if language == "tr":
        found.update({10 + unit: f"{plain[10]}{plain[unit]}" for unit in range(1, 10)})
    heads = {2000: "zweitausend", 1900: "neunzehnhundert"} if language == "de" else {2000: "ikibin"}
    years = {head + n: f"{word}{found.get(n, '')}" for head, word in heads.items() for n in range(100)}
    return {word: number for number, word in {**found, **years}.items()}


def _plain_number(words: tuple[str, ...], entry: Entry) -> bool:
    return entry.kind == "number" and len(words) == 1 and entry.value.isdecimal()


def skeleton(word: str) -> str:
    """The consonants of an Arabizi word, which everybody spells with other vowels; "" where too few tell it."""
    if not word.isascii():
        return ""
    bones = _VOWELS.sub("", word.replace("kh", "5").replace("ch", "sh"))
    return f"~{_DOUBLED.sub(_ONE, bones)}" if len(bones) >= 3 else ""


def _without_article(word: str) -> str:
    return word[2:] if word.startswith("ال") and len(word) >= 4 else word


def _files(language: str) -> tuple[str, ...]:
    return ("ar", "ar-Latn") if language == "ar" else (language,)


@cache
def _entries(name: str) -> tuple[tuple[tuple[str, ...], Entry], ...]:
    found = []
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        head, _, phrases = line.partition(":")
        kind, _, value = head.partition(" ")
        found += [(tuple(split(letters(phrase))), Entry(kind, value)) for phrase in phrases.split("|")]
    return tuple((words, entry) for words, entry in found if words)
