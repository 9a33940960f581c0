"""The /sim API: JSON over HTTP for tests, load drivers and the page.

    POST   /sim/phones {name, language_code?, chat_id?}   -> the phone            GET /sim/phones -> {phones: […]}
    GET    /sim/phones/{chat_id}[?since=message_id]       -> the phone with its messages     DELETE removes it
    POST   /sim/phones/{chat_id}/{gesture} {…}            say start tap edit delete clear contact location block
                                                          unblock rename: see `gestures`
    POST   /sim/phones/{chat_id}/upload                   multipart: photo | voice | document (many: an album), caption
    POST   /sim/drive  [{do: gesture, chat_id, ref?, …}]  many gestures at once   -> [{ref?, …} or {ref?, error}]
                       {do: "phone", name, …} makes a phone
    GET    /sim/stream[?chat_id=…][&events=message,call]  server-sent events; each is a JSON list: see `feed`
    POST   /sim/updates {…} or […]                        put raw updates in the queue   -> {update_ids: […]}
    POST   /sim/faults {kind, method?, times?, retry_after? | seconds?, after?}     GET lists them, DELETE clears them
    POST   /sim/clock {seconds} moves ahead (adds)        GET -> {now, ahead}
    GET    /sim/calls[?refused=1][&limit=…]               -> {calls: […]}, newest last, polls left out
    GET    /sim/counters                                  -> {…}
    GET    /sim/bot[?language=ar][&chat_id=…]             -> {name, description, short_description, commands}
    GET    /sim/files/{file_id}                           -> the bytes

Trouble is answered with 400 (404 for an unknown phone) and {error: a sentence}.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox.faults import KINDS, Fault
from bot.sandbox.feed import Listener
from bot.sandbox.files import FOLDERS
from bot.sandbox.gestures import GESTURES, add_phone, impossible, upload
from bot.sandbox.methods import POLL
from bot.sandbox.methods.profile import for_language
from bot.sandbox.params import read_upload
from bot.sandbox.phones import Phone
from bot.sandbox.refusals import Refusal
from bot.sandbox.wire import Json, encode
from bot.sandbox.world import World

#: Shown in the page as they are; everything else is offered for download only.
SHOWN_KINDS = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/")
NO_SUCH_PHONE = "There is no such phone."

Handler = Callable[[Request], Awaitable[Response]]


def _json(value: object, status: int = 200) -> Response:
    return Response(encode(value), status, media_type="application/json")


class Control:
    """The handlers, and the routes to them."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """What Starlette mounts."""
        return [
            Route("/sim/phones", self._guarded(self._list_or_add), methods=["GET", "POST"]),
            Route("/sim/phones/{chat_id:int}", self._guarded(self._show_or_remove), methods=["GET", "DELETE"]),
            Route("/sim/phones/{chat_id:int}/upload", self._guarded(self._upload), methods=["POST"]),
            Route("/sim/phones/{chat_id:int}/{gesture}", self._guarded(self._gesture), methods=["POST"]),
            Route("/sim/drive", self._guarded(self._drive), methods=["POST"]),
            Route("/sim/stream", self._guarded(self._stream)),
            Route("/sim/updates", self._guarded(self._updates), methods=["POST"]),
            Route("/sim/faults", self._guarded(self._faults), methods=["GET", "POST", "DELETE"]),
            Route("/sim/clock", self._guarded(self._clock), methods=["GET", "POST"]),
            Route("/sim/calls", self._guarded(self._calls)),
            Route("/sim/counters", self._guarded(self._counters)),
            Route("/sim/bot", self._guarded(self._bot)),
            Route("/sim/files/{file_id}", self._guarded(self._file)),
        ]

    @staticmethod
    def _guarded(handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            try:
                return await handler(request)
            except Refusal as refusal:
                return _json({"error": refusal.description}, refusal.code)

        return guarded

    def _phone(self, chat_id: object) -> Phone:
        phone = self._world.phones.get(chat_id) if isinstance(chat_id, int) else None
        if phone is None:
            raise Refusal(404, NO_SUCH_PHONE)
        return phone

    async def _list_or_add(self, request: Request) -> Response:
        if request.method == "POST":
            return _json(add_phone(self._world, await _object(request)).shown())
        return _json({"phones": [phone.shown(messages=False) for phone in self._world.phones.values()]})

    async def _show_or_remove(self, request: Request) -> Response:
        phone = self._phone(request.path_params["chat_id"])
        if request.method == "DELETE":
            self._world.keep("gone", phone.chat_id)
            self._world.feed.tell({"event": "phone_gone", "chat_id": phone.chat_id})
            return _json({})
        view = phone.shown()
        if since := _number(request, "since"):
            view["messages"] = [message for message in view["messages"] if message["message_id"] > since]
        return _json(view)

    async def _gesture(self, request: Request) -> Response:
        gesture = GESTURES.get(request.path_params["gesture"])
        if gesture is None:
            raise Refusal(404, "A phone cannot do that.")
        given = await _object(request)
        return _json(gesture(self._world, self._phone(request.path_params["chat_id"]), given))

    async def _upload(self, request: Request) -> Response:
        phone = self._phone(request.path_params["chat_id"])
        async with request.form(max_part_size=1024 * 1024) as form:
            for kind in FOLDERS:
                parts = [part for part in form.getlist(kind) if isinstance(part, UploadFile)]
                if parts:
                    break
            given: Json = {name: value for name, value in form.items() if isinstance(value, str)}
            uploads = [await read_upload(part) for part in parts]
        return _json(upload(self._world, phone, kind, uploads, given))

    async def _drive(self, request: Request) -> Response:
        commands = await _value(request)
        if not isinstance(commands, list) or not all(isinstance(command, dict) for command in commands):
            raise impossible("A list of commands is expected.")
        return _json([self._one(command) for command in commands])

    def _one(self, command: Json) -> Json:
        reference: Json = {"ref": command["ref"]} if "ref" in command else {}
        try:
            if command.get("do") == "phone":
                return {**reference, "chat_id": add_phone(self._world, command).chat_id}
            gesture = GESTURES.get(str(command.get("do")))
            if gesture is None:
                raise impossible("A phone cannot do that.")
            return {**reference, **gesture(self._world, self._phone(command.get("chat_id")), command)}
        except Refusal as refusal:
            return {**reference, "error": refusal.description}

    async def _stream(self, request: Request) -> Response:
        kinds = frozenset(filter(None, request.query_params.get("events", "").split(",")))
        listener = self._world.feed.listen(_number(request, "chat_id"), kinds)
        return StreamingResponse(
            self._events(listener), media_type="text/event-stream", headers={"cache-control": "no-store"}
        )

    async def _events(self, listener: Listener) -> AsyncIterator[str]:
        try:
            yield ": here\n\n"
            async for batch in listener.batches():
                yield f"data: {batch}\n\n" if batch else ": still here\n\n"
        finally:
            self._world.feed.leave(listener)

    async def _updates(self, request: Request) -> Response:
        given = await _value(request)
        updates = given if isinstance(given, list) else [given]
        if not all(isinstance(update, dict) for update in updates):
            raise impossible("An update is a JSON object.")
        return _json({"update_ids": [self._world.inject(update) for update in updates]})

    async def _faults(self, request: Request) -> Response:
        faults = self._world.faults
        if request.method == "DELETE":
            faults.coming.clear()
        elif request.method == "POST":
            given = await _object(request)
            if str(given.get("kind")) not in KINDS:
                raise impossible(f"kind is one of {', '.join(KINDS)}.")
            method = given.get("method")
            numbers = [given.get(name) for name in ("times", "retry_after", "seconds")]
            if not all(isinstance(number, int | None) for number in numbers):
                raise impossible("times, retry_after and seconds are whole numbers.")
            faults.coming.append(
                Fault(
                    kind=str(given["kind"]),
                    method=str(method).lower() if method else None,
                    times=numbers[0] or 1,
                    seconds=numbers[1] or numbers[2] or 1,
                    after=bool(given.get("after")),
                )
            )
        return _json(
            {"faults": [{"kind": one.kind, "method": one.method, "times": one.times} for one in faults.coming]}
        )

    async def _clock(self, request: Request) -> Response:
        world = self._world
        if request.method == "POST":
            seconds = (await _object(request)).get("seconds")
            if not isinstance(seconds, int | float):
                raise impossible("seconds is a number.")
            world.keep("ahead", world.clock.ahead + seconds)
            world.feed.tell({"event": "clock", "ahead": world.clock.ahead, "now": world.clock.now()})
        return _json({"now": world.clock.now(), "ahead": world.clock.ahead})

    async def _calls(self, request: Request) -> Response:
        refused_only = request.query_params.get("refused") not in (None, "", "0")
        limit = _number(request, "limit") or 200
        calls = [
            call.shown()
            for call in self._world.tally.calls
            if (call.refused or not refused_only) and (call.method != POLL or call.refused)
        ]
        return _json({"calls": calls[-limit:]})

    async def _counters(self, request: Request) -> Response:
        updates, tally = self._world.updates, self._world.tally
        return _json(
            {
                "updates_queued": updates.queued,
                "updates_waiting": len(updates.pending),
                "updates_delivered": updates.delivered,
                "updates_redelivered": updates.redelivered,
                "updates_confirmed": updates.confirmed,
                "updates_dropped": updates.dropped,
                "conflicts": updates.conflicts,
                "calls": dict(tally.by_method),
                "codes": {str(code): count for code, count in tally.by_code.items()},
                "repeated_messages": tally.repeated_messages,
                "open_queries": len(self._world.queries),
                "phones": len(self._world.phones),
            }
        )

    async def _bot(self, request: Request) -> Response:
        return _json(for_language(self._world, request.query_params.get("language", ""), _number(request, "chat_id")))

    async def _file(self, request: Request) -> Response:
        kept = self._world.files.by_id.get(request.path_params["file_id"])
        body = self._world.files.body(kept) if kept else None
        if kept is None or body is None:
            raise Refusal(404, "There is no such file.")
        inline = kept.mime.startswith(SHOWN_KINDS)
        return Response(
            body,
            media_type=kept.mime if inline else "application/octet-stream",
            headers={
                "content-disposition": "inline" if inline else "attachment",
                "content-security-policy": "sandbox; default-src 'none'",
                "cache-control": "private, max-age=86400",
            },
        )


def _number(request: Request, name: str) -> int | None:
    value = request.query_params.get(name, "")
    if value and not value.isdecimal():
        raise impossible(f"{name} is a whole number.")
    return int(value) if value else None


async def _value(request: Request) -> Any:
    try:
        return await request.json()
    except ValueError:
        raise impossible("The body isn't JSON.") from None


async def _object(request: Request) -> Json:
    if not await request.body():
        return {}
    value = await _value(request)
    if not isinstance(value, dict):
        raise impossible("A JSON object is expected.")
    return value
