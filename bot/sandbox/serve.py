"""Starting the sandbox: in this process until it is told to stop, or beside a test in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import uvicorn

from bot.sandbox.app import make_app
from bot.sandbox.world import World
from ground.complaints import Complaint
from ground.keyfiles import data_directory

#: How long open connections may take to end when the server stops.
GRACE_SECONDS = 3


@dataclass(frozen=True, slots=True)
class Settings:
    """`directory` None keeps everything in memory; `port` 0 takes a free one; `strict` adds the flood limits."""

    host: str = "127.0.0.1"
    port: int = 8090
    directory: Path | None = None
    strict: bool = False
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """Where a running sandbox is."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Without a slash at its end. A bot's base_url is `{url}/bot`, its base_file_url `{url}/file/bot`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


class _Server(uvicorn.Server):
    """Ends long polls and streams first, so that stopping doesn't wait for them."""

    def __init__(self, config: uvicorn.Config, world: World) -> None:
        super().__init__(config)
        self._world = world
        self._stopping = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def main_loop(self) -> None:
        """uvicorn's own looks for signals ten times a second; this one also wakes when a test says `stop`."""
        self._loop = asyncio.get_running_loop()
        while not self.should_exit:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 0.1)

    def stop(self) -> None:
        """From another thread: end now, without waiting for open connections."""
        self.should_exit = self.force_exit = True
        if self._loop:
            self._loop.call_soon_threadsafe(self._stopping.set)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._world.hush()
        await super().shutdown(sockets)
        self._world.close()


def listen(settings: Settings) -> socket.socket:
    """The listening socket; a Complaint when the address isn't of this machine only, or is taken."""
    host = "127.0.0.1" if settings.host == "localhost" else settings.host
    try:
        address = ip_address(host)
    except ValueError:
        raise Complaint(f"{settings.host} is not an address. The sandbox listens on 127.0.0.1 or ::1.") from None
    if not address.is_loopback:
        raise Complaint(
            f"The sandbox has no passwords and listens on this machine only; {settings.host} can be reached by "
            "others. Use --host 127.0.0.1."
        )
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, settings.port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise Complaint(
            f"The sandbox cannot listen on {settings.host} port {settings.port} ({error.strerror}). "
            "Stop what uses it, or choose another --port."
        ) from None
    return listener


def _server(settings: Settings) -> _Server:
    directory = data_directory(settings.directory) if settings.directory else None
    world = World(directory, strict=settings.strict)
    config = uvicorn.Config(
        make_app(world, settings.token),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,  # a request line holds the bot's token
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return _Server(config, world)


def _ready(settings: Settings) -> tuple[socket.socket, _Server]:
    listener = listen(settings)
    try:
        return listener, _server(settings)
    except BaseException:
        listener.close()
        raise


def run(settings: Settings, announce: Callable[[Address], None]) -> None:
    """Serve until SIGINT or SIGTERM; `announce` is told the address once nothing stands in the way."""
    listener, server = _ready(settings)
    announce(Address(settings.host, listener.getsockname()[1]))
    server.run([listener])


@contextmanager
def running(settings: Settings | None = None) -> Iterator[Address]:
    """A sandbox in a thread, on a free port unless one is named, for as long as the block lasts."""
    settings = settings or Settings(port=0)
    listener, server = _ready(settings)
    thread = threading.Thread(target=server.run, args=([listener],), name="sandbox", daemon=True)
    thread.start()
    try:
        yield Address(settings.host, listener.getsockname()[1])
    finally:
        server.stop()
        thread.join(GRACE_SECONDS + 2)
        listener.close()
