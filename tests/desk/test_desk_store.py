"""What lies on the disk says nothing without the key, the trail shows every meddling, and the tables are as declared."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert, select, text
from sqlalchemy.exc import DBAPIError

from desk import attachments, audit, caseworkers, erasure, passphrases, quarantine, reports, sessions
from desk.keys import Identity
from desk.opening import Opened, Reason, Refusal, open_envelope
from desk.quarantine import Listed
from desk.sessions import Limits
from desk.store import MIGRATIONS, Store, knows_a_key, open_store
from desk.tables import attachments as file_rows
from desk.tables import audit as trail
from desk.tables import metadata
from desk.tables import quarantine as held_rows
from desk.tables import reports as report_rows
from ground.complaints import Complaint
from ground.vault import Unreadable, Vault, new_key
from tests.desk.fakes import AMAL, CANARIES, PAPER, SKY, STORY, Sender, a_full_report, a_report, described


def _keep(store: Store, identity: Identity, sender: Sender, number: int = 1) -> Opened:
    """A report with canaries in its story and in a document."""
    words = json.dumps(" ".join(CANARIES))[1:-1]
    report = json.loads(json.dumps(a_full_report(number)).replace(json.dumps(STORY)[1:-1], words))
    letter = " ".join(CANARIES).encode()
    report["files"] = [
        {**described(PAPER)[0], "bytes": len(letter), "sha256": hashlib.sha256(letter).hexdigest()},
    ]
    opened = open_envelope(sender.seal_with(report, sender.attach(report, {PAPER: letter})), identity, sender.public)
    assert isinstance(opened, Opened)
    assert reports.keep(store, opened, [letter])
    return opened


def test_nothing_a_family_said_lies_open_on_the_disk(
    store: Store, identity: Identity, sender: Sender, tmp_path: Path
) -> None:
    """The report, refused parts, and a session; read the files at rest and in the middle of a transaction."""
    opened = _keep(store, identity, sender)
    refused = a_report(2)
    quarantine.hold(store, Listed(refused["id"], 1, "0" * 64), Refusal(Reason.SIGNATURE), sender.seal(refused))
    one_time = caseworkers.add(store, "Jonas")
    jonas = caseworkers.recognise(store, "Jonas", one_time)
    assert jonas
    token = sessions.start(store, jonas)
    with store.engine.begin() as connection:
        connection.execute(text("PRAGMA cache_spill=1"))
        for number in range(20):
            reports.mark_read(connection, store, jonas.id, opened.manifest.report, number)
        in_the_middle = _on_disk(tmp_path)
    for held in (in_the_middle, _on_disk(tmp_path)):
        assert b"desk's" not in held
        for words in (*CANARIES, AMAL, "summer 2013", "2013-22", "Aleppo", "detained", "child", one_time, token):
            for encoding in ("utf-8", "utf-16-le", "unicode_escape"):
                assert words.encode(encoding) not in held, words
    assert b"reports" in _on_disk(tmp_path)


def _on_disk(folder: Path) -> bytes:
    files = sorted(folder.glob("desk.sqlite3*"))
    assert files
    return b"".join(file.read_bytes() for file in files)


def test_nothing_of_an_erased_report_is_left_on_the_disk(
    store: Store, identity: Identity, sender: Sender, tmp_path: Path
) -> None:
    """Not even what could only be read with the key."""
    opened = _keep(store, identity, sender)
    report = opened.manifest.report
    quarantine.hold(store, Listed(report, 2, "0" * 64), Refusal(Reason.CHANGED), sender.seal(a_report()))
    jonas = _jonas(store)
    with store.engine.begin() as connection:
        reports.mark_read(connection, store, jonas, report, 1)
        kept = [bytes(body) for table in (report_rows, file_rows) for body in connection.scalars(select(table.c.body))]
        kept += connection.scalars(select(held_rows.c.sealed))
    assert len(kept) == 3
    assert all(body[:200] in _on_disk(tmp_path) for body in kept)
    with store.engine.begin() as connection:
        erasure.erase(connection, store, report, "jonas")
    erasure.overwrite(store)
    held = _on_disk(tmp_path)
    for body in kept:
        assert not any(body[at : at + 24] in held for at in range(0, len(body) - 24, 512))
    with store.engine.begin() as connection:
        assert erasure.erased_on(connection, report) == "2026-09-21"
        assert reports.open_revisions(connection, store, report) == []
        for table in metadata.sorted_tables:
            if "report" in table.c and table.name != "tombstones":
                assert connection.execute(select(table)).all() == []
    assert reports.keep(store, opened, [b"whatever comes again"])
    assert reports.inbox(store, "jonas", page=1, size=9) == ([], 0)


def test_nothing_is_stored_beside_an_erasure(any_store: Store, identity: Identity, sender: Sender) -> None:
    """A later revision that comes in while its report is being erased waits, and is then not wanted any more."""
    report = _keep(any_store, identity, sender).manifest.report
    late = a_report(revision=2)
    opened = open_envelope(sender.seal(late), identity, sender.public)
    assert isinstance(opened, Opened)
    with ThreadPoolExecutor(1) as thread:
        with any_store.engine.begin() as connection:
            erasure.alone(connection)
            storing = thread.submit(reports.keep, any_store, opened)
            time.sleep(0.3)
            assert not storing.done()
            erasure.erase(connection, any_store, report, "jonas")
        assert storing.result(10)
    assert reports.inbox(any_store, "jonas", page=1, size=9) == ([], 0)


def _jonas(store: Store) -> str:
    one_time = caseworkers.add(store, "Jonas")
    jonas = caseworkers.recognise(store, "Jonas", one_time)
    assert jonas
    return jonas.id


def test_an_attachment_opens_only_in_its_own_row(store: Store, identity: Identity, sender: Sender) -> None:
    first, second = _keep(store, identity, sender, 1), _keep(store, identity, sender, 2)
    with store.engine.begin() as connection:
        bodies = dict(connection.execute(select(file_rows.c.report, file_rows.c.body)).all())
        moved = file_rows.update().where(file_rows.c.report == first.manifest.report)
        connection.execute(moved.values(body=bodies[second.manifest.report]))
        with pytest.raises(Unreadable):
            attachments.find(connection, store, first.manifest.report, PAPER)


def test_a_report_is_never_kept_without_all_that_it_promises(store: Store, identity: Identity, sender: Sender) -> None:
    report = a_full_report()
    opened = open_envelope(sender.seal_with(report, sender.attach(report)), identity, sender.public)
    assert isinstance(opened, Opened)
    for contents in ([], [SKY], [SKY] * 5):
        with pytest.raises(ValueError, match="argument 2"):
            reports.keep(store, opened, contents)
    assert reports.inbox(store, "jonas", page=1, size=9) == ([], 0)


def test_a_desk_of_the_first_tables_is_brought_up_to_date(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.sqlite3'}"
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, "0001")
    store = open_store_of_the_first_tables(url, tmp_path)
    knows_a_key(url)
    (row,), total = reports.inbox(store, "jonas", page=1, size=9)
    assert (total, row.summary.category, row.summary.erasure, row.summary.withdrawn) == (1, "Detained", None, False)
    store.engine.dispose()


def open_store_of_the_first_tables(url: str, folder: Path) -> Store:
    """A store as the first version left it: a summary that knows neither erasure nor withdrawal."""
    store = open_store(url, Vault(new_key()), folder / "storage.key")
    plain = {"language": "ar", "persons": 1, "category": "Detained", "last_seen": None, "governorate": None}
    summary = store.seal({**plain, "attention": []}, table="reports", row=f"{'0' * 32}/1", column="summary")
    values = {"report": "0" * 32, "revision": 1, "sealed_sha256": "0" * 64, "received_at": 1, "state": "acknowledged"}
    with store.engine.begin() as connection:
        connection.execute(insert(report_rows).values(**values, summary=summary, body=b""))
    return store


def test_a_body_opens_only_in_its_own_row(store: Store, identity: Identity, sender: Sender) -> None:
    first, second = _keep(store, identity, sender, 1), _keep(store, identity, sender, 2)
    with store.engine.begin() as connection:
        bodies = dict(connection.execute(select(report_rows.c.report, report_rows.c.body)).all())
        connection.execute(
            report_rows.update()
            .where(report_rows.c.report == first.manifest.report)
            .values(body=bodies[second.manifest.report])
        )
        with pytest.raises(Unreadable):
            reports.open_revisions(connection, store, first.manifest.report)
    assert first.report != second.report


def test_another_storage_key_is_one_clear_sentence(store: Store, tmp_path: Path) -> None:
    with pytest.raises(Complaint, match="is not the one this database was written with"):
        open_store(str(store.engine.url), Vault(new_key()), tmp_path / "storage.key")


def test_the_tables_are_what_the_migrations_make(any_store: Store) -> None:
    with any_store.engine.begin() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []


def test_the_trail_cannot_be_changed_through_the_database(any_store: Store) -> None:
    caseworkers.add(any_store, "Jonas")
    for change in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit"):
        with pytest.raises(DBAPIError, match="only ever added to"), any_store.engine.begin() as connection:
            connection.execute(text(change))
    assert audit.verify(any_store).rows == 1


@pytest.fixture
def long_trail(store: Store) -> Store:
    with store.engine.begin() as connection:
        for number in range(12):
            audit.record(connection, store, f"jonas{number % 2}", audit.Action.CASE_VIEWED, f"{number:032x}")
        connection.execute(text("DROP TRIGGER audit_no_UPDATE"))
        connection.execute(text("DROP TRIGGER audit_no_DELETE"))
    return store


meddling = st.one_of(
    st.tuples(
        st.just("change"), st.integers(1, 12), st.sampled_from(["at", "actor", "action", "object", "mac", "seq"])
    ),
    st.tuples(st.just("delete"), st.integers(1, 12), st.just("")),
    st.tuples(st.just("swap"), st.integers(1, 11), st.just("")),
    st.tuples(st.just("insert"), st.integers(1, 13), st.just("")),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(what=meddling)
def test_every_meddling_with_the_trail_shows(long_trail: Store, what: tuple[str, int, str]) -> None:
    good = audit.verify(long_trail)
    assert good.holds
    assert good.rows == 12
    kind, seq, column = what
    with contextlib.suppress(_Undo), long_trail.engine.begin() as connection:
        rows = [dict(row._mapping) for row in connection.execute(select(trail).order_by(trail.c.seq))]
        _meddle(rows, kind, seq, column)
        connection.execute(trail.delete())
        connection.execute(insert(trail), rows)
        connection.commit()
    try:
        assert not audit.verify(long_trail, [(12, good.head)]).holds
    finally:
        with long_trail.engine.begin() as connection:
            connection.execute(trail.delete())
            for number in range(12):
                audit.record(connection, long_trail, f"jonas{number % 2}", audit.Action.CASE_VIEWED, f"{number:032x}")


class _Undo(Exception):  # noqa: N818
    pass


def _meddle(rows: list[dict[str, object]], kind: str, seq: int, column: str) -> None:
    if kind == "change":
        old = rows[seq - 1][column]
        rows[seq - 1][column] = (
            old + 100 if isinstance(old, int) else f"{old}"[:-1] + ("0" if f"{old}"[-1] != "0" else "1")
        )
    elif kind == "delete":
        del rows[seq - 1]
    elif kind == "swap":
        rows[seq - 1]["seq"], rows[seq]["seq"] = rows[seq]["seq"], rows[seq - 1]["seq"]
    else:
        rows.insert(seq - 1, {**rows[0], "object": "f" * 32})
        for number, row in enumerate(rows, start=1):
            row["seq"] = number


def test_a_trail_cut_at_its_end_shows_against_a_checkpoint(long_trail: Store, tmp_path: Path) -> None:
    audit.checkpoint(long_trail, tmp_path / "checkpoints")
    with long_trail.engine.begin() as connection:
        connection.execute(trail.delete().where(trail.c.seq > 10))
    assert audit.verify(long_trail).holds
    assert audit.verify(long_trail, audit.read_checkpoints(tmp_path / "checkpoints")).missing == 12


def test_an_earlier_database_of_one_revision_less_is_refused_when_newer(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'newer.sqlite3'}"
    knows_a_key(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(Complaint, match="newer version"):
        knows_a_key(url)


def test_a_session_is_kept_as_a_digest_only(any_store: Store) -> None:
    one_time = caseworkers.add(any_store, "Jonas")
    jonas = caseworkers.recognise(any_store, "JONAS", one_time)
    assert jonas
    token = sessions.start(any_store, jonas)
    found = sessions.find(any_store, token, Limits(900, 9000))
    assert found
    assert found.caseworker == jonas
    assert token not in repr(found)
    assert sessions.find(any_store, token + "x", Limits(900, 9000)) is None


def test_passphrases_are_judged_by_length_alone() -> None:
    assert passphrases.is_long_enough("ثلاثة عشر حصانا")
    assert passphrases.is_long_enough("aaaaaaaaaaaaaaa")
    assert not passphrases.is_long_enough("aaaaaaaaaaaaaa")
    assert not passphrases.is_long_enough("a" * 257)
    assert passphrases.is_long_enough(passphrases.one_time())
    assert passphrases.matches(passphrases.hashed("cafe\u0301 in the morning"), "caf\u00e9 in the morning")
