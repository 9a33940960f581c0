"""Spellings that mean the same made the same: `tidied` for the encoder, `folded` for letter counts. Search keys only, never kept.

The encoder has seen real spelling and gets it back, less what nobody sees; letter counts gain from forgetting accents.
"""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u0640\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_HARAKAT = re.compile("[\u0610-\u061a\u064b-\u065f\u0670]")
_RUNS = re.compile(r"([^\W\d_])\1{2,}")
_SPACES = re.compile(r"\s+")
_ARABIC = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ک": "ك", "ء": ""}
)
_LATIN = str.maketrans({"ı": "i", "ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "’": "'", "`": "'"})


def tidied(text: str, most: int) -> str:
    """The text's first `most` signs without invisible marks, Arabic vowel signs and runs of a letter; spaces single."""
    plain = unicodedata.normalize("NFKC", text[:most])
    plain = _HARAKAT.sub("", _INVISIBLE.sub("", plain))
    # A lone surrogate cannot be written as UTF-8.
    plain = plain.encode("utf-8", "ignore").decode("utf-8")
    return _SPACES.sub(" ", _RUNS.sub(r"\1\1", plain)).strip()


def folded(text: str) -> str:
    """Tidied text without case, accents and the spellings of one Arabic letter."""
    lower = text.replace("İ", "i").translate(_ARABIC).casefold().translate(_LATIN)
    bare = "".join(sign for sign in unicodedata.normalize("NFD", lower) if not unicodedata.combining(sign))
    # Taken apart, hamza forms leave the bare letter; digits of every script become 0-9.
    return "".join(str(unicodedata.digit(sign, sign)) for sign in bare)
