"""The way back with both sides real: the desk says it over HTTP, the bot's store keeps it, the desk hears what became of it."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from bot.chats import seal_handle, seal_receipt
from bot.handoff import make_app
from bot.keys import Keys
from bot.lanes import Waiting
from bot.progress import progress_of
from bot.returns import Returns
from bot.store import chats, letters, signals
from bot.store import tasks as bot_tasks
from bot.store.chats import Draft
from bot.store.rows import InboxRow
from bot.store.store import Store as BotStore
from desk import sayings, tasks
from desk.contact import Trouble
from desk.returning import Returning
from desk.source import OutOfReach, Source
from desk.store import Store, knows_a_key, open_store
from flows.conversation import Conversation, Sent
from flows.languages import offered
from flows.load import load_form
from ground.packing import pack
from ground.vault import Vault, new_key
from ground.webhooks import Signer, Verifier

REPORT, LANE = "ab" * 16, "1" * 32
FORM = load_form(recipients=("icmp",), languages=offered())
AT = datetime(2026, 5, 3, 9, 30, tzinfo=UTC)
ROOT = Path(__file__).parents[1]


@dataclass
class Both:
    """A bot's store behind its API, and a desk that talks to it."""

    bot: BotStore
    keys: Keys
    desk: Store
    returning: Returning
    ask: Callable[[Callable[[Connection], Any]], Any]

    def propose(self, kind: str, body: dict[str, Any], state: str = "released") -> str:
        with self.desk.engine.begin() as connection:
            return sayings.propose(connection, self.desk, "jonas", REPORT, kind, body, state=state)

    def said(self) -> dict[str, tuple[str, str]]:
        with self.desk.engine.begin() as connection:
            return {one.id: (one.state, one.detail) for one in sayings.of(connection, self.desk, REPORT)}

    async def round(self) -> int:
        async with self.returning.source:
            return await self.returning.round()


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[Both]:
    keys = Keys.of(Vault(new_key()))
    bot = BotStore(f"sqlite:///{tmp_path / 'bot.sqlite3'}")
    bot.open(keys)
    sent = Conversation(REPORT, "ar", AT, status="submitted", revision=1, sent=(Sent(1, "report", AT),))

    def begin(connection: Connection) -> None:
        chats.begin(connection, Draft(REPORT, LANE, "submitted", 1, None, None, seal_receipt(keys, sent)))
        state = {"language": "ar", "conversation": REPORT, "below": True, "reachable": True, "day": 1, "touched": None}
        more = {"rest": 0, "residue": 0, "quiet": False, "discreet": True, "recording": None}
        chats.add(connection, lane=LANE, handle=seal_handle(keys, LANE, 7), anchor=None, **state, **more)

    await bot.write(begin)
    desk_key, sender = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()

    def sealed(update: Waiting) -> InboxRow:
        body = keys.inbox.seal(pack(update.raw), table="inbox", row=str(update.update_id), column="body")
        return InboxRow(update.update_id, update.lane, 0, body)

    async def nobody() -> None:
        """Nobody works the updates here."""

    verifier = Verifier([desk_key.public_key()])
    app = make_app(bot, b"token", Returns(keys, FORM, verifier, sender, sealed, nobody, time.time))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:  # noqa: ASYNC110  (another thread's loop starts it)
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    knows_a_key(url)
    desk = open_store(url, Vault(new_key()), tmp_path / "storage.key")
    source = Source(f"http://127.0.0.1:{port}", "token")
    returning = Returning(source, desk, Signer(desk_key), Verifier([sender.public_key()]))
    yield Both(bot, keys, desk, returning, bot.write)
    server.should_exit = True
    thread.join()
    desk.engine.dispose()
    bot.close()


LETTER = {"template": "again_when", "values": {}, "words": "", "person": 1}


async def test_what_is_released_is_said_once_and_what_becomes_of_it_is_heard(both: Both) -> None:
    proposed = both.propose("question", LETTER, state="proposed")
    status = both.propose("status", {"status": "registered"})
    question = both.propose("question", LETTER)
    assert await both.round() == 2
    assert both.said() == {proposed: ("proposed", ""), status: ("posted", ""), question: ("posted", "")}
    progress = await both.ask(lambda c: progress_of(c, both.keys, REPORT))
    assert progress.code == "registered"
    [row] = await both.ask(lambda c: letters.live(c, LANE))
    assert row.id == question
    await both.ask(lambda c: letters.said(c, [(question, 9)], 1))
    await both.ask(lambda c: signals.put(c, "letter_answered", REPORT, question, 1, "2"))
    assert await both.round() == 2
    assert both.said()[question] == ("answered", "2")
    assert await both.round() == 0, "heard once"
    await both.ask(lambda c: signals.put(c, "letter_delivered", REPORT, question, 1))
    await both.round()
    assert both.said()[question] == ("answered", "2"), "what comes late changes nothing"


async def test_killed_between_saying_and_noting_it_is_said_again_without_effect(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = both.propose("question", LETTER)
    with monkeypatch.context() as killed:
        killed.setattr(Returning, "_said", lambda *_: None)
        await both.round()
    assert both.said()[question] == ("released", "")
    await both.round()
    assert both.said()[question] == ("posted", "")
    assert len(await both.ask(lambda c: letters.live(c, LANE))) == 1


async def test_what_is_refused_says_why_and_stops_nothing(both: Both) -> None:
    bad = both.propose("question", LETTER | {"words": "We found him"})
    good = both.propose("message", {"template": "read", "values": {}, "words": "", "person": 1})
    await both.round()
    assert both.said() == {bad: ("refused", "words_forbidden"), good: ("posted", "")}
    with both.desk.engine.begin() as connection:
        sayings.propose(connection, both.desk, "jonas", "f" * 32, "status", {"status": "open"}, state="released")
    await both.round()
    with both.desk.engine.begin() as connection:
        [other] = sayings.of(connection, both.desk, "f" * 32)
    assert (other.state, other.detail) == ("refused", "410")


async def test_tasks_come_are_closed_and_stay_closed(both: Both) -> None:
    def ask(connection: Connection) -> None:
        more = {"lane": LANE, "conversation": REPORT, "reason": "asked", "day": 20_000}
        bot_tasks.put(connection, update_id=1, ordinal=0, **more)

    await both.ask(ask)
    await both.round()
    await both.ask(lambda c: bot_tasks.wish(c, LANE, "noon", 20_000))
    await both.round()
    with both.desk.engine.begin() as connection:
        [task] = tasks.open_tasks(connection, REPORT)
        assert (task.reason, task.times, task.asked_on) == ("asked", "noon", "2024-10-04")
        assert tasks.close(connection, both.desk, task.id, "jonas")
    await both.round()
    await both.round()
    assert await both.ask(bot_tasks.open_count) == 0
    with both.desk.engine.begin() as connection:
        assert tasks.open_tasks(connection) == []


async def test_an_answer_that_is_not_signed_by_the_sender_is_not_heard(both: Both) -> None:
    await both.ask(lambda c: signals.put(c, "letter_read", REPORT, "0" * 32, 1))
    both.returning.verifier = Verifier([Ed25519PrivateKey.generate().public_key()])
    with pytest.raises(OutOfReach) as trouble:
        await both.round()
    assert trouble.value.trouble is Trouble.BAD_ANSWER


async def test_a_desk_whose_key_is_not_known_says_nothing_and_keeps_it(both: Both) -> None:
    question = both.propose("question", LETTER)
    both.returning.signer = Signer(Ed25519PrivateKey.generate())
    with pytest.raises(OutOfReach) as trouble:
        await both.round()
    assert trouble.value.trouble is Trouble.TOKEN_REFUSED
    assert both.said()[question] == ("released", "")


def test_the_description_has_an_example_that_holds() -> None:
    """What docs/handoff.md shows of a signed request is computed by the code it shows."""
    page = (ROOT / "docs" / "handoff.md").read_text(encoding="utf-8")
    code = page.partition("```python\n")[2].partition("```")[0]
    assert "webhook-signature" in code
    scope: dict[str, Any] = {"print": lambda *_: None}
    exec(compile(code, "docs/handoff.md", "exec"), scope)  # noqa: S102
    body, headers = scope["body"], scope["headers"]
    assert json.loads(body)["type"] == "status"
    assert Verifier(secrets=[scope["secret"]]).verify(headers, body, time.time()) == headers["webhook-id"]
    assert sys.version_info >= (3, 11)
