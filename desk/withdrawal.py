"""What the enquirer no longer agrees to: the newest answer to a consent is a withdrawal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Given:
    """Every answer to one consent: for one purpose and one recipient, oldest first."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    #: of each answer: whether it came as a withdrawal
    taken_back: list[bool] = field(default_factory=list)

    @property
    def newest(self) -> dict[str, Any]:
        return self.answers[-1]

    @property
    def withdrawn(self) -> bool:
        """Taken back by a notice, or answered no after a yes."""
        was_granted = any(one["answer"] == "granted" for one in self.answers[:-1])
        return self.taken_back[-1] or (was_granted and self.newest["answer"] != "granted")


def consents_in(bodies: Sequence[Report]) -> list[Given]:
    """All consents of a report's revisions (oldest first), the one answered last at the head."""
    found: dict[tuple[str, str | None], Given] = {}
    for body, consent in _each(bodies):
        given = found.setdefault((consent["purpose"], consent["recipient"]), Given())
        given.answers.append(consent)
        given.taken_back.append(body.get("kind") == "withdrawal")
    return sorted(found.values(), key=_answered_at, reverse=True)


def _answered_at(given: Given) -> datetime:
    return datetime.fromisoformat(given.newest["answered_at"].upper())


def withdrawn_in(bodies: Sequence[Report]) -> list[dict[str, Any]]:
    """The newest answer of each consent that is no longer given."""
    return [given.newest for given in consents_in(bodies) if given.withdrawn]


def _each(bodies: Sequence[Report]) -> Iterator[tuple[Report, dict[str, Any]]]:
    for body in bodies:
        for consent in body["consents"]:
            yield body, consent
