"""Reports come in once and for all, whatever the families' side, the wire or a kill does in between."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pyrage
import pytest
from sqlalchemy import event, select
from starlette.responses import JSONResponse, Response, StreamingResponse

from desk import attachments, audit, erasure, quarantine, reports
from desk.contact import Contact, Trouble
from desk.intake import Intake
from desk.keys import Identity
from desk.opening import LARGEST_FILE, Parts
from desk.source import OutOfReach
from desk.store import Store
from desk.tables import attachments as file_rows
from tests.desk.desks import Clock, intake_of
from tests.desk.fakes import (
    ATTACHED,
    PAPER,
    PICTURE,
    SKY,
    FamiliesSide,
    Sender,
    a_full_report,
    a_report,
    a_withdrawal,
    an_addition,
    described,
    wait_until,
)


@pytest.fixture
async def intake(any_store: Store, identity: Identity, sender: Sender, families: FamiliesSide) -> AsyncIterator[Intake]:
    made = intake_of(any_store, identity, sender, families, Contact())
    async with made.source:
        yield made


@pytest.fixture
async def at_sqlite(store: Store, identity: Identity, sender: Sender, families: FamiliesSide) -> AsyncIterator[Intake]:
    """Where the database makes no difference."""
    made = intake_of(store, identity, sender, families, Contact())
    async with made.source:
        yield made


def _offer(families: FamiliesSide, sender: Sender, number: int = 1, revision: int = 1) -> tuple[str, int]:
    report = a_report(number, revision)
    families.offer(sender.seal(report), report)
    return report["id"], revision


def _offer_whole(families: FamiliesSide, sender: Sender, report: dict[str, Any] | None = None) -> tuple[str, int]:
    """A report with its attachments, or another revision."""
    report = report or a_full_report()
    attached = sender.attach(report)
    families.offer(sender.seal_with(report, attached), report, attached)
    return report["id"], report["revision"]


def _stored_files(store: Store, report: str) -> dict[str, bytes]:
    with store.engine.begin() as connection:
        ids = list(connection.scalars(select(file_rows.c.id).where(file_rows.c.report == report)))
        found = [attachments.find(connection, store, report, id_) for id_ in ids]
    return {one.id: one.content for one in found if one}


def _inbox(store: Store) -> list[tuple[str, int]]:
    rows, total = reports.inbox(store, "nobody", page=1, size=100)
    assert total == len(rows)
    return [(row.report, row.revision) for row in rows]


def _reasons(store: Store) -> list[str]:
    with store.engine.begin() as connection:
        return [held.reason for held in quarantine.everything_held(connection)]


async def test_a_report_is_stored_and_acknowledged_once(intake: Intake, families: FamiliesSide, sender: Sender) -> None:
    which = _offer(families, sender)
    assert await intake.round() == 1
    assert list(families.acknowledged) == [which]
    assert _inbox(intake.store) == [which]
    assert await intake.round() == 0
    assert families.fetches() == 1
    assert audit.verify(intake.store).holds
    assert intake.contact.last_at == intake.store.now()


async def test_a_new_revision_joins_its_case(intake: Intake, families: FamiliesSide, sender: Sender) -> None:
    first, second = _offer(families, sender), _offer(families, sender, revision=2)
    assert await intake.round() == 2
    assert _inbox(intake.store) == [second]
    with intake.store.engine.begin() as connection:
        assert [one.revision for one in reports.open_revisions(connection, intake.store, first[0])] == [1, 2]


async def test_a_lost_acknowledgement_is_only_repeated(intake: Intake, families: FamiliesSide, sender: Sender) -> None:
    which = _offer(families, sender)
    families.on = lambda what, _: Response(status_code=500) if what == "ack" else None
    assert await intake.round() == 0
    assert _inbox(intake.store) == [which]
    families.on = lambda _what, _which: None
    assert await intake.round() == 1
    assert families.fetches() == 1
    assert list(families.acknowledged) == [which]


async def test_what_the_other_side_forgot_to_list_is_still_acknowledged(
    intake: Intake, families: FamiliesSide, sender: Sender
) -> None:
    which = _offer(families, sender)
    families.on = lambda what, _: Response(status_code=500) if what == "ack" else None
    await intake.round()
    families.on = lambda what, _: JSONResponse({"envelopes": []}) if what == "list" else None
    assert await intake.round() == 1
    assert list(families.acknowledged) == [which]


async def test_a_bad_envelope_blocks_nobody_and_is_not_fetched_again_and_again(
    intake: Intake, families: FamiliesSide, sender: Sender, clock: Clock
) -> None:
    bad = a_report(1)
    good_parts = sender.seal(bad)
    families.offer(Parts(good_parts.manifest, b"x" * 64, good_parts.sealed), bad)
    good = _offer(families, sender, 2)
    assert await intake.round() == 1
    assert list(families.acknowledged) == [good]
    assert _reasons(intake.store) == ["signature"]
    for _ in range(5):
        await intake.round()
    assert families.fetches() == 2
    clock.at += 61
    await intake.round()
    assert families.fetches() == 3
    clock.at += 61  # the second wait is twice as long
    await intake.round()
    assert families.fetches() == 3


async def test_an_envelope_that_was_mended_leaves_quarantine(
    intake: Intake, families: FamiliesSide, sender: Sender, clock: Clock
) -> None:
    report = a_report()
    parts = sender.seal(report)
    families.offer(Parts(parts.manifest, b"", parts.sealed), report)
    await intake.round()
    families.offer(parts, report)
    with intake.store.engine.begin() as connection:
        held = quarantine.everything_held(connection)[0]
    assert quarantine.try_again(intake.store, held.id, "jonas")
    assert await intake.round() == 1
    assert _reasons(intake.store) == []
    assert _inbox(intake.store) == [(report["id"], 1)]


async def test_a_hundred_bad_ones_do_not_hide_a_good_one(
    intake: Intake, families: FamiliesSide, sender: Sender
) -> None:
    one = sender.seal(a_report())
    for number in range(60):
        report = a_report(1000 + number)
        families.offer(Parts(one.manifest, b"x", one.sealed + bytes([number])), report)
    good = _offer(families, sender, 2)
    await intake.round()
    await intake.round()
    assert list(families.acknowledged) == [good]


async def test_a_second_text_under_a_known_number_is_kept_apart(
    intake: Intake, families: FamiliesSide, sender: Sender
) -> None:
    which = _offer(families, sender)
    await intake.round()
    families.acknowledged.clear()
    _offer(families, sender)  # sealed again: another digest
    assert await intake.round() == 0
    assert _reasons(intake.store) == ["changed"]
    assert families.acknowledged == {}
    assert _inbox(intake.store) == [which]


async def test_an_envelope_handed_over_for_another_is_kept_apart(
    intake: Intake, families: FamiliesSide, sender: Sender
) -> None:
    families.offer(sender.seal(a_report(2)), a_report(1))
    await intake.round()
    assert _reasons(intake.store) == ["not_as_listed"]
    assert _inbox(intake.store) == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (JSONResponse({}, 404), "unfetchable"),
        (JSONResponse({}, 410), "unfetchable"),
        (Response(status_code=500), "unfetchable"),
        (JSONResponse({"manifest": "x"}), "unreadable"),
        (JSONResponse({"manifest": "%%", "signature": "", "sealed": ""}), "unreadable"),
        (JSONResponse({"manifest": 1, "signature": 2, "sealed": 3}), "unreadable"),
        (Response("[]"), "unreadable"),
    ],
)
async def test_an_envelope_that_cannot_be_had_is_shown(
    at_sqlite: Intake, families: FamiliesSide, sender: Sender, answer: Response, reason: str
) -> None:
    ill, well = _offer(families, sender, 1), _offer(families, sender, 2)
    families.on = lambda what, which: answer if what == "fetch" and which == ill else None
    assert await at_sqlite.round() == 1
    assert _reasons(at_sqlite.store) == [reason]
    assert list(families.acknowledged) == [well]


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (JSONResponse({}, 401), Trouble.TOKEN_REFUSED),
        (JSONResponse({}, 503), Trouble.BAD_ANSWER),
        (JSONResponse({"envelopes": 7}), Trouble.BAD_ANSWER),
        (JSONResponse({"envelopes": [{"report": "../../x", "revision": 1, "sealed_sha256": "0"}]}), Trouble.BAD_ANSWER),
        (Response("<html>"), Trouble.BAD_ANSWER),
        (Response(status_code=302, headers={"Location": "/elsewhere"}), Trouble.BAD_ANSWER),
    ],
)
async def test_a_list_that_makes_no_sense_is_trouble(
    at_sqlite: Intake, families: FamiliesSide, answer: Response, trouble: Trouble
) -> None:
    families.on = lambda _what, _which: answer
    with pytest.raises(OutOfReach) as caught:
        await at_sqlite.round()
    assert caught.value.trouble is trouble


async def test_the_intake_outlives_an_outage(
    store: Store, identity: Identity, sender: Sender, families: FamiliesSide
) -> None:
    contact = Contact()
    intake = intake_of(store, identity, sender, families, contact)
    which = _offer(families, sender)
    good_url, intake.source.url = intake.source.url, "http://127.0.0.1:9"
    task = asyncio.create_task(intake.run())
    try:
        await _until(lambda: contact.trouble is Trouble.OUT_OF_REACH)
        since = contact.trouble_since
        intake.source.url = good_url
        intake.nudge.set()
        await _until(lambda: which in families.acknowledged)
        await _until(lambda: contact.trouble is None)
        assert since is not None
        assert not task.done()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_attachments_are_stored_with_their_report(intake: Intake, families: FamiliesSide, sender: Sender) -> None:
    which = _offer_whole(families, sender)
    assert await intake.round() == 1
    assert list(families.acknowledged) == [which]
    assert _stored_files(intake.store, which[0]) == {id_: content for id_, (_, _, content) in ATTACHED.items()}
    with intake.store.engine.begin() as connection:
        rows = connection.execute(select(file_rows).order_by(file_rows.c.id)).all()
    assert [(row.kind, row.mime, row.bytes, row.original) for row in rows] == [
        (kind, mime, len(content), id_ == PAPER) for id_, (kind, mime, content) in ATTACHED.items()
    ]
    assert not any(content[:20] in row.body for row, (_, _, content) in zip(rows, ATTACHED.values(), strict=True))
    assert await intake.round() == 0


def _not_there(families: FamiliesSide, sender: Sender) -> None:
    families.files.clear()


def _swapped(families: FamiliesSide, sender: Sender) -> None:
    first, second, *_ = families.files
    families.files[first], families.files[second] = families.files[second], families.files[first]


def _longer(families: FamiliesSide, sender: Sender) -> None:
    for which in families.files:
        families.files[which] += bytes(1_000_000)


def _another_content(families: FamiliesSide, sender: Sender) -> None:
    report = a_full_report()
    attached = sender.attach(report, {PICTURE: SKY + b" "})
    families.offer(sender.seal_with(report, attached), report, attached)


def _for_others(families: FamiliesSide, sender: Sender) -> None:
    report = a_full_report()
    attached = {id_: pyrage.encrypt(b"x", [_stranger()]) for id_ in sender.attach(report)}
    families.offer(sender.seal_with(report, attached), report, attached)


def _stranger() -> Any:
    return pyrage.x25519.Identity.generate().to_public()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_not_there, "file_unfetchable"),
        (_swapped, "file_digest"),
        (_longer, "file_digest"),
        (_another_content, "file_content"),
        (_for_others, "file_seal"),
    ],
)
async def test_a_report_with_a_bad_attachment_is_kept_apart_whole(
    intake: Intake,
    families: FamiliesSide,
    sender: Sender,
    clock: Clock,
    spoil: Callable[[FamiliesSide, Sender], None],
    reason: str,
) -> None:
    ill = _offer_whole(families, sender)
    spoil(families, sender)
    well = _offer(families, sender, 2)
    assert await intake.round() == 1
    assert _reasons(intake.store) == [reason]
    assert list(families.acknowledged) == [well]
    assert _inbox(intake.store) == [well]
    assert _stored_files(intake.store, ill[0]) == {}
    with intake.store.engine.begin() as connection:
        assert quarantine.everything_held(connection)[0].place.startswith("$.files[")
    _offer_whole(families, sender)  # sealed anew, as another envelope
    assert await intake.round() == 1
    assert set(_inbox(intake.store)) == {ill, well}
    assert len(_stored_files(intake.store, ill[0])) == len(ATTACHED)


@pytest.mark.parametrize("answer", [Response(status_code=500), JSONResponse({}, 410), Response(status_code=302)])
async def test_an_attachment_that_is_not_handed_over_is_asked_for_again_later(
    at_sqlite: Intake, families: FamiliesSide, sender: Sender, clock: Clock, answer: Response
) -> None:
    which = _offer_whole(families, sender)
    families.on = lambda what, _: answer if what == "file" else None
    assert await at_sqlite.round() == 0
    assert _reasons(at_sqlite.store) == ["file_unfetchable"]
    families.on = lambda _what, _which: None
    assert await at_sqlite.round() == 0
    clock.at += 61
    assert await at_sqlite.round() == 1
    assert _reasons(at_sqlite.store) == []
    assert list(families.acknowledged) == [which]


async def test_a_line_that_breaks_off_within_an_attachment_blocks_nobody(
    at_sqlite: Intake, families: FamiliesSide, sender: Sender
) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"age-encryption.org/v1"
        raise OSError("the line broke")

    ill, well = _offer_whole(families, sender), _offer(families, sender, 2)
    families.on = lambda what, _: StreamingResponse(broken()) if what == "file" else None
    assert await at_sqlite.round() == 1
    assert list(families.acknowledged) == [well]
    assert _reasons(at_sqlite.store) == ["file_unfetchable"]
    assert _stored_files(at_sqlite.store, ill[0]) == {}


async def test_a_refused_token_is_no_fault_of_the_attachment(
    at_sqlite: Intake, families: FamiliesSide, sender: Sender
) -> None:
    _offer_whole(families, sender)
    families.on = lambda what, _: JSONResponse({}, 401) if what == "file" else None
    with pytest.raises(OutOfReach) as caught:
        await at_sqlite.round()
    assert caught.value.trouble is Trouble.TOKEN_REFUSED
    assert _reasons(at_sqlite.store) == []


@pytest.mark.parametrize("fails_at", range(1, 5))
async def test_a_store_that_fails_at_any_attachment_keeps_nothing_of_the_report(
    intake: Intake, families: FamiliesSide, sender: Sender, fails_at: int
) -> None:
    """As when the disk is full, or the desk is killed, in the middle of the transaction."""
    which = _offer_whole(families, sender)
    seen = 0

    def fail(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal seen
        seen += statement.startswith("INSERT INTO attachments")
        if seen == fails_at:
            raise OSError("no space left on device")

    event.listen(intake.store.engine, "before_cursor_execute", fail)
    with pytest.raises(OSError, match="no space"):
        await intake.round()
    event.remove(intake.store.engine, "before_cursor_execute", fail)
    assert _inbox(intake.store) == []
    assert _stored_files(intake.store, which[0]) == {}
    assert families.acknowledged == {}
    assert await intake.round() == 1
    assert len(_stored_files(intake.store, which[0])) == len(ATTACHED)
    assert list(families.acknowledged) == [which]


async def test_the_largest_attachment_comes_through(at_sqlite: Intake, families: FamiliesSide, sender: Sender) -> None:
    content = bytes(LARGEST_FILE)
    report = a_full_report()
    report["files"] = [
        {**described(PICTURE)[0], "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()},
    ]
    attached = sender.attach(report, {PICTURE: content})
    families.offer(sender.seal_with(report, attached), report, attached)
    assert await at_sqlite.round() == 1
    assert _stored_files(at_sqlite.store, report["id"]) == {PICTURE: content}


async def test_an_early_addition_is_summed_up_again_when_the_report_comes(
    intake: Intake, families: FamiliesSide, sender: Sender
) -> None:
    _offer_whole(families, sender, a_withdrawal(revision=3))
    _offer_whole(families, sender, an_addition(revision=2))
    await intake.round()
    (row,), _ = reports.inbox(intake.store, "nobody", page=1, size=9)
    assert (row.revision, row.summary.persons, row.summary.category, row.summary.withdrawn) == (3, 1, None, True)
    _offer_whole(families, sender)
    await intake.round()
    (row,), _ = reports.inbox(intake.store, "nobody", page=1, size=9)
    assert (row.revision, row.summary.persons, row.summary.withdrawn) == (3, 2, True)
    assert row.summary.category == "Arrested or taken at a checkpoint"
    assert "voice" in row.summary.attention


async def test_what_comes_again_of_an_erased_report_is_acknowledged_and_not_stored(
    intake: Intake, families: FamiliesSide, sender: Sender
) -> None:
    which = _offer_whole(families, sender)
    await intake.round()
    with intake.store.engine.begin() as connection:
        erasure.erase(connection, intake.store, which[0], "jonas")
    families.acknowledged.clear()
    later = _offer_whole(families, sender, an_addition())
    fetched = families.fetches()
    assert await intake.round() == 2
    assert families.fetches() == fetched
    assert set(families.acknowledged) == {which, later}
    assert _inbox(intake.store) == []
    assert _stored_files(intake.store, which[0]) == {}
    assert await intake.round() == 0
    assert audit.verify(intake.store).holds


async def test_a_report_erased_while_it_is_fetched_again_stays_erased(
    intake: Intake, families: FamiliesSide, sender: Sender
) -> None:
    which = _offer_whole(families, sender)
    await intake.round()
    later = _offer_whole(families, sender, a_full_report(revision=2))

    def erase_meanwhile(what: str, _: object) -> None:
        with intake.store.engine.begin() as connection:
            if what == "file" and erasure.erased_on(connection, which[0]) is None:
                erasure.erase(connection, intake.store, which[0], "jonas")

    families.on = erase_meanwhile
    assert await intake.round() == 1
    assert later in families.acknowledged
    assert _inbox(intake.store) == []
    assert _stored_files(intake.store, which[0]) == {}


async def _until(true: Callable[[], bool]) -> None:
    await asyncio.to_thread(wait_until, true)
