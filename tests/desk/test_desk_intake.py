"""Reports come in once and for all, whatever the families' side, the wire or a kill does in between."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest
from starlette.responses import JSONResponse, Response

from desk import audit, quarantine, reports
from desk.contact import Contact, Trouble
from desk.intake import Intake
from desk.keys import Identity
from desk.opening import Parts
from desk.source import OutOfReach
from desk.store import Store
from tests.desk.desks import Clock, intake_of
from tests.desk.fakes import FamiliesSide, Sender, a_report, wait_until


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
        assert [number for number, _ in reports.revisions(connection, first[0])] == [1, 2]


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


async def _until(true: Callable[[], bool]) -> None:
    await asyncio.to_thread(wait_until, true)
