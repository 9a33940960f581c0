"""The HTTP client under python-telegram-bot: aiohttp instead of httpx, and errors that never quote a URL or a body.

Every URL of the Bot API holds the bot's token, and every body holds a family's words; both end up in the texts of
aiohttp's exceptions and in python-telegram-bot's own log lines. So an exception leaves this module as its class name
(and the system's error name) only, and without a cause or context: those would be printed with a traceback.
Why not httpx: `make bench-transport`.
"""

from __future__ import annotations

import errno
import io
from collections.abc import Mapping
from functools import lru_cache
from typing import IO, Any, cast
from urllib.request import getproxies_environment, proxy_bypass

import aiohttp
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from ground.packing import pack, unpack

Seconds = float | None


class Unsent(NetworkError):  # noqa: N818  (its kin in telegram.error have no suffix either)
    """No connection came about, so the request did not reach Telegram: repeating it cannot send anything twice."""


class UnsentInTime(TimedOut, Unsent):
    """No connection came about in time, or none of the pool was free: repeating the request is safe."""


class NotServed(TelegramError):  # noqa: N818
    """A download that was answered with another status than 200."""

    def __init__(self, status: int) -> None:
        super().__init__(f"Not served: {status}")
        self.status = status


class TooLong(TelegramError):  # noqa: N818
    """A download longer than we take; it was broken off."""

    def __init__(self) -> None:
        super().__init__("Longer than we take")


class AiohttpRequest(BaseRequest):
    """A drop-in for `HTTPXRequest`, with its defaults for timeouts and pool.

    `read` is the longest silence while waiting for the answer, `write` the longest an upload of files may take,
    `connect` the time for one TCP and TLS handshake, `pool` the wait for a free connection (and the name look-up).
    `proxy` is an http:// or https:// URL; without it HTTPS_PROXY, HTTP_PROXY and NO_PROXY are obeyed.
    """

    def __init__(
        self,
        connection_pool_size: int = 256,
        read_timeout: Seconds = 5.0,
        write_timeout: Seconds = 5.0,
        connect_timeout: Seconds = 5.0,
        pool_timeout: Seconds = 1.0,
        *,
        media_write_timeout: Seconds = 20.0,
        # Telegram does not say when it closes an idle connection; a POST that meets the close is lost or doubtful.
        keepalive_timeout: float = 15.0,
        proxy: str | None = None,
    ) -> None:
        self._pool_size = connection_pool_size
        self._read = read_timeout
        self._write = write_timeout
        self._connect = connect_timeout
        self._pool = pool_timeout
        self._media_write = media_write_timeout
        self._keepalive = keepalive_timeout
        self._proxies = {"http": _proxy(proxy), "https": _proxy(proxy)} if proxy else None
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> Seconds:
        """The default read timeout; `Bot.get_updates` adds its long poll to it."""
        return self._read

    async def initialize(self) -> None:
        """Open the pool; it belongs to the running event loop."""
        if self._session is not None and not self._session.closed:
            return
        if self._proxies is None:
            found = getproxies_environment()
            self._proxies = {scheme: _proxy(found[scheme]) for scheme in ("http", "https") if scheme in found}
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._pool_size, keepalive_timeout=self._keepalive),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self.USER_AGENT},
        )

    async def shutdown(self) -> None:
        """Close every connection; a second call does nothing."""
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Send one request; give back the status and the body, or raise an error that quotes neither URL nor body."""
        session = self._session
        if session is None or session.closed:
            raise RuntimeError("This AiohttpRequest is not initialized!")
        uploads = request_data is not None and request_data.contains_files
        limits = _limits(
            _given(read_timeout, self._read),
            _given(connect_timeout, self._connect),
            _given(pool_timeout, self._pool),
            # Only files are long enough to wait for the network while being written; of the rest, `read` takes care.
            _given(write_timeout, self._media_write) if uploads else 0.0,
        )
        trouble: TelegramError
        try:
            target = URL(url)
            async with session.request(
                method,
                target,
                timeout=limits,
                proxy=self._proxy_to(target),
                allow_redirects=False,
                **_content(request_data),
            ) as response:
                return response.status, _safe(response.status, await response.read())
        except Exception as error:  # python-telegram-bot would quote the repr of whatever passed here
            trouble = _translated(error)
        # Raised outside the handler, so that the error above is not its context.
        raise trouble

    async def download(self, url: str, most_bytes: int, seconds: float) -> bytes:
        """The body behind a URL, read in pieces, within so many seconds altogether.

        Raises `TooLong` as soon as there is more of it, `NotServed` for another status than 200, else what
        `do_request` raises; none of them quotes the URL or the body.
        """
        if self._session is None or self._session.closed:
            raise RuntimeError("This AiohttpRequest is not initialized!")
        limits = aiohttp.ClientTimeout(total=seconds, sock_connect=self._connect, sock_read=self._read)
        trouble: TelegramError
        try:
            target = URL(url)
            async with self._session.get(
                target,
                timeout=limits,
                proxy=self._proxy_to(target),
                allow_redirects=False,
                headers={"Accept-Encoding": "identity"},
            ) as response:
                return await _body(response, most_bytes)
        except TelegramError as error:
            trouble = error.with_traceback(None)
        except Exception as error:
            trouble = _translated(error)
        raise trouble

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer of the Bot API; unlike the inherited one, keeps what it cannot read out of the log."""
        parsed = _json(payload)
        if parsed is None:
            raise TelegramError("Invalid server response")
        return parsed

    def _proxy_to(self, target: URL) -> URL | None:
        proxy = (self._proxies or {}).get(target.scheme)
        return None if proxy is None or proxy_bypass(target.host or "") else proxy


async def _body(response: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    if response.status != 200:
        raise NotServed(response.status)
    if (response.content_length or 0) > most_bytes:
        raise TooLong
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > most_bytes:
            raise TooLong
    return bytes(body)


def _proxy(address: str) -> URL:
    proxy = URL(address)
    if proxy.scheme not in ("http", "https"):
        raise ValueError(f"A proxy for Telegram must be http:// or https://, not {proxy.scheme or 'nothing'}://.")
    return proxy


def _given(value: ODVInput[float], default: Seconds) -> Seconds:
    return default if isinstance(value, DefaultValue) else value


@lru_cache(maxsize=64)
def _limits(read: Seconds, connect: Seconds, pool: Seconds, upload: Seconds) -> aiohttp.ClientTimeout:
    """aiohttp's `connect` is the wait for the pool and the handshake together; it has no limit for writing, so an
    upload is bounded as a whole."""
    return aiohttp.ClientTimeout(
        total=_sum(pool, connect, upload, read) if upload != 0.0 else None,
        connect=_sum(pool, connect),
        sock_connect=connect,
        sock_read=read,
    )


def _sum(*parts: Seconds) -> Seconds:
    return None if None in parts else sum(cast(tuple[float, ...], parts))


def _content(data: RequestData | None) -> dict[str, Any]:
    """The body as arguments of `ClientSession.request`: JSON, or multipart when there are files."""
    if data is None:
        return {}
    if not data.contains_files:
        body = pack(data.parameters)
        return {"data": body, "headers": {"Content-Type": "application/json"}}
    form = aiohttp.FormData(quote_fields=False)  # Telegram reads file names as plain UTF-8
    for name, value in data.json_parameters.items():
        form.add_field(name, value.encode("utf-8", "replace").decode())
    for name, (filename, content, mimetype) in cast(Mapping[str, tuple[str, Any, str]], data.multipart_data).items():
        form.add_field(name, _readable(content), filename=_one_line(filename), content_type=mimetype)
    return {"data": form}


def _readable(content: bytes | IO[bytes]) -> io.IOBase:
    return io.BytesIO(content) if isinstance(content, bytes) else _Lent(content)


def _one_line(filename: str) -> str:
    """HTML's own escapes for a file name in a form, so that a name cannot add a header."""
    return filename.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A").replace("\0", "").replace("\\", "_")


class _Lent(io.BufferedIOBase):
    """A caller's open file: aiohttp closes what it has sent, but the caller may want to send it again."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int | None = -1, /) -> bytes:
        return self._file.read(-1 if size is None else size)

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def fileno(self) -> int:
        return self._file.fileno()


def _safe(status: int, body: bytes) -> bytes:
    """python-telegram-bot quotes an error's body when it is not the Bot API's JSON (a proxy's page, say); hide it."""
    return body if 200 <= status <= 299 or _json(body) is not None else b"{}"


def _json(payload: bytes) -> dict[str, Any] | None:
    try:
        parsed = unpack(payload)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


#: The exceptions of aiohttp that mean: no connection, hence nothing sent.
_NO_CONNECTION = (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError, aiohttp.InvalidURL)


def _translated(error: Exception) -> TelegramError:
    name = type(error).__name__
    match error:
        case aiohttp.ConnectionTimeoutError():
            return UnsentInTime("No connection to Telegram in time; the request was not sent")
        case TimeoutError():
            return TimedOut()
        case aiohttp.ClientHttpProxyError(status=status):
            return Unsent(f"{name}: {status}")
        case OSError(errno=int(number)) if number in errno.errorcode:
            name = f"{name}: {errno.errorcode[number]}"
    return (Unsent if isinstance(error, _NO_CONNECTION) else NetworkError)(name)
