"""What a Bot API call was given: from the query, JSON, a form or a multipart body, all read the same way."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Receive, Scope

from bot.sandbox.refusals import bad_request
from bot.sandbox.wire import Json


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in."""

    name: str
    mime: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Params:
    """Values are text (forms) or already typed (JSON); files by the name of their part."""

    values: Json
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The text, "" when missing; 400 when it cannot be UTF-8."""
        value = self.values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            value = str(value)
        try:
            value.isascii() or value.encode()
        except UnicodeEncodeError:
            raise bad_request("strings must be encoded in UTF-8") from None
        return value

    def number(self, name: str, default: int = 0) -> int:
        """The whole number; `default` when missing or none, as Telegram reads it."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        value = self.values.get(name)
        return value is True or str(value).lower() in {"true", "1", "yes", "t", "y"}

    def object(self, name: str, what: str | None = None) -> Any:
        """A nested value, which forms carry as JSON text; None when missing."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            try:
                return json.loads(value)
            except ValueError:
                raise bad_request(f"can't parse {what or name} JSON object") from None
        return value

    def mapping(self, name: str) -> Json:
        """A nested object; {} when missing."""
        value = self.object(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise bad_request(f"expected an Object as {name}")
        return value

    def objects(self, name: str) -> list[Json]:
        """A nested list of objects; [] when missing."""
        value = self.object(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise bad_request(f"expected an Array of objects as {name}")
        return value


async def read_params(scope: Scope, receive: Receive) -> Params:
    """The parameters of one request, from its query and its body."""
    values: Json = {}
    if scope["query_string"]:
        values.update(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    kind = b""
    for name, value in scope["headers"]:
        if name == b"content-type":
            kind = value
    if kind.startswith(b"multipart/form-data"):
        return await _multipart(scope, receive, values)
    body = await _body(receive)
    if not body:
        return Params(values)
    if kind.startswith(b"application/json"):
        try:
            given = json.loads(body)
        except ValueError:
            raise bad_request("can't parse JSON request body") from None
        if not isinstance(given, dict):
            raise bad_request("expected an Object as request body")
        values.update(given)
    else:
        try:
            values.update(parse_qsl(body.decode(), keep_blank_values=True))
        except UnicodeDecodeError:
            raise bad_request("strings must be encoded in UTF-8") from None
    return Params(values)


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


async def _multipart(scope: Scope, receive: Receive, values: Json) -> Params:
    files: dict[str, Upload] = {}
    try:
        await _read_parts(scope, receive, values, files)
    except MultiPartException:
        raise bad_request("can't parse multipart request body") from None
    return Params(values, files)


async def _read_parts(scope: Scope, receive: Receive, values: Json, files: dict[str, Upload]) -> None:
    async with Request(scope, receive).form(max_part_size=4 * 1024 * 1024) as form:
        for name, part in form.multi_items():
            if isinstance(part, UploadFile):
                files[name] = await read_upload(part)
            else:
                values[name] = part


async def read_upload(part: UploadFile) -> Upload:
    """The whole file; names are cut to their last part."""
    name = (part.filename or "file").replace("\\", "/").rsplit("/", 1)[-1] or "file"
    return Upload(name, part.content_type or "application/octet-stream", await part.read())
