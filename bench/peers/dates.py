"""Runs in the peers' own environment: reads phrases with dateparser, edtf's text_to_edtf and Babel, and prints what they found.

Standard input: JSON list of [language, phrase]; standard output: JSON, library -> list of EDTF or null.
"""

import json
import sys
from datetime import datetime

import dateparser
from babel.dates import parse_date
from dateparser.date import DateDataParser
from edtf import text_to_edtf

TODAY = datetime(2026, 11, 23)  # noqa: DTZ001  (dateparser wants a bare one)
LOCALES = {"ar": "ar_SY", "ku": "ku", "tr": "tr", "en": "en", "de": "de", "fr": "fr"}


def by_dateparser(language, phrase):
    settings = {"RELATIVE_BASE": TODAY, "DATE_ORDER": "DMY", "PREFER_DATES_FROM": "past"}
    if language == "ku":
        parser = DateDataParser(settings=settings)
    elif language == "ar":
        parser = DateDataParser(locales=["ar-SY"], settings=settings)
    else:
        parser = DateDataParser(languages=[language], settings=settings)
    found = parser.get_date_data(phrase)
    if found.date_obj is None:
        return None
    return found.date_obj.strftime({"year": "%Y", "month": "%Y-%m"}.get(found.period, "%Y-%m-%d"))


def by_edtf(_, phrase):
    return text_to_edtf(phrase)


def by_babel(language, phrase):
    return parse_date(phrase, locale=LOCALES[language]).isoformat()


def tried(read, language, phrase):
    try:
        found = read(language, phrase)
    except Exception:
        return None
    return str(found) if found else None


phrases = json.load(sys.stdin)
readers = {
    f"dateparser {dateparser.__version__}": by_dateparser,
    "edtf text_to_edtf": by_edtf,
    "Babel parse_date": by_babel,
}
print(json.dumps({name: [tried(read, *row) for row in phrases] for name, read in readers.items()}))
