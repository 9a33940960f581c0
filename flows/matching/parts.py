"""Which words of a name belong together: عبد + X, X + الدين, أبو + X, articles, titles, links; in Arabic and in Latin letters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from flows.matching.letters import Word
from flows.matching.variants import divine, people


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: what stands before a name and is none
TITLES = _words(
    "دكتور الدكتور دكتوره الدكتوره مهندس المهندس استاذ الاستاذ استاذه السيد السيده الانسه الشهيد المرحوم المرحومه المحامي "
    "العقيد الملازم النقيب المقدم العميد الشاب الشابه الطفل الطفله المعتقل المفقود د م dr doctor mr mrs ms miss ing eng "
    "engineer prof professor herr frau sayin mme monsieur madame m lawyer"
)
#: "son of", "daughter of"
LINKS = _words("بن ابن بنت bin ben ibn bint binti ibnu")
_ARTICLES = _words("ال al el ul il l")
#: articles that took on the next letter (as-Sayyed, ed-Din) -> that letter
_ASSIMILATED = {vowel + sound: sound[0] for vowel in "aeu" for sound in _words("s sh sch ch d dh r n t th z")}
_HEADS = {
    **dict.fromkeys(_words("ابو ابا ابي abu abou abo aboo ebu ebou"), "abu"),
    **dict.fromkeys(_words("ام um umm om oum omm"), "umm"),
    **dict.fromkeys(_words("حاج الحاج حج الحج haj hajj hac hadj hec alhaj elhaj"), "haj"),
    **dict.fromkeys(_words("شيخ الشيخ sheikh sheik cheikh sheyh sheih shaikh scheich shekh shex alsheikh"), "sheikh"),
}
#: ways the Latin alphabet writes عبد and its article, when nothing follows in the same word
_ABD_ALONE = frozenset(
    stem + article
    for stem in ("abd", "ebd", "evd")
    for article in ["", *_words("al el ul il oul ol ur er ar us es as ush ash esh en un an ou u")]
)
_DIN_WORDS = frozenset(
    vowel + sound + ending
    for vowel in ["", *_words("a e u al el ul")]
    for sound in ("d", "dd")
    for ending in _words("in ine een ien yn")
)
_DIN_ENDINGS = sorted(
    {
        vowel + sound + ending
        for vowel in ["", *"aeuio"]
        for sound in _words("d dd ld tt ldd")
        for ending in _words("in ine een ien")
    },
    key=lambda ending: (-len(ending), ending),
)
_GOD_ENDINGS = sorted(
    {vowel + sound + ending for vowel in "aeuio" for sound in ("l", "ll") for ending in ("ah", "a")}
    - _words("ala ela ila ola ula"),
    key=lambda ending: (-len(ending), ending),
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a name: `words[start:stop]`. `bases` are the spellings it may be compared by, the likeliest first."""

    start: int
    stop: int
    #: "", "abd", "abu", "umm", "haj", "sheikh": what stands before the base; "link" or "title" for no name at all
    head: str
    #: "", or the second half of a compound: "din", "god", "huda", "haqq", "islam", "abidin"
    tail: str
    bases: tuple[tuple[str, str, str], ...] = field(repr=False)  # (plain, key, script)


def parts_of(words: Sequence[Word]) -> list[Part]:
    """The parts in order; every word is in exactly one. A title is one only at the beginning and before two more words."""
    found: list[Part] = []
    start = 0
    while start < len(words):
        if not any(part.head != "title" for part in found) and len(words) - start > 1 and words[start].key in TITLES:
            part = Part(start, start + 1, "title", "", ())
        else:
            part = _part(words, start)
        found.append(part)
        start = part.stop
    return found


def _part(words: Sequence[Word], start: int) -> Part:
    key, left = words[start].key, len(words) - start
    if left > 1:
        following = words[start + 1]
        if key + following.key in people().joined:
            joined = key + following.key
            return Part(start, start + 2, "", "", ((joined, joined, words[start].script),))
        if key in LINKS and start > 0:
            return Part(start, start + 1, "link", "", ())
        if key in _ARTICLES or (key in _ASSIMILATED and following.key.startswith(_ASSIMILATED[key])):
            inner = _part(words, start + 1)
            return Part(start, inner.stop, inner.head, inner.tail, inner.bases)
    if (servant := _servant(words, start)) is not None:
        return servant
    if left > 1 and key in _HEADS and words[start + 1].key not in _HEADS:
        inner = _part(words, start + 1)
        if inner.head in ("", "abd"):
            return Part(start, inner.stop, _HEADS[key], inner.tail, inner.bases)
    return _simple(words, start)


def _simple(words: Sequence[Word], start: int) -> Part:
    word = words[start]
    head, plain, key = _fused_head(word)
    if (stop := _tail_end(words, start + 1)) and not people().find(key + words[start + 1].key):
        tail = _TAILS.get(words[stop - 1].key, "din")
        return Part(start, stop, head, tail, _without_article(plain, key, word.script))
    tail, base = _fused_tail(key, word.script)
    if tail:
        return Part(start, start + 1, head, tail, _without_article(base, base, word.script))
    return Part(start, start + 1, head, "", _without_article(plain, key, word.script))


_TAILS = {
    **dict.fromkeys(_words("الله allah ullah alla"), "god"),
    **dict.fromkeys(_words("الهدي huda hoda houda"), "huda"),
    **dict.fromkeys(_words("الحق haqq haq hak"), "haqq"),
    **dict.fromkeys(_words("الاسلام islam"), "islam"),
    **dict.fromkeys(_words("العابدين abidin abedin abdin"), "abidin"),
}


def _tail_end(words: Sequence[Word], start: int) -> int:
    """Where the second half of a compound (الدين, الله, الحق …) ends when it begins here, else 0."""
    if start >= len(words):
        return 0
    key = words[start].key
    if key == "الدين" or _TAILS.get(key) == "god" or (key in _TAILS and words[start].script == "Arab"):
        return start + 1
    if key in _DIN_WORDS and len(key) > 4:
        return start + 1
    if start + 1 < len(words) and (key in _ARTICLES or key in _ASSIMILATED):
        return start + 2 if words[start + 1].key in _DIN_WORDS or words[start + 1].key in _TAILS else 0
    if key in _DIN_WORDS and words[start].script == "Latn":
        return start + 1
    return 0


def _servant(words: Sequence[Word], start: int) -> Part | None:
    """عبد + X, in one word or several."""
    word, left = words[start], len(words) - start
    key = word.key
    for strip in ("", "ال", "al", "el"):
        if not key.startswith(strip) or (strip and strip.isascii() == (word.script == "Arab")):
            continue
        rest = key[len(strip) :]
        alone = rest == "عبد" or (word.script == "Latn" and rest in _ABD_ALONE)
        if alone and left > 1 and (found := _served(words, start, weak=rest[3:] in ("u", "ou"))):
            return found
        if (bases := _in_one_word(rest, word.script)) and (strip == "" or rest[:3] in ("عبد", "abd", "ebd", "evd")):
            return Part(start, start + 1, "abd", "", bases)
    return None


def _served(words: Sequence[Word], start: int, *, weak: bool) -> Part | None:
    """The words after a lone عبد. `Abdou` and `Abdu` are names themselves, so they need a known word to follow."""
    place = start + 1
    if (words[place].key in _ARTICLES or words[place].key in _ASSIMILATED) and place + 1 < len(words):
        place += 1
    word = words[place]
    options = _servings(word.key, word.script)
    known = [key for key in options if divine().find(key)]
    if weak and not known:
        return None
    return Part(start, place + 1, "abd", "", tuple((key, key, word.script) for key in (known[:1] or options[:1])))


def _in_one_word(key: str, script: str) -> tuple[tuple[str, str, str], ...]:
    if script == "Arab":
        if not key.startswith(("عبدال", "عبدل")) or len(key) < 6:
            return ()
        options = [key[3:], key[5:] if key.startswith("عبدال") else key[4:]]
    elif script == "Latn" and key[:3] in ("abd", "ebd", "evd") and len(key) > 5:
        rest = key[3:].lstrip("aeiou") if key[3:4] in "aeiou" else key[3:]
        options = [*_servings(rest, script), key[3:]]
    else:
        return ()
    known = [option for option in options if divine().find(option)]
    if known:
        return ((known[0], known[0], script),)
    long = [option for option in options if len(option) > 2]
    return ((long[-1], long[-1], script),) if long and script == "Arab" else tuple((o, o, script) for o in long[:2])


def _servings(key: str, script: str) -> list[str]:
    """What may follow عبد in this spelling, with and without an article or a doubled first letter."""
    options = [key]
    if script == "Arab":
        if key.startswith("ال"):
            options.append(key[2:])
        return sorted(options, key=lambda option: not divine().find(option))
    if key[:1] == "l":
        options.append(key[1:])
    if key[:2] in ("al", "el", "ul"):
        options.append(key[2:])
    if key[:1] == key[1:2]:
        options.append(key[1:])
    return options


def _fused_head(word: Word) -> tuple[str, str, str]:
    """`أبوزيد`, `Abouzeid`: (head, plain, key of the rest)."""
    for prefix in ("ابوال", "ابو", "aboul", "abou", "abul", "abu", "ebul", "ebu"):
        rest = word.key[len(prefix) :]
        if word.key.startswith(prefix) and len(rest) > 2 and not people().find(word.key):
            return "abu", rest, rest
    return "", word.plain, word.key


def _fused_tail(key: str, script: str) -> tuple[str, str]:
    """`صلاحالدين`, `Selahattin`, `Nasrallah`: ("din" or "god", base), the base a listed name; else ("", "")."""
    if script == "Arab":
        for ending, tail in (("الدين", "din"), ("الله", "god")):
            if key.endswith(ending) and len(key) > len(ending) + 1:
                return tail, key[: -len(ending)]
        return "", ""
    if script != "Latn" or len(key) < 6 or people().find(key):
        return "", ""
    for endings, tail in ((_DIN_ENDINGS, "din"), (_GOD_ENDINGS, "god")):
        for ending in endings:
            base = key[: -len(ending)]
            if key.endswith(ending) and len(base) > 1 and people().find(base).names:
                return tail, base
    if (sure := _SURE_ENDING.search(key)) and sure.start() > 2:
        return ("din" if sure[1] else "god"), key[: sure.start()]
    return "", ""


#: these endings make a compound even of a base that is not listed
_SURE_ENDING = re.compile(r"(?:[aeiu]?(l?dd|tt)(?:in|ine|een)|[aeu]ll?ah)$")


def _without_article(plain: str, key: str, script: str) -> tuple[tuple[str, str, str], ...]:
    """The spelling, or the spelling without its article, or both where it cannot be told."""
    whole = (plain, key, script)
    if people().find(key):
        return (whole,)
    if script == "Arab" and key.startswith("ال") and len(key) > 3:
        cut = plain[2:] if plain.startswith("ال") else key[2:]
        return ((cut, key[2:], script),)
    if script == "Latn" and len(key) > 5 and (stripped := _latin_article(key)):
        bare = (stripped, stripped, script)
        return (bare,) if people().find(stripped) else (whole, bare)
    return (whole,)


def _latin_article(key: str) -> str:
    if key[:2] in ("al", "el", "ul"):
        return key[2:]
    if key[0] in "ae" and key[1] == key[2] and key[1] in "sdrntz":
        return key[2:]
    return ""
