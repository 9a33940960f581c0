"""The console's pages: what each one reads, does and shows."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from desk import audit, caseworkers, passphrases, quarantine, reports, sessions
from desk.gate import Access, Handler, Visit
from desk.rendering import render
from desk.sheet import Reader

_PAGE = 50
_REPORT = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Page:
    """A path, what it answers to, and for whom it is."""

    path: str
    method: str
    access: Access
    handler: Handler


def health(_: Visit) -> Response:
    """For a supervisor: the process answers. Says nothing else."""
    return PlainTextResponse("ok\n")


def home(_: Visit) -> Response:
    """The front door leads to the inbox."""
    return RedirectResponse("/cases", 303)


def sign_in_form(visit: Visit) -> Response:
    """Name and passphrase, please."""
    if visit.session:
        return RedirectResponse("/cases", 303)
    return render(visit, "sign_in.html")


def sign_in(visit: Visit) -> Response:
    """One text for every failure, whether the name exists or not."""
    desk, name, passphrase = visit.desk, visit.form.get("name", "").strip(), visit.form.get("passphrase", "")
    address = visit.request.client.host if visit.request.client else ""
    if not desk.throttle.admits(name, address):
        return render(visit, "sign_in.html", 429, failed="throttled", name=name)
    caseworker = caseworkers.recognise(desk.store, name, passphrase)
    if caseworker is None:
        with desk.store.engine.begin() as connection:
            audit.record(connection, desk.store, "nobody", audit.Action.SIGN_IN_FAILED, "")
        return render(visit, "sign_in.html", 401, failed="wrong", name=name)
    desk.throttle.forgive(name)
    if visit.session:
        sessions.end(desk.store, visit.session)
    return _with_session(visit, caseworker, "/passphrase" if caseworker.must_change else "/cases")


def sign_out(visit: Visit) -> Response:
    """End the session here, and what the browser kept of it."""
    sessions.end(visit.desk.store, visit.signed_in)
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(visit.desk.cookie, **_cookie_rules(visit))
    answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return answer


def passphrase_form(visit: Visit) -> Response:
    """Choose a passphrase of one's own."""
    return render(visit, "passphrase.html")


def change_passphrase(visit: Visit) -> Response:
    """Fifteen characters or more, typed twice, after the present one."""
    desk, caseworker = visit.desk, visit.signed_in.caseworker
    present, new = visit.form.get("present", ""), visit.form.get("new", "")
    if not desk.throttle.admits(caseworker.name, caseworker.id):
        return render(visit, "passphrase.html", 429, failed="throttled")
    if caseworkers.recognise(desk.store, caseworker.name, present) is None:
        return render(visit, "passphrase.html", 422, failed="present")
    desk.throttle.forgive(caseworker.name)
    if not passphrases.is_long_enough(new):
        return render(visit, "passphrase.html", 422, failed="length")
    if new == present:
        return render(visit, "passphrase.html", 422, failed="same")
    if new != visit.form.get("again", ""):
        return render(visit, "passphrase.html", 422, failed="again")
    caseworkers.change_passphrase(desk.store, caseworker.id, new)
    return _with_session(visit, caseworker, "/cases")


def inbox(visit: Visit) -> Response:
    """All cases, newest first, and what could not be opened."""
    number = visit.request.query_params.get("page", "1")
    page = int(number) if re.fullmatch("[1-9][0-9]{0,5}", number, re.ASCII) else 1
    store = visit.desk.store
    rows, total = reports.inbox(store, visit.signed_in.caseworker.id, page=page, size=_PAGE)
    if not rows and page > 1:
        raise HTTPException(404)
    with store.engine.begin() as connection:
        held = quarantine.everything_held(connection)
    pages = max(1, -(-total // _PAGE))
    return render(visit, "inbox.html", rows=rows, total=total, held=held, page=page, pages=pages)


def case(visit: Visit) -> Response:
    """A report, its latest revision unless another one is asked for. Being seen is recorded first."""
    report, store, caseworker = _report_id(visit), visit.desk.store, visit.signed_in.caseworker
    with store.engine.begin() as connection:
        known = reports.revisions(connection, report)
        number = _revision(visit, known)
        revision = reports.open_revision(connection, store, report, number)
        before = reports.open_revision(connection, store, report, _before(known, number))
        if revision is None:
            raise HTTPException(404)
        seen_by = audit.readers_of(connection, report)
        audit.record(connection, store, caseworker.id, audit.Action.CASE_VIEWED, report)
        reports.mark_read(connection, store, caseworker.id, report, number)
        names = caseworkers.names(connection)
    sheet = Reader(visit.desk.calendar).read(revision.body, before.body if before else None)
    return render(
        visit, "case.html", revision=revision, sheet=sheet, known=known, before=before, seen_by=seen_by, names=names
    )


def export(visit: Visit) -> Response:
    """The report as it came, as a JSON file."""
    report, store = _report_id(visit), visit.desk.store
    with store.engine.begin() as connection:
        number = _revision(visit, reports.revisions(connection, report))
        revision = reports.open_revision(connection, store, report, number)
        if revision is None:
            raise HTTPException(404)
        audit.record(connection, store, visit.signed_in.caseworker.id, audit.Action.CASE_EXPORTED, report)
    headers = {"Content-Disposition": f'attachment; filename="wasl-{report[:8]}-{number}.json"'}
    return Response(as_file(revision.body), media_type="application/json", headers=headers)


def retry(visit: Visit) -> Response:
    """Fetch an envelope in quarantine again now."""
    held = int(visit.request.path_params["held"])
    if not quarantine.try_again(visit.desk.store, held, visit.signed_in.caseworker.id):
        raise HTTPException(404)
    visit.desk.nudge()
    return RedirectResponse("/cases", 303)


def as_file(report: dict[str, Any]) -> bytes:
    """A report as JSON for a person and a program, in UTF-8."""
    return (json.dumps(report, ensure_ascii=False, indent=2) + "\n").encode()


PAGES = (
    Page("/healthz", "GET", Access.ANYBODY, health),
    Page("/", "GET", Access.ANYBODY, home),
    Page("/sign-in", "GET", Access.ANYBODY, sign_in_form),
    Page("/sign-in", "POST", Access.ANYBODY, sign_in),
    Page("/sign-out", "POST", Access.NEWCOMER, sign_out),
    Page("/passphrase", "GET", Access.NEWCOMER, passphrase_form),
    Page("/passphrase", "POST", Access.NEWCOMER, change_passphrase),
    Page("/cases", "GET", Access.CASEWORKER, inbox),
    Page("/cases/{report}", "GET", Access.CASEWORKER, case),
    Page("/cases/{report}/export", "GET", Access.CASEWORKER, export),
    Page("/quarantine/{held:int}/retry", "POST", Access.CASEWORKER, retry),
)


def _report_id(visit: Visit) -> str:
    report = str(visit.request.path_params["report"])
    if not _REPORT.fullmatch(report):
        raise HTTPException(404)
    return report


def _revision(visit: Visit, known: list[tuple[int, int]]) -> int:
    numbers = {str(number): number for number, _ in known}
    asked = visit.request.query_params.get("revision", max(numbers.values(), default=0))
    if str(asked) not in numbers:
        raise HTTPException(404)
    return numbers[str(asked)]


def _before(known: list[tuple[int, int]], number: int) -> int:
    return max((one for one, _ in known if one < number), default=0)


def _with_session(visit: Visit, caseworker: caseworkers.Caseworker, path: str) -> Response:
    answer = RedirectResponse(path, 303)
    answer.set_cookie(visit.desk.cookie, sessions.start(visit.desk.store, caseworker), **_cookie_rules(visit))
    return answer


def _cookie_rules(visit: Visit) -> dict[str, Any]:
    return {"path": "/", "httponly": True, "samesite": "strict", "secure": visit.desk.production}
