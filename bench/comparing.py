"""What the team can open, beside what a family's script says it must hold. Differences are told without any family's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.household import Household, Told
from flows.merge import merged

Report = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Arrived:
    """Everything that came of one request: its revisions in order, and the opened attachments by their ids."""

    revisions: Sequence[Report] = field(repr=False)
    #: id -> (kind, mime, content)
    files: Mapping[str, tuple[str, str, bytes]] = field(repr=False)


def differences(house: Household, arrived: Arrived) -> list[str]:
    """Where the report is not exactly what the script says; empty when it is."""
    if not arrived.revisions:
        return ["no report"]
    report = merged(arrived.revisions)
    return [
        *_frame(house, arrived, report),
        *_claims(house, arrived, report),
        *_consents(house, report),
        *_files(house, arrived, report),
    ]


def _frame(house: Household, arrived: Arrived, report: Report) -> Iterator[str]:
    numbers = [revision["revision"] for revision in arrived.revisions]
    if numbers != list(range(1, house.revisions + 1)):
        yield f"revisions: {numbers} instead of {house.revisions}"
    wanted = {"language": house.language, "kind": house.kind}
    yield from (f"{name}: {report[name]} instead of {value}" for name, value in wanted.items() if report[name] != value)
    persons = [f"person-{number}" for number in range(1, house.persons + 1)]
    if [person["id"] for person in report["sought_persons"]] != persons:
        yield f"persons: {len(report['sought_persons'])} instead of {len(persons)}"
    if [event["concerns"] for event in report["events"]] != [persons]:
        yield "the event does not concern every person"


def _claims(house: Household, arrived: Arrived, report: Report) -> Iterator[str]:
    holders = (report["enquirer"], *report["sought_persons"], *report["events"])
    stated = {(holder["id"], claim["question"]): claim for holder in holders for claim in holder["claims"]}
    for place in sorted(stated.keys() - house.told.keys()):
        yield f"{'/'.join(place)}: not in the script"
    for place, told in sorted(house.told.items(), key=lambda item: item[0]):
        name = "/".join(place)
        if place not in stated:
            yield f"{name}: missing"
        else:
            yield from (f"{name}: {what} differs" for what in _unlike(house, told, stated[place], arrived))


def _unlike(house: Household, told: Told, claim: Mapping[str, Any], arrived: Arrived) -> Iterator[str]:
    if claim["status"] != told.status:
        yield "status"
    raw = {"text": told.raw, "language": house.language} if told.raw is not None else None
    said = claim["raw"] and {
        name: claim["raw"][name] for name in ("text", "language")
    }  # the rest is guessed from the text
    if said != raw:
        yield "raw"
    if claim.get("derived", False) != told.derived:
        yield "derived"
    value = claim["value"]
    if not told.files:
        if value != told.value:
            yield "value"
        return
    ids = value["files"] if value and value["type"] == "files" else []
    if len(ids) != len(told.files):
        yield "number of files"
    elif not all(
        id_ in arrived.files and sent.arrived(*arrived.files[id_]) for id_, sent in zip(ids, told.files, strict=True)
    ):
        yield "a file"


def _consents(house: Household, report: Report) -> Iterator[str]:
    given = {(one["purpose"], one["recipient"]): (one["answer"], one["language"]) for one in report["consents"]}
    wanted = {place: (answer, house.language) for place, answer in house.consents.items()}
    for place in sorted(given.keys() | wanted.keys(), key=str):
        if given.get(place) != wanted.get(place):
            yield f"consent {place[0]} {place[1] or ''}: {given.get(place)} instead of {wanted.get(place)}"


def _files(house: Household, arrived: Arrived, report: Report) -> Iterator[str]:
    wanted = len(house.files)
    if not len(report["files"]) == len(arrived.files) == wanted:
        yield f"files: {len(report['files'])} described, {len(arrived.files)} arrived instead of {wanted}"
