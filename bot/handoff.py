"""The hand-off API: the desk fetches sealed reports here and says when it has them (`docs/handoff.md`)."""

from __future__ import annotations

import base64
import hmac
import socket
import time
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Path, Query, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

from bot.returns import Returns, router
from bot.store import envelopes, files
from bot.store.rows import EnvelopeRow
from bot.store.store import Store
from flows.envelope import Manifest, read_manifest

Report = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The report's id, 32 hex digits.")]
Revision = Annotated[int, Path(ge=1, le=2**31 - 1)]
Limit = Annotated[int, Query(ge=1, le=500)]
File = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The attachment's id, as the manifest lists it.")]


#: For sealed bytes: no cache on the way may keep them.
_KEPT_NOWHERE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_ERASED = "Erased after its acknowledgement."
_BEARER = HTTPBearer(auto_error=False, description="The token in the bot's hand-off token file.")
Shown = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


class Listed(BaseModel):
    """One envelope in the list of those not yet acknowledged."""

    report: str
    revision: int
    sealed_sha256: str
    sealed_bytes: int
    sealed_on: str = Field(description="The day of sealing, YYYY-MM-DD (UTC).")


class _SealedFile(Response):
    """The bytes of an age file as they are."""

    media_type = "application/octet-stream"


class Waiting(BaseModel):
    envelopes: list[Listed]


class Envelope(BaseModel):
    """Each field is base64 of the exact bytes."""

    manifest: str
    signature: str
    sealed: str


class Acknowledgement(BaseModel):
    sealed_sha256: str = Field(pattern="^[0-9a-f]{64}$", description="The digest of what was stored.")


class Acknowledged(BaseModel):
    acknowledged: bool


def make_app(store: Store, token: bytes, returns: Returns | None = None) -> FastAPI:
    """The API over a store; every call but the documents needs the bearer token. Without `returns` there is no way back."""
    app = FastAPI(
        title="Wasl hand-off",
        summary="Sealed reports for the case team, and its way back to the families.",
        version="1",
        docs_url="/handoff/docs",
        redoc_url=None,
        openapi_url="/handoff/openapi.json",
    )

    def authorised(shown: Shown) -> None:
        if shown is None or not hmac.compare_digest(shown.credentials.encode(), token):
            raise HTTPException(401, "The bearer token is missing or wrong.", {"WWW-Authenticate": "Bearer"})

    guarded = [Depends(authorised)]

    @app.get("/handoff/v1/envelopes", dependencies=guarded)
    async def waiting(limit: Limit = 50) -> Waiting:
        """Not yet acknowledged, oldest first."""
        rows = await store.write(lambda connection: envelopes.waiting(connection, limit))
        return Waiting(envelopes=[_listed(row) for row in rows])

    @app.get("/handoff/v1/envelopes/{report}/{revision}", dependencies=guarded)
    async def fetch(report: Report, revision: Revision) -> Envelope:
        """One envelope: 404 unknown, 410 erased after its acknowledgement."""
        row = await _found(store, report, revision)
        if row.sealed is None:
            raise HTTPException(410, _ERASED)
        return Envelope(manifest=_text(row.manifest), signature=_text(row.signature), sealed=_text(row.sealed))

    @app.get(
        "/handoff/v1/envelopes/{report}/{revision}/files/{id}",
        dependencies=guarded,
        response_class=_SealedFile,
        responses={404: {"description": "No such attachment."}, 410: {"description": _ERASED}},
    )
    async def fetch_file(report: Report, revision: Revision, id: File) -> Response:  # noqa: A002
        """The sealed bytes of one attachment: 404 unknown, 410 erased after the acknowledgement of its envelope."""
        row = await store.write(lambda connection: files.find(connection, report, revision, id))
        if row is None:
            raise HTTPException(404, "No such attachment.")
        if row.sealed is None:
            raise HTTPException(410, _ERASED)
        return _SealedFile(row.sealed, headers=_KEPT_NOWHERE)

    @app.post("/handoff/v1/envelopes/{report}/{revision}/ack", dependencies=guarded)
    async def acknowledge(report: Report, revision: Revision, said: Acknowledgement) -> Acknowledged:
        """The desk has stored it: 409 when the digest is not ours; may be repeated."""
        row = await _found(store, report, revision)
        if not hmac.compare_digest(_manifest(row).sealed_sha256, said.sealed_sha256):
            raise HTTPException(409, "The digest is not the one of this envelope.")
        now = int(time.time())
        await store.write(lambda connection: envelopes.acknowledge(connection, report, revision, now))
        return Acknowledged(acknowledged=True)

    if returns is not None:
        app.include_router(router(store, returns, guarded))
    return app


async def serve_handoff(store: Store, token: bytes, listener: socket.socket, returns: Returns) -> None:
    """Serve on a bound socket until cancelled."""
    config = uvicorn.Config(
        make_app(store, token, returns),
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
    )
    server = _Server(config)
    try:
        await server.serve([listener])
    finally:
        listener.close()


class _Server(uvicorn.Server):
    """Leaves the signals to the bot."""

    def capture_signals(self):  # type: ignore[no-untyped-def]
        from contextlib import nullcontext

        return nullcontext()


async def _found(store: Store, report: str, revision: int) -> EnvelopeRow:
    row = await store.write(lambda connection: envelopes.find(connection, report, revision))
    if row is None:
        raise HTTPException(404, "No such envelope.")
    return row


def _manifest(row: EnvelopeRow) -> Manifest:
    return read_manifest(row.manifest)


def _listed(row: EnvelopeRow) -> Listed:
    manifest = _manifest(row)
    return Listed(
        report=row.report,
        revision=row.revision,
        sealed_sha256=manifest.sealed_sha256,
        sealed_bytes=manifest.sealed_bytes,
        sealed_on=manifest.sealed_on,
    )


def _text(exact: bytes) -> str:
    return base64.b64encode(exact).decode("ascii")
