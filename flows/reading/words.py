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


def tidy(words: str) -> str:
    """NFKC, Western digits, no invisible controls, single spaces. Still readable as what was typed."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", words))
    digits = "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in plain)
    return " ".join(digits.split())


def fold(words: str) -> str:
    """A key for comparing: letters that people exchange freely become one, case and accents go."""
    plain = _HARAKAT.sub("", tidy(words)).replace("İ", "i").translate(_FOLDED).casefold()
    bare = "".join(letter for letter in unicodedata.normalize("NFD", plain) if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^\w\s]", " ", bare.replace("'", "").replace("’", "")).split())
