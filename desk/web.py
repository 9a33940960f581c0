"""The console as an ASGI application: the pages, the static files, and what a visitor is told when it fails."""

from __future__ import annotations

from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from desk.desk import Desk
from desk.gate import guarded
from desk.headers import Headers
from desk.pages import PAGES
from desk.rendering import page

STATIC = Path(__file__).parent / "static"

log = structlog.get_logger()


def console(desk: Desk) -> ASGIApp:
    """The whole console, with its headers around everything it ever answers."""
    routes = [Route(one.path, guarded(desk, one.access, one.handler), methods=[one.method]) for one in PAGES]

    def refused(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return page(desk, "problem.html", status)

    def failed(_: Request, error: Exception) -> Response:
        # The exception's text may quote a row; its type is enough to find the place.
        status = 503 if isinstance(error, SQLAlchemyError) else 500
        log.critical("page_failed", error=type(error).__name__)
        return page(desk, "problem.html", status)

    app = Starlette(
        routes=[*routes, Mount("/static", StaticFiles(directory=STATIC))],
        exception_handlers={HTTPException: refused, SQLAlchemyError: failed, Exception: failed},
    )
    return Headers(app, desk.production)
