"""What the inbox shows of a report, all revisions together: what to read first, no name and no words of the family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from desk.erasure import wish_in
from desk.places import governorate
from desk.withdrawal import withdrawn_in
from flows.merge import merged

Claim = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Summary:
    """One report at a glance; what was not answered is None."""

    language: str
    persons: int
    category: str | None
    last_seen: dict[str, Any] | None
    governorate: str | None
    attention: tuple[str, ...]
    #: the family's newest wish about deletion: `erasure_request`, `erasure`; None when there is none or it was taken back
    erasure: str | None = None
    #: something is no longer agreed to
    withdrawn: bool = False

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


def read_summary(kept: dict[str, Any]) -> Summary:
    """The summary as it was kept, by this or an earlier version."""
    return Summary(**{**kept, "attention": tuple(kept["attention"])})


def summarise(bodies: Sequence[dict[str, Any]]) -> Summary:
    """The summary of a report's revisions, which follow a schema, in their order."""
    report, wish = merged(bodies), wish_in(bodies)
    claims = [claim for event in report["events"] for claim in event["claims"]]
    category = _value(claims, "event.category", "choice")
    return Summary(
        language=report["language"],
        persons=len(report["sought_persons"]),
        category=category["label"] if category else None,
        last_seen=_value(claims, "event.last_seen", "date"),
        governorate=_where(claims),
        attention=tuple(report["attention"]),
        erasure=wish.kind if wish and wish.kind != "erasure_cancelled" else None,
        withdrawn=bool(withdrawn_in(bodies)),
    )


def _where(claims: list[Claim]) -> str | None:
    """The governorate, or a coarser name for what lies outside Syria."""
    choice, place = _value(claims, "event.place", "choice"), _value(claims, "event.place", "place")
    if choice:
        return governorate(choice["code"]) or str(choice["label"])
    if not place:
        return None
    return governorate(place["code"]) or governorate(place.get("admin1")) or place["name"]


def _value(claims: list[Claim], field: str, kind: str) -> Claim | None:
    """The value of the first claim about this field, if it is of this kind."""
    values = (claim["value"] for claim in claims if claim["field"] == field and claim["value"])
    return next((value for value in values if value["type"] == kind), None)
