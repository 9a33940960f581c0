"""Desks for tests: their clock, their parts put together, and Jonas at the door."""

from __future__ import annotations

import uuid
from functools import cache
from typing import Any

import httpx
from sqlalchemy import insert

from desk import passphrases, reports
from desk.contact import Contact
from desk.desk import Desk
from desk.intake import Intake
from desk.keys import Identity
from desk.opening import Opened, open_envelope, open_file
from desk.sessions import Limits
from desk.source import Source
from desk.store import Store
from desk.tables import caseworkers
from desk.throttle import Throttle
from desk.words import words_in
from flows.languages import offered
from flows.load import load_form
from flows.questions import Flow
from tests.desk.fakes import FamiliesSide, Sender

PASSPHRASE = "jonas drinks his tea slowly"


class Clock:
    """Whole seconds since 1970, moved by hand."""

    def __init__(self) -> None:
        self.at = 1_790_000_000

    def __call__(self) -> int:
        return self.at


def intake_of(store: Store, identity: Identity, sender: Sender, families: FamiliesSide, contact: Contact) -> Intake:
    source = Source(families.url, families.token)
    return Intake(source, store, identity, sender.key.public_key(), contact, poll_seconds=0.05)


def desk_of(store: Store, *, production: bool = False) -> Desk:
    limits, throttle = Limits(900, 8 * 3600), Throttle(store.now)
    return Desk(store, words_in("en"), Contact(), limits, production, throttle, form=form())


@cache
def form() -> Flow:
    """The form as it is shipped."""
    return load_form(languages=offered())


def keep(store: Store, identity: Identity, sender: Sender, report: dict[str, Any]) -> None:
    """A report that came in, with its attachments."""
    attached = sender.attach(report) if "files" in report else {}
    opened = open_envelope(sender.seal_with(report, attached), identity, sender.public)
    assert isinstance(opened, Opened)
    assert reports.keep(store, opened, [open_file(one, attached[one.sealed.id], identity) for one in opened.files])


def add(desk: Desk, name: str) -> None:
    """A caseworker whose passphrase is their own already."""
    values = {"id": uuid.uuid4().hex, "name": name, "handle": name.casefold(), "added_at": desk.store.now()}
    with desk.store.engine.begin() as connection:
        connection.execute(insert(caseworkers).values(**values, passphrase=_hashed(), must_change=False))


@cache
def _hashed() -> str:
    return passphrases.hashed(PASSPHRASE)


def sign_in(visitor: httpx.Client, name: str) -> httpx.Response:
    return visitor.post("/sign-in", data={"name": name, "passphrase": PASSPHRASE})
