"""The console's pages: what each one reads, does and shows."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse

from desk import (
    attachments,
    audit,
    caseworkers,
    erasure,
    passphrases,
    quarantine,
    ranges,
    reports,
    sayings,
    sessions,
    tasks,
)
from desk.export import as_json
from desk.gate import Access, Page, Visit, report_id
from desk.rendering import render
from desk.sheet import Reader
from desk.talk import TALK_PAGES
from desk.withdrawal import withdrawn_in
from flows.merge import merged
from flows.words import CALLERS, of_the_day

_PAGE = 50
_ID = re.compile("[0-9a-f]{32}")
#: A family's file may do nothing at all, not even when it is opened by itself.
FILE_POLICY = "sandbox; default-src 'none'"


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
        waiting = tasks.how_many(connection)
    pages = max(1, -(-total // _PAGE))
    return render(visit, "inbox.html", rows=rows, total=total, held=held, page=page, pages=pages, tasks=waiting)


def case(visit: Visit) -> Response:
    """A report, its revisions put together up to the one asked for. Being seen is recorded first."""
    return _case(visit)


def _case(visit: Visit, status: int = 200, failed: str = "") -> Response:
    report, store, caseworker = report_id(visit), visit.desk.store, visit.signed_in.caseworker
    with store.engine.begin() as connection:
        erased = erasure.erased_on(connection, report)
        if erased:
            return render(visit, "erased.html", 410, report=report, erased_on=erased)
        known = reports.open_revisions(connection, store, report)
        number = _revision(visit, known)
        seen_by = audit.readers_of(connection, report)
        if visit.desk.form is not None:
            sayings.note_read(connection, store, report, caseworker.id)
        audit.record(connection, store, caseworker.id, audit.Action.CASE_VIEWED, report)
        reports.mark_read(connection, store, caseworker.id, report, number)
        names = caseworkers.names(connection)
        in_doubt = quarantine.holds(connection, report)
        asked = tasks.open_tasks(connection, report)
    shown = [one for one in known if one.revision <= number]
    bodies = [one.body for one in shown]
    all_bodies = [one.body for one in known]
    wish = erasure.wish_in(all_bodies)
    report_now = merged(bodies)
    return render(
        visit,
        "case.html",
        status,
        report=report_now,
        call_words=_call_words(report_now, erasure.today(store)),
        callers=CALLERS,
        sheet=Reader(visit.desk.calendar).read(bodies),
        known=known,
        shown=shown[-1],
        missing=sorted(set(range(1, known[-1].revision)) - {one.revision for one in known}),
        withdrawn=withdrawn_in(all_bodies),
        wish=wish,
        may_erase=wish is not None and wish.is_due(erasure.today(store)),
        in_doubt=in_doubt,
        failed=failed,
        seen_by=seen_by,
        names=names,
        tasks=asked,
        speaks=visit.desk.form is not None,
    )


def _call_words(report: dict[str, Any], today: date) -> tuple[str, ...]:
    """The words to say in a call today (UTC), in the family's language; none in a report of an earlier version."""
    secret = report.get("call_secret")
    return of_the_day(bytes.fromhex(secret), today, report["language"]) if secret else ()


def erase(visit: Visit) -> Response:
    """Erase a report that its family wants erased, once a caseworker has typed how its number begins."""
    report, store = report_id(visit), visit.desk.store
    typed = visit.form.get("confirm", "").strip().lower()
    with store.engine.begin() as connection:
        erasure.alone(connection)
        known = reports.open_revisions(connection, store, report)
        newest = _revision(visit, known)
        wish = erasure.wish_in([one.body for one in known])
        if wish is None or not wish.is_due(erasure.today(store)):
            raise HTTPException(409)
        # Something came after the page was made; it may take the wish back.
        unread = visit.form.get("newest") != str(newest)
        confirmed = typed == report[: erasure.CONFIRMED_BY]
        if confirmed and not unread:
            erasure.erase(connection, store, report, visit.signed_in.caseworker.id)
    if unread or not confirmed:
        return _case(visit, 409 if unread else 422, "unread" if unread else "unconfirmed")
    erasure.overwrite(store)
    return RedirectResponse(f"/cases/{report}", 303)


def file(visit: Visit) -> Response:
    """An attachment as it came. Pictures and recordings may be shown; anything else is only for download."""
    report, id_ = report_id(visit), str(visit.request.path_params["id"])
    if not _ID.fullmatch(id_):
        raise HTTPException(404)
    store = visit.desk.store
    with store.engine.begin() as connection:
        found = attachments.find(connection, store, report, id_)
        if found is None:
            raise HTTPException(404)
        audit.record(connection, store, visit.signed_in.caseworker.id, audit.Action.FILE_VIEWED, f"{report}{id_}")
    placed = "inline" if found.shown else "attachment"
    headers = {
        "Content-Disposition": f'{placed}; filename="wasl-{report[:8]}-{id_[:8]}.{found.ending}"',
        "Content-Security-Policy": FILE_POLICY,
    }
    kind = found.mime if found.shown else "application/octet-stream"
    return ranges.answer(found.content, visit.request.headers.get("range"), kind, headers)


def export(visit: Visit) -> Response:
    """The case as one JSON file: the report, its revisions as they came, and its attachments."""
    report, store = report_id(visit), visit.desk.store
    with store.engine.begin() as connection:
        known = reports.open_revisions(connection, store, report)
        number = _revision(visit, known)
        audit.record(connection, store, visit.signed_in.caseworker.id, audit.Action.CASE_EXPORTED, report)
    headers = {"Content-Disposition": f'attachment; filename="wasl-{report[:8]}-{number}.json"'}
    shown = [one for one in known if one.revision <= number]
    return StreamingResponse(as_json(store, shown), media_type="application/json", headers=headers)


def retry(visit: Visit) -> Response:
    """Fetch an envelope in quarantine again now."""
    held = int(visit.request.path_params["held"])
    if not quarantine.try_again(visit.desk.store, held, visit.signed_in.caseworker.id):
        raise HTTPException(404)
    visit.desk.nudge()
    return RedirectResponse("/cases", 303)


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
    Page("/cases/{report}/files/{id}", "GET", Access.CASEWORKER, file),
    Page("/cases/{report}/erase", "POST", Access.CASEWORKER, erase),
    *TALK_PAGES,
    Page("/quarantine/{held:int}/retry", "POST", Access.CASEWORKER, retry),
)


def _revision(visit: Visit, known: list[reports.Revision]) -> int:
    """The revision asked for, the newest one unless another is; 404 where there is none."""
    numbers = {str(one.revision): one.revision for one in known}
    asked = visit.request.query_params.get("revision", max(numbers.values(), default=0))
    if str(asked) not in numbers:
        raise HTTPException(404)
    return numbers[str(asked)]


def _with_session(visit: Visit, caseworker: caseworkers.Caseworker, path: str) -> Response:
    answer = RedirectResponse(path, 303)
    answer.set_cookie(visit.desk.cookie, sessions.start(visit.desk.store, caseworker), **_cookie_rules(visit))
    return answer


def _cookie_rules(visit: Visit) -> dict[str, Any]:
    return {"path": "/", "httponly": True, "samesite": "strict", "secure": visit.desk.production}
