"""Who may see which page. A page without a rule cannot exist, and nothing is changed but by a form of our own."""

from __future__ import annotations

import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import parse_qsl, urlsplit

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from desk import sessions
from desk.desk import Desk

_LARGEST_FORM = 16 * 1024
_CHANGE = "/passphrase"
_ID = re.compile("[0-9a-f]{32}")


class Access(Enum):
    """For whom a page is."""

    ANYBODY = "anybody"
    #: signed in, even with a one-time passphrase still to be changed
    NEWCOMER = "newcomer"
    CASEWORKER = "caseworker"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request to one page, admitted."""

    desk: Desk
    request: Request = field(repr=False)
    #: None only on pages for anybody
    session: sessions.Session | None
    form: Mapping[str, str] = field(repr=False)

    @property
    def signed_in(self) -> sessions.Session:
        """The session, on pages where there must be one."""
        if self.session is None:
            raise HTTPException(403)
        return self.session


Handler = Callable[[Visit], Response]


@dataclass(frozen=True, slots=True)
class Page:
    """A path, what it answers to, and for whom it is."""

    path: str
    method: str
    access: Access
    handler: Handler


def report_id(visit: Visit) -> str:
    """The report a path names; 404 for what is none."""
    report = str(visit.request.path_params["report"])
    if not _ID.fullmatch(report):
        raise HTTPException(404)
    return report


def guarded(desk: Desk, access: Access, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint that admits a visit, or turns it away, and runs the handler in a worker thread."""

    async def endpoint(request: Request) -> Response:
        form: dict[str, str] = {}
        if request.method == "POST":
            _require_our_own_page(request)
            form = await _read_form(request)
        return await to_thread.run_sync(_admit, desk, access, handler, request, form)

    return endpoint


def _admit(desk: Desk, access: Access, handler: Handler, request: Request, form: dict[str, str]) -> Response:
    token = request.cookies.get(desk.cookie)
    session = sessions.find(desk.store, token, desk.limits) if token else None
    if access is not Access.ANYBODY:
        if session is None:
            return RedirectResponse("/sign-in", 303)
        if session.caseworker.must_change and access is Access.CASEWORKER:
            return RedirectResponse(_CHANGE, 303)
        if request.method == "POST" and not hmac.compare_digest(form.get("csrf", "").encode(), session.csrf.encode()):
            raise HTTPException(403)
    return handler(Visit(desk, request, session, form))


def _require_our_own_page(request: Request) -> None:
    """Refuse a form that another site sent: by Sec-Fetch-Site where browsers send it, else by Origin."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise HTTPException(403)
        return
    origin = urlsplit(request.headers.get("origin", ""))
    if not origin.netloc or origin.netloc != request.headers.get("host"):
        raise HTTPException(403)


async def _read_form(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_FORM:
            raise HTTPException(413)
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError:
        raise HTTPException(400) from None
    return dict(pairs)
