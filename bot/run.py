"""`wasl run`: everything on one machine. Bot and desk as processes of their own, and the sandbox phone when there is no token."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import click

from bot.nlu.rasa import Rasa
from ground.complaints import Complaint
from ground.keyfiles import data_directory

DATA = Path("data")
#: a process that ends on its own this often within a minute is not started again
RESTARTS = 5
#: how long a process may take to say that it is ready, and to end when asked (seconds)
READY_WITHIN, END_WITHIN = 60.0, 6.0
_COMPLAINED = 2
_PASSPHRASE = "desk one-time passphrase for "  # noqa: S105  (the beginning of a line, not a secret)


class _Ended(Exception):  # noqa: N818
    """A process ended before it was ready; it has said why on standard error."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)


@dataclass(slots=True)
class Part:
    """One process of the house: its verb, and the beginning of the line it prints when it is ready."""

    name: str
    words: tuple[str, ...]
    ready: str
    environment: Mapping[str, str] = field(repr=False)
    process: asyncio.subprocess.Process | None = None
    address: str = ""
    ended: list[float] = field(default_factory=list)
    #: whether everything else stops with it
    needed: bool = True
    #: how long it may take to say that it is ready (seconds)
    within: float = READY_WITHIN


@click.command()
@click.option("--sandbox-port", default=8090, show_default=True)
@click.option("--desk-port", default=8082, show_default=True)
@click.option("--handoff-port", default=8081, show_default=True)
@click.option("--nlu-port", default=8083, show_default=True)
def cli(sandbox_port: int, desk_port: int, handoff_port: int, nlu_port: int) -> None:
    """Start everything on this machine. Data is kept under data/; a second start goes on where this one stopped."""
    data_directory(DATA)
    try:
        sys.exit(asyncio.run(_run(sandbox_port, desk_port, handoff_port, nlu_port)))
    except _Ended as ended:
        sys.exit(ended.code)


async def _run(sandbox_port: int, desk_port: int, handoff_port: int, nlu_port: int) -> int:
    started = time.monotonic()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    token = os.environ.get("TELEGRAM_BOT_TOKEN") or os.environ.get("TELEGRAM_BOT_TOKEN_FILE") or _in_env_file()
    environment = _environment(sandbox_port, desk_port, handoff_port, nlu_port, sandbox=not token)
    passphrase = await _prepare(environment)
    beside: list[asyncio.Task[None]] = []
    parts = [
        Part("desk", ("desk", "serve"), "desk ready ", environment),
        Part("bot", ("bot", "serve"), "bot ready ", environment),
    ]
    if not token:
        parts.insert(0, Part("sandbox", ("sandbox", "--port", str(sandbox_port)), "sandbox ready ", environment))
    try:
        # The desk last: it fetches from the bot, and would only report that nobody is there yet.
        await asyncio.gather(*(_start(part) for part in parts if part.name != "desk"))
        await asyncio.gather(*(_start(part) for part in parts if part.name == "desk"))
        watchers = [asyncio.create_task(_watch(part, stop)) for part in parts]
        missing = Rasa().missing()
        _welcome(parts, passphrase, time.monotonic() - started, missing)
        if missing is None:
            understanding = Part("nlu", ("nlu", "serve"), "nlu ready ", environment, needed=False, within=240)
            parts.append(understanding)
            beside.append(asyncio.create_task(_beside(understanding, stop)))
        stopping = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait([*watchers, stopping], return_when=asyncio.FIRST_COMPLETED)
        return next((watcher.result() for watcher in watchers if watcher in done), 0)
    finally:
        stop.set()
        for part in reversed(parts):
            await _end(part)
        await asyncio.gather(*beside, return_exceptions=True)


def _environment(
    sandbox_port: int, desk_port: int, handoff_port: int, nlu_port: int, *, sandbox: bool
) -> dict[str, str]:
    """The environment of every process: what is set already wins over what a single machine needs."""
    here = {
        "WASL_BOT_DATA": str(DATA / "bot"),
        "WASL_HANDOFF_PORT": str(handoff_port),
        "WASL_CASE_TEAM_KEY_FILE": str(DATA / "desk" / "signing.pub.pem"),
        "WASL_DESK_DATA": str(DATA / "desk"),
        "WASL_DESK_PORT": str(desk_port),
        "WASL_DESK_HANDOFF_URL": f"http://127.0.0.1:{handoff_port}",
        "WASL_DESK_HANDOFF_TOKEN_FILE": str(DATA / "bot" / "keys" / "handoff.token"),
        "WASL_DESK_SENDER_KEY_FILE": str(DATA / "bot" / "keys" / "signing.pub.pem"),
        "WASL_DESK_POLL_SECONDS": "2",
        "WASL_NLU_URL": f"http://127.0.0.1:{nlu_port}",
    }
    if sandbox:
        here["WASL_BOT_API"] = f"http://127.0.0.1:{sandbox_port}"
    return {**here, **os.environ}


def _in_env_file() -> str | None:
    with suppress(OSError):
        for line in Path(".env").read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            if name.strip() in ("TELEGRAM_BOT_TOKEN", "TELEGRAM_BOT_TOKEN_FILE") and value.strip():
                return value.strip()
    return None


async def _prepare(environment: Mapping[str, str]) -> str | None:
    """Make keys on both sides and show each the other's public half; the first caseworker's passphrase, if made now."""
    told = await _once(("desk", "init"), environment)
    await _once(("bot", "init"), environment)
    escrow = DATA / "escrow"
    if not (escrow / "recipient.txt").exists():
        data_directory(escrow)
        recipient = await _once(("desk", "new-identity", str(escrow / "identity.key")), environment)
        (escrow / "recipient.txt").write_text(recipient.strip().splitlines()[-1] + "\n", encoding="ascii")
    return next((line.removeprefix(_PASSPHRASE) for line in told.splitlines() if line.startswith(_PASSPHRASE)), None)


async def _once(words: tuple[str, ...], environment: Mapping[str, str]) -> str:
    """What a verb prints; when it complains, its sentence has been shown already, and we end as it did."""
    process = await _spawn(words, environment)
    output, _ = await process.communicate()
    if process.returncode:
        raise _Ended(process.returncode)
    return output.decode()


async def _spawn(words: tuple[str, ...], environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wasl", *words),
        stdout=asyncio.subprocess.PIPE,
        env=dict(environment),
        preexec_fn=_end_with_parent,
    )


def _end_with_parent() -> None:
    """Linux: a process whose supervisor was killed is asked to end too, so that nothing is left holding the ports."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


async def _start(part: Part) -> None:
    part.process = await _spawn(part.words, part.environment)
    assert part.process.stdout is not None  # noqa: S101
    try:
        async with asyncio.timeout(part.within):
            async for raw in part.process.stdout:
                line = raw.decode().rstrip()
                if line.startswith(part.ready):
                    part.address = line.removeprefix(part.ready)
                    return
                click.echo(line)
    except TimeoutError:
        raise Complaint(f"{part.name} did not start within {part.within:.0f} s; see its lines above.") from None
    raise _Ended(await part.process.wait() or 1)


async def _beside(part: Part, stop: asyncio.Event) -> None:
    """Start a part that takes its time and that nobody waits for; without it everything else goes on."""
    try:
        await _start(part)
        click.echo("wasl: Rasa is ready and advises on free text.")
        await _watch(part, stop)
    except (Complaint, _Ended):
        pass
    if not stop.is_set():
        await _end(part)
        click.echo("wasl: Rasa is not running; free text is understood by rules only.", err=True)


async def _watch(part: Part, stop: asyncio.Event) -> int:
    """Start a process again when it ends on its own; give up when it complains or keeps ending."""
    while True:
        assert part.process is not None  # noqa: S101
        assert part.process.stdout is not None  # noqa: S101
        async for raw in part.process.stdout:
            click.echo(raw.decode().rstrip())
        code = await part.process.wait()
        if stop.is_set():
            return 0
        part.ended = [*(moment for moment in part.ended if time.monotonic() - moment < 60), time.monotonic()]
        if code == _COMPLAINED or len(part.ended) >= RESTARTS:
            if part.needed:
                click.echo(f"wasl: {part.name} has ended (exit code {code}); everything else stops too.", err=True)
            return code or 1
        click.echo(f"wasl: {part.name} ended (exit code {code}) and is started again.", err=True)
        await asyncio.sleep(len(part.ended))
        await _start(part)


async def _end(part: Part) -> None:
    if part.process is None or part.process.returncode is not None:
        return
    part.process.terminate()
    try:
        async with asyncio.timeout(END_WITHIN):
            await part.process.wait()
    except TimeoutError:
        part.process.kill()
        await part.process.wait()


def _welcome(parts: list[Part], passphrase: str | None, seconds: float, missing: str | None) -> None:
    addresses = {part.name: part.address for part in parts}
    lines = ["", f"Wasl is running (started in {seconds:.1f} s). Ctrl-C stops everything.", ""]
    if "sandbox" in addresses:
        lines.append(f"  phone page   {addresses['sandbox']}")
    else:
        lines.append("  bot          on Telegram")
    lines.append(f"  desk         {addresses['desk']}")
    if passphrase:
        name, _, secret = passphrase.partition(": ")
        lines += [f"               sign in as {name} with the one-time password {secret}"]
        lines += ["               (shown this once; `wasl desk caseworker reset-password` makes another)"]
    if missing is None:
        lines.append("  free text    understood by rules, and by Rasa as soon as it has loaded (about half a minute)")
    else:
        lines.append(f"  free text    understood by rules only: {missing}")
    click.echo("\n".join([*lines, ""]))
