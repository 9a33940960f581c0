"""The console lets in whom it should, changes nothing for a stranger's form, and shows a stranger's text as text."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from desk import audit, caseworkers, erasure, quarantine, sessions, throttle
from desk.contact import Trouble
from desk.desk import Desk
from desk.gate import Access
from desk.headers import HEADERS
from desk.keys import Identity
from desk.opening import Reason, Refusal
from desk.pages import FILE_POLICY, PAGES
from desk.quarantine import Listed
from desk.tables import audit as trail
from desk.tables import sessions as kept_sessions
from desk.web import console
from flows.merge import merged
from flows.words import of_the_day
from tests.desk.desks import PASSPHRASE, Clock, add, desk_of, keep, sign_in
from tests.desk.fakes import (
    AMAL,
    ATTACHED,
    LETTER,
    PAPER,
    PICTURE,
    SAMIRA,
    STORY,
    VOICE,
    YUSUF,
    Sender,
    Served,
    a_full_report,
    a_notice,
    a_report,
    a_withdrawal,
    an_addition,
)

REPORT = a_report()["id"]
#: every page and what each visitor gets: a stranger, one with a one-time passphrase, a caseworker
MATRIX = {
    ("GET", "/healthz"): (200, 200, 200),
    ("GET", "/"): (303, 303, 303),
    ("GET", "/sign-in"): (200, 303, 303),
    ("POST", "/sign-in"): (401, 401, 401),
    ("POST", "/sign-out"): ("/sign-in", 303, 303),
    ("GET", "/passphrase"): ("/sign-in", 200, 200),
    ("POST", "/passphrase"): ("/sign-in", 422, 422),
    ("GET", "/cases"): ("/sign-in", "/passphrase", 200),
    ("GET", "/cases/{report}"): ("/sign-in", "/passphrase", 200),
    ("GET", "/cases/{report}/export"): ("/sign-in", "/passphrase", 200),
    ("GET", "/cases/{report}/files/{id}"): ("/sign-in", "/passphrase", 200),
    ("POST", "/cases/{report}/erase"): ("/sign-in", "/passphrase", 409),
    ("GET", "/cases/{report}/talk"): ("/sign-in", "/passphrase", 200),
    ("POST", "/cases/{report}/status"): ("/sign-in", "/passphrase", 422),
    ("POST", "/cases/{report}/letters"): ("/sign-in", "/passphrase", 422),
    ("POST", "/cases/{report}/appointments"): ("/sign-in", "/passphrase", 422),
    ("POST", "/sayings/{saying}/release"): ("/sign-in", "/passphrase", 404),
    ("POST", "/sayings/{saying}/drop"): ("/sign-in", "/passphrase", 404),
    ("POST", "/sayings/{saying}/revoke"): ("/sign-in", "/passphrase", 404),
    ("POST", "/sayings/{saying}/call-off"): ("/sign-in", "/passphrase", 404),
    ("GET", "/tasks"): ("/sign-in", "/passphrase", 200),
    ("POST", "/tasks/{task:int}/take"): ("/sign-in", "/passphrase", 404),
    ("POST", "/tasks/{task:int}/close"): ("/sign-in", "/passphrase", 404),
    ("POST", "/quarantine/{held:int}/retry"): ("/sign-in", "/passphrase", 303),
}
CELLS = [(*page, who, outcome) for page, row in MATRIX.items() for who, outcome in enumerate(row)]


@pytest.fixture
def filled(desk: Desk, identity: Identity, sender: Sender) -> Desk:
    """A desk with Samira's whole report and one envelope in quarantine."""
    _keep(desk, identity, sender, a_full_report())
    quarantine.hold(desk.store, Listed("ab" * 16, 1, "cd" * 32), Refusal(Reason.SIGNATURE))
    return desk


def _keep(desk: Desk, identity: Identity, sender: Sender, report: dict[str, Any]) -> None:
    keep(desk.store, identity, sender, report)


def _csrf(client: httpx.Client) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/passphrase").text)
    return found[1] if found else ""


def test_every_page_has_its_row_in_the_matrix() -> None:
    assert {(page.method, page.path) for page in PAGES} == set(MATRIX)
    assert all(isinstance(page.access, Access) for page in PAGES)


def test_every_route_is_a_page(desk: Desk) -> None:
    paths = {route.path for route in console(desk).app.routes}  # type: ignore[attr-defined]
    assert paths == {page.path for page in PAGES} | {"/static"}


@pytest.mark.parametrize(("method", "path", "who", "outcome"), CELLS)
def test_who_may_see_what(
    filled: Desk, visitor: httpx.Client, method: str, path: str, who: int, outcome: int | str
) -> None:
    if who == 1:
        one_time = caseworkers.add(filled.store, "Newcomer")
        assert visitor.post("/sign-in", data={"name": "Newcomer", "passphrase": one_time}).status_code == 303
    if who == 2:
        add(filled, "Jonas")
        sign_in(visitor, "Jonas")
    for part, number in (
        ("saying", "e" * 32),
        ("task:int", "1"),
        ("held:int", "1"),
        ("report", REPORT),
        ("id", PICTURE),
    ):
        path = path.replace(f"{{{part}}}", number)
    data = {"csrf": _csrf(visitor)} if method == "POST" else None
    answer = visitor.request(method, path, data=data)
    assert outcome == (answer.headers["location"] if isinstance(outcome, str) else answer.status_code)
    handed_over = path.endswith(PICTURE) and who == 2
    for name, value in HEADERS.items():
        assert answer.headers[name] == (FILE_POLICY if handed_over and name == "Content-Security-Policy" else value)
    assert answer.headers["cache-control"] == "no-store"
    if who < 2:
        assert AMAL not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/sign-out",
        "/passphrase",
        "/quarantine/1/retry",
        f"/cases/{REPORT}/erase",
        f"/cases/{REPORT}/status",
        "/sign-in",
    ],
)
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
    ],
)
def test_a_form_of_another_site_does_nothing(
    filled: Desk, jonas: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    csrf = _csrf(jonas)
    del jonas.headers["Sec-Fetch-Site"]
    assert jonas.post(path, data={"csrf": csrf}, headers=headers).status_code == 403
    assert jonas.get("/cases").status_code == 200


@pytest.mark.parametrize("csrf", ["", "0" * 32, "é"])
def test_a_form_without_this_sessions_token_does_nothing(filled: Desk, jonas: httpx.Client, csrf: str) -> None:
    assert jonas.post("/sign-out", data={"csrf": csrf}).status_code == 403
    assert jonas.get("/cases").status_code == 200


def test_origin_serves_where_a_browser_sends_no_fetch_metadata(desk: Desk, jonas: httpx.Client) -> None:
    csrf = _csrf(jonas)
    del jonas.headers["Sec-Fetch-Site"]
    origin = str(jonas.base_url).rstrip("/")
    assert jonas.post("/sign-out", data={"csrf": csrf}, headers={"Origin": origin}).status_code == 303


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"name=" + b"x" * 20_000, "application/x-www-form-urlencoded", 413),
        (b"name=%ff", "application/x-www-form-urlencoded", 400),
        (b"&a" * 50, "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
    ],
)
def test_a_form_that_is_none_is_refused(visitor: httpx.Client, content: bytes, kind: str, status: int) -> None:
    assert visitor.post("/sign-in", content=content, headers={"Content-Type": kind}).status_code == status


def test_a_newcomer_must_choose_a_passphrase_of_their_own(desk: Desk, visitor: httpx.Client) -> None:
    one_time = caseworkers.add(desk.store, "Jonas")
    assert visitor.post("/sign-in", data={"name": "jonas", "passphrase": one_time}).headers["location"] == "/passphrase"
    csrf = _csrf(visitor)

    def choose(new: str, again: str, present: str = one_time) -> httpx.Response:
        return visitor.post("/passphrase", data={"csrf": csrf, "present": present, "new": new, "again": again})

    assert choose("too short", "too short").status_code == 422
    assert choose(one_time, one_time).status_code == 422
    assert choose(PASSPHRASE, PASSPHRASE + "!").status_code == 422
    assert choose(PASSPHRASE, PASSPHRASE, "a wrong present one").status_code == 422
    before = dict(visitor.cookies)
    assert choose(PASSPHRASE, PASSPHRASE).headers["location"] == "/cases"
    assert dict(visitor.cookies) != before
    assert visitor.get("/cases").status_code == 200
    assert visitor.post("/sign-in", data={"name": "Jonas", "passphrase": one_time}).status_code == 401


def test_a_wrong_name_and_a_wrong_passphrase_look_the_same(desk: Desk, visitor: httpx.Client) -> None:
    add(desk, "Jonas")
    wrong = visitor.post("/sign-in", data={"name": "Jonas", "passphrase": "not his passphrase"})
    nobody = visitor.post("/sign-in", data={"name": "Unheard", "passphrase": "not his passphrase"})
    assert (wrong.status_code, wrong.text.replace("Jonas", "")) == (
        nobody.status_code,
        nobody.text.replace("Unheard", ""),
    )


def test_too_many_tries_are_stopped_for_any_name(desk: Desk, visitor: httpx.Client, clock: Clock) -> None:
    add(desk, "Jonas")
    for name in ("Jonas", "Unheard"):
        tries = [visitor.post("/sign-in", data={"name": name, "passphrase": "x"}) for _ in range(throttle.PER_NAME + 1)]
        assert [one.status_code for one in tries] == [401] * throttle.PER_NAME + [429]
    assert sign_in(visitor, "Jonas").status_code == 429
    clock.at += throttle.WINDOW + 1
    assert sign_in(visitor, "Jonas").status_code == 303


def test_a_session_ends_when_idle_and_after_a_working_day(desk: Desk, jonas: httpx.Client, clock: Clock) -> None:
    clock.at += desk.limits.idle + 1
    assert jonas.get("/cases").headers["location"] == "/sign-in"
    sign_in(jonas, "Jonas")
    for _ in range(desk.limits.absolute // 600):
        clock.at += 600
        assert jonas.get("/cases").status_code == 200
    clock.at += 600
    assert jonas.get("/cases").headers["location"] == "/sign-in"


def test_a_third_sign_in_ends_the_first(desk: Desk, jonas: httpx.Client, clock: Clock) -> None:
    first = jonas.cookies["wasl-desk"]
    for _ in range(2):
        clock.at += 1
        jonas.cookies.clear()
        sign_in(jonas, "Jonas")
    assert sessions.find(desk.store, first, desk.limits) is None
    with desk.store.engine.begin() as connection:
        kept = list(connection.scalars(select(kept_sessions.c.token_sha256)))
    assert len(kept) == 2
    assert jonas.cookies["wasl-desk"] not in kept


def test_signing_out_ends_the_session_for_good(desk: Desk, jonas: httpx.Client) -> None:
    token = jonas.cookies["wasl-desk"]
    answer = jonas.post("/sign-out", data={"csrf": _csrf(jonas)})
    assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'
    assert sessions.find(desk.store, token, desk.limits) is None


def test_the_session_cookie(desk: Desk, visitor: httpx.Client) -> None:
    add(desk, "Jonas")
    cookie = sign_in(visitor, "Jonas").headers["set-cookie"]
    assert re.fullmatch(r"wasl-desk=[\w-]{43}; HttpOnly; Path=/; SameSite=strict", cookie)


@pytest.fixture
def in_production(store: object) -> Iterator[tuple[Desk, httpx.Client]]:
    desk = desk_of(store, production=True)  # type: ignore[arg-type]
    with Served(console(desk)) as served, httpx.Client(base_url=f"http://127.0.0.1:{served.port}") as client:
        client.headers["Sec-Fetch-Site"] = "same-origin"
        yield desk, client


def test_in_production_everything_insists_on_tls(in_production: tuple[Desk, httpx.Client]) -> None:
    desk, client = in_production
    add(desk, "Jonas")
    answer = sign_in(client, "Jonas")
    assert re.fullmatch(
        r"__Host-wasl-desk=[\w-]{43}; HttpOnly; Path=/; SameSite=strict; Secure", answer.headers["set-cookie"]
    )
    assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"


def test_the_inbox_shows_the_case_and_what_could_not_be_opened(filled: Desk, jonas: httpx.Client) -> None:
    filled.contact.bad(Trouble.OUT_OF_REACH, filled.store.now())
    page = jonas.get("/cases").text
    for words in (REPORT[:8], "summer 2013", "Aleppo", "Arabic", "A child at the time", "not the pinned sender"):
        assert words in page
    assert "cannot be reached" in page
    assert AMAL not in page
    assert "1 envelope could not be opened" in page
    assert '<tr class="unread">' in page
    jonas.get(f"/cases/{REPORT}")
    assert '<tr class="read">' in jonas.get("/cases").text


def test_an_empty_inbox_says_so(jonas: httpx.Client) -> None:
    assert "No report has arrived yet" in jonas.get("/cases").text
    assert jonas.get("/cases?page=2").status_code == 404
    assert jonas.get("/cases?page=-1").status_code == 200


def test_the_case_page_shows_every_status_in_words(filled: Desk, jonas: httpx.Client) -> None:
    page = jonas.get(f"/cases/{REPORT}").text
    for words in (
        "Does not know",
        "Prefers not to say",
        "Left for later",
        "A person should read this",
    ):
        assert words in page
    assert re.search("1 Jun.–.31 Aug 2013", page)
    assert f'<bdi dir="auto" lang="ar">{STORY}</bdi>' in page.replace("&#34;", '"')
    assert "Asked to decide later" in page
    assert SAMIRA in page


def test_values_of_the_second_schema_are_shown_plainly(filled: Desk, jonas: httpx.Client) -> None:
    page = _text(jonas.get(f"/cases/{REPORT}").text)
    for words in (
        "Aleppo → Hama",
        "cod-ab-2024",
        "called أم خالد",
        "in Arabic script",
        "+905551112233",
        "very sensitive",
        "computed from other answers, said by nobody",
        "confirmed by the family",
        "not confirmed by the family",
        "Concerns sought person 1, 2",
        f"{YUSUF} Sought person 2",
        "Voice messages to listen to",
        "may hold place, time and device",
    ):
        assert words in page, words


def test_a_correction_can_be_seen(filled: Desk, jonas: httpx.Client, identity: Identity, sender: Sender) -> None:
    jonas.get(f"/cases/{REPORT}")
    _keep(filled, identity, sender, an_addition())
    inbox = _text(jonas.get("/cases").text)
    assert f"{REPORT[:8]} added to 2 sendings" in inbox
    page = _text(jonas.get(f"/cases/{REPORT}").text)
    assert "Born changed ١٧ سنة 17 years Arabic" in page
    assert re.search("Said before Born Revision 1 · Arabic · 20 Nov 2026, 18:04 UTC ١٦ سنة 16 years", page)
    assert "What revision 2 added or changed is marked." in page
    assert "added to" not in jonas.get("/cases").text
    earlier = _text(jonas.get(f"/cases/{REPORT}?revision=1").text)
    assert "as it was before later sendings" in earlier
    assert "١٧ سنة" not in earlier
    for wrong in ("3", "0", "-1", "x", "1.0"):
        assert jonas.get(f"/cases/{REPORT}?revision={wrong}").status_code == 404


def test_a_withdrawal_is_said_first(filled: Desk, jonas: httpx.Client, identity: Identity, sender: Sender) -> None:
    _keep(filled, identity, sender, a_withdrawal())
    page = _text(jonas.get(f"/cases/{REPORT}").text)
    told = "No longer agreed Share the report: red cross , since 22 Nov 2026, 09:00 UTC Stop passing it on."
    assert page.index(told) < page.index("Received")
    assert "Share the report red cross No longer agreed before: Asked to decide later" in page
    assert "withdrawn" in _text(jonas.get("/cases").text)


def test_what_has_not_come_yet_is_said(desk: Desk, jonas: httpx.Client, identity: Identity, sender: Sender) -> None:
    _keep(desk, identity, sender, an_addition(revision=3))
    page = _text(jonas.get(f"/cases/{REPORT}").text)
    assert "revision 1, 2 has not come" in page
    assert "Name not given" in page


def _erase(client: httpx.Client, typed: str = REPORT[:8], newest: str = "2", **more: str) -> httpx.Response:
    data = {"csrf": _csrf(client), "confirm": typed, "newest": newest, **more}
    return client.post(f"/cases/{REPORT}/erase", data=data)


def _actions(desk: Desk) -> list[tuple[str, str]]:
    with desk.store.engine.begin() as connection:
        query = select(trail.c.actor, trail.c.action).where(trail.c.object == REPORT).order_by(trail.c.seq)
        return [(row.actor, row.action) for row in connection.execute(query)]


def test_a_report_is_erased_on_its_day_by_a_person(
    filled: Desk, jonas: httpx.Client, identity: Identity, sender: Sender, clock: Clock
) -> None:
    _keep(filled, identity, sender, a_notice("erasure_request", due_on="2026-11-29"))
    clock.at = int(datetime(2026, 11, 28, 23, 59, tzinfo=UTC).timestamp())
    sign_in(jonas, "Jonas")
    page = _text(jonas.get(f"/cases/{REPORT}").text)
    assert "Asked on 22 Nov 2026; to be carried out on 29 Nov 2026. They may take it back until then." in page
    assert "Erase this report" not in page
    assert "asks for erasure" in jonas.get("/cases").text
    assert _erase(jonas).status_code == 409
    clock.at += 120
    assert "Erase this report" in jonas.get(f"/cases/{REPORT}").text
    for typed in ("", REPORT[:7], "00000000", REPORT):
        answer = _erase(jonas, typed)
        assert (answer.status_code, "is not how this" in answer.text) == (422, True)
    assert AMAL in jonas.get(f"/cases/{REPORT}").text
    done = _erase(jonas, f" {REPORT[:8].upper()} ")
    assert (done.status_code, done.headers["location"]) == (303, f"/cases/{REPORT}")
    gone = jonas.get(f"/cases/{REPORT}")
    assert gone.status_code == 410
    assert "On 29 Nov 2026, because the family asked for it." in _text(gone.text)
    assert AMAL not in gone.text
    for path in ("/export", f"/files/{PICTURE}", "?revision=1"):
        assert jonas.get(f"/cases/{REPORT}{path}").status_code in (404, 410)
    assert _erase(jonas).status_code == 404
    assert REPORT[:8] not in jonas.get("/cases").text
    assert [action for _, action in _actions(filled)].count("report_erased") == 1
    assert _actions(filled)[-1] == (caseworkers.everyone(filled.store)[0].id, "report_erased")
    assert audit.verify(filled.store).holds


def test_a_wish_that_was_taken_back_erases_nothing(
    filled: Desk, jonas: httpx.Client, identity: Identity, sender: Sender, clock: Clock
) -> None:
    """Jonas has the page open when the family changes its mind."""
    _keep(filled, identity, sender, a_notice("erasure_request", due_on="2026-09-01"))
    assert "Erase this report" in jonas.get(f"/cases/{REPORT}").text
    _keep(filled, identity, sender, an_addition(revision=3))
    answer = _erase(jonas)
    assert (answer.status_code, "something new came" in answer.text) == (409, True)
    _keep(filled, identity, sender, a_notice("erasure_cancelled", revision=4))
    assert _erase(jonas, newest="4").status_code == 409
    page = jonas.get(f"/cases/{REPORT}").text
    assert "took back its wish" in page
    assert "Erase this report" not in page
    assert "asks for erasure" not in jonas.get("/cases").text


def test_a_report_without_a_wish_cannot_be_erased(filled: Desk, jonas: httpx.Client) -> None:
    assert _erase(jonas, newest="1").status_code == 409
    assert jonas.post(f"/cases/{'0' * 32}/erase", data={"csrf": _csrf(jonas)}).status_code == 404
    assert AMAL in jonas.get(f"/cases/{REPORT}").text


def test_an_envelope_in_doubt_is_named_before_erasing(
    filled: Desk, jonas: httpx.Client, identity: Identity, sender: Sender
) -> None:
    _keep(filled, identity, sender, a_notice("erasure"))
    quarantine.hold(filled.store, Listed(REPORT, 3, "cd" * 32), Refusal(Reason.SEAL))
    page = jonas.get(f"/cases/{REPORT}").text
    assert "it may take the wish back" in page
    assert "to be carried out now" in page


@pytest.mark.parametrize(
    ("id_", "kind", "placed", "name"),
    [
        (PICTURE, "image/png", "inline", "png"),
        (VOICE, "audio/ogg", "inline", "ogg"),
        (PAPER, "application/octet-stream", "attachment", "pdf"),
        (LETTER, "application/octet-stream", "attachment", "bin"),
    ],
)
def test_an_attachment_is_handed_over_and_does_nothing(
    filled: Desk, jonas: httpx.Client, id_: str, kind: str, placed: str, name: str
) -> None:
    answer = jonas.get(f"/cases/{REPORT}/files/{id_}")
    assert answer.content == ATTACHED[id_][2]
    assert answer.headers["content-type"] == kind
    assert answer.headers["content-disposition"] == f'{placed}; filename="wasl-{REPORT[:8]}-{id_[:8]}.{name}"'
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    with filled.store.engine.begin() as connection:
        last = connection.execute(select(trail).order_by(trail.c.seq.desc()).limit(1)).one()
    assert (last.action, last.object) == ("file_viewed", REPORT + id_)


@pytest.mark.parametrize(
    ("asked", "status", "part", "told"),
    [
        ("bytes=0-1", 206, slice(0, 2), "bytes 0-1/2004"),
        ("bytes=2000-", 206, slice(2000, None), "bytes 2000-2003/2004"),
        ("bytes=2-99999", 206, slice(2, None), "bytes 2-2003/2004"),
        ("bytes=-3", 206, slice(2001, None), "bytes 2001-2003/2004"),
        ("bytes=-99999", 206, slice(None), "bytes 0-2003/2004"),
        ("bytes=2004-", 416, slice(0, 0), "bytes */2004"),
        ("bytes=-0", 416, slice(0, 0), "bytes */2004"),
        ("bytes=5-3", 200, slice(None), None),
        ("bytes=-", 200, slice(None), None),
        ("bytes=0-1,5-6", 200, slice(None), None),
        ("lines=1-2", 200, slice(None), None),
    ],
)
def test_a_part_of_a_recording(
    filled: Desk, jonas: httpx.Client, asked: str, status: int, part: slice, told: str | None
) -> None:
    answer = jonas.get(f"/cases/{REPORT}/files/{VOICE}", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (status, ATTACHED[VOICE][2][part])
    assert answer.headers.get("content-range") == told
    assert answer.headers["content-security-policy"] == FILE_POLICY


def test_who_looked_at_attachments_is_told_in_one_line(filled: Desk, jonas: httpx.Client) -> None:
    for id_ in ATTACHED:
        jonas.get(f"/cases/{REPORT}/files/{id_}")
    jonas.get(f"/cases/{REPORT}")
    page = _text(jonas.get(f"/cases/{REPORT}").text)
    assert "Jonas opened an attachment (× 4)," in page
    assert "Jonas read it," in page


@pytest.mark.parametrize("id_", ["0" * 32, "x", PICTURE.upper(), PICTURE + "0", "..%2f..%2fexport"])
def test_an_attachment_that_is_none(filled: Desk, jonas: httpx.Client, id_: str) -> None:
    assert jonas.get(f"/cases/{REPORT}/files/{id_}").status_code == 404
    assert jonas.get(f"/cases/{'0' * 32}/files/{PICTURE}").status_code == 404


@pytest.mark.parametrize("report", ["0" * 32, "x", "..%2f..%2fetc", REPORT.upper(), REPORT + "0"])
def test_a_case_that_is_none(filled: Desk, jonas: httpx.Client, report: str) -> None:
    assert jonas.get(f"/cases/{report}").status_code == 404
    assert jonas.get(f"/cases/{report}/export").status_code == 404


def test_an_export_is_the_whole_case_and_is_recorded(
    filled: Desk, jonas: httpx.Client, identity: Identity, sender: Sender
) -> None:
    bodies = [a_full_report(), an_addition(), a_withdrawal(revision=3)]
    for body in bodies[1:]:
        _keep(filled, identity, sender, body)
    answer = jonas.get(f"/cases/{REPORT}/export")
    exported = answer.json()
    contents = {file["id"]: base64.b64decode(file.pop("content"), validate=True) for file in exported["files"]}
    assert contents == {id_: content for id_, (_, _, content) in ATTACHED.items()}
    assert exported.pop("revisions") == bodies
    assert exported == merged(bodies)
    assert exported["kind"] == "withdrawal"
    assert answer.headers["content-disposition"] == f'attachment; filename="wasl-{REPORT[:8]}-3.json"'
    as_it_was = jonas.get(f"/cases/{REPORT}/export?revision=1").json()
    assert as_it_was["revisions"] == bodies[:1]
    jonas.get(f"/cases/{REPORT}")
    assert [action for _, action in _actions(filled)] == [
        *["report_stored"] * 3,
        *["case_exported"] * 2,
        "case_viewed",
    ]
    assert audit.verify(filled.store).holds
    assert "Who has opened this case" in jonas.get(f"/cases/{REPORT}").text


def test_a_report_of_the_first_schema_is_exported_too(
    desk: Desk, jonas: httpx.Client, identity: Identity, sender: Sender
) -> None:
    _keep(desk, identity, sender, a_report())
    exported = jonas.get(f"/cases/{REPORT}/export").json()
    assert exported == {**a_report(), "kind": "report", "files": [], "revisions": [a_report()]}


def test_the_words_before_a_call_are_todays_and_leave_with_no_export(
    desk: Desk, jonas: httpx.Client, identity: Identity, sender: Sender, clock: Clock
) -> None:
    secret = "5a" * 16
    told = a_full_report(2)
    _keep(desk, identity, sender, told | {"call_secret": secret})
    report = told["id"]
    for _ in range(2):
        first, second, third = of_the_day(bytes.fromhex(secret), erasure.today(desk.store), told["language"])
        page = jonas.get(f"/cases/{report}").text
        assert f">{first} {second}</bdi>" in page
        assert f">{third}</bdi>" in page
        clock.at += 86_400
        sign_in(jonas, "Jonas")
    assert secret not in jonas.get(f"/cases/{report}/export").text
    _keep(desk, identity, sender, a_report())
    assert "Before a call today" not in jonas.get(f"/cases/{REPORT}").text, "an earlier version sent no secret"


#: what must never reach a reader's screen as it is
HIDDEN = "[\u0000-\u0008\u0080-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "{{ 7777*7 }}{% debug %}",
    "</bdi></blockquote><h1>Jonas</h1>",
    "\u202egnp.exe",
    "\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
    "\u0000\u0007\u0085",
    "tag \U000e0041\U000e0042",
    "a" + "\u0301" * 60,
    "&lt;b&gt;",
]


@pytest.mark.parametrize("text", EVIL)
def test_a_strangers_text_is_only_ever_text(
    desk: Desk, jonas: httpx.Client, identity: Identity, sender: Sender, text: str
) -> None:
    report = json.loads(json.dumps(a_full_report()).replace(json.dumps(STORY)[1:-1], json.dumps(text)[1:-1]))
    name = report["sought_persons"][0]["claims"][0]
    name["value"]["full"] = name["raw"]["text"] = name["title"] = text
    report["form"]["name"] = report["consents"][1]["purpose"] = report["consents"][1]["recipient"] = text
    report["events"][0]["claims"][0]["value"]["label"] = text
    report["events"][0]["claims"][1]["value"]["edtf"] = text
    report["events"][0]["claims"][2]["value"] |= {"code": "other", "label": text}
    report["events"][0]["claims"][3]["value"] |= {"gazetteer": text, "from": {"code": text, "name": text}}
    report["sought_persons"][1]["claims"][0]["value"]["full"] = name["value"]["kunya"] = text
    name["value"]["script"] = report["files"][0]["mime"] = text
    _keep(desk, identity, sender, report)
    for path in ("/cases", f"/cases/{REPORT}"):
        page = jonas.get(path).text
        tags, attributes = _parsed(page)
        assert not tags & {"script", "img", "b", "iframe"}  # its one picture claims to be something else
        assert not {name for name in attributes if name.startswith("on")}
        assert "<h1>Jonas" not in page
        assert "54439" not in page
        assert not re.search(HIDDEN, page)
        assert "\u0301" * 5 not in page
    assert jonas.get(f"/cases/{REPORT}/export").json()["revisions"] == [report]


def _text(page: str) -> str:
    """What a reader reads of the page, in one line."""
    texts: list[str] = []

    class Reader(HTMLParser):
        def handle_data(self, data: str) -> None:
            texts.append(data)

    Reader().feed(page)
    return " ".join(" ".join(texts).split())


def _parsed(page: str) -> tuple[set[str], set[str]]:
    """The names of all tags and of all attributes, as a browser sees them."""
    tags, attributes = set(), set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.add(tag)
            attributes.update(name for name, _ in attrs)

    Reader().feed(page)
    return tags, attributes


def test_a_broken_row_is_told_without_its_words(filled: Desk, jonas: httpx.Client) -> None:
    with filled.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE reports SET body = x'01'")
    answer = jonas.get(f"/cases/{REPORT}")
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    assert answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]


def test_static_files_are_served_with_the_same_headers(visitor: httpx.Client) -> None:
    answer = visitor.get("/static/desk.css")
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert visitor.get("/static/../settings.py").status_code == 404
    assert visitor.get("/static/%2e%2e/settings.py").status_code == 404
