"""The sandbox as one ASGI app: bots at /bot and /file, everything else (page, /sim) behind a check of who is asking."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.sandbox.api import Api
from bot.sandbox.control import Control
from bot.sandbox.world import World

PAGE = Path(__file__).parent / "page"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"microphone=(self), camera=(), geolocation=()"),
]


def make_app(world: World, token: str | None = None) -> ASGIApp:
    """The app; `token` restricts which bot may come in."""
    api = Api(world, token)
    web = Starlette(
        routes=[
            Route("/", _page),
            *Control(world).routes(),
            Mount("/page", StaticFiles(directory=PAGE)),
        ]
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await web(scope, receive, send)
        elif scope["path"].startswith("/bot"):
            await api.method(scope, receive, send)
        elif scope["path"].startswith("/file/bot"):
            await api.file(scope, send)
        elif not _at_home(scope):
            await PlainTextResponse("Open this page at its own address on this machine.", 403)(scope, receive, send)
        else:
            await web(scope, receive, _with_headers(send))

    return app


async def _page(_: Request) -> Response:
    return FileResponse(PAGE / "index.html")


def _at_home(scope: Scope) -> bool:
    """Refuses pages of other sites, and names that were pointed at this machine (DNS rebinding)."""
    headers = dict(scope["headers"])
    host = headers.get(b"host", b"").decode("latin-1")
    if urlsplit(f"//{host}").hostname not in LOOPBACK:
        return False
    origin = headers.get(b"origin")
    return origin is None or origin.decode("latin-1") == f"http://{host}"


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", []))
            names = {name for name, _ in headers}
            if b"content-security-policy" not in names:
                headers.append((b"content-security-policy", POLICY.encode()))
            if b"cache-control" not in names:
                headers.append((b"cache-control", b"no-cache"))
            message["headers"] = headers + HEADERS
        await send(message)

    return sending
