"""The way back as a case system sees it: signed, once, in order, and never more than a family may be told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select

from bot.chats import seal_handle, seal_receipt
from bot.clock import tidy
from bot.handoff import make_app
from bot.keys import Keys
from bot.lanes import Waiting
from bot.plans import today
from bot.progress import progress_of, request_of, requests_of
from bot.returns import Returns
from bot.store import chats, letters
from bot.store.chats import Draft
from bot.store.rows import InboxRow
from bot.store.store import Store
from bot.store.tables import heard, inbox, standings, tasks
from flows.conversation import Conversation, Sent
from flows.languages import offered
from flows.load import load_form
from flows.standing import Progress
from ground.packing import pack
from ground.vault import Vault, new_key
from ground.webhooks import WINDOW, Signer, Verifier

TOKEN = b"right-token"
BEARER = {"Authorization": "Bearer right-token"}
REPORT, LANE = "ab" * 16, "1" * 32
AT = datetime(2026, 5, 3, 9, 30, tzinfo=UTC)
FORM = load_form(recipients=("icmp",), languages=offered())
SECRET = bytes(range(32))


@dataclass
class CaseTeam:
    """A case system that signs what it says."""

    http: httpx.AsyncClient
    store: Store
    keys: Keys
    signer: Signer
    sender: Ed25519PrivateKey
    now: list[float] = field(default_factory=lambda: [AT.timestamp()])

    async def say(self, signer: Signer | None = None, id_: str | None = None, **said: Any) -> httpx.Response:
        body = json.dumps(said).encode()
        headers = (signer or self.signer).headers(id_ or uuid4().hex, int(self.now[0]), body)
        return await self.http.post("/handoff/v1/returns", content=body, headers=headers)

    async def status(self, status: str, version: int, **more: Any) -> dict[str, Any]:
        answer = await self.say(type="status", report=REPORT, status=status, version=version, **more)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def letter(self, **more: Any) -> httpx.Response:
        given = {"type": "letter", "id": uuid4().hex, "report": REPORT, "kind": "question", "template": "again_when"}
        return await self.say(**(given | more))

    async def progress(self) -> Progress | None:
        return await self.store.write(lambda connection: progress_of(connection, self.keys, REPORT))

    async def signals(self, after: int = 0) -> list[dict[str, Any]]:
        return list((await self.http.get(f"/handoff/v1/signals?after={after}")).json()["signals"])


@pytest.fixture
async def team_(database_url: str) -> AsyncIterator[CaseTeam]:
    keys = Keys.of(Vault(new_key()))
    store = Store(database_url)
    store.open(keys)
    sent = Conversation(REPORT, "ar", AT, status="submitted", revision=1, sent=(Sent(1, "report", AT),))

    def begin(connection: Connection) -> None:
        receipt = seal_receipt(keys, sent)
        chats.begin(connection, Draft(REPORT, LANE, "submitted", 1, None, None, receipt))
        state = {"language": "ar", "conversation": REPORT, "below": True, "reachable": True, "day": 1, "touched": None}
        more = {"rest": 0, "residue": 0, "quiet": False, "discreet": True, "recording": None}
        chats.add(connection, lane=LANE, handle=seal_handle(keys, LANE, 7), anchor=None, **state, **more)

    await store.write(begin)
    now = [AT.timestamp()]
    desk_key, sender = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()

    def sealed(update: Waiting) -> InboxRow:
        body = keys.inbox.seal(pack(update.raw), table="inbox", row=str(update.update_id), column="body")
        return InboxRow(update.update_id, update.lane, 0, body)

    async def nudge() -> None:
        """Nobody works the updates here."""

    verifier = Verifier([desk_key.public_key()], [SECRET])
    returns = Returns(keys, FORM, verifier, sender, sealed, nudge, lambda: now[0])
    transport = httpx.ASGITransport(make_app(store, TOKEN, returns))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot", headers=BEARER) as http:
        yield CaseTeam(http, store, keys, Signer(desk_key), sender, now)
    store.close()


async def test_a_status_is_told_in_public_words_and_an_older_one_changes_nothing(team_: CaseTeam) -> None:
    assert await team_.status("assigned", 5) == {"done": True, "repeated": False, "changed": True}
    assert await team_.progress() == Progress("in_review", AT.date())
    assert (await team_.status("open", 4))["changed"] is False
    assert await team_.progress() == Progress("in_review", AT.date())
    await team_.status("transferred", 6, recipient="ICRC", reference="77/3")
    assert await team_.progress() == Progress("handed_to", AT.date(), "ICRC", "77/3")
    await team_.status("no_news", 7, since="2026-01-05")
    assert await team_.progress() == Progress("no_news", date(2026, 1, 5))
    requests = await team_.store.write(lambda c: requests_of(c, team_.keys, LANE))
    assert [(one.tag, one.sent_on, one.progress) for one in requests] == [
        (REPORT[:6], AT.date(), Progress("no_news", date(2026, 1, 5)))
    ]
    alone = await team_.store.write(lambda c: request_of(c, team_.keys, REPORT))
    assert alone == requests[0]


async def test_what_only_a_person_may_tell_leaves_no_trace_and_an_unknown_word_calls_an_operator(
    team_: CaseTeam,
) -> None:
    await team_.status("open", 1)
    before = await team_.progress()
    team_.now[0] += 40 * 86_400
    for version, internal in enumerate(("dna_match", "death_info", "possible_match", "verified", "reunified"), 2):
        await team_.status(internal, version)
        assert await team_.progress() == before, internal
    assert await team_.signals() == [], "nobody is called for what is known"
    await team_.status("qarqashandi_found", 10)
    assert (await team_.progress()) == before
    [signal] = await team_.signals()
    assert (signal["kind"], signal["report"]) == ("task_opened", REPORT)
    listed = (await team_.http.get("/handoff/v1/tasks")).json()["tasks"]
    assert [(one["reason"], one["report"]) for one in listed] == [("unknown_status", REPORT)]
    kept = await team_.store.write(lambda c: c.execute(select(standings.c.body)).scalars().all())
    assert all(b"qarqashandi" not in body for body in kept)
    closed = await team_.say(type="task_closed", task=listed[0]["id"])
    assert closed.json()["changed"] is True
    assert (await team_.http.get("/handoff/v1/tasks")).json() == {"tasks": []}
    assert [one["kind"] for one in await team_.signals()] == ["task_opened", "task_closed"]
    assert (await team_.say(type="task_closed", task=999)).status_code == 404


async def test_please_call_brings_one_letter_and_takes_it_back_when_it_passes(team_: CaseTeam) -> None:
    await team_.status("please_call", 1)
    await team_.status("please_call", 2)
    [call] = await team_.store.write(lambda c: letters.live(c, LANE))
    assert call.kind == "call"
    [arrival] = await team_.store.write(lambda c: c.execute(select(inbox.c.update_id)).scalars().all())
    assert arrival == letters.FIRST_UPDATE + call.seq
    await team_.status("open", 3)
    assert await team_.store.write(lambda c: letters.live(c, LANE)) == []
    assert [one["kind"] for one in await team_.signals()] == ["letter_revoked"]


async def test_a_request_is_carried_out_once_however_often_it_comes(team_: CaseTeam) -> None:
    body = {"type": "letter", "id": "c" * 32, "report": REPORT, "kind": "question", "template": "again_when"}
    first = await team_.say(id_="one", **body)
    assert first.json() == {"done": True, "repeated": False, "changed": True}
    team_.now[0] += 60
    for _ in range(2):
        again = await team_.say(id_="one", **body)
        assert again.json() == {"done": True, "repeated": True, "changed": False}
    assert (await team_.say(id_="one", **(body | {"person": 2}))).status_code == 409
    assert (await team_.say(id_="two", **body)).status_code == 409
    assert len(await team_.store.write(lambda c: letters.live(c, LANE))) == 1


async def test_only_what_the_case_team_signed_in_the_last_minutes_is_carried_out(team_: CaseTeam) -> None:
    said = {"type": "status", "report": REPORT, "status": "open", "version": 1}
    body = json.dumps(said).encode()
    good = team_.signer.headers("x", int(team_.now[0]), body)

    async def refused(headers: dict[str, str], content: bytes = body) -> bool:
        answer = await team_.http.post("/handoff/v1/returns", content=content, headers=headers)
        return answer.status_code == 401

    assert await refused({})
    assert await refused(good | {"webhook-id": "y"})
    assert await refused(good | {"webhook-timestamp": str(int(team_.now[0]) + 1)})
    assert await refused(good, body + b" ")
    for broken in ("", "v1a", "v1a,", "v1a,%%%", "v1,AAAA", "v2,AAAA", ",", "v1a," + "A" * 5000):
        assert await refused(good | {"webhook-signature": broken})
    for wrong in ("", "now", "-5", "9" * 20):
        assert await refused(good | {"webhook-timestamp": wrong})
    assert await refused(Signer(Ed25519PrivateKey.generate()).headers("x", int(team_.now[0]), body))
    assert await refused(Signer(secret=bytes(32)).headers("x", int(team_.now[0]), body))
    for late in (WINDOW + 1, -WINDOW - 1):
        assert await refused(team_.signer.headers("x", int(team_.now[0]) - late, body))
    assert await team_.progress() is None
    shared = await team_.say(Signer(secret=SECRET), **said)
    assert shared.status_code == 200, "a system without Ed25519 may use the shared secret"
    both = Signer(Ed25519PrivateKey.generate(), SECRET)
    assert (await team_.say(both, **(said | {"version": 2}))).status_code == 200, "one good signature is enough"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"template": "no_such"}, "template"),
        ({"kind": "message"}, "template"),
        ({"kind": "message", "template": "appointment"}, "values"),
        ({"kind": "message", "template": "appointment", "values": {"day": "next week"}}, "values"),
        ({"values": {"day": "2026-06-01"}}, "values"),
        ({"template": "phone_safe", "words": "please"}, "words"),
        ({"template": "further"}, "words"),
        ({"words": "We found him"}, "words_forbidden"),
        ({"words": "عثرنا عليه"}, "words_forbidden"),
        ({"words": "نتيجة الحمض النووي"}, "words_forbidden"),
        ({"words": "See t.me/somebody"}, "words_plain"),
        ({"words": "x" * 301}, "Not as described: letter.words"),
        ({"kind": "call"}, "words"),
        ({"kind": "note"}, "Not as described: letter.kind"),
        ({"words": "{code}"}, "words_plain"),
    ],
)
async def test_a_letter_that_may_not_be_sent_is_refused_by_name(
    team_: CaseTeam, more: dict[str, Any], reason: str
) -> None:
    answer = await team_.letter(**more)
    assert (answer.status_code, answer.json()["detail"]) == (422, reason)
    assert await team_.store.write(lambda c: letters.live(c, LANE)) == []


async def test_what_is_wrong_with_a_body_is_told_without_repeating_it(team_: CaseTeam) -> None:
    for said in ({"type": "letter", "words": "CANARY"}, {"type": "CANARY"}, {"CANARY": 1}):
        answer = await team_.say(**said)
        assert answer.status_code == 422
        assert "CANARY" not in answer.text
    body = b"x" * 20_000
    headers = team_.signer.headers("big", int(team_.now[0]), body)
    assert (await team_.http.post("/handoff/v1/returns", content=body, headers=headers)).status_code == 413


async def test_a_request_whose_chat_is_gone_or_that_is_to_be_deleted_is_told_nothing(team_: CaseTeam) -> None:
    other = await team_.say(type="status", report="f" * 32, status="open", version=1)
    assert other.status_code == 410
    asked = Conversation(
        REPORT, "ar", AT, status="submitted", revision=2, sent=(Sent(1, "report", AT),), erase_on=date(2026, 5, 6)
    )
    await team_.store.write(lambda c: chats.receive(c, REPORT, seal_receipt(team_.keys, asked)))
    assert (await team_.letter()).status_code == 410


async def test_signals_and_tasks_are_signed_by_the_sender_and_come_in_order(team_: CaseTeam) -> None:
    for _ in range(3):
        await team_.letter()
    live = await team_.store.write(lambda c: letters.live(c, LANE))
    await team_.store.write(lambda c: letters.said(c, [(row.id, 5) for row in live], 1))
    await team_.store.write(lambda c: letters.said(c, [(live[0].id, 6)], 1))  # shown again: told once
    first = await team_.http.get("/handoff/v1/signals?after=0&limit=2")
    Verifier([team_.sender.public_key()]).verify(first.headers, first.content, team_.now[0])
    told = first.json()["signals"]
    assert [(one["kind"], one["about"]) for one in told] == [("letter_delivered", row.id) for row in live[:2]]
    rest = await team_.signals(told[-1]["seq"])
    assert [one["about"] for one in rest] == [live[2].id]
    listed = await team_.http.get("/handoff/v1/tasks")
    Verifier([team_.sender.public_key()]).verify(listed.headers, listed.content, team_.now[0])
    assert (await team_.say(type="revocation", letter=live[0].id)).json()["changed"] is True
    assert (await team_.say(type="revocation", letter=live[0].id)).json()["changed"] is False
    assert (await team_.say(type="revocation", letter="0" * 32)).status_code == 404


async def test_numbers_are_never_given_again_and_what_is_over_is_forgotten(team_: CaseTeam) -> None:
    await team_.letter()
    [row] = await team_.store.write(lambda c: letters.live(c, LANE))
    await team_.store.write(lambda c: letters.revoke(c, row, today(AT)))
    late = AT.timestamp() + 100 * 86_400
    await team_.store.write(lambda c: tidy(c, late, 72))
    assert await team_.signals() == []
    assert await team_.store.write(lambda c: c.execute(select(heard)).all()) == []
    assert await team_.store.write(lambda c: letters.find(c, row.id)) is None
    team_.now[0] = late
    await team_.letter()
    [new] = await team_.store.write(lambda c: letters.live(c, LANE))
    assert new.seq > row.seq
    await team_.store.write(lambda c: letters.revoke(c, new, today(AT)))
    [signal] = await team_.signals(1)
    assert signal["seq"] > 1, "the cursor of the team holds"


async def test_every_call_of_the_way_back_needs_the_token_and_is_described(team_: CaseTeam) -> None:
    document = (await team_.http.get("/handoff/openapi.json")).json()
    ours = {path: set(calls) for path, calls in document["paths"].items() if "envelopes" not in path}
    assert ours == {
        "/handoff/v1/returns": {"post"},
        "/handoff/v1/signals": {"get"},
        "/handoff/v1/tasks": {"get"},
        "/handoff/v1/templates": {"get"},
    }
    kinds = document["paths"]["/handoff/v1/returns"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert len(kinds["oneOf"]) == 4
    assert "$ref" not in json.dumps(kinds)
    names = {one["name"] for one in (await team_.http.get("/handoff/v1/templates")).json()["templates"]}
    assert {"again_when", "further", "appointment"} <= names
    del team_.http.headers["Authorization"]
    for path, methods in ours.items():
        for method in methods:
            assert (await team_.http.request(method, path, content=b"{}")).status_code == 401


async def test_nothing_at_rest_can_be_read_without_the_key(team_: CaseTeam) -> None:
    await team_.status("transferred", 1, recipient="CANARY-org", reference="CANARY-77")
    await team_.letter(template="further", words="CANARY words")
    [row] = await team_.store.write(lambda c: letters.live(c, LANE))
    body = await team_.store.write(lambda c: c.execute(select(standings.c.body)).scalar_one())
    bodies = await team_.store.write(lambda c: c.execute(select(inbox.c.body)).scalars().all())
    assert row.body is not None
    for kept in (row.body, body, *bodies):
        assert b"CANARY" not in kept
    assert "CANARY" not in repr(row)
    assert replace(row, body=None) != row
    await team_.store.write(lambda c: letters.change(c, row.id, "answered"))
    assert (await team_.store.write(lambda c: letters.find(c, row.id))).body is None  # type: ignore[union-attr]


async def test_open_tasks_survive_and_a_wish_is_put_on_the_newest(team_: CaseTeam) -> None:
    from bot.store import tasks as store_tasks

    def two(connection: Connection) -> None:
        for update in (1, 2):
            store_tasks.put(
                connection, update_id=update, ordinal=0, lane=LANE, conversation=REPORT, reason="asked", day=1
            )

    await team_.store.write(two)
    assert await team_.store.write(lambda c: store_tasks.wish(c, LANE, "evening", 1))
    assert not await team_.store.write(lambda c: store_tasks.wish(c, "2" * 32, "evening", 1))
    listed = (await team_.http.get("/handoff/v1/tasks")).json()["tasks"]
    assert [one["times"] for one in listed] == [None, "evening"]
    assert [one["kind"] for one in await team_.signals()] == ["task_opened", "task_opened", "task_changed"]
    rows = await team_.store.write(lambda c: c.execute(select(tasks.c.done)).scalars().all())
    assert rows == [False, False]
