"""One normaliser for matching copies of what people type. The stored text is never touched by it."""

from __future__ import annotations

import re
import unicodedata

#: controls that change direction or join nothing: they would let two equal-looking words differ
_INVISIBLE = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_HARAKAT = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]")
_FOLDED = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "ß": "ss", "ı": "i"}
)

#: what is typed for an apostrophe, on any keyboard
_APOSTROPHES = re.compile("[\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02be\u02bf\u2032`\u00b4]")
#: three or more of one letter are one, drawn out (never digits)
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_PUNCTUATION = re.compile(r"[^\w\s]")


def tidy(words: str) -> str:
    """NFKC, Western digits, no invisible controls, single spaces. Still readable as what was typed."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", words))
    digits = "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in plain)
    return " ".join(digits.split())


def letters(words: str) -> str:
    """`tidy`, with letters that people exchange freely made one: case, accents, hamza, and stretched letters go.

    Punctuation stays where it is, so that `15/3/2012` can still be told from `15 3 2012`.
    """
    plain = _HARAKAT.sub("", tidy(words)).replace("İ", "i").translate(_FOLDED).casefold()
    plain = _APOSTROPHES.sub("'", plain)
    bare = "".join(letter for letter in unicodedata.normalize("NFD", plain) if not unicodedata.combining(letter))
    return _STRETCHED.sub(r"\1", " ".join(bare.split()))


def fold(words: str) -> str:
    """A key for comparing: `letters` without punctuation or apostrophes."""
    return " ".join(_PUNCTUATION.sub(" ", letters(words).replace("'", "")).split())
