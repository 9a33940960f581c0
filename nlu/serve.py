"""The other process: answers `POST /parse` on loopback to whoever shows the token; models are neither taken nor named.

Rasa's own server can be told over HTTP to load a model from anywhere; this one can only be asked what a text means. The model is
loaded once and the workers are forked from it, so that they share its memory. A worker that dies ends the whole process: whoever
started it starts it again.
"""

from __future__ import annotations

import asyncio
import gc
import hmac
import json
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import List, Optional, Tuple

from aiohttp import web

from nlu.parsing import Ranking, Understander

#: bytes of one request; 600 signs are 2,400 at most, escapes threefold
LARGEST = 16_384
#: texts waiting beyond those being read; the bot has given up on them long before their turn comes
MOST_WAITING = 16
HOST = "127.0.0.1"


class Worker:
    """A forked copy of this process that reads texts from one end of a socket pair, a JSON string a line."""

    def __init__(self, understander: Understander) -> None:
        ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            ours.close()
            _work(understander, theirs)
        theirs.close()
        self._socket = ours
        self._streams: Optional[Tuple[asyncio.StreamReader, asyncio.StreamWriter]] = None

    async def ranking(self, text: str) -> Ranking:
        """What the worker makes of a text. One at a time; EOFError when the worker has died."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(sock=self._socket)
        reader, writer = self._streams
        writer.write(json.dumps(text).encode() + b"\n")
        line = await reader.readline()
        if not line:
            raise EOFError
        answer = json.loads(line)
        if answer is None:
            raise ValueError
        return [(intent, confidence) for intent, confidence in answer]

    def end(self) -> None:
        """Kill it: it holds nothing that could be lost."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


def _work(understander: Understander, end: socket.socket) -> None:
    """The worker's life, until the front closes its end or dies. Never returns."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with end.makefile("rwb") as lines:
        for line in lines:
            try:
                answer = json.dumps(understander.ranking(json.loads(line)))
            except Exception as error:  # the name only: its words could quote the text
                print("parse failed: %s" % type(error).__name__, file=sys.stderr, flush=True)
                answer = "null"
            lines.write(answer.encode() + b"\n")
            lines.flush()
    os._exit(0)


class Front:
    """Takes requests, hands texts to the workers, never keeps or prints one."""

    def __init__(self, token: str, workers: List[Worker]) -> None:
        self._token = ("Bearer " + token).encode()
        self._free: asyncio.Queue[Worker] = asyncio.Queue()
        for worker in workers:
            self._free.put_nowait(worker)
        self._most = len(workers) + MOST_WAITING
        self._waiting = 0
        self.broken = asyncio.Event()

    def application(self) -> web.Application:
        """The two addresses there are."""
        application = web.Application(client_max_size=LARGEST)
        application.router.add_post("/parse", self._parse)
        application.router.add_get("/health", self._health)
        return application

    async def ask(self, text: str) -> Ranking:
        """What a text may mean, from whichever worker is free first. Not to be cancelled: a worker owes its answer."""
        self._waiting += 1
        try:
            worker = await self._free.get()
            try:
                return await worker.ranking(text)
            except (EOFError, OSError):
                self.broken.set()
                raise
            finally:
                self._free.put_nowait(worker)
        finally:
            self._waiting -= 1

    async def _parse(self, request: web.Request) -> web.Response:
        if not self._known(request):
            return web.Response(status=401)
        try:
            text = json.loads(await request.text())["text"]
        except (ValueError, TypeError, KeyError, LookupError):
            return web.Response(status=400)
        if not isinstance(text, str):
            return web.Response(status=400)
        if self._waiting >= self._most:
            return web.Response(status=503)
        try:
            # Whoever asked may give up; the answer is still fetched, or the next text would get it.
            found = await asyncio.shield(asyncio.ensure_future(self.ask(text)))
        except (ValueError, EOFError, OSError):
            return web.Response(status=500)
        return web.json_response({"ranking": [[intent, round(confidence, 4)] for intent, confidence in found]})

    async def _health(self, request: web.Request) -> web.Response:
        return web.Response(status=204 if self._known(request) else 401)

    def _known(self, request: web.Request) -> bool:
        shown = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        return hmac.compare_digest(shown, self._token)


async def _serve(token: str, port: int, workers: List[Worker], canaries: Path, started: float) -> int:
    front = Front(token, workers)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(front.application(), access_log=None, handle_signals=False)
    try:
        await _sing(front, canaries)
        await runner.setup()
        await web.TCPSite(runner, HOST, port).start()
        print("nlu ready http://%s:%d (after %.1f s)" % (HOST, port, time.monotonic() - started), flush=True)
        waiting = [asyncio.ensure_future(event.wait()) for event in (stop, front.broken)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if front.broken.is_set():
            print("A worker has died; this process ends so that it is started again.", file=sys.stderr)
        return 1 if front.broken.is_set() else 0
    finally:
        await runner.cleanup()
        for worker in workers:
            worker.end()


async def _sing(front: Front, canaries: Path) -> None:
    """Ready means: sentences that must be understood are. Rasa can load half a model without a word."""
    expected = json.loads(canaries.read_text(encoding="utf-8"))
    found = await asyncio.gather(*(front.ask(text) for text in expected))
    missed = sorted(
        {intent for intent, ranking in zip(expected.values(), found) if not ranking or ranking[0][0] != intent}
    )
    if missed:
        raise SystemExit("The model does not understand its canary sentences (%s): run `make nlu`." % ", ".join(missed))


def main() -> None:
    """Arguments: the model file, the port, how many workers, the canary file. The token comes by NLU_TOKEN."""
    started = time.monotonic()
    model, port, workers, canaries = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    token = os.environ.pop("NLU_TOKEN")
    understander = Understander(model)
    # What is loaded stays: left alone by the collector, its pages are shared with the workers.
    gc.collect()
    gc.freeze()
    forked = [Worker(understander) for _ in range(workers)]
    sys.exit(asyncio.run(_serve(token, port, forked, canaries, started)))


if __name__ == "__main__":
    main()
