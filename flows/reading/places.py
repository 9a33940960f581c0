"""Places, simply: Syria's governorates by their common names, countries by CLDR's names; any other words are kept as they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from babel import Locale

from flows.reading.words import fold

#: OCHA p-code -> (English name, Arabic and other names people type). UN OCHA COD-AB Syria, CC BY 3.0 IGO (see NOTICE).
GOVERNORATES: Mapping[str, tuple[str, str]] = {
    "SY01": ("Damascus", "دمشق|الشام|damas|dimeşq|şam|damaskus"),
    "SY02": ("Aleppo", "حلب|heleb|halep|alep|halab"),
    "SY03": ("Rural Damascus", "ريف دمشق|ريف الشام|rif dimashq"),
    "SY04": ("Homs", "حمص|hims|hums"),
    "SY05": ("Hama", "حماة|حماه|hema"),
    "SY06": ("Lattakia", "اللاذقية|لاذقية|latakia|lazkiye"),
    "SY07": ("Idleb", "إدلب|ادلب|idlib|idlip"),
    "SY08": ("Al-Hasakeh", "الحسكة|حسكة|hasakah|hasaka|hesekê|haseke"),
    "SY09": ("Deir-ez-Zor", "دير الزور|الدير|deir ez zor|deir ezzor|dêrezor|deyrizor"),
    "SY10": ("Tartous", "طرطوس|tartus|tertûs"),
    "SY11": ("Ar-Raqqa", "الرقة|رقة|raqqa|reqa|rakka"),
    "SY12": ("Dar'a", "درعا|daraa|deraa|dera"),
    "SY13": ("As-Sweida", "السويداء|سويداء|sweida|suwayda|siwêda"),
    "SY14": ("Quneitra", "القنيطرة|قنيطرة|qunaytra"),
}
LANGUAGES = ("ar", "ku", "tr", "en", "de", "fr")


def read(words: str, _: str, __: datetime) -> Mapping[str, Any]:
    """`{"type": "place"}`: with a governorate's code when the words are just its name, without any code otherwise."""
    code = _governorates().get(_bare(words))
    return {"type": "place", "text": words, "code": code, "name": GOVERNORATES[code][0] if code else None}


def read_country(words: str, _: str, __: datetime) -> Mapping[str, Any]:
    """`{"type": "place"}` with the ISO 3166-1 code when the words are a country's name in one of our languages."""
    code = _countries().get(_bare(words))
    name = Locale("en").territories[code] if code else None
    return {"type": "place", "text": words, "code": code, "name": name}


def _bare(words: str) -> str:
    plain = fold(words)
    for prefix in ("محافظه ", "مدينه ", "في ", "in ", "li "):
        plain = plain.removeprefix(prefix)
    return plain


@cache
def _governorates() -> Mapping[str, str]:
    return {
        fold(name): code for code, (english, names) in GOVERNORATES.items() for name in [english, *names.split("|")]
    }


@cache
def _countries() -> Mapping[str, str]:
    return {
        fold(name): code
        for language in LANGUAGES
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha()
    }
