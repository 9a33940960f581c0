"""From templates to pages: everything is escaped, and everything said goes through gettext."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from desk import words
from desk.desk import Desk
from desk.gate import Visit
from desk.showing import visible
from desk.words import Words

TEMPLATES = Path(__file__).parent / "templates"


def render(visit: Visit, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of this visit."""
    session = visit.session
    return page(visit.desk, template, status, session=session, csrf=session.csrf if session else "", **values)


def page(desk: Desk, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of this desk, also where there is no visit, as for an error."""
    found = _environment(desk.words).get_template(template)
    held = {"session": None, "csrf": "", "status": status, "contact": desk.contact, "calendar": desk.calendar, **values}
    return HTMLResponse(found.render(held), status)


@cache
def _environment(spoken: Words) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(spoken.translations, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["visible"] = visible
    environment.globals.update(words=words, say=spoken.say, spoken=spoken)
    return environment
