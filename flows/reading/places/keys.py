"""Keys that let two spellings of one place's name meet: a strict one, and a loose one for letters heard alike.

Arabic and Latin spellings have separate keys; the gazetteer holds both names, so nothing is transliterated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from flows.reading.words import fold

#: letters of Persian and Kurdish keyboards that stand for Arabic ones
_KEYBOARDS = str.maketrans(
    {"ی": "ي", "ې": "ي", "ێ": "ي", "ک": "ك", "گ": "ك", "چ": "ج", "پ": "ب", "ڤ": "ف", "ڕ": "ر", "ۆ": "و", "ە": "ه",
     "ہ": "ه", "ھ": "ه", "ڵ": "ل", "ژ": "ج", "ء": None, "`": " ", "‘": " ", "ʿ": None, "ʾ": None}
)  # fmt: skip
_ARABIC = re.compile("[\u0621-\u064a]")
_APOSTROPHE = re.compile("['’‘ʼ`´]")
#: French d' and l'
_ELISION = re.compile(r"\b([dl])['’‘ʼ`´](?=\w)", re.IGNORECASE)
#: a Turkish ending after an apostrophe: Halep'te, Hapishanesi'nde
_TURKISH_ENDING = re.compile(
    r"(?<=\w\w\w)['’‘ʼ`´]n?(d[ae]|t[ae]|d[ae]n|t[ae]n|y?[aeıiuü]|n[ıiuü]n|[ıiuü]n|d[ae]ki|t[ae]ki)\b", re.IGNORECASE
)
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
#: the Arabic article in Latin letters, with its assimilated forms
ARTICLES = frozenset(
    [
        *(
            "al",
            "el",
            "ul",
            "il",
            "as",
            "es",
            "us",
            "is",
            "ash",
            "esh",
            "ush",
            "ar",
            "er",
            "ur",
            "at",
            "et",
            "ad",
            "ed",
            "ud",
        ),
        *("an", "en", "az", "ez", "adh", "edh", "ath", "eth"),
    ]
)
_HEARD_ALIKE = str.maketrans(
    {
        "ص": "س",
        "ط": "ت",
        "ض": "د",
        "ظ": "د",
        "ذ": "د",
        "ث": "ت",
    }
)
_DOUBLED = re.compile(r"(.)\1+")
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"tsch|tch", "c"), (r"dsch|dj|dzh|zh", "j"), (r"sch|sh|ch", "s"), (r"kh|x", "h"), (r"gh", "g"),
        (r"dh", "d"), (r"th", "t"), (r"ph", "f"), (r"q|ck", "k"), (r"c", "j"), (r"p", "b"), (r"ss", "s"),
    )
)  # fmt: skip
_VOWELS = re.compile("[aeiouywv]+")
_SILENT_END = re.compile("(?<=[aeiou])h$")


def parts(words: str, language: str = "", *, limit: int = 400) -> list[str]:
    """The words of a text, folded; at most `limit` characters of it are looked at."""
    plain = _ELISION.sub(r"\1 ", words[:limit].translate(_KEYBOARDS))
    if language == "tr":
        plain = _TURKISH_ENDING.sub("", plain)
    plain = _APOSTROPHE.sub("", plain).replace("_", " ")
    return _STRETCHED.sub(r"\1", fold(plain)).split()


def is_arabic(key: str) -> bool:
    """Whether a folded word is in Arabic letters."""
    return _ARABIC.search(key) is not None


def bare(part: str) -> str:
    """A folded word without its Arabic article: `الباب` -> `باب`; short ones (`التل`) keep it."""
    return part[2:] if part.startswith("ال") and len(part) > 4 else part


def strict(words: Sequence[str]) -> str:
    """Folded words as one key: no articles, no spaces (`دير الزور`, `Deir ez-Zor`)."""
    if len(words) > 1:
        words = [word for word in words if word not in ARTICLES] or words
    return "".join(bare(word) for word in words)


def loose(key: str) -> str:
    """The strict key as it is heard: letters of one sound become one, doubled ones single, endings one."""
    if is_arabic(key):
        heard = key.translate(_HEARD_ALIKE)
        if len(heard) > 3 and heard[-1] in "هاي":
            heard = heard[:-1] + "ا"
        return _DOUBLED.sub(r"\1", heard)
    heard = _SILENT_END.sub("", key)
    for pattern, sound in _SOUNDS:
        heard = pattern.sub(sound, heard)
    return _DOUBLED.sub(r"\1", _VOWELS.sub(lambda vowels: _vowel(vowels[0]), heard))


def _vowel(run: str) -> str:
    """One letter for a run of vowels: the first of `u` and `i` in it, else `a`."""
    for letter in run:
        if letter in "ouwv":
            return "u"
        if letter in "iy":
            return "i"
    return "a"


#: digits that stand for Arabic letters in chats; 2 is a glottal stop, and in many cities a qaf
_CHAT = {"2": "", "3": "", "5": "kh", "6": "t", "7": "h", "8": "gh", "9": "s"}
_CHAT_WORD = re.compile(r"(?=.*[a-z])(?=.*[2356789])[a-z2356789]+")


def chat_spellings(words: Sequence[str]) -> list[list[str]]:
    """Arabic in Latin letters and digits (`7ama`, `el ra2a`), with letters for the digits; empty when there are none."""
    if not any(_CHAT_WORD.fullmatch(word) for word in words):
        return []
    return [[_in_letters(word, _CHAT | {"2": qaf}) for word in words] for qaf in ("", "q")]


def _in_letters(word: str, letters: Mapping[str, str]) -> str:
    return "".join(letters.get(letter, letter) for letter in word) if _CHAT_WORD.fullmatch(word) else word
