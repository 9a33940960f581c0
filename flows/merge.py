"""The revisions of one report put together: what its receiver knows by now. Pure; the desk and any other receiver use it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Report = Mapping[str, Any]

#: Kinds that carry claims; the others are notices.
TELLING = ("report", "addition", "answer", "note")


def merged(revisions: Sequence[Report]) -> dict[str, Any]:
    """One report that holds everything stated in these, given in the order of their revisions (at least one).

    The newest claim on a question of a holder stands, in the place of the first; consents likewise by purpose and recipient.
    It has the newest revision's number, language and `submitted_on`. The newest `kind` that is a notice stays visible as `kind`.
    """
    first, newest = revisions[0], revisions[-1]
    telling = [one for one in revisions if one.get("kind", "report") in TELLING] or [first]
    return {
        **first,
        "revision": newest["revision"],
        "kind": newest.get("kind", "report"),
        "language": telling[-1]["language"],
        "submitted_on": newest["submitted_on"],
        "enquirer": {"id": "enquirer", "claims": _claims(one["enquirer"] for one in telling)},
        "sought_persons": _holders(telling, "sought_persons"),
        "events": _events(telling),
        "consents": _newest(
            (consent for one in revisions for consent in one["consents"]),
            lambda one: (one["purpose"], one["recipient"]),
        ),
        "files": _newest((file for one in telling for file in one.get("files", ())), lambda one: one["id"]),
        "attention": sorted({flag for one in telling for flag in one["attention"]}),
        **({"due_on": newest["due_on"]} if "due_on" in newest else {}),
        **_latest(revisions, "call_secret"),
    }


def _latest(revisions: Sequence[Report], key: str) -> dict[str, Any]:
    return next(({key: one[key]} for one in reversed(revisions) if key in one), {})


def _holders(revisions: Iterable[Report], key: str) -> list[dict[str, Any]]:
    by_id: dict[str, list[Mapping[str, Any]]] = {}
    for revision in revisions:
        for holder in revision[key]:
            by_id.setdefault(holder["id"], []).append(holder)
    return [
        {"id": id_, "claims": _claims(parts)} for id_, parts in sorted(by_id.items(), key=lambda kv: _number(kv[0]))
    ]


def _events(revisions: Sequence[Report]) -> list[dict[str, Any]]:
    concerns: dict[str, list[str]] = {}
    for revision in revisions:
        for event in revision["events"]:
            concerns.setdefault(event["id"], []).extend(event["concerns"])
    return [
        {"id": event["id"], "concerns": sorted(set(concerns[event["id"]]), key=_number), "claims": event["claims"]}
        for event in _holders(revisions, "events")
    ]


def _claims(holders: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return _newest((claim for holder in holders for claim in holder["claims"]), lambda claim: claim["question"])


def _newest(items: Iterable[Mapping[str, Any]], key: Any) -> list[dict[str, Any]]:
    """The last of each key, in the order in which the keys first came."""
    found: dict[Any, dict[str, Any]] = {}
    for item in items:
        found[key(item)] = dict(item)
    return list(found.values())


def _number(id_: str) -> tuple[int, str]:
    """`person-10` after `person-9`."""
    _, _, number = id_.rpartition("-")
    return (int(number) if number.isdecimal() else 0, id_)
