"""What a name is compared by, computed once per name: its parts, each with the names it may stand for and its sounds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from flows.matching.letters import Word, bare, words_of
from flows.matching.parts import Part, parts_of
from flows.matching.sounds import Symbols, lines, skeletons
from flows.matching.variants import Listed, divine, people

#: words after which another name for the same person stands
_ALIAS = re.compile(r"\b(الملقب|الملقبه|الملقبة|المعروف|لقبه|لقبها|aka|alias|genannt|dit)\b", re.IGNORECASE)
#: what is said aside: a kunya or another name in brackets or quotation marks
ASIDE = re.compile(r"[(\[«\"“][^()\[\]«»\"“”]*[)\]»\"”]")
_UNKNOWN = frozenset(
    [
        "غيرمعروف",
        "غيرمعلوم",
        "مجهول",
        "مجهوله",
        "لااعرف",
        "لااعلم",
        "مابعرف",
        "بدون",
        "لايوجد",
        "unknown",
        "unbekannt",
        "inconnu",
        "bilinmiyor",
        "bilmiyorum",
        "nizanim",
        "nayezanin",
        "dontknow",
        "idontknow",
        "notknown",
        "na",
        "none",
    ]
)
_MOST_PARTS = 10
#: أبو بكر is a given name, not a kunya
_GIVEN_WITH_ABU = frozenset({"بكر", "bakr", "bekir", "baker", "bakir", "bekr"})


@dataclass(frozen=True, slots=True)
class Form:
    """One spelling of a part: its key, its sounds and what the dictionary says."""

    key: str = field(repr=False)
    script: str
    lines: tuple[Symbols, ...] = field(repr=False)
    #: how it sounds against an Arabic spelling: a listed Latin one as the Arabic names it is listed for
    arabic: tuple[Symbols, ...] = field(repr=False)
    shapes: frozenset[str] = field(repr=False)
    listed: Listed = field(repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """One part of a name, ready to be compared."""

    head: str
    tail: str
    forms: tuple[Form, ...] = field(repr=False)
    text: str = field(repr=False)
    #: (key, plain, script) of all its words in one, articles and all
    whole: tuple[str, str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class NameKey:
    """A name, ready to be compared; `writings` holds the name once per script when it was written in two."""

    writings: tuple[tuple[Token, ...], ...] = field(repr=False)
    kunya: Token | None = field(repr=False)

    @property
    def blank(self) -> bool:
        """Whether nothing is left to link a person by: nothing, "unknown", or a kunya alone."""
        return not self.writings

    @property
    def tokens(self) -> tuple[Token, ...]:
        return self.writings[0] if self.writings else ()


def name_key(name: str) -> NameKey:
    """The key of a name as typed. Pure and total: any text has one; text without letters has a blank one."""
    text = bare(name)
    kunya = _aside_kunya(text)
    main = ASIDE.sub(" ", text)
    main = main if words_of(main) else text
    if (alias := _ALIAS.search(main)) and words_of(main[: alias.start()]):
        main = main[: alias.start()]
    words = [word for word in _in_order(main) if not word.key.isdecimal()]
    if not words or "".join(word.key for word in words) in _UNKNOWN:
        return NameKey((), kunya)
    found, writings = None, []
    for writing in _by_script(words):
        first, tokens = _tokens(writing)
        found = found or first
        if tokens:
            writings.append(tokens)
    return NameKey(tuple(writings), found or kunya)


def _aside_kunya(text: str) -> Token | None:
    for aside in ASIDE.finditer(text):
        kunya, _ = _tokens(words_of(aside[0]))
        if kunya is not None:
            return kunya
    return None


def _by_script(words: Sequence[Word]) -> list[list[Word]]:
    """The name once, or twice when it was written in Arabic and in Latin letters, at least two words each."""
    arabic = [word for word in words if word.script == "Arab"]
    latin = [word for word in words if word.script == "Latn"]
    if len(arabic) > 1 and len(latin) > 1:
        return [arabic, latin]
    return [list(words)]


def _in_order(text: str) -> list[Word]:
    """The words, the given name first, where the writing shows that the family name was put first."""
    pieces = [words_of(piece) for piece in re.split("[,،]", text)]
    if len(pieces) == 2 and all(pieces):
        return [*pieces[1], *pieces[0]]
    words = [word for piece in pieces for word in piece]
    latin = [word for word in words if word.script == "Latn"]
    capitals = [len(word.typed) > 2 and word.typed.isupper() for word in latin]
    if len(latin) == len(words) > 1 and any(capitals) and not all(capitals):
        count = capitals.index(False)
        if count and not any(capitals[count:]):
            return [*words[count:], *words[:count]]
    return words


def _tokens(words: Sequence[Word]) -> tuple[Token | None, tuple[Token, ...]]:
    """(kunya, tokens): a kunya is أبو or أم with a name, at the beginning."""
    parts = [part for part in parts_of(words) if part.head not in ("title", "link")]
    kunya = None
    if parts and is_kunya(parts[0]):
        kunya, parts = _token(words, parts[0]), parts[1:]
    tokens = tuple(_token(words, part) for part in parts[:_MOST_PARTS])
    return kunya, _family_last(words, tokens, parts)


def is_kunya(part: Part) -> bool:
    """Whether a part at the beginning of a name is a kunya: أبو or أم with a name, but for the given name أبو بكر."""
    return part.head in ("abu", "umm") and part.bases[0][1] not in _GIVEN_WITH_ABU


def _family_last(words: Sequence[Word], tokens: tuple[Token, ...], parts: Sequence[Part]) -> tuple[Token, ...]:
    """`Al-Turk Riad`: two parts, only the first with an article and not a given name, the second a listed name."""
    if len(tokens) != 2 or tokens[0].head or tokens[1].head:
        return tokens
    articles = [words[part.start].key[:2] in ("ال", "al", "el") and _has_article(words, part) for part in parts[:2]]
    if articles == [True, False] and tokens[1].forms[0].listed.names:
        return (tokens[1], tokens[0])
    return tokens


def _has_article(words: Sequence[Word], part: Part) -> bool:
    """Whether the part's base is shorter than what was typed, by an article."""
    whole = "".join(word.key for word in words[part.start : part.stop])
    return len(part.bases) == 1 and whole == whole[:2] + part.bases[0][1]


def joined(a: Token, b: Token) -> Token | None:
    """Two neighbouring parts as one word; None when they are in two scripts."""
    if a.whole[2] != b.whole[2]:
        return None
    key, plain, script = a.whole[0] + b.whole[0], a.whole[1] + b.whole[1], a.whole[2]
    forms = [_form(plain, key, script, "people")]
    if not (forms[0].listed or a.head or a.tail or b.head or b.tail):
        one = a.forms[0].lines[0] + b.forms[0].lines[0]
        forms.append(Form(key, script, (one,), (one,), skeletons(one), forms[0].listed))
    return Token("", "", tuple(forms), key, (key, plain, script))


def _token(words: Sequence[Word], part: Part) -> Token:
    forms = tuple(_form(*base, "divine" if part.head == "abd" else "people") for base in part.bases)
    own = words[part.start : part.stop]
    whole = "".join(word.key for word in own), "".join(word.plain for word in own), own[0].script
    return Token(part.head, part.tail, forms, " ".join((part.head, part.bases[0][1], part.tail)), whole)


@lru_cache(maxsize=20_000)
def _form(plain: str, key: str, script: str, kind: str) -> Form:
    dictionary = people() if kind == "people" else divine()
    sounds = lines(plain, script)
    shapes = frozenset(shape for line in sounds for shape in skeletons(line))
    listed = dictionary.find(key) or dictionary.guess(sounds, shapes)
    arabic = sounds
    if script == "Latn" and listed.names and not listed.guessed:
        arabic = tuple(line for name in sorted(listed.names) for line in dictionary.sounds.get(name, ())) or sounds
    return Form(key, script, sounds, arabic, shapes, listed)
