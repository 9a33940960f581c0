"""What Jonas can say to a family, what he cannot, what a second caseworker must see, and what is recorded of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from desk import audit, sayings, tasks
from desk.desk import Desk
from desk.keys import Identity
from desk.store import Store
from desk.tables import audit as trail
from desk.tables import sayings as table
from tests.desk.desks import PASSPHRASE, add, keep
from tests.desk.fakes import AMAL, Sender, a_full_report, a_notice, a_withdrawal, an_addition, claim

REPORT = a_full_report()["id"]
TALK = f"/cases/{REPORT}/talk"


@pytest.fixture
def case(desk: Desk, identity: Identity, sender: Sender, jonas: httpx.Client) -> httpx.Client:
    """Jonas, with Samira's report."""
    keep(desk.store, identity, sender, a_full_report())
    return jonas


def csrf(client: httpx.Client) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/passphrase").text)
    assert found
    return found[1]


def post(client: httpx.Client, path: str, **given: str) -> httpx.Response:
    return client.post(path, data={"csrf": csrf(client), **given})


def said(store: Store) -> list[sayings.Saying]:
    with store.engine.begin() as connection:
        return sayings.of(connection, store, REPORT)


def becomes(store: Store, id_: str, state: str) -> None:
    with store.engine.begin() as connection:
        sayings.became(connection, store, id_, state)


def done(store: Store) -> list[str]:
    with store.engine.begin() as connection:
        return list(connection.scalars(select(trail.c.action).order_by(trail.c.seq)))


@pytest.fixture
def yusuf(address: str, desk: Desk) -> Iterator[httpx.Client]:
    """Yusuf, another caseworker."""
    add(desk, "Yusuf")
    with httpx.Client(base_url=address, headers={"Sec-Fetch-Site": "same-origin"}) as client:
        client.post("/sign-in", data={"name": "Yusuf", "passphrase": PASSPHRASE})
        yield client


def test_a_question_is_seen_as_the_family_will_see_it_before_it_goes(case: httpx.Client, desk: Desk) -> None:
    answer = post(case, f"/cases/{REPORT}/letters", kind="question", template="again_when", words="لدينا تاريخان")
    assert answer.status_code == 303
    [question] = said(desk.store)
    assert (question.state, question.kind) == ("proposed", "question")
    page = case.get(TALK).text
    assert "يودّ الفريق معرفة المزيد" in page, "the preview speaks the family's language"
    assert "لدينا تاريخان" in page
    assert "لا أعرف" in page, "with its buttons"
    with desk.store.engine.begin() as connection:
        assert sayings.released(connection, desk.store) == []
    assert post(case, f"/sayings/{question.id}/release").status_code == 303
    with desk.store.engine.begin() as connection:
        assert [one.id for one in sayings.released(connection, desk.store)] == [question.id]
    assert post(case, f"/sayings/{question.id}/release").status_code == 409, "once"
    deeds = [deed for deed in done(desk.store) if deed.startswith(("saying", "talk"))]
    assert deeds == ["saying_proposed", "talk_viewed", "saying_released", "talk_viewed"]


def test_what_is_given_up_is_never_said(case: httpx.Client, desk: Desk) -> None:
    post(case, f"/cases/{REPORT}/letters", kind="message", template="read")
    [message] = said(desk.store)
    assert post(case, f"/sayings/{message.id}/drop").status_code == 303
    assert post(case, f"/sayings/{message.id}/release").status_code == 409
    assert said(desk.store) == []
    assert {"saying_proposed", "saying_dropped"} <= set(done(desk.store))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"kind": "question", "template": "no_such"}, "Please choose a text."),
        ({"kind": "question", "template": "further"}, "needs some"),
        ({"kind": "question", "template": "phone_safe", "words": "hello"}, "no room for words"),
        ({"kind": "question", "template": "again_when", "words": "عثرنا على أخيك"}, "only a person may tell"),
        ({"kind": "message", "template": "read", "words": "Good news, please pay"}, "only a person may tell"),
        ({"kind": "message", "template": "read", "words": "see https://x.example"}, "no link"),
        ({"kind": "message", "template": "read", "words": "x" * 301}, "too long"),
        ({"kind": "message", "template": "appointment"}, "needs a day"),
        ({"kind": "message", "template": "again_when"}, "Please choose a text."),
        ({"kind": "question", "template": "again_birth", "person": "9"}, "no such person"),
        ({"kind": "question", "template": "again_birth", "person": "x"}, "no such person"),
    ],
)
def test_what_may_not_be_said_is_refused_in_a_sentence(
    case: httpx.Client, desk: Desk, given: dict[str, str], told: str
) -> None:
    answer = post(case, f"/cases/{REPORT}/letters", **given)
    assert answer.status_code == 422
    assert told in answer.text
    assert said(desk.store) == []


def test_a_call_about_what_only_a_person_may_tell_needs_two(
    case: httpx.Client, desk: Desk, yusuf: httpx.Client
) -> None:
    post(case, f"/cases/{REPORT}/status", status="please_call", grave="yes")
    [call] = said(desk.store)
    page = case.get(TALK).text
    assert "Another caseworker must let this go." in page
    refused = post(case, f"/sayings/{call.id}/release")
    assert refused.status_code == 409
    assert "A second caseworker must let this go" in refused.text
    assert post(yusuf, f"/sayings/{call.id}/release").status_code == 303
    [call] = said(desk.store)
    assert call.state == "released"
    assert call.released_by != call.proposed_by


def test_a_call_reads_the_same_whatever_it_is_about(case: httpx.Client, desk: Desk) -> None:
    post(case, f"/cases/{REPORT}/status", status="please_call")
    post(case, f"/cases/{REPORT}/status", status="please_call", grave="yes")
    shown = re.findall(r'<div class="bubble".*?</div>', case.get(TALK).text, re.DOTALL)
    assert len(shown) == 2
    assert shown[0] == shown[1]


def test_a_request_is_handed_only_to_whom_the_family_agreed(
    case: httpx.Client, desk: Desk, identity: Identity, sender: Sender
) -> None:
    given = {"status": "handed_to", "recipient": "red_cross", "reference": "77/3"}
    refused = post(case, f"/cases/{REPORT}/status", **given)
    assert refused.status_code == 422, "asked to decide later is no yes"
    assert "has not agreed" in refused.text
    consent = {**a_full_report()["consents"][1], "answer": "granted", "answered_at": "2026-11-19T09:00:00Z"}
    keep(desk.store, identity, sender, a_notice("addition", consents=[consent]))
    assert post(case, f"/cases/{REPORT}/status", **(given | {"reference": "<b>"})).status_code == 422
    assert post(case, f"/cases/{REPORT}/status", **given).status_code == 303
    [status] = said(desk.store)
    assert status.body["recipient"] == "red_cross"
    assert "RED CROSS" in case.get(TALK).text
    keep(desk.store, identity, sender, a_withdrawal(revision=3))
    assert post(case, f"/cases/{REPORT}/status", **given).status_code == 422, "it was taken back"


def test_statuses_are_a_closed_list_and_dated(case: httpx.Client, desk: Desk) -> None:
    for status in ("death_info", "verified", "", "received"):
        assert post(case, f"/cases/{REPORT}/status", status=status).status_code == 422
    for since in ("", "soon", "2999-01-01"):
        assert post(case, f"/cases/{REPORT}/status", status="no_news", since=since).status_code == 422
    assert post(case, f"/cases/{REPORT}/status", status="no_news", since="2026-01-02").status_code == 303
    assert "2 كانون الثاني" in case.get(TALK).text
    assert len(said(desk.store)) == 1


def test_the_first_look_at_a_case_tells_the_family_that_it_is_read(case: httpx.Client, desk: Desk) -> None:
    for _ in range(2):
        case.get(f"/cases/{REPORT}")
    [status] = said(desk.store)
    assert (status.body, status.state) == ({"status": "in_review"}, "released")


def test_an_answer_stands_under_its_question_and_in_its_field(
    case: httpx.Client, desk: Desk, identity: Identity, sender: Sender
) -> None:
    post(case, f"/cases/{REPORT}/letters", kind="question", template="again_mother")
    [question] = said(desk.store)
    post(case, f"/sayings/{question.id}/release")
    becomes(desk.store, question.id, "delivered")
    answered = an_addition(kind="answer", answers=question.id)
    for holder in (answered["enquirer"], *answered["sought_persons"], *answered["events"]):
        holder["claims"] = []
    told = "سميرة العلي الجديدة"
    value = {"type": "name", "full": told, "parts": told.split()}
    answered["sought_persons"] = [
        {"id": "person-1", "claims": [claim("person.mother.name", "Mother's name", value, said=told)]}
    ]
    answered["events"] = []
    answered["files"] = []
    keep(desk.store, identity, sender, answered)
    becomes(desk.store, question.id, "answered")
    page = case.get(TALK).text
    assert f'<q dir="auto">{told}' in page
    assert "revision 2" in page
    assert told in case.get(f"/cases/{REPORT}").text
    assert "Answer to a question" in case.get(f"/cases/{REPORT}").text


def test_a_note_of_the_family_is_shown(case: httpx.Client, desk: Desk, identity: Identity, sender: Sender) -> None:
    note = an_addition(kind="note")
    note["enquirer"]["claims"] = [
        claim("enquirer.note", "Note to the team", {"type": "text", "text": "x"}, said="انتقلنا")
    ]
    note["sought_persons"], note["events"], note["files"] = [], [], []
    keep(desk.store, identity, sender, note)
    assert "انتقلنا" in case.get(TALK).text


def test_a_letter_under_way_can_be_taken_back(case: httpx.Client, desk: Desk) -> None:
    post(case, f"/cases/{REPORT}/letters", kind="question", template="again_when")
    [question] = said(desk.store)
    assert post(case, f"/sayings/{question.id}/revoke").status_code == 409
    post(case, f"/sayings/{question.id}/release")
    becomes(desk.store, question.id, "delivered")
    assert post(case, f"/sayings/{question.id}/revoke").status_code == 303
    with desk.store.engine.begin() as connection:
        [revocation] = sayings.released(connection, desk.store)
    assert (revocation.kind, revocation.body) == ("revocation", {"letter": question.id})


def test_tasks_are_taken_and_closed(case: httpx.Client, desk: Desk) -> None:
    def told(*found: tasks.Task) -> None:
        with desk.store.engine.begin() as connection:
            tasks.sync(connection, desk.store, found, whole=True)

    asked = tasks.Task(1, REPORT, "asked", "evening", "2026-11-20", "open", None, 0)
    nobody = tasks.Task(2, None, "start:other", None, "2026-11-21", "open", None, 0)
    told(asked, nobody)
    told(asked, nobody)
    page = case.get("/tasks").text
    assert "Asked to talk to a person" in page
    assert "in the evening" in page
    assert "2 tasks" in case.get("/cases").text
    assert "in the evening" in case.get(f"/cases/{REPORT}").text
    assert post(case, "/tasks/1/take").status_code == 303
    assert "Jonas" in case.get("/tasks").text
    assert post(case, "/tasks/1/close").status_code == 303
    assert post(case, "/tasks/1/close").status_code == 404
    with desk.store.engine.begin() as connection:
        assert [one.body for one in sayings.released(connection, desk.store) if one.kind == "task_closed"] == [
            {"task": 1}
        ]
    told(asked)
    with desk.store.engine.begin() as connection:
        assert tasks.open_tasks(connection) == [], "what was closed here or there does not come back"
    assert {"task_taken", "task_closed"} <= set(done(desk.store))


def test_nothing_said_can_be_read_at_rest_and_it_is_erased_with_its_case(
    case: httpx.Client, desk: Desk, identity: Identity, sender: Sender
) -> None:
    post(case, f"/cases/{REPORT}/letters", kind="message", template="read", words="CANARY words")
    with desk.store.engine.begin() as connection:
        rows = connection.execute(select(table)).all()
    assert all(b"CANARY" not in row.body for row in rows)
    assert "CANARY" not in repr(said(desk.store))
    keep(desk.store, identity, sender, a_notice("erasure_request", due_on="2026-01-01"))
    assert post(case, f"/cases/{REPORT}/erase", newest="2", confirm=REPORT[:8]).status_code == 303
    with desk.store.engine.begin() as connection:
        assert connection.execute(select(table)).all() == []
    assert case.get(TALK).status_code == 303
    assert case.get(f"/cases/{'f' * 32}/talk").status_code == 404


def test_every_deed_is_in_a_trail_that_holds(case: httpx.Client, desk: Desk) -> None:
    post(case, f"/cases/{REPORT}/letters", kind="message", template="read", words="CANARY words")
    case.get(TALK)
    verdict = audit.verify(desk.store)
    assert verdict.holds
    with desk.store.engine.begin() as connection:
        rows: list[Any] = list(connection.execute(select(trail)))
    assert "CANARY" not in str(rows)
    assert AMAL not in str(rows)
