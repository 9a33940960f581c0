"""The way back, from the desk's side: posts what was released, signed, and hears what became of it. It calls; nobody calls it.

Kill it anywhere: what was posted and not noted is posted again under the same id, which changes nothing there; what was heard is
noted in one transaction with the number of the last signal heard.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import Connection, delete, insert, select

from desk import sayings, tasks
from desk.contact import Trouble
from desk.sayings import Saying
from desk.source import OutOfReach, Source
from desk.store import Store
from desk.tables import about
from ground.webhooks import Refused, Signer, Verifier

_AT_ONCE = 100
_MOST_TASKS = 500
_HEARD = "signals_heard"
_WORD = re.compile(r"[a-z0-9_:]{0,64}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
#: What a signal about a letter makes of it.
_BECAME = {
    "letter_delivered": "delivered",
    "letter_held": "held",
    "letter_unreachable": "unreachable",
    "letter_answered": "answered",
    "letter_read": "read",
    "letter_revoked": "revoked",
}
#: A letter that is over does not begin again, whatever is heard late.
_OVER = ("answered", "read", "revoked")

log = structlog.get_logger()


@dataclass(slots=True)
class Returning:
    """Part of the intake's round."""

    source: Source
    store: Store
    signer: Signer = field(repr=False)
    verifier: Verifier
    _tasks_known: bool = False

    async def round(self) -> int:
        """Say what is to be said, hear what there is to hear; how many things changed."""
        said = await self._say()
        heard, about_tasks = await self._hear()
        if about_tasks or not self._tasks_known:
            await self._look_at_tasks()
        return said + heard

    # -- saying ----------------------------------------------------------------------------------------------------------

    async def _say(self) -> int:
        waiting = await asyncio.to_thread(self._released)
        for saying in waiting:
            body = json.dumps(_request(saying), separators=(",", ":")).encode()
            headers = self.signer.headers(saying.id, self.store.now(), body)
            status, answer = await self.source.say(body, headers)
            await asyncio.to_thread(self._said, saying, status, answer)
        return len(waiting)

    def _released(self) -> list[Saying]:
        with self.store.engine.begin() as connection:
            return sayings.released(connection, self.store)

    def _said(self, saying: Saying, status: int, answer: Mapping[str, Any]) -> None:
        if status >= 500 or status in (401, 403, 429):
            raise OutOfReach(Trouble.TOKEN_REFUSED if status in (401, 403) else Trouble.BAD_ANSWER)
        state = "posted" if status == 200 else "refused"
        detail = "" if status == 200 else _word(answer.get("detail")) or str(status)
        if state == "refused":
            log.warning("saying_refused", report=saying.report, status=status)
        with self.store.engine.begin() as connection:
            sayings.became(connection, self.store, saying.id, state, detail)

    # -- hearing ---------------------------------------------------------------------------------------------------------

    async def _hear(self) -> tuple[int, bool]:
        after = await asyncio.to_thread(self._heard_until)
        signals = self._verified(await self.source.told(f"/handoff/v1/signals?after={after}&limit={_AT_ONCE}"))
        lines = [line for line in signals.get("signals", ()) if isinstance(line, dict) and type(line.get("seq")) is int]
        lines = sorted((line for line in lines if line["seq"] > after), key=lambda line: line["seq"])
        if not lines:
            return 0, False
        await asyncio.to_thread(self._note, lines)
        return len(lines), any(str(line.get("kind")).startswith("task_") for line in lines)

    def _heard_until(self) -> int:
        with self.store.engine.begin() as connection:
            return _heard(connection)

    def _note(self, lines: list[dict[str, Any]]) -> None:
        with self.store.engine.begin() as connection:
            for line in lines:
                self._apply(connection, line)
            connection.execute(delete(about).where(about.c.name == _HEARD))
            connection.execute(insert(about).values(name=_HEARD, value=str(lines[-1]["seq"]).encode()))

    def _apply(self, connection: Connection, line: Mapping[str, Any]) -> None:
        state = _BECAME.get(str(line.get("kind")))
        letter = str(line.get("about"))
        saying = sayings.find(connection, self.store, letter) if state else None
        if state is None or saying is None or saying.state in _OVER:
            return
        sayings.became(connection, self.store, letter, state, _word(line.get("detail")))

    # -- tasks -----------------------------------------------------------------------------------------------------------

    async def _look_at_tasks(self) -> None:
        told = self._verified(await self.source.told(f"/handoff/v1/tasks?limit={_MOST_TASKS}")).get("tasks", ())
        found = [task for task in map(_task, told) if task is not None]
        await asyncio.to_thread(self._sync, found)
        self._tasks_known = True

    def _sync(self, found: list[tasks.Task]) -> None:
        with self.store.engine.begin() as connection:
            tasks.sync(connection, self.store, found, whole=len(found) < _MOST_TASKS)

    def _verified(self, answer: tuple[int, Mapping[str, str], bytes]) -> dict[str, Any]:
        status, headers, body = answer
        if status == 404:  # a families' side that knows no way back yet
            return {}
        if status != 200:
            raise OutOfReach(Trouble.BAD_ANSWER)
        try:
            self.verifier.verify(headers, body, self.store.now())
            held = json.loads(body)
        except (Refused, ValueError, RecursionError):
            raise OutOfReach(Trouble.BAD_ANSWER) from None
        return held if isinstance(held, dict) else {}


def _heard(connection: Connection) -> int:
    found = connection.scalar(select(about.c.value).where(about.c.name == _HEARD))
    return int(found) if found else 0


def _request(saying: Saying) -> dict[str, Any]:
    """What is posted, as `docs/handoff.md` has it."""
    body = saying.body
    letter = saying.letter
    if letter is not None:
        return {
            "type": "letter",
            "id": saying.id,
            "report": saying.report,
            "kind": saying.kind,
            "template": letter.template,
            "values": dict(letter.values),
            "words": letter.words,
            "person": letter.person,
            **({"replaces": letter.replaces} if letter.replaces else {}),
        }
    match saying.kind:
        case "status":
            more = {name: body[name] for name in ("since", "reference") if body.get(name)}
            if body.get("recipient"):
                more["recipient"] = body["recipient"].replace("_", " ").upper()
            return {
                "type": "status",
                "report": saying.report,
                "status": body["status"],
                "version": saying.seq,
                **more,
            }
        case "revocation":
            return {"type": "revocation", "letter": body["letter"]}
    return {"type": "task_closed", "task": body["task"]}


def _word(text: object) -> str:
    """One of the other side's words; anything else is none."""
    return text if isinstance(text, str) and _WORD.fullmatch(text) else ""


def _task(line: object) -> tasks.Task | None:
    """A task as it was told; None when it makes no sense."""
    if not isinstance(line, dict) or type(line.get("id")) is not int or not 0 < line["id"] < 2**53:
        return None
    report, times, day = line.get("report"), line.get("times"), str(line.get("day"))
    if report is not None and not re.fullmatch("[0-9a-f]{32}", str(report)):
        return None
    reason = _word(line.get("reason"))
    if not reason or not _DAY.fullmatch(day):
        return None
    return tasks.Task(line["id"], report, reason, _word(times)[:16] or None, day, "open", None, 0)
