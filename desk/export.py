"""A case as one JSON file for another system: the report put together, its revisions as they came, its attachments.

The attachments stand in `files` as base64 under `content`; they are opened one by one, never all at once.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from desk import attachments
from desk.reports import Revision
from desk.store import Store
from flows.merge import merged


def as_json(store: Store, revisions: list[Revision]) -> Iterator[bytes]:
    """The file in pieces, in UTF-8, of these revisions (oldest first, at least one)."""
    bodies = [one.body for one in revisions]
    report = _told_on(merged(bodies))
    described = {file["id"]: file for file in report.pop("files")}
    yield (
        _json({**report, "revisions": [_told_on(body) for body in bodies]}).removesuffix("\n}").encode()
        + b',\n  "files": ['
    )
    comma = "\n"
    for one in attachments.each(store, revisions[-1].report, list(described), revisions[-1].revision):
        content = base64.b64encode(one.content).decode()
        yield (comma + _json({**described[one.id], "content": content})).encode()
        comma = ",\n"
    yield b"]\n}\n"


def _told_on(report: dict[str, Any]) -> dict[str, Any]:
    """What another system may have: not the secret by which a family knows our calls."""
    return {name: value for name, value in report.items() if name != "call_secret"}


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
