"""The hand-off API as the desk sees it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pyrage
import pytest
from conftest import Team
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from bot.clock import tidy
from bot.handoff import make_app
from bot.keys import Keys
from bot.sealing import Sealer
from bot.store import envelopes, files
from bot.store.rows import FileRow
from bot.store.store import Store
from flows.envelope import SealedFile, read_manifest
from ground.vault import Vault, new_key

AT = datetime(2026, 5, 3, 9, 30, tzinfo=UTC)
BEARER = {"Authorization": "Bearer right-token"}


def report(number: int, revision: int = 1) -> dict[str, Any]:
    return {"id": f"{number:032x}", "revision": revision, "schema": "urn:wasl:schema:tracing-request:1", "name": "Amal"}


@pytest.fixture
async def store(database_url: str, team: Team) -> AsyncIterator[Store]:
    store = Store(database_url)
    store.open(Keys.of(Vault(new_key())))
    sealer = Sealer(team.recipients, Ed25519PrivateKey.generate())
    for number in (1, 2):
        row = sealer.seal(report(number), AT)
        await store.write(lambda connection, row=row: envelopes.put(connection, row))
    yield store
    store.close()


@pytest.fixture
async def desk(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(make_app(store, b"right-token"))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot", headers=BEARER) as client:
        yield client


async def test_listed_fetched_acknowledged_erased(desk: httpx.AsyncClient, store: Store) -> None:
    listed = (await desk.get("/handoff/v1/envelopes")).json()["envelopes"]
    assert [one["report"] for one in listed] == [report(1)["id"], report(2)["id"]]
    assert listed[0] == {
        "report": report(1)["id"],
        "revision": 1,
        "sealed_sha256": listed[0]["sealed_sha256"],
        "sealed_bytes": listed[0]["sealed_bytes"],
        "sealed_on": "2026-05-03",
    }
    address = f"/handoff/v1/envelopes/{report(1)['id']}/1"
    fetched = (await desk.get(address)).json()
    manifest = read_manifest(base64.b64decode(fetched["manifest"]))
    assert manifest.sealed_sha256 == listed[0]["sealed_sha256"]
    assert len(base64.b64decode(fetched["sealed"])) == manifest.sealed_bytes
    wrong = await desk.post(f"{address}/ack", json={"sealed_sha256": "0" * 64})
    assert wrong.status_code == 409
    for _ in range(2):
        acknowledged = await desk.post(f"{address}/ack", json={"sealed_sha256": manifest.sealed_sha256})
        assert acknowledged.json() == {"acknowledged": True}
    assert [one["report"] for one in (await desk.get("/handoff/v1/envelopes")).json()["envelopes"]] == [report(2)["id"]]
    assert (await desk.get(address)).status_code == 200, "kept for a while, for a desk that crashed"
    await store.write(lambda connection: tidy(connection, datetime.now(UTC).timestamp() + 73 * 3600, 72))
    assert (await desk.get(address)).status_code == 410
    again = await desk.post(f"{address}/ack", json={"sealed_sha256": manifest.sealed_sha256})
    assert again.json() == {"acknowledged": True}


async def test_an_attachment_is_listed_fetched_and_erased_with_its_envelope(
    desk: httpx.AsyncClient, store: Store, team: Team
) -> None:
    sealer = Sealer(team.recipients, Ed25519PrivateKey.generate())
    photo = bytes(range(256)) * 5000
    sealed = sealer.seal_file(photo)
    row = FileRow("a" * 32, sealed, hashlib.sha256(sealed).hexdigest(), len(sealed))

    def send(connection: Connection) -> None:
        files.put(connection, row, conversation="c" * 32, day=5)
        files.assign(connection, [row.id], report(3)["id"], 1)
        listed = files.of(connection, [row.id])
        envelopes.put(connection, sealer.seal(report(3), AT, listed))

    await store.write(send)
    address = f"/handoff/v1/envelopes/{report(3)['id']}/1"
    manifest = read_manifest(base64.b64decode((await desk.get(address)).json()["manifest"]))
    assert manifest.files == (SealedFile(row.id, row.sealed_sha256, row.sealed_bytes),)
    fetched = await desk.get(f"{address}/files/{row.id}")
    assert fetched.headers["content-type"] == "application/octet-stream"
    assert fetched.headers["cache-control"] == "no-store"
    assert fetched.content == sealed
    assert all(pyrage.decrypt(fetched.content, [identity]) == photo for identity in team.identities)
    for elsewhere in (
        f"{address}/files/{'b' * 32}",
        f"/handoff/v1/envelopes/{report(3)['id']}/2/files/{row.id}",
        f"/handoff/v1/envelopes/{report(1)['id']}/1/files/{row.id}",
    ):
        assert (await desk.get(elsewhere)).status_code == 404
    assert (await desk.get(f"{address}/files/{'A' * 32}")).status_code == 422
    await desk.post(f"{address}/ack", json={"sealed_sha256": manifest.sealed_sha256})
    assert (await desk.get(f"{address}/files/{row.id}")).status_code == 200, "kept for a while, like its envelope"
    await store.write(lambda connection: tidy(connection, datetime.now(UTC).timestamp() + 73 * 3600, 72))
    assert (await desk.get(f"{address}/files/{row.id}")).status_code == 410


async def test_limit_and_unknown(desk: httpx.AsyncClient) -> None:
    assert len((await desk.get("/handoff/v1/envelopes?limit=1")).json()["envelopes"]) == 1
    assert (await desk.get(f"/handoff/v1/envelopes/{'f' * 32}/1")).status_code == 404
    ack = await desk.post(f"/handoff/v1/envelopes/{'f' * 32}/1/ack", json={"sealed_sha256": "0" * 64})
    assert ack.status_code == 404
    assert (await desk.get("/handoff/v1/envelopes/../../etc/1")).status_code in (404, 422)


@pytest.mark.parametrize("shown", [None, "Bearer wrong", "Bearer ", "Basic right-token", "Bearer right-tokenx"])
async def test_every_call_needs_the_token(desk: httpx.AsyncClient, shown: str | None) -> None:
    paths = (await desk.get("/handoff/openapi.json")).json()["paths"]
    assert len(paths) == 4
    del desk.headers["Authorization"]
    headers = {"Authorization": shown} if shown else {}
    for path, methods in paths.items():
        for method in methods:
            address = path.replace("{report}", "0" * 32).replace("{revision}", "1").replace("{id}", "0" * 32)
            answer = await desk.request(method, address, headers=headers, json={"sealed_sha256": "0" * 64})
            assert answer.status_code == 401
            assert "WWW-Authenticate" in answer.headers


async def test_the_description_is_where_the_contract_says(desk: httpx.AsyncClient) -> None:
    assert (await desk.get("/handoff/docs")).status_code == 200
    document = (await desk.get("/handoff/openapi.json")).json()
    assert json.dumps(document).count("HTTPBearer") >= 4
    answers = document["paths"]["/handoff/v1/envelopes/{report}/{revision}/files/{id}"]["get"]["responses"]
    assert list(answers["200"]["content"]) == ["application/octet-stream"]
    assert {"404", "410"} <= set(answers)
