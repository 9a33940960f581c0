"""The families' side as the desk meets it: keys, reports, envelopes, and a server that speaks the hand-off contract.

Samira looks for her daughter Amal. All of it is invented.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import pyrage
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from desk.keys import Identity
from desk.opening import Parts
from flows.envelope import Manifest, SealedFile, pad

SCHEMA = "urn:wasl:schema:tracing-request:1"
SCHEMA_2 = "urn:wasl:schema:tracing-request:2"
YUSUF = "يوسف خالد الحلبي"
AMAL, SAMIRA = "أمل خالد الحلبي", "سميرة"
STORY = (
    "خرجت أمل صباحًا إلى السوق في حي صلاح الدين ولم تعد.\n"
    "قالت جارتنا إنها رأتها عند الحاجز قرب الدوار (Salah al-Din) الساعة 10:30."
)
CANARIES = ("كناري-الذهب", "CANARY-OF-GOLD")


def claim(
    name: str,
    title: str,
    value: dict[str, Any] | None = None,
    *,
    status: str = "answered",
    said: str | None = None,
    language: str = "ar",
) -> dict[str, Any]:
    raw = {"text": said, "language": language} if said else None
    at = "2026-11-20T18:04:11Z"
    question = name.rpartition(".")[2]
    return {"field": name, "question": question, "title": title, "status": status, "raw": raw, "value": value, "at": at}


def a_picture(width: int = 240, height: int = 320) -> bytes:
    """A PNG: a sky that gets lighter."""
    rows = b"".join(b"\0" + bytes((90, 130, 140 + 100 * y // height)) * width for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    framed = (struct.pack(">I", len(data)) + kind + data + _crc(kind + data) for kind, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def _crc(data: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(data))


#: A picture, a recording of nothing, a paper, and a page that would like to be run: id -> kind, mime, content
SKY = a_picture()
PICTURE, VOICE, PAPER, LETTER = ("a1" * 16, "b2" * 16, "c3" * 16, "d4" * 16)
ATTACHED: dict[str, tuple[str, str, bytes]] = {
    PICTURE: ("image", "image/png", SKY),
    VOICE: ("audio", "audio/ogg", b"OggS" + bytes(2000)),
    PAPER: ("document", "application/pdf", b"%PDF-1.4\n" + bytes(70_000)),
    LETTER: ("document", "text/html", b"<script>alert(1)</script>"),
}


def described(*ids: str) -> list[dict[str, Any]]:
    """What a report says of these attachments."""
    return [
        {
            "id": id_,
            "kind": ATTACHED[id_][0],
            "mime": ATTACHED[id_][1],
            "bytes": len(ATTACHED[id_][2]),
            "sha256": hashlib.sha256(ATTACHED[id_][2]).hexdigest(),
            "original": id_ == PAPER,
        }
        for id_ in ids
    ]


def a_full_report(number: int = 1, revision: int = 1, **changes: Any) -> dict[str, Any]:
    """A report of schema 2: two sought persons, every new kind of value, four attachments, one of which no claim names."""
    report = a_report(number, revision)
    amal, yusuf = report["sought_persons"][0]["claims"], []
    amal[0]["value"] |= {"kunya": "أم خالد", "script": "Arab"}
    amal[0]["confirmed"] = True
    amal[3] |= {"sensitivity": 3}
    amal += [
        {
            **claim("person.sex", "Sex", {"type": "choice", "code": "female", "label": "Woman or girl"}),
            "derived": True,
            "confirmed": False,
        },
        claim("person.photo", "Photo", {"type": "files", "files": [PICTURE]}),
        claim("person.story", "Told aloud", {"type": "files", "files": [VOICE, PAPER]}, status="needs_human"),
    ]
    name = {"type": "name", "full": YUSUF, "parts": YUSUF.split(), "kunya": None, "script": "Arab"}
    yusuf = [claim("person.name.full", "Full name", name, said=YUSUF), claim("person.birth", "Born", status="refused")]
    report["enquirer"]["claims"][3] = {
        **claim(
            "enquirer.phone",
            "Telephone",
            {"type": "phone", "e164": "+905551112233", "region": "TR", "text": "0555 111 22 33"},
            said="٠٥٥٥",
        ),
        "sensitivity": 3,
    }
    route = place("من حلب إلى حماة", None, None) | {
        "kind": "route",
        "from": {"code": "SY02", "name": "Aleppo"},
        "to": {"code": "SY05", "name": "Hama"},
        "gazetteer": "cod-ab-2024",
    }
    report["events"][0]["claims"][3] = claim("event.place_detail", "More exactly", route, said="من حلب إلى حماة")
    report["events"][0]["concerns"] = ["person-1", "person-2"]
    whole = {"schema": SCHEMA_2, "kind": "report", "attention": ["child", "needs_human", "voice"]}
    report["sought_persons"].append({"id": "person-2", "claims": yusuf})
    return {**report, **whole, "files": described(PICTURE, VOICE, PAPER, LETTER), **changes}


def an_addition(number: int = 1, revision: int = 2, **changes: Any) -> dict[str, Any]:
    """What Samira added: Amal's age corrected, a mark told, and her narrative told anew."""
    told = {"type": "text", "text": "شامة على خدها الأيمن"}
    notice = a_notice("addition", number, revision)
    claims = [
        claim("person.birth", "Born", {"type": "age", "years": 17}, said="١٧ سنة"),
        claim("person.marks", "Marks", told, said=told["text"]),
    ]
    return {**notice, "sought_persons": [{"id": "person-1", "claims": claims}], **changes}


def a_notice(kind: str, number: int = 1, revision: int = 2, **changes: Any) -> dict[str, Any]:
    """A revision that tells nothing: a withdrawal, or a wish about erasure."""
    first = a_report(number, revision)
    nothing = {"sought_persons": [], "events": [], "consents": [], "attention": [], "files": []}
    enquirer = {"id": "enquirer", "claims": []}
    day = {"submitted_on": "2026-11-22"}
    return {**first, **nothing, "schema": SCHEMA_2, "kind": kind, "enquirer": enquirer, **day, **changes}


def a_withdrawal(number: int = 1, revision: int = 2) -> dict[str, Any]:
    """No longer to the Red Cross."""
    consent = {**a_report()["consents"][1], "answer": "denied", "answered_at": "2026-11-22T09:00:00Z"}
    return a_notice("withdrawal", number, revision, consents=[consent])


def place(said: str, code: str | None, name: str | None) -> dict[str, Any]:
    return {"type": "place", "text": said, "code": code, "name": name}


def a_report(number: int = 1, revision: int = 1, **changes: Any) -> dict[str, Any]:
    """Samira's report about Amal, with every kind of value and every status."""
    report: dict[str, Any] = {
        "schema": SCHEMA,
        "id": hashlib.sha256(f"report {number}".encode()).hexdigest()[:32],
        "revision": revision,
        "form": {"name": "report", "version": "1"},
        "language": "ar",
        "started_on": "2026-11-18",
        "submitted_on": "2026-11-20",
        "enquirer": {
            "id": "enquirer",
            "claims": [
                claim(
                    "enquirer.relationship",
                    "Who is missing",
                    {"type": "choice", "code": "daughter", "label": "My daughter"},
                ),
                claim("enquirer.name", "Enquirer's name", {"type": "text", "text": SAMIRA}, said=SAMIRA),
                claim("enquirer.country", "Your country", place("تركيا", "TR", "Türkiye"), said="تركيا"),
                claim("enquirer.phone", "Telephone", status="refused"),
            ],
        },
        "sought_persons": [
            {
                "id": "person-1",
                "claims": [
                    claim(
                        "person.name.full",
                        "Full name",
                        {"type": "name", "full": AMAL, "parts": AMAL.split()},
                        said=AMAL,
                    ),
                    claim("person.mother.name", "Mother's name", {"type": "text", "text": SAMIRA}, said=SAMIRA),
                    claim("person.birth", "Born", {"type": "age", "years": 16}, said="١٦ سنة"),
                    claim("person.id_number", "Number on the ID card", status="unknown"),
                    claim("person.marks", "Marks", status="deferred"),
                ],
            }
        ],
        "events": [
            {
                "id": "event-1",
                "concerns": ["person-1"],
                "claims": [
                    claim(
                        "event.category",
                        "What happened",
                        {"type": "choice", "code": "detained", "label": "Arrested or taken at a checkpoint"},
                    ),
                    claim(
                        "event.last_seen",
                        "Last seen or heard from",
                        {"type": "date", "edtf": "2013-22", "earliest": "2013-06-01", "latest": "2013-08-31"},
                        said="صيف ٢٠١٣",
                    ),
                    claim("event.place", "Place", {"type": "choice", "code": "SY02", "label": "Aleppo"}),
                    claim(
                        "event.place_detail",
                        "More exactly",
                        place("صلاح الدين بحلب", "SY020001", "Salah al-Din"),
                        said="صلاح الدين بحلب",
                    ),
                    claim("event.narrative", "In the family's own words", {"type": "text", "text": STORY}, said=STORY),
                    claim(
                        "event.heard",
                        "Heard since then",
                        status="needs_human",
                        said="بعد العيد بأسبوعين، قالوا إنها بخير",
                    ),
                    claim(
                        "event.documents",
                        "Documents",
                        {"type": "choices", "codes": ["id_card", "photo"], "labels": ["Copy of the ID card", "Photo"]},
                    ),
                ],
            }
        ],
        "consents": [
            {
                "purpose": "process",
                "recipient": None,
                "answer": "granted",
                "text_sha256": "ab" * 32,
                "language": "ar",
                "answered_at": "2026-11-18T10:00:00Z",
            },
            {
                "purpose": "share",
                "recipient": "red_cross",
                "answer": "later",
                "text_sha256": "cd" * 32,
                "language": "ar",
                "answered_at": "2026-11-20T18:00:00Z",
            },
            {
                "purpose": "share",
                "recipient": "press",
                "answer": "denied",
                "text_sha256": "ef" * 32,
                "language": "ar",
                "answered_at": "2026-11-20T18:01:00Z",
            },
        ],
        "attention": ["child", "needs_human"],
    }
    return {**report, **changes}


@dataclass(frozen=True, slots=True)
class Sender:
    """Seals and signs as the families' side does."""

    key: Ed25519PrivateKey
    recipients: tuple[str, ...]

    @property
    def public(self) -> Ed25519PublicKey:
        return self.key.public_key()

    @property
    def pem(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def seal(self, report: dict[str, Any], inner: bytes | None = None, **manifest: Any) -> Parts:
        """An envelope around the report; `inner` and fields of the manifest may be forged."""
        plain = pad(inner if inner is not None else json.dumps({"report": report}, ensure_ascii=False).encode())
        keys = [pyrage.x25519.Recipient.from_str(one) for one in self.recipients]
        return self.sign(pyrage.encrypt(plain, keys), report, **manifest)

    def attach(self, report: dict[str, Any], forged: Mapping[str, bytes] = MappingProxyType({})) -> dict[str, bytes]:
        """The attachments that the report describes, sealed, by their id; some contents may be forged."""
        keys = [pyrage.x25519.Recipient.from_str(one) for one in self.recipients]
        held = {file["id"]: forged.get(file["id"], ATTACHED[file["id"]][2]) for file in report["files"]}
        return {id_: pyrage.encrypt(content, keys) for id_, content in held.items()}

    def seal_with(self, report: dict[str, Any], attached: dict[str, bytes], **manifest: Any) -> Parts:
        """An envelope that promises these sealed attachments."""
        files = [SealedFile(id_, hashlib.sha256(one).hexdigest(), len(one)) for id_, one in attached.items()]
        return self.seal(report, **{"files": tuple(files), **manifest})

    def sign(self, sealed: bytes, report: dict[str, Any], **changes: Any) -> Parts:
        manifest = Manifest(
            report=report["id"],
            revision=report["revision"],
            sealed_sha256=hashlib.sha256(sealed).hexdigest(),
            sealed_bytes=len(sealed),
            sealed_on="2026-11-20",
            schema=report["schema"],
            recipients=tuple(hashlib.sha256(one.encode()).hexdigest()[:16] for one in self.recipients),
        )
        signed = replace(manifest, **changes).as_bytes()
        return Parts(signed, self.key.sign(signed), sealed)


def sender_to(identity: Identity) -> Sender:
    escrow = pyrage.x25519.Identity.generate().to_public()
    return Sender(Ed25519PrivateKey.generate(), (identity.recipient, str(escrow)))


@dataclass(slots=True)
class Served:
    """An ASGI application on a real port, in a thread of its own."""

    app: Any
    port: int = 0
    _server: uvicorn.Server = field(init=False)
    _thread: threading.Thread = field(init=False)

    def __enter__(self) -> Served:
        config = uvicorn.Config(self.app, port=self.port, log_config=None, lifespan="off", ws="none", access_log=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        wait_until(lambda: self._server.started)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Switch:
    """An ASGI application that passes everything on to another one, which each test sets."""

    def __init__(self) -> None:
        self.app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


@dataclass(slots=True)
class FamiliesSide:
    """The hand-off API over real HTTP, with levers to make it fail."""

    token: str = "a-token-of-the-handoff"
    #: (report, revision) -> parts, oldest first
    envelopes: dict[tuple[str, int], Parts] = field(default_factory=dict)
    #: (report, revision, id) -> sealed bytes
    files: dict[tuple[str, int, str], bytes] = field(default_factory=dict)
    acknowledged: dict[tuple[str, int], str] = field(default_factory=dict)
    #: every request as `METHOD path`
    asked: list[str] = field(default_factory=list)
    #: called with (`list` | `fetch` | `file` | `ack`, (report, revision)) before and after; may fail or kill
    on: Callable[[str, tuple[str, int] | None], Response | None] = lambda _what, _which: None
    after_ack: Callable[[], None] = lambda: None
    #: where it is served
    url: str = ""

    def offer(self, parts: Parts, report: dict[str, Any], attached: dict[str, bytes] | None = None) -> None:
        self.envelopes[(report["id"], report["revision"])] = parts
        for id_, sealed in (attached or {}).items():
            self.files[(report["id"], report["revision"], id_)] = sealed

    def fetches(self) -> int:
        """How many envelopes were handed over."""
        return sum(line.startswith("GET /handoff/v1/envelopes/") and "/files/" not in line for line in self.asked)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/handoff/v1/envelopes", self._list),
                Route("/handoff/v1/envelopes/{report}/{revision:int}", self._fetch),
                Route("/handoff/v1/envelopes/{report}/{revision:int}/files/{id}", self._file),
                Route("/handoff/v1/envelopes/{report}/{revision:int}/ack", self._ack, methods=["POST"]),
            ]
        )

    def _refuse(self, request: Request, what: str, which: tuple[str, int] | None) -> Response | None:
        self.asked.append(f"{request.method} {request.url.path}")
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return JSONResponse({}, 401)
        return self.on(what, which)

    def _list(self, request: Request) -> Response:
        if refused := self._refuse(request, "list", None):
            return refused
        lines = [
            {
                "report": report,
                "revision": revision,
                "sealed_sha256": hashlib.sha256(parts.sealed).hexdigest(),
                "sealed_bytes": len(parts.sealed),
                "sealed_on": "2026-11-20",
            }
            for (report, revision), parts in self.envelopes.items()
            if (report, revision) not in self.acknowledged
        ]
        return JSONResponse({"envelopes": lines[: int(request.query_params.get("limit", 50))]})

    def _fetch(self, request: Request) -> Response:
        which = (request.path_params["report"], request.path_params["revision"])
        if refused := self._refuse(request, "fetch", which):
            return refused
        if which not in self.envelopes:
            return JSONResponse({}, 404)
        parts = self.envelopes[which]
        names = {"manifest": parts.manifest, "signature": parts.signature, "sealed": parts.sealed}
        return JSONResponse({name: base64.b64encode(part).decode() for name, part in names.items()})

    def _file(self, request: Request) -> Response:
        which = (request.path_params["report"], request.path_params["revision"])
        if refused := self._refuse(request, "file", which):
            return refused
        sealed = self.files.get((*which, request.path_params["id"]))
        return JSONResponse({}, 404) if sealed is None else Response(sealed, media_type="application/octet-stream")

    async def _ack(self, request: Request) -> Response:
        which = (request.path_params["report"], request.path_params["revision"])
        if refused := self._refuse(request, "ack", which):
            return refused
        if which not in self.envelopes:
            return JSONResponse({}, 404)
        digest = (await request.json())["sealed_sha256"]
        if digest != hashlib.sha256(self.envelopes[which].sealed).hexdigest():
            return JSONResponse({}, 409)
        self.acknowledged[which] = digest
        self.after_ack()
        return JSONResponse({"acknowledged": True})


def wait_until(true: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)
