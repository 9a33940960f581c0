"""The families' side as the desk sees it: the calls of the hand-off contract, over HTTP."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Self

import aiohttp

from desk.contact import Trouble
from desk.opening import Parts
from desk.quarantine import Listed
from flows.envelope import SealedFile

#: A sealed report of 24 MiB, in base64 and then some.
LARGEST_ANSWER = 33 * 1024 * 1024
_TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=10, sock_read=30)
#: Enough for the largest attachment at 100 KB a second; a line that stands still ends sooner.
_FILE_TIMEOUT = aiohttp.ClientTimeout(total=300, sock_connect=10, sock_read=30)
_CHUNK = 64 * 1024
_REPORT = re.compile("[0-9a-f]{32}")
_DIGEST = re.compile("[0-9a-f]{64}")


class OutOfReach(Exception):  # noqa: N818
    """The families' side did not answer as the contract says; carries only which kind of trouble."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


class Unfetchable(Exception):  # noqa: N818
    """This one envelope or attachment cannot be had; others may."""


@dataclass(slots=True)
class Source:
    """A client of the hand-off API. Use it as an async context manager."""

    url: str
    token: str = field(repr=False)
    _http: aiohttp.ClientSession | None = field(default=None, repr=False)

    async def __aenter__(self) -> Self:
        headers = {"Authorization": f"Bearer {self.token}"}
        self._http = aiohttp.ClientSession(headers=headers, timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._http:
            await self._http.close()

    async def waiting(self, limit: int) -> list[Listed]:
        """What is not yet acknowledged, oldest first. Lines that make no sense are left out."""
        status, answer = await self._call("GET", f"/handoff/v1/envelopes?limit={limit}")
        lines = answer.get("envelopes")
        if status != 200 or not isinstance(lines, list):
            raise OutOfReach(Trouble.BAD_ANSWER)
        listed = [_read_line(line) for line in lines]
        if lines and not any(listed):
            raise OutOfReach(Trouble.BAD_ANSWER)
        return [line for line in listed if line]

    async def fetch(self, listed: Listed) -> Parts | None:
        """The parts of one envelope; None when the answer holds no parts. `Unfetchable` when it is gone or failing."""
        status, answer = await self._call("GET", _path(listed))
        if status != 200:
            raise Unfetchable(str(status))
        try:
            names = ("manifest", "signature", "sealed")
            return Parts(*(base64.b64decode(answer[name], validate=True) for name in names))
        except (KeyError, TypeError, ValueError, binascii.Error):
            return None

    async def fetch_file(self, listed: Listed, file: SealedFile, into: IO[bytes]) -> None:
        """Write the sealed bytes of one attachment to a file, and at most one chunk more of them than were announced.

        `Unfetchable` when it is gone, failing, or breaks off: a file that never comes through must not stop the others.
        """
        http, url = self._client(), self._url(f"{_path(listed)}/files/{file.id}")
        try:
            async with http.get(url, allow_redirects=False, timeout=_FILE_TIMEOUT) as response:
                if response.status in (401, 403):
                    raise OutOfReach(Trouble.TOKEN_REFUSED)
                if response.status != 200:
                    raise Unfetchable(str(response.status))
                await _copy(response, into, file.sealed_bytes)
        except aiohttp.ClientConnectorError:
            raise OutOfReach(Trouble.OUT_OF_REACH) from None
        except (aiohttp.ClientError, TimeoutError):
            raise Unfetchable("broke off") from None

    async def acknowledge(self, listed: Listed) -> bool:
        """Tell the families' side that this is stored; False when it does not know this digest."""
        body = {"sealed_sha256": listed.sealed_sha256}
        status, answer = await self._call("POST", f"{_path(listed)}/ack", body)
        return status == 200 and answer.get("acknowledged") is True

    async def say(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Post something signed on the way back; the status and the answer."""
        status, _, answer = await self._raw("POST", "/handoff/v1/returns", body, headers)
        return status, _object(answer)

    async def told(self, path: str) -> tuple[int, Mapping[str, str], bytes]:
        """A signed answer: status, headers (names in small letters), exact bytes."""
        return await self._raw("GET", path)

    async def _raw(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, str], bytes]:
        http, url = self._client(), self._url(path)
        more = {**(headers or {}), **({"Content-Type": "application/json"} if body else {})}
        try:
            async with http.request(method, url, data=body, headers=more, allow_redirects=False) as response:
                answer = await _bytes(response)
                told = {name.lower(): value for name, value in response.headers.items()}
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise OutOfReach(Trouble.OUT_OF_REACH) from None
        return response.status, told, answer

    async def _call(self, method: str, path: str, body: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
        http, url = self._client(), self._url(path)
        try:
            async with http.request(method, url, json=body, allow_redirects=False) as response:
                answer = await _read(response)
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise OutOfReach(Trouble.OUT_OF_REACH) from None
        if response.status in (401, 403):
            raise OutOfReach(Trouble.TOKEN_REFUSED)
        return response.status, answer

    def _client(self) -> aiohttp.ClientSession:
        assert self._http, "use it as an async context manager"  # noqa: S101
        return self._http

    def _url(self, path: str) -> str:
        return self.url.rstrip("/") + path


async def _copy(response: aiohttp.ClientResponse, into: IO[bytes], announced: int) -> None:
    """The body, until it ends or is longer than announced; whether it is the right one is checked when it is opened."""
    copied = 0
    async for chunk in response.content.iter_chunked(_CHUNK):
        into.write(chunk)
        copied += len(chunk)
        if copied > announced:
            return


async def _read(response: aiohttp.ClientResponse) -> dict[str, Any]:
    return _object(await _bytes(response))


async def _bytes(response: aiohttp.ClientResponse) -> bytes:
    """The body; empty when it is larger than any answer may be."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            return b""
    return bytes(body)


def _object(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _path(listed: Listed) -> str:
    return f"/handoff/v1/envelopes/{listed.report}/{listed.revision}"


def _read_line(line: Any) -> Listed | None:
    """A line of the list; None when its ids are not of the shape that may go into an address."""
    if not isinstance(line, dict):
        return None
    report, revision, digest = line.get("report"), line.get("revision"), line.get("sealed_sha256")
    if not (isinstance(report, str) and _REPORT.fullmatch(report)):
        return None
    if not (isinstance(digest, str) and _DIGEST.fullmatch(digest)):
        return None
    if type(revision) is not int or not 1 <= revision < 2**31:
        return None
    return Listed(report, revision, digest)
