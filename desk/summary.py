"""What the inbox shows of a report: enough to choose what to read first, no name and no words of the family."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from desk.places import governorate

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

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


def read_summary(kept: dict[str, Any]) -> Summary:
    """The summary as it was kept, by this or an earlier version."""
    return Summary(**{**kept, "attention": tuple(kept["attention"])})


def summarise(report: dict[str, Any]) -> Summary:
    """The summary of a report that follows the schema."""
    claims = [claim for event in report["events"] for claim in event["claims"]]
    place = _value(claims, "place", "event.place")
    category = _value(claims, "choice", "event.category", any_other=False)
    return Summary(
        language=report["language"],
        persons=len(report["sought_persons"]),
        category=category["label"] if category else None,
        last_seen=_value(claims, "date", "event.last_seen"),
        governorate=(governorate(place["code"]) or place["name"]) if place else None,
        attention=tuple(report["attention"]),
    )


def _value(claims: list[Claim], kind: str, field: str, *, any_other: bool = True) -> Claim | None:
    """The value of the claim about this field or, failing that, of the first claim of this kind."""
    answered = [claim for claim in claims if claim["value"] and claim["value"]["type"] == kind]
    exact = [claim for claim in answered if claim["field"] == field]
    found = exact or (answered if any_other else [])
    return found[0]["value"] if found else None
