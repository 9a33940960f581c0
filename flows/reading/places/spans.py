"""Where in a family's words names of places stand: the longest ones first, as spelled, as they sound, then with slips."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from flows.reading.places.gazetteer import SEAT, gazetteer
from flows.reading.places.keys import is_arabic, loose, strict
from flows.reading.places.lexicon import (
    AND,
    BRANCH,
    CENTRAL,
    CITY,
    FILLING,
    FROM,
    HOOD,
    HOSPITAL,
    NO_PLACE,
    SIDE,
    SITES,
    STRONG_FILLING,
    roles,
)
from flows.reading.places.people import is_person
from flows.reading.places.typos import near as names_near

#: more words than this are not looked at, and a name has no more than these
WORDS, NAME = 40, 5
#: names are corrected only where so few words wait for a meaning
FEW = 3
_CLITICS = ("وبال", "وال", "بال", "فال", "كال", "عال", "هال", "لل")
_ENDINGS = {
    "ku": ("eye", "yan", "ye", "ya", "an", "e", "a", "i"),
    "tr": (
        *(
            "inden",
            "ndan",
            "nden",
            "daki",
            "deki",
            "taki",
            "teki",
            "dan",
            "den",
            "tan",
            "ten",
            "nda",
            "nde",
            "da",
            "de",
            "ta",
        ),
        *("te", "nin", "nun", "ya", "ye", "yi", "yu", "in", "un", "a", "e", "i", "u"),
    ),
}


@dataclass(frozen=True, slots=True)
class Span:
    """Words `start` to `end` (exclusive) may name one of `codes`."""

    start: int
    end: int
    codes: tuple[str, ...]
    #: exact, sound or slip
    how: str = "exact"
    #: the institution is in many cities
    many: bool = False
    #: the part of a city, known by its neighbourhoods only
    area: bool = False
    #: a preposition was part of its first word
    clitic: bool = False
    #: codes with more slips than `codes`, for when something else says where
    farther: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spotted:
    """The words with the names found in them."""

    words: Sequence[str] = field(repr=False)
    spans: tuple[Span, ...]

    def rest(self) -> list[int]:
        """Positions of words that belong to no name and are no known filling."""
        named = {at for span in self.spans for at in range(span.start, span.end)}
        return [at for at, word in enumerate(self.words) if at not in named and not roles_of(word) - {NO_PLACE}]

    def before(self, span: Span) -> frozenset[str]:
        """Roles of the words that lead up to a name (`Umland von …`)."""
        return _leading(self.words[: span.start][::-1])

    def after(self, span: Span) -> frozenset[str]:
        """Roles of the word after a name."""
        return roles_of(self.words[span.end]) if span.end < len(self.words) else frozenset()

    def people(self) -> bool:
        """Whether all that is said besides filling are names that people bear."""
        said = [word for word in self.words if not roles_of(word) - {NO_PLACE}]
        return bool(said) and all(map(is_person, said))

    def joined(self, span: Span) -> bool:
        """Whether "and" stands before a name, so that it is one of several."""
        first = self.words[span.start]
        return AND in (roles_of(self.words[span.start - 1]) if span.start else ()) or (
            span.clitic and first.startswith("و")
        )


def _leading(backwards: Sequence[str]) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for word in backwards[:3]:
        said = roles_of(word)
        found |= said
        if not said & {FILLING, STRONG_FILLING, FROM}:
            break
    return found


def roles_of(word: str) -> frozenset[str]:
    """Roles of a word, also with a preposition stuck to it (`بمدينة`)."""
    found = roles(word)
    if not found and is_arabic(word):
        for form, _ in _without_clitic(word):
            if found := roles(form) - {NO_PLACE}:
                return found
    return found


#: looks the words from start to end up: (words, start, end, language)
_Look: TypeAlias = Callable[[Sequence[str], int, int, str], Span | None]


def spot(words: Sequence[str], language: str) -> Spotted:
    """Find the names in folded words."""
    words = words[:WORDS]
    spotted = Spotted(words, tuple(_cover(words, language, _exact, range(len(words)))))
    spotted = _whole_names(spotted, language)
    for look in (_by_sound, _with_slips):
        rest = spotted.rest()
        if not rest or len(rest) > FEW:
            break
        spotted = Spotted(words, tuple(sorted([*spotted.spans, *_cover(words, language, look, rest)], key=_start)))
    return spotted


def _whole_names(spotted: Spotted, language: str) -> Spotted:
    """Read words between well-known names and filling as one name, where no part of them is all there is to read."""
    spans = list(spotted.spans)
    said = [at for at, word in enumerate(spotted.words) if not roles_of(word) - {NO_PLACE, SIDE}]
    in_a_row = bool(said) and said[-1] - said[0] == len(said) - 1 < NAME
    if in_a_row and spotted.rest() and (whole := _by_sound(spotted.words, said[0], said[-1] + 1, language)):
        return Spotted(spotted.words, (whole,))
    for start, end in _runs(spotted):
        inside = [span for span in spans if start <= span.start and span.end <= end]
        if any((span.start, span.end) == (start, end) for span in inside) or end - start > NAME:
            continue
        whole = _by_sound(spotted.words, start, end, language) or _with_slips(spotted.words, start, end, language)
        if whole:
            spans = [span for span in spans if span not in inside] + [whole]
    return Spotted(spotted.words, tuple(sorted(spans, key=_start)))


def _runs(spotted: Spotted) -> Iterator[tuple[int, int]]:
    """Stretches of words that belong to no well-known name and are no filling."""
    shelf = gazetteer()
    known = {
        at
        for span in spotted.spans
        if span.many or any(shelf.place(code).rank >= SEAT or not code.startswith(("C", "N")) for code in span.codes)
        for at in range(span.start, span.end)
    }
    start = None
    for at in range(len(spotted.words) + 1):
        ends = at == len(spotted.words) or at in known or bool(roles_of(spotted.words[at]) - {NO_PLACE, SIDE})
        if start is not None and ends:
            yield start, at
            start = None
        elif start is None and not ends:
            start = at


def _start(span: Span) -> int:
    return span.start


def _cover(words: Sequence[str], language: str, look: _Look, free: Sequence[int]) -> list[Span]:
    """Spans over free positions, the longest first, none overlapping."""
    left, found = set(free), []
    for length in range(min(NAME, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            at = range(start, start + length)
            if left.issuperset(at) and (span := look(words, start, start + length, language)):
                found.append(span)
                left.difference_update(at)
    return sorted(found, key=_start)


# -- ways to look up -----------------------------------------------------------------------------------------------------


def _exact(words: Sequence[str], start: int, end: int, language: str) -> Span | None:
    window, shelf = words[start:end], gazetteer()
    if _only_roles(window):
        return _of_common_words(window, start, end)
    if not _may_be_name(words, start, end):
        return None
    sites = _sites_near(words, start, end)
    for form, clitic in forms(window, language):
        key = strict(form)
        for site in sites:
            if codes := shelf.exactly(f"{site}:{key}"):
                return Span(start, end, tuple(codes), clitic=clitic)
        named, area = shelf.exactly(key), shelf.exactly(f"area:{key}")
        if named and area and not set(named).isdisjoint(area):
            area = ()
        if named or area:
            return Span(start, end, (*named, *area), area=bool(area), clitic=clitic)
        if codes := shelf.exactly(f"many:{key}"):
            return Span(start, end, tuple(codes), many=True, clitic=clitic)
    return None


def _of_common_words(window: Sequence[str], start: int, end: int) -> Span | None:
    """`السجن المركزي`, `فرع المنطقة`: names made of words that are none by themselves."""
    key, shelf = strict(window), gazetteer()
    if codes := shelf.exactly(f"many:{key}"):
        return Span(start, end, tuple(codes), many=True)
    codes = shelf.exactly(key) if len(window) > 1 else ()
    return Span(start, end, tuple(codes)) if codes else None


def _by_sound(words: Sequence[str], start: int, end: int, language: str) -> Span | None:
    window, shelf = words[start:end], gazetteer()
    if _only_roles(window) or all(map(is_person, window)) or not _may_be_name(words, start, end):
        return None
    spaces = (*(f"{site}:" for site in _sites_near(words, start, end)), "")
    for form, clitic in forms(window, language):
        key = loose(strict(form))
        for space in spaces:
            if len(key) > 2 and (codes := shelf.by_sound(space + key)):
                return Span(start, end, tuple(codes), "sound", clitic=clitic)
    return None


def _with_slips(words: Sequence[str], start: int, end: int, language: str) -> Span | None:
    window = words[start:end]
    if all(roles_of(word) or is_person(word) for word in window) or not _may_be_name(words, start, end):
        return None
    spaces = (*_sites_near(words, start, end), "")
    for form, clitic in forms(window, language):
        key = loose(strict(form))
        for space in spaces:
            if hits := names_near(key, space):
                nearest, farther = (tuple(dict.fromkeys(_codes(hits, nearest=near))) for near in (True, False))
                return Span(start, end, nearest, "slip", clitic=clitic, farther=farther)
    return None


def _codes(hits: Sequence[tuple[int, str]], *, nearest: bool) -> Iterator[str]:
    """Codes of the nearest names, or of the others."""
    least = hits[0][0]
    for slips, name in hits:
        if (slips == least) == nearest:
            yield from gazetteer().by_sound(name)


def _only_roles(window: Sequence[str]) -> bool:
    return all(roles(word) - {NO_PLACE} for word in window)


def _may_be_name(words: Sequence[str], start: int, end: int) -> bool:
    """Single words that mean something else, and bare numbers, are names only beside a word that says so."""
    if end - start > 1:
        return True
    word, beside = words[start], _sites_near(words, start, end)
    if word.isdecimal():
        return len(word) == 3 and (len(words) == 1 or BRANCH in beside or HOSPITAL in beside or start > 0)
    if {NO_PLACE, SIDE} & _plainly(word):
        return bool(start and roles_of(words[start - 1]) & {CITY, HOOD, *SITES})
    return len(word) > (1 if is_arabic(word) or len(words) == 1 else 3) and not roles_of(word) - {NO_PLACE}


def _plainly(word: str) -> frozenset[str]:
    found = set(roles(word))
    if is_arabic(word):
        for form, _ in _without_clitic(word):
            found |= roles(form) & {NO_PLACE}
    return frozenset(found)


def _sites_near(words: Sequence[str], start: int, end: int) -> list[str]:
    """What sort of site the words beside a name say: `prison` for `Gefängnis in Adra`, `سجن عدرا`, `Adra cezaevi`."""
    for beside in (words[max(0, start - 3) : start][::-1], words[end : end + 2]):
        for word in beside:
            said = roles_of(word)
            if found := [site for site in SITES if site in said]:
                return found
            if not said & {FILLING, STRONG_FILLING, CENTRAL, FROM}:
                break
    return []


# -- forms of a name in a sentence -----------------------------------------------------------------------------------------


def forms(window: Sequence[str], language: str) -> Iterator[tuple[Sequence[str], bool]]:
    """The words as they are, then without what sticks to the first (Arabic) or the last (Kurdish, Turkish) of them."""
    yield window, False
    if not window:
        return
    first, *others = window
    if is_arabic(first):
        for form, clitic in _without_clitic(first):
            yield [form, *others], clitic
        return
    *before, last = window
    for ending in _ENDINGS.get(language, ()):
        if last.endswith(ending) and len(last) - len(ending) > 2:
            yield [*before, last[: -len(ending)]], False
    if language == "de" and "j" in last:
        yield [*before, last.replace("j", "y")], False
    for article in ("al", "el", "il"):
        if first.startswith(article) and len(first) > 5:
            yield [first[2:], *others], False
    if len(first) > 5 and first[0] in "aeu" and first[1] == first[2] and first[1] in "sznrtd":
        yield [first[2:], *others], False


def _without_clitic(word: str) -> Iterator[tuple[str, bool]]:
    for clitic in _CLITICS:
        if word.startswith(clitic) and len(word) > len(clitic) + 1:
            yield "ال" + word[len(clitic) :], True
    if word[0] in "بلعفو" and len(word) > 3:
        yield word[1:], True
