"""A structured value said in the family's language: "summer 2013 (June to August)", "آذار (3) 2013", "23 years"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

_EXPRESSION = re.compile(r"(\d{3})X|(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
#: Babel's locale of each language; Syria's own month names in Arabic
_LOCALES: Mapping[str, str] = {"ar": "ar_SY", "ku": "ku", "tr": "tr", "en": "en_GB", "de": "de", "fr": "fr"}


@dataclass(frozen=True, slots=True)
class _Words:
    """The few words a language needs around dates. `{}` takes what is said."""

    seasons: tuple[str, str, str, str]
    season: str
    months: str
    approximate: str
    uncertain: str
    both: str
    before: str
    after: str
    span: str
    decade: str
    age: tuple[str, ...]
    fitr: str
    adha: str


_SAID: Mapping[str, _Words] = {
    "ar": _Words(
        ("ربيع", "صيف", "خريف", "شتاء"), "{season} {year}", "{a} – {b}", "{} تقريبًا", "ربما {}", "ربما {} تقريبًا",
        "{} أو قبل ذلك", "{} أو بعد ذلك", "{a} – {b}", "سنوات {} إلى {}",
        ("أقل من سنة", "سنة واحدة", "سنتان", "{} سنوات", "{} سنة", "{} سنة"), "عيد الفطر", "عيد الأضحى",
    ),
    "ku": _Words(
        ("bihara", "havîna", "payîza", "zivistana"), "{season} {year}", "{a} – {b}", "nêzîkî {}", "belkî {}",
        "belkî nêzîkî {}", "{} an berî wê", "{} an piştî wê", "{a} – {b}", "salên {}–{}", ("{} sal",), "Cejna Remezanê",
        "Cejna Qurbanê",
    ),
    "tr": _Words(
        ("ilkbahar", "yaz", "sonbahar", "kış"), "{year} {season}", "{a} – {b}", "yaklaşık {}", "belki {}",
        "belki yaklaşık {}", "{} veya öncesi", "{} veya sonrası", "{a} – {b}", "{}–{} yılları", ("{} yaş",),
        "Ramazan Bayramı", "Kurban Bayramı",
    ),
    "en": _Words(
        ("spring", "summer", "autumn", "winter"), "{season} {year}", "{a} to {b}", "around {}", "maybe {}",
        "maybe around {}", "{} or before", "{} or after", "{a} – {b}", "the years {} to {}", ("{} years", "{} year"),
        "Eid al-Fitr", "Eid al-Adha",
    ),
    "de": _Words(
        ("Frühling", "Sommer", "Herbst", "Winter"), "{season} {year}", "{a} bis {b}", "ungefähr {}", "vielleicht {}",
        "vielleicht ungefähr {}", "{} oder davor", "{} oder danach", "{a} – {b}", "die Jahre {} bis {}",
        ("{} Jahre", "{} Jahr"), "Zuckerfest", "Opferfest",
    ),
    "fr": _Words(
        ("printemps", "été", "automne", "hiver"), "{season} {year}", "{a} à {b}", "vers {}", "peut-être {}",
        "peut-être vers {}", "{} ou avant", "{} ou après", "{a} – {b}", "les années {} à {}", ("{} ans", "{} an"),
        "Aïd el-Fitr", "Aïd al-Adha",
    ),
}  # fmt: skip


def shown(value: Mapping[str, Any], language: str) -> str:
    """A value of the report's schema in words of a language; Western digits. "" for a type that is not said here."""
    language = language if language in _SAID else "en"
    match value["type"]:
        case "date":
            return _date(value, language)
        case "age":
            return age(int(value["years"]), language)
        case "number":
            return _number(value["number"])
        case "phone":
            return phone(str(value["e164"]))
        case "place":
            return _place(value, language)
        case "choice":
            return str(value["label"])
        case _:
            return ""


def age(years: int, language: str) -> str:
    """A number of years, in the plural that the language gives it."""
    forms = _SAID[language].age
    if language == "ar":
        form = forms[years] if years < 3 else forms[3] if 3 <= years % 100 <= 10 else forms[4]
        return form.format(years)
    return forms[1 if len(forms) > 1 and (years == 1 or (language == "fr" and years == 0)) else 0].format(years)


def phone(e164: str) -> str:
    """Only the last three digits: enough to know it again, too little to read over a shoulder."""
    return f"\u2066…{e164[-3:]}\u2069"


def feast_name(kind: str, language: str) -> str:
    """`fitr` or `adha` in a language."""
    words = _SAID[language if language in _SAID else "en"]
    return words.fitr if kind == "fitr" else words.adha


def _place(value: Mapping[str, Any], language: str) -> str:
    """A place's name in the language and where it lies; both ends of a way; the words themselves where no place is known."""
    from flows.reading.places.abroad import country_name
    from flows.reading.places.gazetteer import gazetteer
    from flows.reading.places.labels import plain_label

    if value.get("kind") == "route":
        ends = [value[end]["name"] or "" for end in ("from", "to")]
        return " – ".join(end for end in ends if end)
    code = value["code"]
    if code in gazetteer().rows:
        return plain_label(gazetteer().place(code), language)
    return country_name(code, language) if code else str(value["text"])


def _number(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def _date(value: Mapping[str, Any], language: str) -> str:
    words = _SAID[language]
    edtf = str(value["edtf"])
    mark = edtf[-1] if edtf[-1] in "~?%" else edtf.split("/")[0][-1]
    plain = re.sub("[~?%]", "", edtf)
    said = _stretch(plain, value, language)
    frame = {"~": words.approximate, "?": words.uncertain, "%": words.both}.get(mark)
    return frame.format(said) if frame else said


def _stretch(plain: str, value: Mapping[str, Any], language: str) -> str:
    words = _SAID[language]
    first, slash, last = plain.partition("/")
    if not slash or first == last:
        return _expression(first, value, language)
    if first == "..":
        return words.before.format(_expression(last, {}, language))
    if last == "..":
        return words.after.format(_expression(first, {}, language))
    return words.span.format(a=_expression(first, {}, language), b=_expression(last, {}, language))


def _expression(plain: str, value: Mapping[str, Any], language: str) -> str:
    words = _SAID[language]
    match = _EXPRESSION.fullmatch(plain)
    if match is None:
        return plain
    if match[1]:
        return words.decade.format(f"{match[1]}0", f"{match[1]}9")
    year, month, day = int(match[2]), int(match[3] or 0), int(match[4] or 0)
    if month > 12:
        return _season(year, month, value, language)
    if day:
        return _day(date(year, month, day), language)
    return _month(date(year, month, 1), language) if month else f"{year}"


def _season(year: int, season: int, value: Mapping[str, Any], language: str) -> str:
    """A season with its months; winter over the turn of the year names both years."""
    words = _SAID[language]
    winter_of_two = str(value.get("earliest", "")).endswith("-12-01") if value else False
    label = f"{year}-{year + 1}" if season == 24 and winter_of_two else f"{year}"
    said = words.season.format(season=words.seasons[season - 21], year=label)
    if season == 24 and not winter_of_two:
        return said
    first = 12 if season == 24 else 3 * (season - 20)
    last = (first + 1) % 12 + 1
    return f"{said} ({words.months.format(a=_month_name(first, language), b=_month_name(last, language))})"


def _month_name(month: int, language: str) -> str:
    from babel.dates import get_month_names  # Babel's dates are slow to import, and few conversations get here at once

    name = get_month_names("wide", context="stand-alone", locale=_LOCALES[language])[month]
    return f"{name} ({month})" if language in ("ar", "ku") else name


def _month(of: date, language: str) -> str:
    """A month and its year. Arabic and Kurmanji say its number too: names differ from region to region."""
    if language in ("ar", "ku"):
        return f"{_month_name(of.month, language)} {of.year}"
    from babel.dates import format_skeleton

    return format_skeleton("yMMMM", of, locale=_LOCALES[language])


def _day(of: date, language: str) -> str:
    if language in ("ar", "ku"):
        return f"{of.day} {_month_name(of.month, language)} {of.year}"
    from babel.dates import format_date

    return format_date(of, "long", locale=_LOCALES[language])
