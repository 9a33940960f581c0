"""The Bot API's door, `/bot{token}/{method}` and `/file/bot{token}/{path}`: raw ASGI, for the load tests live here."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from starlette.types import Receive, Scope, Send

from bot.sandbox.faults import Fault
from bot.sandbox.methods import METHODS, POLL, Method
from bot.sandbox.methods.polling import get_updates
from bot.sandbox.params import Params, read_params
from bot.sandbox.refusals import Refusal, too_many
from bot.sandbox.tally import Call
from bot.sandbox.wire import encode
from bot.sandbox.world import World

TOKEN = re.compile(r"(\d{1,20}):[A-Za-z0-9_-]{1,128}")
INTERNAL = b'{"ok":false,"error_code":500,"description":"Internal Server Error"}'


class Api:
    """Answers bots. `token` None lets any well-formed token in, and the bot takes its id from it."""

    def __init__(self, world: World, token: str | None = None) -> None:
        self._world = world
        self._token = token
        self._last_token = ""

    async def method(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One call of a method."""
        token, _, name = scope["path"].removeprefix("/bot").partition("/")
        name, method = METHODS.get(name.lower(), (name, _unknown))
        status, body = 200, b""
        params = Params({})
        fault: Fault | None = None
        try:
            self._admit(token)
            if self._world.faults.coming and (fault := self._world.faults.strike(name)) and not fault.after:
                await self._spoil(fault, send)
                return
            params = await read_params(scope, receive)
            body = b'{"ok":true,"result":' + (await self._result(name, method, params, receive)).encode() + b"}"
            refused = None
        except Refusal as refusal:
            status, body, refused = refusal.code, encode(refusal.answer()).encode(), refusal.description
        except Exception as error:  # a fault of the sandbox: told by its kind only, for its text may quote the call
            status, body, refused = 500, INTERNAL, f"The sandbox failed with {type(error).__name__}"
        self._note(name, params, status, refused)
        if fault and fault.after:
            await self._spoil(fault, send)
        else:
            await _answer(send, status, body)

    async def _result(self, name: str, method: Method, params: Params, receive: Receive) -> str:
        if name == POLL:
            return await get_updates(self._world, params, receive)
        return encode(method(self._world, params))

    def _admit(self, token: str) -> None:
        if token == self._last_token:
            return
        form = TOKEN.fullmatch(token)
        if form is None or (self._token is not None and token != self._token):
            raise Refusal(401, "Unauthorized")
        self._world.bot_id = int(form[1])
        self._last_token = token

    def _note(self, name: str, params: Params, status: int, refused: str | None) -> None:
        world = self._world
        call = Call(world.clock.now(), name, params.values, status, refused)
        world.tally.note(call)
        if world.feed.heard and (name != POLL or refused):
            event: dict[str, Any] = {"event": "call", "call": call.shown()}
            world.feed.tell(event)

    async def _spoil(self, fault: Fault, send: Send) -> None:
        match fault.kind:
            case "429":
                await _answer(send, 429, encode(too_many(fault.seconds).answer()).encode())
            case "500":
                await _answer(send, 500, INTERNAL)
            case "502":
                await _answer(send, 502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", b"text/html")
            case "garbage":
                await _answer(send, 200, b'{"ok":true,"result":{"message_id')
            case "timeout":
                await asyncio.sleep(fault.seconds)
                _hang_up(send)
            case _:
                _hang_up(send)

    async def file(self, scope: Scope, send: Send) -> None:
        """One download."""
        token, _, path = scope["path"].removeprefix("/file/bot").partition("/")
        try:
            body = self._file_body(token, path)
        except Refusal as refusal:
            await _answer(send, refusal.code, encode(refusal.answer()).encode())
        else:
            await _answer(send, 200, body, b"application/octet-stream")

    def _file_body(self, token: str, path: str) -> bytes:
        self._admit(token)
        kept = self._world.files.by_path.get(path)
        body = self._world.files.body(kept) if kept else None
        if body is None:
            raise Refusal(404, "Not Found")
        return body


def _unknown(world: World, params: Params) -> None:
    raise Refusal(404, "Not Found: method not found")


async def _answer(send: Send, status: int, body: bytes, kind: bytes = b"application/json") -> None:
    headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _hang_up(send: Send) -> None:
    """Close the connection without a word. ASGI has no way to say this, so it reaches for uvicorn's transport."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
