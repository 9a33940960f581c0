"""A report as the case page shows it: every claim with the family's own words beside what was understood of them.

It reads the schema's fields and leaves nothing out: a property or a kind of value that it does not know (of a later
schema) is shown as it stands.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from desk import words
from desk.dates import Calendar
from desk.places import governorate
from desk.words import N_

_KNOWN = {"field", "question", "title", "status", "raw", "value", "at"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood of an answer: a line to read, and its exact form in small."""

    #: empty when it would only repeat the family's words
    text: str
    #: smaller lines under it
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One claim."""

    title: str
    field: str
    status: str
    status_words: str
    words: str | None
    language: str | None
    reading: Reading | None
    at: str
    #: properties of the claim that this version has no place for: `(name, value)`
    others: tuple[tuple[str, str], ...]
    #: its standing against the revision before: "", "new" or "changed"
    change: str


@dataclass(frozen=True, slots=True)
class Section:
    """A group of claims about one thing."""

    anchor: str
    title: str
    lines: tuple[Line, ...]
    #: questions of a searchable report that were never put
    not_asked: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """One thing the enquirer was asked to agree to."""

    purpose: str
    recipient: str
    answer: str
    answer_words: str
    language: str
    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole case page's content."""

    sections: tuple[Section, ...] = field(repr=False)
    consents: tuple[Consent, ...] = field(repr=False)
    #: titles of claims that the revision before made and this one no longer makes
    gone: tuple[str, ...]
    #: each sought person's name, as typed; None where none was given
    names: tuple[str | None, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Essential:
    """What makes a report searchable, and how to tell that it was asked."""

    title: str
    is_it: Callable[[dict[str, Any]], bool]


def _about(*fields: str) -> Callable[[dict[str, Any]], bool]:
    """Whether the claim's field is one of these, or a part of it: `person.name` for `person.name.full`."""
    return lambda claim: any(f"{claim['field']}.".startswith(f"{field}.") for field in fields)


_OF_PERSON = (
    Essential(N_("Full name"), _about("person.name")),
    Essential(N_("Mother's name"), _about("person.mother")),
    Essential(N_("Birth or age"), _about("person.birth", "person.age")),
)
_OF_EVENT = (
    Essential(N_("What happened"), _about("event.category")),
    Essential(N_("When last seen or heard from"), _about("event.last_seen", "event.last_contact")),
    Essential(N_("Where"), _about("event.place", "event.place_detail")),
)
_OF_ENQUIRER = (Essential(N_("Relationship"), _about("enquirer.relationship")),)


@dataclass(frozen=True, slots=True)
class Reader:
    """Turns a report into a sheet, in the console's language."""

    calendar: Calendar

    def read(self, report: dict[str, Any], before: dict[str, Any] | None = None) -> Sheet:
        """The sheet of this report; claims that are new or changed since the revision `before` are marked."""
        old = _claims_by_place(before) if before else None
        sections = [self._section("enquirer", N_("Enquirer"), report["enquirer"], old, _OF_ENQUIRER)]
        several = len(report["sought_persons"]) > 1
        for number, person in enumerate(report["sought_persons"], start=1):
            title = f"{self._say(N_('Sought person'))} {number}" if several else N_("Sought person")
            sections.append(self._section(person["id"], title, person, old, _OF_PERSON))
        for event in report["events"]:
            note = self._concerns(event["concerns"]) if several else ""
            sections.append(self._section(event["id"], N_("Event of disappearance"), event, old, _OF_EVENT, note))
        gone = _gone(old, _claims_by_place(report)) if old else ()
        consents = tuple(self._consent(one) for one in report["consents"])
        return Sheet(tuple(sections), consents, gone, tuple(map(_name_of, report["sought_persons"])))

    def _section(
        self,
        anchor: str,
        title: str,
        holder: dict[str, Any],
        old: dict[tuple[str, str], list[Any]] | None,
        essentials: Iterable[Essential],
        note: str = "",
    ) -> Section:
        claims = holder["claims"]
        lines = tuple(self._line(claim, _change(old, holder["id"], claim)) for claim in claims)
        missing = tuple(self._say(one.title) for one in essentials if not any(map(one.is_it, claims)))
        return Section(anchor, self._say(title), lines, missing, note)

    def _line(self, claim: dict[str, Any], change: str) -> Line:
        raw = claim["raw"] or {}
        others = tuple((name.replace("_", " "), _plain(claim[name])) for name in claim if name not in _KNOWN)
        return Line(
            title=claim["title"],
            field=claim["field"],
            status=claim["status"],
            status_words=self.calendar.words.say(words.STATUS, claim["status"]),
            words=raw.get("text"),
            language=raw.get("language"),
            reading=_unrepeated(self._reading(claim["value"]), raw.get("text")) if claim["value"] else None,
            at=self.calendar.iso_moment(claim["at"]),
            others=others,
            change=change,
        )

    def _reading(self, value: dict[str, Any]) -> Reading:
        read = _READINGS.get(value["type"])
        try:
            return read(self, value) if read else Reading(_plain(value))
        except (KeyError, TypeError, AttributeError):
            return Reading(_plain(value))

    def _date(self, value: dict[str, Any]) -> Reading:
        bounds = self.calendar.bounds(value["earliest"], value["latest"])
        said = self.calendar.edtf(value["edtf"])
        details = (*((bounds,) if bounds and bounds != said else ()), f"EDTF {value['edtf']}")
        return Reading(said, details)

    def _place(self, value: dict[str, Any]) -> Reading:
        name, code = value["name"], value["code"]
        if not code:
            return Reading(value["text"], (self._say(N_("no place code")),))
        within = governorate(code)
        area = (self._say(N_("%s governorate")) % within,) if within and within != name else ()
        return Reading(name or value["text"], (*area, code))

    def _choice(self, value: dict[str, Any]) -> Reading:
        label, code = value["label"], value["code"]
        return Reading(label, () if code.replace("_", " ") == label.casefold() else (code,))

    def _name(self, value: dict[str, Any]) -> Reading:
        parts = " · ".join(value["parts"])
        return Reading(value["full"], (parts,) if len(value["parts"]) > 1 else ())

    def _age(self, value: dict[str, Any]) -> Reading:
        years = self.calendar.words.translations.ngettext("%d year", "%d years", value["years"])
        return Reading(years % value["years"])

    def _consent(self, consent: dict[str, Any]) -> Consent:
        return Consent(
            purpose=self.calendar.words.say(words.PURPOSE, consent["purpose"]),
            recipient=(consent["recipient"] or "").replace("_", " "),
            answer=consent["answer"],
            answer_words=self.calendar.words.say(words.CONSENT, consent["answer"]),
            language=self.calendar.words.say(words.LANGUAGES, consent["language"]),
            at=self.calendar.iso_moment(consent["answered_at"]),
            text=consent["text_sha256"][:8],
        )

    def _concerns(self, ids: list[str]) -> str:
        numbers = ", ".join(one.removeprefix("person-") for one in ids)
        return self._say(N_("Concerns sought person %s")) % numbers

    def _say(self, message: str) -> str:
        return self.calendar.words.gettext(message)


_READINGS: dict[str, Callable[[Reader, dict[str, Any]], Reading]] = {
    "text": lambda _, value: Reading(value["text"]),
    "choice": Reader._choice,
    "choices": lambda _, value: Reading("; ".join(value["labels"]), ("; ".join(value["codes"]),)),
    "number": lambda _, value: Reading(f"{value['number']:g}"),
    "date": Reader._date,
    "age": Reader._age,
    "place": Reader._place,
    "name": Reader._name,
}


def _unrepeated(reading: Reading, said: str | None) -> Reading | None:
    """The reading without what the quotation beside it says already; None when nothing is left."""
    if reading.text != said:
        return reading
    return Reading("", reading.details) if reading.details else None


def _name_of(person: dict[str, Any]) -> str | None:
    values = (claim["value"] for claim in person["claims"] if claim["value"])
    return next((value.get("full") for value in values if value["type"] == "name"), None)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _holders(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [report["enquirer"], *report["sought_persons"], *report["events"]]


def _claims_by_place(report: dict[str, Any]) -> dict[tuple[str, str], list[Any]]:
    found: dict[tuple[str, str], list[Any]] = {}
    for holder in _holders(report):
        for claim in holder["claims"]:
            found.setdefault((holder["id"], claim["field"]), []).append(claim)
    return found


def _change(old: dict[tuple[str, str], list[Any]] | None, holder: str, claim: dict[str, Any]) -> str:
    if old is None:
        return ""
    same_field = old.get((holder, claim["field"]))
    if not same_field:
        return "new"
    said = (claim["status"], claim["raw"], claim["value"])
    return "" if any(said == (one["status"], one["raw"], one["value"]) for one in same_field) else "changed"


def _gone(old: dict[tuple[str, str], list[Any]], new: dict[tuple[str, str], list[Any]]) -> tuple[str, ...]:
    """Titles of claims of the revision before that this one no longer makes."""
    return tuple(claims[0]["title"] for place, claims in old.items() if place not in new)
