"""The store on both databases: group commit, repeats, stale writers, migrations, keys, the lock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import OperationalError

from bot.clock import tidy
from bot.keys import Keys
from bot.store import chats, envelopes, files, inbox, ledger, meta, outbox, references, resumptions, silence, tasks
from bot.store.rows import EnvelopeRow, FileRow, InboxRow, OutboxRow, Sent
from bot.store.store import MIGRATIONS, Store, look
from bot.store.tables import conversations, metadata
from bot.store.writer import StoreTrouble
from ground.complaints import Complaint
from ground.database import bring_up_to_date, open_engine
from ground.vault import Vault, new_key

KEYS = Keys.of(Vault(new_key()))
LANE = "a" * 32


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = Store(database_url)
    store.open(KEYS)
    yield store
    store.close()


def update_row(number: int) -> InboxRow:
    return InboxRow(number, LANE, 0, b"sealed")


def envelope(revision: int = 1) -> EnvelopeRow:
    return EnvelopeRow("b" * 32, revision, b"manifest", b"signature", b"sealed")


def draft(body: bytes, day: int = 5, **more: Any) -> chats.Draft:
    return chats.Draft("c" * 32, LANE, "open", day, body, b"key", **more)


async def test_many_jobs_share_a_commit_and_a_failing_one_fails_alone(store: Store) -> None:
    await store.write(lambda connection: inbox.keep(connection, [update_row(n) for n in range(40)], 5))
    commits = store.writer.commits

    def job(number: int) -> Any:
        def write(connection: Connection) -> bool:
            done = inbox.finish(connection, number)
            if number % 10 == 3:
                raise ValueError
            return done

        return write

    results = await asyncio.gather(*(store.write(job(n)) for n in range(40)), return_exceptions=True)
    assert [n for n, result in enumerate(results) if isinstance(result, ValueError)] == [3, 13, 23, 33]
    assert [result for result in results if result is True] == [True] * 36
    assert store.writer.commits - commits < 10
    assert await store.write(inbox.counts) == {"done": 36, "new": 4}


async def test_a_repeated_update_is_kept_once_and_finished_once(store: Store) -> None:
    assert await store.write(lambda c: inbox.keep(c, [update_row(7), update_row(3), update_row(7)], 5)) == {3, 7}
    assert await store.write(lambda c: inbox.finish(c, 7)) is True
    assert await store.write(lambda c: inbox.finish(c, 7)) is False
    assert await store.write(lambda c: inbox.keep(c, [update_row(7), update_row(3)], 5)) == {3}
    assert [row.update_id for row in await store.write(lambda c: inbox.waiting(c, 10))] == [3]


async def test_a_dead_letter_keeps_its_body_and_can_be_revived(store: Store) -> None:
    await store.write(lambda c: inbox.keep(c, [update_row(1), update_row(2)], 5))
    await store.write(lambda c: inbox.fail(c, 1, 3, dead=True))
    assert await store.write(inbox.dead) == [1]
    assert [row.update_id for row in await store.write(lambda c: inbox.waiting(c, 10))] == [2]
    assert await store.write(lambda c: inbox.revive(c, [1])) == 1
    assert (await store.write(lambda c: inbox.waiting(c, 10)))[0] == InboxRow(1, LANE, 0, b"sealed")


async def test_a_stale_writer_writes_nothing(store: Store) -> None:
    def begin(connection: Connection) -> None:
        chats.add(
            connection,
            lane=LANE,
            handle=b"sealed",
            language="ar",
            conversation="c" * 32,
            anchor=None,
            below=True,
            reachable=True,
            day=5,
        )
        chats.begin(connection, draft(b"one"))

    await store.write(begin)
    await store.write(lambda c: chats.save(c, draft(b"two", day=6), was=1, whole=False))
    with pytest.raises(chats.Stale):
        await store.write(lambda c: chats.save(c, draft(b"three", day=6), was=1, whole=False))
    row = await store.write(lambda c: chats.load(c, LANE))
    assert row is not None
    assert (row.version, row.body, row.key) == (2, b"two", b"key")
    sent = chats.Draft("c" * 32, LANE, "submitted", 6, None, None, receipt=b"receipt", erase_on=9)
    await store.write(lambda c: chats.save(c, sent, was=2, whole=True))
    row = await store.write(lambda c: chats.load(c, LANE))
    assert row is not None
    assert (row.key, row.body, row.receipt) == (None, None, b"receipt")
    await store.write(lambda c: chats.erase(c, "c" * 32))
    row = await store.write(lambda c: chats.load(c, LANE))
    assert row is not None
    assert (row.conversation, row.key, row.body) == (None, None, None)


async def test_what_is_said_is_marked_and_blanked(store: Store) -> None:
    rows = [OutboxRow(9, nth, LANE, "show", True, None, b"sealed") for nth in range(3)]
    await store.write(lambda c: outbox.put(c, rows, 5))
    await store.write(lambda c: outbox.mark(c, [Sent(9, 0, "done", 77)]))
    assert [row.ordinal for row in await store.write(outbox.waiting)] == [1, 2]
    await store.write(lambda c: outbox.drop(c, LANE))
    assert await store.write(outbox.counts) == {"done": 1, "dropped": 2}


async def test_what_is_past_its_time_is_erased(store: Store) -> None:
    now = 100 * 86_400.0

    def old(connection: Connection) -> None:
        inbox.keep(connection, [update_row(n) for n in range(3)], 80)
        inbox.finish(connection, 0)
        inbox.keep(connection, [update_row(10)], 95)
        inbox.finish(connection, 10)
        outbox.put(connection, [OutboxRow(0, 0, LANE, "tell", False, None, b"sealed")], 90)
        outbox.mark(connection, [Sent(0, 0)])
        envelopes.put(connection, envelope(1))
        envelopes.put(connection, envelope(2))
        envelopes.acknowledge(connection, "b" * 32, 1, int(now) - 73 * 3600)
        envelopes.acknowledge(connection, "b" * 32, 2, int(now) - 71 * 3600)

    await store.write(old)
    assert await store.write(lambda c: tidy(c, now, 72)) == 3
    assert await store.write(inbox.counts) == {"new": 2, "done": 1}
    assert await store.write(envelopes.counts) == {"waiting": 0, "acknowledged": 1, "erased": 1}
    assert await store.write(lambda c: tidy(c, now, 72)) == 0


def attachment(number: int) -> FileRow:
    return FileRow(f"{number:032x}", b"sealed", f"{number:064x}", 6)


def keep_attachments(connection: Connection, *numbers: int, conversation: str = "c" * 32, day: int = 5) -> None:
    for number in numbers:
        files.put(connection, attachment(number), conversation=conversation, day=day)


async def test_attachments_are_kept_in_order_and_sent_once(store: Store) -> None:
    await store.write(lambda c: keep_attachments(c, 1, 2, 3))
    first, second, third = (attachment(number).id for number in (1, 2, 3))
    listed = await store.write(lambda c: files.of(c, [third, first]))
    assert [(one.id, one.sealed_sha256, one.sealed_bytes) for one in listed] == [
        (third, f"{3:064x}", 6),
        (first, f"{1:064x}", 6),
    ]
    assert await store.write(lambda c: files.of(c, [])) == []
    with pytest.raises(KeyError):
        await store.write(lambda c: files.of(c, ["f" * 32]))
    assert await store.write(lambda c: files.drop(c, [second])) == 1
    await store.write(lambda c: files.assign(c, [first], "b" * 32, 1))
    with pytest.raises(KeyError):
        await store.write(lambda c: files.assign(c, [first, third], "b" * 32, 2))
    assert await store.write(lambda c: files.find(c, "b" * 32, 2, third)) is None, "nothing of a failed job stays"
    await store.write(lambda c: files.assign(c, [third], "b" * 32, 2))
    await store.write(lambda c: files.assign(c, [], "b" * 32, 3))
    assert await store.write(lambda c: files.find(c, "b" * 32, 1, first)) == attachment(1)
    assert await store.write(lambda c: files.find(c, "b" * 32, 1, third)) is None
    assert await store.write(lambda c: files.drop(c, [first])) == 0, "what was sent stays"
    assert await store.write(lambda c: files.forget_conversation(c, "c" * 32)) == 0


async def test_attachments_go_with_their_draft_or_their_envelope(store: Store) -> None:
    now = 100 * 86_400.0

    def sent(connection: Connection) -> None:
        chats.begin(connection, draft(b"one"))
        keep_attachments(connection, 1, 2, 3)
        for revision in (1, 2):
            envelopes.put(connection, envelope(revision))
            files.assign(connection, [attachment(revision).id], "b" * 32, revision)
        envelopes.acknowledge(connection, "b" * 32, 1, int(now) - 73 * 3600)

    await store.write(sent)
    await store.write(lambda c: tidy(c, now, 72))
    erased = await store.write(lambda c: files.find(c, "b" * 32, 1, attachment(1).id))
    assert erased is not None
    assert erased.sealed is None
    assert await store.write(lambda c: files.find(c, "b" * 32, 2, attachment(2).id)) == attachment(2)
    assert await store.write(lambda c: files.forget_conversation(c, "c" * 32)) == 1
    with pytest.raises(KeyError):
        await store.write(lambda c: files.of(c, [attachment(3).id]))


async def test_attachments_nobody_will_send_are_forgotten(store: Store) -> None:
    def some(connection: Connection) -> None:
        chats.begin(connection, draft(b"one"))
        keep_attachments(connection, 1)
        keep_attachments(connection, 2, 3, conversation="d" * 32)
        keep_attachments(connection, 4, conversation="d" * 32, day=6)
        files.assign(connection, [attachment(3).id], "b" * 32, 1)

    await store.write(some)
    assert await store.write(lambda c: files.prune(c, 6)) == 1
    ids = [attachment(number).id for number in (1, 3, 4)]
    assert [one.id for one in await store.write(lambda c: files.of(c, ids))] == ids


async def test_codes_and_tasks(store: Store) -> None:
    await store.write(lambda c: references.put(c, selector="1234567", unhashed=b"x", report="b" * 32, day=5))
    assert await store.write(lambda c: references.unhashed(c, 5)) == [("1234567", b"x")]
    await store.write(lambda c: references.hashed(c, "1234567", "$hash"))
    found = await store.write(lambda c: references.find(c, "1234567"))
    assert found == references.Reference("1234567", "b" * 32, "$hash", None, None, None)
    assert await store.write(lambda c: references.of(c, "b" * 32)) == found
    assert not await store.write(lambda c: references.guarded(c, "b" * 32))
    await store.write(lambda c: references.guard(c, "b" * 32, "$pin", "$other"))
    assert await store.write(lambda c: references.guarded(c, "b" * 32))
    await store.write(
        lambda c: tasks.put(c, update_id=1, ordinal=0, lane=LANE, conversation=None, reason="asked", day=5)
    )
    assert await store.write(tasks.open_count) == 1


async def test_trouble_with_the_database_is_nobodys_fault(store: Store) -> None:
    def gone(connection: Connection) -> None:
        raise OperationalError("", None, Exception("server closed the connection"))

    with pytest.raises(StoreTrouble):
        await store.write(gone)
    for _ in range(20):
        try:
            await store.write(lambda c: inbox.keep(c, [update_row(1)], 5))
        except StoreTrouble:  # PostgreSQL lets go of the lock when it notices that the old connection is gone
            continue
    assert await store.write(inbox.counts) == {"new": 1}


async def test_one_bot_per_database(store: Store, database_url: str) -> None:
    with pytest.raises(Complaint, match="one database has one bot"):
        Store(database_url).open(KEYS)
    assert look(database_url, inbox.counts) == {}, "others may look"


def test_another_key_is_told_apart(database_url: str) -> None:
    first = Store(database_url)
    first.open(KEYS)
    first.close()
    with pytest.raises(Complaint, match="WASL_KEY_FILE"):
        Store(database_url).open(Keys.of(Vault(new_key())))
    first = Store(database_url)
    first.open(KEYS)
    first.close()


def test_a_newer_database_is_left_alone(database_url: str) -> None:
    store = Store(database_url)
    store.open(KEYS)
    store.close()
    look(database_url, lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")) and None)
    with pytest.raises(Complaint, match="newer version"):
        Store(database_url).open(KEYS)


def test_migrations_up_and_down_with_data_and_the_models_equal_them(database_url: str) -> None:
    bring_up_to_date(database_url, MIGRATIONS)
    engine = open_engine(database_url)
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(insert(table), _some(table))
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = database_url
    command.downgrade(config, "base")
    command.upgrade(config, "head")
    with engine.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert inbox.counts(connection) == {}
        meta.alive(connection, 5)
        assert meta.last_alive(connection) == 5
    engine.dispose()


def _some(table: Any) -> dict[str, Any]:
    """A row with something in every column."""
    kinds = {str: "x", int: 1, bool: True, bytes: b"x"}
    return {column.name: kinds[column.type.python_type] for column in table.columns}


async def test_a_key_is_erased_only_while_the_draft_is_the_one_that_was_locked(store: Store) -> None:
    await store.write(lambda c: chats.begin(c, draft(b"one", locked=1)))
    assert await store.write(lambda c: chats.locked(c, "c" * 32, 2)) is False
    assert await store.write(lambda c: chats.locked(c, "c" * 32, 1)) is True
    key = select(conversations.c.key, conversations.c.locked)
    assert (await store.write(lambda c: tuple(c.execute(key).one()))) == (None, 2)


async def test_the_ledger_knows_what_stands_in_a_chat(store: Store) -> None:
    def said(connection: Connection) -> None:
        inbox.keep(connection, [update_row(n) for n in (1, 2)], 5)
        inbox.finish(connection, 1, 501)
        inbox.finish(connection, 2)
        outbox.put(
            connection, [OutboxRow(1, n, LANE, kind, False, None, b"x") for n, kind in enumerate(("show", "voice"))], 5
        )
        outbox.mark(connection, [Sent(1, 0, "done", 502), Sent(1, 1, "done", 503)])

    await store.write(said)
    assert await store.write(lambda c: ledger.standing(c, LANE)) == [503, 502, 501]
    assert await store.write(lambda c: ledger.standing(c, LANE, ("voice",))) == [503]
    await store.write(lambda c: ledger.strike(c, LANE, [501, 503]))
    assert await store.write(lambda c: ledger.standing(c, LANE)) == [502]
    assert await store.write(lambda c: ledger.standing(c, "b" * 32)) == []


def a_chat(connection: Connection, **more: Any) -> None:
    given = {"lane": LANE, "handle": b"x", "language": "ar", "conversation": "c" * 32, "anchor": None, "below": True}
    chats.add(connection, **(given | {"reachable": True, "day": 5} | more))


async def test_silence_is_noticed_twice_and_no_more(store: Store) -> None:
    await store.write(lambda c: a_chat(c, touched=silence.grain(6000)))
    look = lambda now: store.write(lambda c: silence.fallen(c, now, 1800, 21600))  # noqa: E731
    assert await look(7799) == []
    assert await look(7800) == [(LANE, 100, True)]
    assert await look(8000) == []
    assert await look(27_600) == [(LANE, 100, False)]
    assert await look(90_000) == []


async def test_a_long_sleep_of_ours_skips_the_short_silence(store: Store) -> None:
    await store.write(lambda c: a_chat(c, touched=silence.grain(6000)))
    assert await store.write(lambda c: silence.fallen(c, 50_000, 1800, 21600)) == [(LANE, 100, False)]


async def test_old_drafts_are_erased_and_what_was_sent_before_stays(store: Store) -> None:
    def some(connection: Connection) -> None:
        a_chat(connection)
        chats.begin(connection, draft(b"one"))
        keep_attachments(connection, 1)
        resumptions.put(connection, resumptions.Resumption("1234567", "c" * 32, b"salt", b"wrapped"), 5)
        addition = chats.Draft("d" * 32, LANE, "open", 5, b"two", b"key", receipt=b"receipt")
        chats.begin(connection, addition)

    await store.write(some)
    assert await store.write(lambda c: silence.expire(c, 5)) == []
    assert await store.write(lambda c: silence.expire(c, 6)) == [LANE, LANE]
    left = select(
        conversations.c.id, conversations.c.status, conversations.c.body, conversations.c.key, conversations.c.receipt
    )
    rows = await store.write(lambda c: [tuple(row) for row in c.execute(left)])
    assert rows == [("d" * 32, "submitted", None, None, b"receipt")]
    assert await store.write(lambda c: resumptions.find(c, "1234567")) is None
    row = await store.write(lambda c: chats.load(c, LANE))
    assert row is not None
    assert row.conversation is None
    with pytest.raises(KeyError):
        await store.write(lambda c: files.of(c, [attachment(1).id]))


async def test_an_erasure_is_carried_out_on_its_day_and_only_the_notice_travels_on(store: Store) -> None:
    def some(connection: Connection) -> None:
        a_chat(connection)
        sent = chats.Draft("c" * 32, LANE, "submitted", 5, None, None, receipt=b"receipt", erase_on=8)
        chats.begin(connection, sent)
        for revision in (1, 2):
            envelopes.put(connection, EnvelopeRow("c" * 32, revision, b"manifest", b"signature", b"sealed"))
        references.put(connection, selector="1234567", unhashed=b"x", report="c" * 32, day=5)

    await store.write(some)
    assert await store.write(lambda c: silence.carry_out_erasures(c, 7)) == []
    assert await store.write(lambda c: silence.carry_out_erasures(c, 8)) == [LANE]
    assert [row.revision for row in await store.write(lambda c: envelopes.waiting(c, 10))] == [2]
    assert await store.write(lambda c: references.find(c, "1234567")) is None
