"""The way back: what the case team's side says about a request, and what the families' side tells it (`docs/handoff.md`).

Whatever changes something comes to one address, signed, with all it asks for in its body. It is carried out in one transaction
with its id, so that a repeated one changes nothing. The families' side calls nobody: what happened lies ready to be fetched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter, HTTPException, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy import Connection

from bot.chats import open_receipt
from bot.keys import Keys
from bot.lanes import Waiting
from bot.progress import progress_of, seal_progress
from bot.sealed_letters import seal_letter
from bot.store import chats, heard, inbox, letters, reminders, signals, standings, tasks
from bot.store.rows import InboxRow
from bot.store.store import Store
from bot.translate import arrival
from flows.letters import MOST_WORDS, Letter
from flows.letters.moments import moment_of
from flows.letters.templates import problem, templates
from flows.questions import Flow
from flows.standing import next_progress
from ground.webhooks import Refused, Signer, Verifier

if TYPE_CHECKING:
    from bot.house import House

log = structlog.get_logger()

#: More than this nothing here needs to say.
LARGEST = 16 * 1024
_MOST = 500
#: Beyond the updates that bring letters: those that take one back.
_TAKEN_BACK = 2**60

Hex = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class StatusSaid(_Said):
    """How a request stands. The families' side passes on one of eight public values; anything else becomes `registered`."""

    type: Literal["status"]
    report: Hex
    status: str = Field(pattern="^[a-z][a-z0-9_]{0,39}$", description="The case system's own word for the state.")
    version: int = Field(
        ge=1, lt=2**53, description="Grows with every status of this report; an older one changes nothing."
    )
    since: date | None = Field(None, description="For no_news: the last day on which there was anything new.")
    recipient: str = Field("", max_length=80, description="For handed_to: with whom it is now.")
    reference: str = Field(
        "", max_length=40, pattern="^[A-Za-z0-9 ./_-]*$", description="For handed_to: its number there."
    )


class LetterSaid(_Said):
    """A question, a message or a call to arrange, from a reviewed template."""

    type: Literal["letter"]
    id: Hex = Field(description="Chosen by the sender; names the letter from now on.")
    report: Hex
    kind: Literal["question", "message", "call"]
    template: str = Field("", max_length=24)
    values: dict[str, str] = Field(default={}, max_length=4)
    words: str = Field("", max_length=MOST_WORDS, description="A caseworker's own words, where the template has room.")
    person: int = Field(1, ge=1, le=30, description="Which sought person it is about.")
    replaces: str = Field(
        "",
        pattern="^([0-9a-f]{32})?$",
        description="The letter of an appointment that is moved or called off by this one; nothing reminds of that any more.",
    )


class RevocationSaid(_Said):
    """A letter is taken back before it was answered."""

    type: Literal["revocation"]
    letter: Hex


class TaskClosed(_Said):
    """Somebody has done a task."""

    type: Literal["task_closed"]
    task: int = Field(ge=1, lt=2**53)


Said = Annotated[StatusSaid | LetterSaid | RevocationSaid | TaskClosed, Field(discriminator="type")]
_READS: TypeAdapter[Any] = TypeAdapter(Said)


class Heard(BaseModel):
    """It is carried out, now or before."""

    done: bool = True
    #: whether the same request was carried out before
    repeated: bool = False
    #: False where there was nothing to change: an older version, a letter that was answered already
    changed: bool = True


class SignalTold(BaseModel):
    """Something that happened. No words of a family's: answers travel sealed, as revisions."""

    seq: int
    kind: Literal[
        "letter_delivered",
        "letter_held",
        "letter_unreachable",
        "letter_answered",
        "letter_read",
        "letter_revoked",
        "task_opened",
        "task_changed",
        "task_closed",
    ]
    report: str | None
    about: str = Field(description="The letter's id, or the task's number.")
    detail: str = Field(
        description="letter_answered: the revision that holds the answer, or the time chosen for a call."
    )
    day: date


class SignalsTold(BaseModel):
    signals: list[SignalTold]


class TaskTold(BaseModel):
    """Somebody should do something: a family asks for a person, say."""

    id: int
    report: str | None = Field(description="None while the family has not sent anything.")
    reason: str
    times: str | None = Field(description="When they would like to be called: morning, noon, evening, any, not_now.")
    day: date


class TasksTold(BaseModel):
    tasks: list[TaskTold]


class TemplateTold(BaseModel):
    """A reviewed text that a letter may use."""

    name: str
    kind: Literal["question", "message"]
    title: str
    text: str
    words: Literal["none", "may", "must"]
    values: list[str]


class TemplatesTold(BaseModel):
    templates: list[TemplateTold]


@dataclass(frozen=True)
class Returns:
    """What the way back works with."""

    keys: Keys
    form: Flow
    verifier: Verifier
    signing_key: Ed25519PrivateKey = field(repr=False)
    #: an update of our own as its row keeps it
    sealed: Callable[[Waiting], InboxRow]
    #: lets new updates of our own be worked at once
    nudge: Callable[[], Awaitable[object]]
    now: Callable[[], float]


def returns_of(house: House) -> Returns:
    """The way back of a running bot."""
    return Returns(
        house.keys,
        house.form,
        house.verifier,
        house.signing_key,
        house.intake.sealed,
        house.intake.drain,
        house.now,
    )


class Impossible(Exception):  # noqa: N818
    """It cannot be carried out: an HTTP status and one of our words."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


After = Annotated[int, Query(ge=0, lt=2**53, description="The last number you know; 0 at first.")]
Limit = Annotated[int, Query(ge=1, le=_MOST)]


def router(store: Store, returns: Returns, guarded: Sequence[Any]) -> APIRouter:
    """The calls of the way back."""
    routes = APIRouter(dependencies=list(guarded))

    @routes.post(
        "/handoff/v1/returns",
        responses={
            401: {"description": "The token, or the signature, is missing, wrong or too old."},
            404: {"description": "No such letter or task."},
            409: {"description": "This webhook-id, or this letter's id, was used for something else."},
            410: {"description": "This request has no chat here any more."},
            422: {"description": "It cannot be read, or the letter may not be sent; `detail` names the reason."},
        },
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": _whole(_READS.json_schema())}},
            },
            "parameters": [
                {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
                for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
            ],
        },
    )
    async def say(request: Request) -> Heard:
        """A status, a letter, a revocation or a closed task, signed as Standard Webhooks has it."""
        body = await _body(request)
        now = returns.now()
        try:
            id_ = returns.verifier.verify(request.headers, body, now)
        except Refused as refused:
            raise HTTPException(401, f"The signature does not hold: {refused.reason}.") from None
        try:
            said = _READS.validate_json(body)
        except ValidationError as error:
            raise HTTPException(422, _places(error)) from None
        job = _Job(returns, id_, hashlib.sha256(body).hexdigest(), said, now)
        try:
            heard_ = await store.write(job)
        except Impossible as impossible:
            raise HTTPException(impossible.status, impossible.reason) from None
        await returns.nudge()
        return heard_

    @routes.get("/handoff/v1/signals")
    async def signals_after(after: After = 0, limit: Limit = 100) -> Response:
        """What happened after the last number you know, in order. The answer is signed with the sender's key."""
        rows = await store.write(lambda connection: signals.after(connection, after, limit))
        told = SignalsTold(signals=[_signal(row) for row in rows])
        last = rows[-1].seq if rows else after
        return _signed(returns, f"signals-{after}-{last}", told.model_dump_json().encode())

    @routes.get("/handoff/v1/tasks")
    async def open_tasks(limit: Limit = _MOST) -> Response:
        """Every open task, oldest first. The answer is signed with the sender's key."""
        rows = await store.write(lambda connection: tasks.waiting(connection, limit))
        told = TasksTold(tasks=[TaskTold(**_task(row)) for row in rows])
        return _signed(returns, f"tasks-{int(returns.now())}", told.model_dump_json().encode())

    @routes.get("/handoff/v1/templates")
    async def letter_templates() -> TemplatesTold:
        """The reviewed texts of letters that fit this side's form, in English."""
        return TemplatesTold(
            templates=[
                TemplateTold(
                    name=one.name,
                    kind=one.kind,
                    title=one.title.msgid,
                    text=one.text.msgid,
                    words=one.words,
                    values=sorted(one.values),
                )
                for one in templates(returns.form).values()
            ]
        )

    return routes


@dataclass(frozen=True)
class _Job:
    """Carries out one request, once, in one transaction."""

    returns: Returns
    id: str
    digest: str
    said: StatusSaid | LetterSaid | RevocationSaid | TaskClosed
    now: float

    @property
    def day(self) -> int:
        return int(self.now) // 86_400

    def __call__(self, connection: Connection) -> Heard:
        known = heard.known(connection, self.id)
        if known is not None:
            if known != self.digest:
                raise Impossible(409, "This webhook-id was used for something else.")
            return Heard(repeated=True, changed=False)
        changed = self._carry_out(connection)
        heard.put(connection, self.id, self.digest, self.day)
        return Heard(changed=changed)

    def _carry_out(self, connection: Connection) -> bool:
        match self.said:
            case StatusSaid():
                return self._status(connection, self.said)
            case LetterSaid():
                return self._letter(connection, self.said)
            case RevocationSaid(letter=letter):
                return self._revoke(connection, letter)
            case TaskClosed(task=task):
                if not tasks.close(connection, task, self.day):
                    raise Impossible(404, "No such task.")
                return True

    def _status(self, connection: Connection, said: StatusSaid) -> bool:
        lane = self._home(connection, said.report)
        before = progress_of(connection, self.returns.keys, said.report)
        today = datetime.fromtimestamp(self.now, UTC).date()
        progress, known = next_progress(
            before, said.status, today, since=said.since, recipient=said.recipient, reference=said.reference
        )
        body = seal_progress(self.returns.keys, said.report, progress)
        if not standings.put(connection, said.report, said.version, body, self.day):
            return False
        if not known:
            # The word itself is not ours and is not repeated.
            log.warning("unknown_status", report=said.report)
            self._task(connection, lane, said.report, "unknown_status")
        if progress.code == "please_call" and (before is None or before.code != "please_call"):
            id_ = hashlib.sha256(f"call|{said.report}|{said.version}".encode()).hexdigest()[:32]
            self._put(connection, lane, Letter(id_, said.report, "call"))
        elif progress.code != "please_call" and before is not None and before.code == "please_call":
            for row in letters.live(connection, lane):
                if row.kind == "call" and row.report == said.report:
                    self._take_back(connection, row)
        return True

    def _letter(self, connection: Connection, said: LetterSaid) -> bool:
        values = dict(said.values)
        letter = Letter(said.id, said.report, said.kind, said.template, values, said.words, said.person, said.replaces)
        refused = problem(self.returns.form, letter)
        if refused is not None:
            raise Impossible(422, refused)
        moment = moment_of(letter.values)
        if moment is not None and moment.timestamp() <= self.now:
            raise Impossible(422, "past")
        lane = self._home(connection, said.report)
        if letters.find(connection, said.id) is not None:
            raise Impossible(409, "This letter's id was used before.")
        if said.replaces:
            self._make_untrue(connection, said.replaces, said.report)
        self._put(connection, lane, letter)
        return True

    def _make_untrue(self, connection: Connection, id_: str, report: str) -> None:
        """The appointment of an earlier letter is moved or called off: nothing reminds of it, and it is not read any more."""
        row = letters.find(connection, id_)
        if row is not None and row.report != report:
            raise Impossible(422, "replaces")
        reminders.cancel(connection, about=id_, kinds=("appointment",))
        if row is not None and row.state in letters.LIVE:
            self._take_back(connection, row)

    def _put(self, connection: Connection, lane: str, letter: Letter) -> None:
        """The letter, and the update of our own that brings it to its chat."""
        body = seal_letter(self.returns.keys, letter)
        seq = letters.put(
            connection, id_=letter.id, report=letter.report, lane=lane, kind=letter.kind, body=body, day=self.day
        )
        self._bring(connection, lane, letters.FIRST_UPDATE + seq, seq)

    def _bring(self, connection: Connection, lane: str, update_id: int, seq: int) -> None:
        row = self.returns.sealed(Waiting(update_id, lane, arrival(update_id, seq)))
        inbox.keep(connection, [row], self.day)

    def _revoke(self, connection: Connection, id_: str) -> bool:
        row = letters.find(connection, id_)
        if row is None or row.kind == "note":
            raise Impossible(404, "No such letter.")
        return row.state in letters.LIVE and self._take_back(connection, row)

    def _take_back(self, connection: Connection, row: letters.LetterRow) -> bool:
        letters.revoke(connection, row, self.day)
        self._bring(connection, row.lane, letters.FIRST_UPDATE + _TAKEN_BACK + row.seq, row.seq)
        return True

    def _home(self, connection: Connection, report: str) -> str:
        """The lane of a request's chat. Nothing is said any more where everything is about to be deleted."""
        home = chats.home(connection, report)
        if home is None or open_receipt(self.returns.keys, report, home[1]).erase_on is not None:
            raise Impossible(410, "This request has no chat here any more.")
        return home[0]

    def _task(self, connection: Connection, lane: str, report: str, reason: str) -> None:
        number = -int(hashlib.sha256(self.id.encode()).hexdigest()[:14], 16)
        values = {"update_id": number, "ordinal": 0, "lane": lane, "conversation": report, "reason": reason}
        tasks.put(connection, **values, day=self.day)  # type: ignore[arg-type]


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise HTTPException(413, "This is too much.")
    return bytes(body)


def _signed(returns: Returns, id_: str, body: bytes) -> Response:
    headers = Signer(returns.signing_key).headers(id_, int(returns.now()), body)
    return Response(body, media_type="application/json", headers={**headers, "Cache-Control": "no-store"})


def _signal(row: signals.Signal) -> SignalTold:
    kind: Any = row.kind
    return SignalTold(seq=row.seq, kind=kind, report=row.report, about=row.about, detail=row.detail, day=_date(row.day))


def _task(row: tasks.Task) -> dict[str, Any]:
    return {"id": row.id, "report": row.report, "reason": row.reason, "times": row.times, "day": _date(row.day)}


def _date(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=day)


def _places(error: ValidationError) -> str:
    """Where a body is not as described; never what it said."""
    found = (".".join(map(str, one["loc"])) or "body" for one in error.errors(include_input=False, include_url=False))
    return "Not as described: " + ", ".join(sorted(set(found)))[:300]


def _whole(schema: dict[str, Any]) -> dict[str, Any]:
    """A JSON schema with its parts put where they are named: OpenAPI would look for them elsewhere."""
    parts = schema.pop("$defs", {})

    def put(node: Any) -> Any:
        if isinstance(node, dict):
            name = str(node.get("$ref", "")).removeprefix("#/$defs/")
            return put(parts[name]) if name in parts else {key: put(value) for key, value in node.items()}
        return [put(one) for one in node] if isinstance(node, list) else node

    schema.pop("discriminator", None)
    return dict(put(schema))


__all__ = ["Returns", "returns_of", "router"]
