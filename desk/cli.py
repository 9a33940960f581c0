"""`wasl desk …`: start the desk, make its keys, look after its caseworkers, check its audit trail."""

from __future__ import annotations

import re
from pathlib import Path
from typing import IO

import click
from sqlalchemy import func, select

from desk import audit, caseworkers, keys, reports
from desk.settings import Settings, read_settings
from desk.store import Store, knows_a_key, open_store
from desk.tables import reports as reports_table
from ground import logs
from ground.complaints import Complaint
from ground.keyfiles import data_directory


@click.group()
def cli() -> None:
    """The caseworkers' side: fetch, open and read sealed reports."""


@cli.command()
def serve() -> None:
    """Fetch reports and serve the console, until interrupted."""
    from desk.serving import serve as run  # the other verbs need no web server

    settings = read_settings()
    logs.configure("desk", json=settings.log_json)
    store, identity = _prepare(settings)
    run(settings, store, identity, lambda line: click.echo(line))


@cli.command()
def init() -> None:
    """Make keys, tables and the first caseworker; does nothing that is done already."""
    settings = read_settings()
    _, identity = _prepare(settings)
    click.echo(f"desk recipient {identity.recipient}")
    click.echo(f"desk recipient file {settings.recipient}")
    click.echo(f"desk public signing key {settings.public_signing_key}")


@cli.command("new-identity")
@click.argument("file", type=click.Path(path_type=Path))
def new_identity(file: Path) -> None:
    """Make an age key pair in FILE, for instance the escrow key that is kept offline; prints its recipient."""
    click.echo(keys.new_identity(file).recipient)


@cli.group()
def caseworker() -> None:
    """The people who may sign in."""


@caseworker.command()
@click.argument("name")
def add(name: str) -> None:
    """Add a caseworker; prints a one-time passphrase."""
    store, _ = _prepare(read_settings())
    _tell(name, caseworkers.add(store, name))


@caseworker.command("reset-password")
@click.argument("name")
def reset_password(name: str) -> None:
    """Give a caseworker a new one-time passphrase and end their sessions."""
    store, _ = _prepare(read_settings())
    _tell(name, caseworkers.reset(store, name))


@caseworker.command("list")
def list_caseworkers() -> None:
    """All caseworkers, one on a line."""
    store, _ = _prepare(read_settings())
    for one in caseworkers.everyone(store):
        click.echo(f"{one.name}\t{'has a one-time passphrase' if one.must_change else 'active'}")


@cli.group("audit")
def audit_group() -> None:
    """The audit trail."""


@audit_group.command()
def verify() -> None:
    """Check every row of the trail, and the checkpoints kept beside the database."""
    settings = read_settings()
    store, _ = _prepare(settings)
    verdict = audit.verify(store, audit.read_checkpoints(settings.data / "audit-checkpoints.txt"))
    if verdict.broken_at is not None:
        raise Complaint(f"The audit trail was changed: row {verdict.broken_at} does not follow from the one before it.")
    if verdict.missing is not None:
        raise Complaint(
            f"The audit trail was cut or rewritten: it no longer has row {verdict.missing} as it was noted."
        )
    click.echo(f"audit trail holds: {verdict.rows} rows, head {verdict.head}")


@cli.command()
@click.argument("report")
@click.option("--revision", type=int, help="The case as of this revision; the latest one if left out.")
@click.option(
    "--output", "-o", type=click.File("wb", lazy=True), default="-", help="A file instead of standard output."
)
def export(report: str, revision: int | None, output: IO[bytes]) -> None:
    """Write REPORT (its id, or the first eight or more digits of it) with its attachments as JSON; this is audited."""
    from desk.export import as_json

    store, _ = _prepare(read_settings())
    found = _find(store, report)
    with store.engine.begin() as connection:
        known = reports.open_revisions(connection, store, found)
        if revision is not None and revision not in [one.revision for one in known]:
            raise Complaint(f"Report {found} has no revision {revision}.")
        audit.record(connection, store, audit.OPERATOR, audit.Action.CASE_EXPORTED, found)
    for piece in as_json(store, [one for one in known if revision is None or one.revision <= revision]):
        output.write(piece)


def _prepare(settings: Settings) -> tuple[Store, keys.Identity]:
    """Everything that must be there before any verb: directory, tables, keys, and somebody who can sign in."""
    data_directory(settings.data)
    known = knows_a_key(settings.url)
    # A database that was written under a key must find that key; a new one would only hide the loss.
    vault = (keys.read_storage_key if known else keys.make_storage_key)(settings.storage_key)
    store = open_store(settings.url, vault, settings.storage_key)
    identity = keys.read_or_make_identity(settings.identity)
    keys.publish(identity, settings.recipient)
    keys.read_or_make_signing_key(settings.signing_key, settings.public_signing_key)
    passphrase = caseworkers.first(store)
    if passphrase:
        _tell(caseworkers.FIRST, passphrase)
    return store, identity


def _tell(name: str, passphrase: str) -> None:
    """One line, the same for a person and a supervisor; it is shown once and kept nowhere."""
    click.echo(f"desk one-time passphrase for {name}: {passphrase}")


def _find(store: Store, start: str) -> str:
    if not re.fullmatch("[0-9a-f]{8,32}", start):
        raise Complaint("A report is named by its id, or by at least its first eight digits.")
    with store.engine.begin() as connection:
        found: list[str] = list(
            connection.scalars(
                select(reports_table.c.report)
                .where(func.substr(reports_table.c.report, 1, len(start)) == start)
                .distinct()
            )
        )
    if len(found) != 1:
        raise Complaint(f"{'No report begins' if not found else 'Several reports begin'} with {start}.")
    return found[0]
