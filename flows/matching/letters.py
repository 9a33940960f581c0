"""Words of a name as they are compared: one alphabet per script, nothing invisible, and how each word was typed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from flows.reading.words import fold, tidy

#: what no eye sees in a word, or no one needs: vowel signs, tatweel, joiners, controls of direction
_UNSEEN = re.compile(
    "[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
#: letters of Persian and Kurdish keyboards, and Cyrillic and Greek ones that pass for Latin
_SAME = str.maketrans(
    "کیھہۀۆۊۇێېڕڵەᎥаеорсухіѕԁһАВЕКМНОРСТХΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανρЅІЈј",
    "كيهههوووييرلەiaeopcyxisdhABEKMHOPCTXABEZHIKMNOPTYXoavpSIJj",
)
#: Latin letters whose mark says another sound; written out before accents fall
_SOUNDED = str.maketrans({"ş": "sh", "ç": "ch", "ğ": "gh", "š": "sh", "č": "ch", "ž": "zh", "æ": "ae", "ø": "o"})
_KEY = str.maketrans({"ء": "", "ە": "ه", "ژ": "ج", "چ": "ج", "گ": "ك", "پ": "ب", "ڤ": "ف"})
_QUOTES = re.compile("['’‘`´ʿʾʼ′]")
#: a name is shorter than this; what is longer is not compared to its end
_LONGEST = 400
_LONGEST_TYPED = 1200
_LONGEST_WORD = 40
_MOST_WORDS = 24


@dataclass(frozen=True, slots=True)
class Word:
    """One word. `plain` keeps ى and ة apart from ي and ه, because they sound otherwise; `key` does not."""

    typed: str = field(repr=False)
    plain: str = field(repr=False)
    key: str = field(repr=False)
    #: "Arab", "Latn" or, for any other alphabet, "Zyyy"
    script: str


def bare(text: str) -> str:
    """Readable as what was typed, with nothing in it that is not seen; at most 400 characters."""
    return _UNSEEN.sub("", tidy(_UNSEEN.sub("", text)[:_LONGEST_TYPED]))[:_LONGEST]


def script_of(letter: str) -> str:
    """The script of a letter or digit inside a word; empty for everything that separates words."""
    if "\u0620" <= letter <= "\u06ff":
        return "Arab" if letter.isalpha() else ""
    if letter.isascii():
        return "Latn" if letter.isalnum() else ""
    if not letter.isalpha():
        return "Latn" if unicodedata.combining(letter) else ""
    return "Latn" if unicodedata.name(letter, "").startswith("LATIN") else "Zyyy"


def words_of(text: str) -> list[Word]:
    """The words of a name in order, at most 24. Where the script changes, a new word begins; apostrophes join."""
    same = _QUOTES.sub("", bare(text)).translate(_SAME)
    found: list[Word] = []
    start, current = 0, ""
    for index, letter in enumerate([*same, " "]):
        script = script_of(letter)
        if script == current:
            continue
        if current:
            found.append(_word(same[start:index], current))
        start, current = index, script
        if len(found) == _MOST_WORDS:
            break
    return [word for word in found if word.key]


def _word(typed: str, script: str) -> Word:
    if script == "Latn":
        lower = unicodedata.normalize("NFC", typed).replace("İ", "i").replace("I", "i").casefold().translate(_SOUNDED)
        key = fold(lower).replace(" ", "")[:_LONGEST_WORD]
        return Word(typed, key, key, script)
    plain = typed.translate(str.maketrans("أإآٱ", "اااا"))[:_LONGEST_WORD]
    return Word(typed, plain, fold(plain).translate(_KEY).replace(" ", ""), script)
