"""The desk as an operator runs it: `wasl desk …` in a process of its own, killed at the worst moments."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import structlog
from click.testing import CliRunner, Result
from sqlalchemy import Connection, func, select
from starlette.responses import Response

from desk import attachments, reports
from desk.cli import cli
from desk.keys import read_identity, read_storage_key
from desk.store import Store, open_store
from desk.tables import attachments as file_rows
from ground.complaints import Complaint
from tests.desk.fakes import (
    ATTACHED,
    CANARIES,
    FamiliesSide,
    Sender,
    a_full_report,
    a_report,
    claim,
    sender_to,
    wait_until,
)

ROOT = Path(__file__).parents[2]
READY = re.compile(r"desk ready (http://127\.0\.0\.1:\d+)")
ONE_TIME = re.compile(r"desk one-time passphrase for ([\w ]+): ([a-z2-9]{4}(?:-[a-z2-9]{4}){4})")


class Operator:
    """Somebody with a shell on the desk's machine."""

    def __init__(self, folder: Path, families: FamiliesSide) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("WASL_")},
            "WASL_DESK_DATA": str(folder / "data"),
            "WASL_DESK_HANDOFF_URL": families.url,
            "WASL_DESK_HANDOFF_TOKEN": families.token,
            "WASL_DESK_PORT": "0",
            "WASL_DESK_POLL_SECONDS": "0.05",
        }

    def command(self, *words: str) -> list[str]:
        return [
            sys.executable,
            "-c",
            f"import sys; sys.path.insert(0, {str(ROOT)!r}); import wasl; wasl.main()",
            *words,
        ]

    def run(self, *words: str, **changes: str) -> subprocess.CompletedProcess[str]:
        environment = {**self.environment, **changes}
        return subprocess.run(
            self.command("desk", *words), cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60
        )

    def do(self, *words: str, **changes: str) -> Result:
        """As `run`, within this process: quicker, and complaints come as they are."""
        environment = {**self.environment, **changes}
        handlers, level = logging.root.handlers[:], logging.root.level
        try:
            return CliRunner().invoke(cli, words, env=environment)
        finally:
            structlog.reset_defaults()
            structlog.contextvars.clear_contextvars()
            logging.root.handlers[:] = handlers
            logging.root.setLevel(level)

    @contextmanager
    def serving(self) -> Iterator[subprocess.Popen[str]]:
        log = self.folder / "desk.log"
        with log.open("a") as errors:
            process = subprocess.Popen(
                self.command("desk", "serve"),
                cwd=self.folder,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
            try:
                yield process
            finally:
                process.kill()
                process.communicate()

    def stored(self) -> list[tuple[str, int, str]]:
        """Every revision and its state; each opens, and so does each attachment that it promises, and there is no other."""
        data = self.folder / "data"
        key = data / "storage.key"
        store = open_store(f"sqlite:///{data / 'desk.sqlite3'}", read_storage_key(key), key)
        try:
            with store.engine.begin() as connection:
                rows = connection.exec_driver_sql("SELECT report, revision, state FROM reports").all()
                promised = sum(_open_all(connection, store, report) for report in {report for report, _, _ in rows})
                assert connection.scalar(select(func.count()).select_from(file_rows)) == promised
            return [(report, revision, state) for report, revision, state in rows]
        finally:
            store.engine.dispose()


def _open_all(connection: Connection, store: Store, report: str) -> int:
    """Open a report's revisions and attachments; how many of the latter were promised."""
    revisions = reports.open_revisions(connection, store, report)
    assert all(one.body["id"] == report for one in revisions)
    promised = [file["id"] for one in revisions for file in one.body.get("files", ())]
    for id_ in promised:
        found = attachments.find(connection, store, report, id_)
        assert found
        assert found.content == ATTACHED[id_][2]
    return len(promised)


@pytest.fixture
def operator(tmp_path: Path, families: FamiliesSide) -> Operator:
    return Operator(tmp_path, families)


@pytest.fixture
def pinned(operator: Operator) -> Sender:
    """A desk that was set up, and the sender that it trusts."""
    assert operator.do("init").exit_code == 0
    sender = sender_to(read_identity(operator.folder / "data" / "identity.key"))
    (operator.folder / "data" / "sender.pem").write_bytes(sender.pem)
    return sender


def _ready(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    for line in process.stdout:
        if found := READY.search(line):
            return found[1]
    raise AssertionError("the desk did not get ready")


def test_setting_up_twice_is_setting_up_once(operator: Operator) -> None:
    first, second = operator.do("init"), operator.do("init")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert ONE_TIME.search(first.stdout)
    assert not ONE_TIME.search(second.stdout)
    data = operator.folder / "data"
    assert f"desk recipient {(data / 'recipient.txt').read_text().strip()}" in second.stdout
    for name, mode in (("identity.key", 0o600), ("storage.key", 0o600), ("recipient.txt", 0o644)):
        assert (data / name).stat().st_mode & 0o777 == mode


def test_an_escrow_key_is_made_beside_the_desk(operator: Operator) -> None:
    file = str(operator.folder / "escrow.key")
    made = operator.do("new-identity", file)
    assert made.stdout.startswith("age1")
    assert (operator.folder / "escrow.key").stat().st_mode & 0o777 == 0o600
    again = operator.run("new-identity", file)
    assert again.returncode == 2
    assert "left as it is" in again.stderr
    assert "SECRET" not in made.stdout + made.stderr + again.stderr


def test_a_wrong_start_is_one_clear_sentence(operator: Operator, pinned: Sender) -> None:
    data = operator.folder / "data"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        _complains(operator, "cannot listen on", WASL_DESK_PORT=str(taken.getsockname()[1]))
    _complains(operator, "cannot be read", WASL_DESK_SENDER_KEY_FILE="nowhere.pem")
    _complains(operator, "no token", WASL_DESK_HANDOFF_TOKEN="")
    _complains(operator, "behind a proxy with TLS", WASL_DESK_HOST="0.0.0.0")  # noqa: S104
    _complains(operator, "WASL_DESK_POLL_SECONDS", WASL_DESK_POLL_SECONDS="often")
    _complains(operator, "cannot be written", WASL_DESK_DATA="/proc/desk")
    (operator.folder / "other.key").write_text("ab" * 32)
    (operator.folder / "other.key").chmod(0o600)
    _complains(operator, "is not the one this database", WASL_DESK_STORAGE_KEY_FILE=str(operator.folder / "other.key"))
    _complains(operator, "is missing", WASL_DESK_STORAGE_KEY_FILE=str(operator.folder / "lost.key"))
    assert not (operator.folder / "lost.key").exists()
    (operator.folder / "no.key").write_text("hello")
    (operator.folder / "no.key").chmod(0o600)
    _complains(operator, "no age secret key", WASL_DESK_IDENTITY_FILE=str(operator.folder / "no.key"))
    (data / "identity.key").chmod(0o644)
    _complains(operator, "can be read by others")


def _complains(operator: Operator, sentence: str, **changes: str) -> None:
    failed = operator.do("serve", **changes)
    assert isinstance(failed.exception, Complaint)
    assert sentence in str(failed.exception)
    assert failed.output == ""


def test_from_the_first_start_to_ctrl_c(operator: Operator, families: FamiliesSide, pinned: Sender) -> None:
    report = a_report()
    report["events"][0]["claims"][0] = claim(
        "event.narrative", "Story", {"type": "text", "text": " ".join(CANARIES)}, said=" ".join(CANARIES)
    )
    families.offer(pinned.seal(report), report)
    broken = a_report(2)
    broken["events"][0]["claims"][0]["value"]["label"] = [CANARIES[0]]
    families.offer(pinned.seal(broken), broken)
    with operator.serving() as process:
        address = _ready(process)
        assert httpx.get(f"{address}/healthz").text == "ok\n"
        wait_until(lambda: (report["id"], 1) in families.acknowledged)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    assert operator.stored() == [(report["id"], 1, "acknowledged")]
    log = (operator.folder / "desk.log").read_text()
    assert "report_quarantined" in log
    assert "Traceback" not in log
    exported = operator.do("export", report["id"][:8])
    assert CANARIES[0] in exported.stdout
    assert json.loads(exported.stdout)["revisions"] == [report]
    to_file = operator.folder / "case.json"
    assert operator.do("export", report["id"], "--revision", "1", "-o", str(to_file)).output == ""
    assert to_file.read_text() == exported.stdout
    assert isinstance(operator.do("export", report["id"], "--revision", "2").exception, Complaint)
    checked = operator.do("audit", "verify")
    assert re.fullmatch(r"audit trail holds: 5 rows, head [0-9a-f]{64}\n", checked.stdout)
    for held in (log, checked.stderr, exported.stderr):
        assert not any(word in held for word in (*CANARIES, families.token))


def test_kill_9_loses_nothing_and_doubles_nothing(operator: Operator, families: FamiliesSide, pinned: Sender) -> None:
    """The families' side itself pulls the plug: as it hands over a report or an attachment of it, before it notes the
    receipt, right after it did."""
    for number in range(4):
        report = a_full_report(number)
        attached = pinned.attach(report)
        families.offer(pinned.seal_with(report, attached), report, attached)
    for moment in ("fetched", "attached", "stored", "acknowledged"):
        with operator.serving() as process:
            _kill_at(moment, process, families)
            assert process.wait(20) == -signal.SIGKILL
    assert len(operator.stored()) < 4
    families.on, families.after_ack = lambda _what, _which: None, lambda: None
    with operator.serving() as process:
        _ready(process)
        wait_until(lambda: len(families.acknowledged) == 4)
        wait_until(lambda: [state for _, _, state in operator.stored()] == ["acknowledged"] * 4)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert sorted((report, revision) for report, revision, _ in operator.stored()) == sorted(families.acknowledged)
    assert operator.do("audit", "verify").exit_code == 0


def _kill_at(moment: str, process: subprocess.Popen[str], families: FamiliesSide) -> None:
    """Kill the desk at this moment of the next envelope, and let the call that it was making fail."""

    def on(what: str, _: object) -> Response | None:
        if (what, moment) in (("fetch", "fetched"), ("file", "attached"), ("ack", "stored")):
            process.kill()
            return Response(status_code=500)
        return None

    families.on = on
    families.after_ack = process.kill if moment == "acknowledged" else lambda: None


def test_caseworkers_come_and_are_helped(operator: Operator) -> None:
    operator.do("init")
    added = operator.do("caseworker", "add", "Jonas")
    reset = operator.do("caseworker", "reset-password", "jonas")
    assert ONE_TIME.search(added.stdout)
    assert ONE_TIME.search(reset.stdout)
    assert added.stdout != reset.stdout
    assert operator.do("caseworker", "add", "JONAS").exit_code == 1
    assert operator.do("caseworker", "reset-password", "Unheard").exit_code == 1
    assert operator.do("caseworker", "list").stdout.splitlines() == [
        "caseworker\thas a one-time passphrase",
        "Jonas\thas a one-time passphrase",
    ]
