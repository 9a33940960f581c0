"""The desk in one process: the intake and the console, from the first bind to a clean end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import structlog
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from desk import audit
from desk.contact import Contact, Trouble
from desk.desk import Desk
from desk.intake import Intake
from desk.keys import Identity, read_or_make_signing_key, read_sender_key
from desk.returning import Returning
from desk.sessions import Limits
from desk.settings import Settings
from desk.source import Source
from desk.store import Store
from desk.throttle import Throttle
from desk.web import console
from desk.words import words_in
from flows.languages import offered
from flows.load import BadForm, load_form
from flows.questions import Flow
from ground.complaints import Complaint
from ground.keyfiles import read_secret
from ground.webhooks import Signer, Verifier, read_secrets

log = structlog.get_logger()


def serve(settings: Settings, store: Store, identity: Identity, say: Callable[[str], None]) -> None:
    """Run until interrupted. `say` gets the one line that the desk is ready."""
    token = _token(settings)
    sender_key = read_sender_key(settings.sender_key) if settings.handoff_url else None
    listener = _listen(settings.host, settings.port)
    audit.checkpoint(store, settings.data / "audit-checkpoints.txt")
    with contextlib.closing(listener):
        asyncio.run(_serve(settings, store, identity, sender_key, token, listener, say))
    audit.checkpoint(store, settings.data / "audit-checkpoints.txt")


async def _serve(
    settings: Settings,
    store: Store,
    identity: Identity,
    sender_key: Ed25519PublicKey | None,
    token: str,
    listener: socket.socket,
    say: Callable[[str], None],
) -> None:
    contact = Contact() if settings.handoff_url else Contact(trouble=Trouble.NOT_SET_UP)
    loop, nudge = asyncio.get_running_loop(), asyncio.Event()

    def look_at_once() -> None:
        loop.call_soon_threadsafe(nudge.set)

    form = read_form(settings.form) if settings.handoff_url else None
    desk = Desk(
        store,
        words_in(settings.language),
        contact,
        Limits(settings.session_minutes * 60, settings.session_hours * 3600),
        settings.production,
        Throttle(store.now),
        look_at_once,
        form,
    )
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    server = _Server(_config(console(desk), settings), lambda: say(f"desk ready http://{shown}:{port}"))
    async with contextlib.AsyncExitStack() as stack:
        if settings.handoff_url and sender_key:
            source = Source(settings.handoff_url, token)
            returning = Returning(source, store, _signer(settings), Verifier([sender_key]))
            intake = Intake(source, store, identity, sender_key, contact, settings.poll_seconds, returning, nudge)
            await stack.enter_async_context(_running(intake, server))
        await stack.enter_async_context(_running_checkpoints(store, settings.data / "audit-checkpoints.txt"))
        await server.serve(sockets=[listener])


@contextlib.asynccontextmanager
async def _running(intake: Intake, server: uvicorn.Server) -> AsyncIterator[None]:
    """The intake beside the console; should it ever fall, the whole desk stops, to be started anew."""

    def fell(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            log.critical("intake_fell", error=type(error).__name__)
            server.should_exit = True

    task = asyncio.create_task(intake.run())
    task.add_done_callback(fell)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@contextlib.asynccontextmanager
async def _running_checkpoints(store: Store, file: Path) -> AsyncIterator[None]:
    """Look every minute whether the audit trail has grown enough for another checkpoint."""

    async def regularly() -> None:
        while True:
            await asyncio.sleep(60)
            await asyncio.to_thread(audit.checkpoint, store, file)

    task = asyncio.create_task(regularly())
    try:
        yield
    finally:
        task.cancel()


class _Server(uvicorn.Server):
    """Says when it is ready, and ends quietly on Ctrl-C or a supervisor's signal."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, self.handle_exit, name, None)
        yield


def read_form(path: Path) -> Flow:
    """The form the families are asked by; a Complaint when it cannot be used."""
    try:
        return load_form(path, languages=offered())
    except BadForm as error:
        raise Complaint(f"The form cannot be used:\n{error}") from None
    except OSError as error:
        raise Complaint(f"The form {path} cannot be read ({error.strerror}). Set WASL_DESK_FORM to yours.") from None


def _signer(settings: Settings) -> Signer:
    """What the desk says is signed with its own key, and with the shared secret where one is set."""
    key = read_or_make_signing_key(settings.signing_key, settings.public_signing_key)
    path = settings.return_secret_file
    return Signer(key, read_secrets(read_secret(path))[0] if path else None)


def _config(app: object, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_config=None,
        access_log=False,
        server_header=False,
        # In production the proxy on this machine is believed about who is calling; otherwise nobody is.
        proxy_headers=settings.production,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=5,
        h11_max_incomplete_event_size=16 * 1024,
        limit_concurrency=200,
    )


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise Complaint(
            f"The desk cannot listen on {host} port {port} ({error.strerror}). "
            "Is another one running? Set WASL_DESK_PORT to use another port."
        ) from None


def _token(settings: Settings) -> str:
    if not settings.handoff_url:
        return ""
    if settings.handoff_token:
        return settings.handoff_token.get_secret_value()
    if settings.handoff_token_file:
        return read_secret(settings.handoff_token_file).decode().strip()
    raise Complaint(
        "WASL_DESK_HANDOFF_URL is set, yet no token: set WASL_DESK_HANDOFF_TOKEN_FILE to the file that holds it."
    )
