"""A case as its page shows it: every claim with the family's own words beside what was understood of them.

The revisions are put together; what an earlier one said stands folded under what is said now. It reads the schemas'
fields and leaves nothing out: a property or a kind of value that it does not know (of a later schema) is shown as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from desk import words
from desk.attachments import PICTURES, SOUNDS
from desk.dates import Calendar
from desk.places import governorate
from desk.withdrawal import Given, consents_in
from desk.words import N_
from flows.merge import TELLING, merged

_KNOWN = {"field", "question", "title", "status", "raw", "value", "at", "sensitivity", "derived", "confirmed"}
#: What a leak of could do most harm.
_MOST_SENSITIVE = 3

Report = dict[str, Any]
#: A holder's id and a question's name: what one line is about.
_Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class File:
    """An attachment as the page shows it."""

    id: str
    #: `picture`, `sound` or `download`
    shown_as: str
    #: `Picture 2, 120 kB`
    title: str
    #: the enquirer chose to keep the hidden details (place, time, device) in it
    original: bool


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
    files: tuple[File, ...]
    at: str
    #: nobody said it: computed from other answers
    derived: bool
    #: whether the enquirer agreed to the reading; None when that was not noted
    confirmed: bool | None
    #: a leak of this could do great harm
    sensitive: bool
    #: properties of the claim that this version has no place for: `(name, value)`
    others: tuple[tuple[str, str], ...]
    #: the revision that said it
    revision: int
    #: "", or "new" or "changed" by the newest revision that tells anything
    change: str = ""
    #: what earlier revisions said instead, newest first
    earlier: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A group of claims about one thing."""

    anchor: str
    title: str
    lines: tuple[Line, ...]
    #: questions of a searchable report that were never put
    not_asked: tuple[str, ...] = ()
    note: str = ""
    #: whom it is about, where there are several: `(name or None,)`; empty otherwise
    about: tuple[str | None, ...] = ()


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
    withdrawn: bool
    #: earlier answers that were others, newest first: `(answer, when)`
    earlier: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole case page's content."""

    sections: tuple[Section, ...] = field(repr=False)
    consents: tuple[Consent, ...] = field(repr=False)
    #: each sought person's name, as typed; None where none was given
    names: tuple[str | None, ...] = field(repr=False)
    #: attachments that no claim names
    other_files: tuple[File, ...] = field(repr=False)
    #: the revision whose news are marked; None when there is nothing before it
    news_of: int | None


@dataclass(frozen=True, slots=True)
class Essential:
    """What makes a report searchable, and how to tell that it was asked."""

    title: str
    is_it: Callable[[dict[str, Any]], bool]


def _about(*fields: str) -> Callable[[dict[str, Any]], bool]:
    """Whether the claim's field is one of these, or a part of it: `person.name` for `person.name.full`."""
    return lambda claim: any(f"{claim['field']}.".startswith(f"{field}.") for field in fields)


_OF_PERSON = (
    Essential(N_("Relationship"), _about("person.relationship")),
    Essential(N_("Full name"), _about("person.name")),
    Essential(N_("Mother's name"), _about("person.mother")),
    Essential(N_("Birth or age"), _about("person.birth", "person.age")),
)
_OF_EVENT = (
    Essential(N_("What happened"), _about("event.category")),
    Essential(N_("When last seen or heard from"), _about("event.last_seen", "event.last_contact")),
    Essential(N_("Where"), _about("event.place", "event.place_detail")),
)
_OF_ENQUIRER: tuple[Essential, ...] = ()


@dataclass(frozen=True, slots=True)
class Reader:
    """Turns the revisions of a report into a sheet, in the console's language."""

    calendar: Calendar

    def read(self, bodies: Sequence[Report]) -> Sheet:
        """The sheet of these revisions, oldest first, at least one."""
        report = merged(bodies)
        files = self._files(report["files"])
        history = _history(bodies)
        told = [body["revision"] for body in bodies if _tells(body)]
        news_of = told[-1] if len(told) > 1 else None
        lines = {place: self._line(versions, files, news_of) for place, versions in history.items()}
        named = {file.id for line in lines.values() for one in (line, *line.earlier) for file in one.files}
        return Sheet(
            sections=tuple(self._sections(report, lines)),
            consents=tuple(map(self._consent, consents_in(bodies))),
            names=tuple(map(_name_of, report["sought_persons"])),
            other_files=tuple(file for id_, file in files.items() if id_ not in named),
            news_of=news_of,
        )

    def _sections(self, report: Report, lines: dict[_Place, Line]) -> Iterable[Section]:
        yield self._section("enquirer", N_("Enquirer"), report["enquirer"], lines, _OF_ENQUIRER)
        several = len(report["sought_persons"]) > 1
        for person in report["sought_persons"]:
            title = self._numbered(person["id"]) if several else N_("Sought person")
            section = self._section(person["id"], title, person, lines, _OF_PERSON)
            yield replace(section, about=(_name_of(person),) if several else ())
        for event in report["events"]:
            section = self._section(event["id"], N_("Event of disappearance"), event, lines, _OF_EVENT)
            yield replace(section, note=self._concerns(event["concerns"]) if several else "")

    def _section(
        self,
        anchor: str,
        title: str,
        holder: dict[str, Any],
        lines: dict[_Place, Line],
        essentials: Iterable[Essential],
    ) -> Section:
        claims = holder["claims"]
        missing = tuple(self._say(one.title) for one in essentials if not any(map(one.is_it, claims)))
        held = tuple(lines[holder["id"], claim["question"]] for claim in claims)
        return Section(anchor, self._say(title), held, missing)

    def _line(self, versions: list[tuple[int, dict[str, Any]]], files: dict[str, File], news_of: int | None) -> Line:
        """The newest version, what was said before it folded under it."""
        said = [self._version(revision, claim, files) for revision, claim in reversed(versions)]
        change = "" if said[0].revision != news_of else "changed" if len(said) > 1 else "new"
        return replace(said[0], change=change, earlier=tuple(said[1:]))

    def _version(self, revision: int, claim: dict[str, Any], files: dict[str, File]) -> Line:
        raw, value = claim["raw"] or {}, claim["value"]
        others = tuple((name.replace("_", " "), _plain(claim[name])) for name in claim if name not in _KNOWN)
        return Line(
            title=claim["title"],
            field=claim["field"],
            status=claim["status"],
            status_words=self.calendar.words.say(words.STATUS, claim["status"]),
            words=raw.get("text"),
            language=raw.get("language"),
            reading=_unrepeated(self._reading(value), raw.get("text")) if value else None,
            files=self._files_of(value, files),
            at=self.calendar.iso_moment(claim["at"]),
            derived=claim.get("derived", False),
            confirmed=claim.get("confirmed"),
            sensitive=claim.get("sensitivity", 0) >= _MOST_SENSITIVE,
            others=others,
            revision=revision,
        )

    def _files(self, described: Iterable[dict[str, Any]]) -> dict[str, File]:
        """The report's attachments by id, numbered by their kind."""
        found: dict[str, File] = {}
        counts: dict[str, int] = {}
        for one in described:
            counts[one["kind"]] = number = counts.get(one["kind"], 0) + 1
            kind = self.calendar.words.say(words.FILE_KIND, one["kind"])
            title = f"{kind} {number}, {_size(one['bytes'])}"
            found[one["id"]] = File(one["id"], _shown_as(one["mime"]), title, one["original"])
        return found

    def _files_of(self, value: dict[str, Any] | None, files: dict[str, File]) -> tuple[File, ...]:
        if not value or value["type"] != "files":
            return ()
        not_here = self._say(N_("An attachment that did not come"))
        return tuple(files.get(id_, File(id_, "missing", not_here, False)) for id_ in value["files"])

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
        name, code, kind = value["name"], value["code"], value.get("kind")
        within = governorate(code) or governorate(value.get("admin1"))
        details = [
            self.calendar.words.say(words.PLACE_KIND, kind) if kind else "",
            self._say(N_("%s governorate")) % within if within and within != name else "",
            code or self._say(N_("no place code")),
            value.get("gazetteer", ""),
        ]
        if "from" in value and "to" in value:
            ends = value["from"], value["to"]
            details[2] = _way(end["code"] for end in ends) if any(end["code"] for end in ends) else details[2]
            name = _way(end["name"] or end["code"] for end in ends)
        return Reading(name or value["text"], tuple(filter(None, details)))

    def _phone(self, value: dict[str, Any]) -> Reading:
        return Reading(value["e164"], (value["region"],) if value["region"] else ())

    def _choice(self, value: dict[str, Any]) -> Reading:
        label, code = value["label"], value["code"]
        return Reading(label, () if code.replace("_", " ") == label.casefold() else (code,))

    def _name(self, value: dict[str, Any]) -> Reading:
        details = [
            " · ".join(value["parts"]) if len(value["parts"]) > 1 else "",
            self._say(N_("called %s")) % value["kunya"] if value.get("kunya") else "",
            self.calendar.words.say(words.SCRIPT, value["script"]) if value.get("script") else "",
        ]
        return Reading(value["full"], tuple(filter(None, details)))

    def _age(self, value: dict[str, Any]) -> Reading:
        years = self.calendar.words.translations.ngettext("%d year", "%d years", value["years"])
        return Reading(years % value["years"])

    def _consent(self, given: Given) -> Consent:
        newest, say = given.newest, self.calendar.words.say
        return Consent(
            purpose=say(words.PURPOSE, newest["purpose"]),
            recipient=(newest["recipient"] or "").replace("_", " "),
            answer="withdrawn" if given.withdrawn else newest["answer"],
            answer_words=self._say(N_("No longer agreed")) if given.withdrawn else say(words.CONSENT, newest["answer"]),
            language=say(words.LANGUAGES, newest["language"]),
            at=self.calendar.iso_moment(newest["answered_at"]),
            text=newest["text_sha256"][:8],
            withdrawn=given.withdrawn,
            earlier=tuple(
                (say(words.CONSENT, one["answer"]), self.calendar.iso_moment(one["answered_at"]))
                for one in reversed(given.answers[:-1])
                if one["answered_at"] != newest["answered_at"]
            ),
        )

    def _numbered(self, person: str) -> str:
        return f"{self._say(N_('Sought person'))} {person.removeprefix('person-')}"

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
    "phone": Reader._phone,
    "files": lambda _reader, _value: Reading(""),
}


def _unrepeated(reading: Reading, said: str | None) -> Reading | None:
    """The reading without what the quotation beside it says already; None when nothing is left."""
    text = "" if reading.text == said else reading.text
    return Reading(text, reading.details) if text or reading.details else None


def _name_of(person: dict[str, Any]) -> str | None:
    values = (claim["value"] for claim in person["claims"] if claim["value"])
    return next((value.get("full") for value in values if value["type"] == "name"), None)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _way(ends: Iterable[str | None]) -> str:
    """`Aleppo → Hama`; an ellipsis for an end of which only the words are known."""
    return " → ".join(end or "…" for end in ends)


def _tells(body: Report) -> bool:
    return body.get("kind", "report") in TELLING


def _history(bodies: Sequence[Report]) -> dict[_Place, list[tuple[int, dict[str, Any]]]]:
    """Each line's versions with the revision that first said it so, oldest first. Saying the same again is no version."""
    found: dict[_Place, list[tuple[int, dict[str, Any]]]] = {}
    for body in list(filter(_tells, bodies)) or bodies[:1]:
        for holder in (body["enquirer"], *body["sought_persons"], *body["events"]):
            for claim in holder["claims"]:
                versions = found.setdefault((holder["id"], claim["question"]), [])
                if versions and _said(versions[-1][1]) == _said(claim):
                    versions[-1] = (versions[-1][0], claim)
                else:
                    versions.append((body["revision"], claim))
    return found


def _said(claim: dict[str, Any]) -> tuple[Any, ...]:
    return (claim["status"], claim["raw"], claim["value"])


def _shown_as(mime: str) -> str:
    return "picture" if mime in PICTURES else "sound" if mime in SOUNDS else "download"


def _size(length: int) -> str:
    """`840 B`, `12 kB`, `3.4 MB`."""
    if length < 1000:
        return f"{length} B"
    return f"{length / 1000:.0f} kB" if length < 1_000_000 else f"{length / 1_000_000:.1f} MB"
