"""Opening an envelope and its attachments: every check of the hand-off contract in its order, pure."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jsonschema import Draft202012Validator, FormatChecker

from desk.keys import Identity
from flows.envelope import MalformedEnvelope, Manifest, SealedFile, read_manifest

#: `$id` of each schema this version can read -> its file
SCHEMAS = {
    "urn:wasl:schema:tracing-request:1": "tracing-request-1.json",
    "urn:wasl:schema:tracing-request:2": "tracing-request-2.json",
}
#: One attachment, in bytes, before sealing; and how many one envelope may have.
LARGEST_FILE = 25 * 1024 * 1024
MOST_FILES = 50
#: What age adds to a file of this size: its header, and 16 bytes for every 64 KiB.
_SEAL_BYTES = 64 * 1024
_FILE_ID = re.compile("[0-9a-f]{32}")
_MIME = re.compile("[a-z0-9][a-z0-9.+-]{0,63}/[a-z0-9][a-z0-9.+-]{0,126}")


class Reason(StrEnum):
    """Why an envelope is kept apart; `desk.words` says each in a sentence."""

    SIGNATURE = "signature"
    MANIFEST = "manifest"
    NOT_AS_LISTED = "not_as_listed"
    DIGEST = "digest"
    NOT_FOR_US = "not_for_us"
    SEAL = "seal"
    NOT_JSON = "not_json"
    OTHER_REPORT = "other_report"
    UNKNOWN_SCHEMA = "unknown_schema"
    SCHEMA = "schema"
    CHANGED = "changed"
    UNREADABLE = "unreadable"
    UNFETCHABLE = "unfetchable"
    FILES = "files"
    TOO_MANY_FILES = "too_many_files"
    FILE_TOO_LARGE = "file_too_large"
    FILE_DIGEST = "file_digest"
    FILE_SEAL = "file_seal"
    FILE_CONTENT = "file_content"
    FILE_UNFETCHABLE = "file_unfetchable"


@dataclass(frozen=True, slots=True)
class Parts:
    """An envelope's three parts, as they travelled."""

    manifest: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Expected:
    """One attachment that the envelope promises: how it travels, and what must be inside."""

    sealed: SealedFile
    #: `image`, `audio` or `document`
    kind: str
    #: in small letters, without parameters; `application/octet-stream` when it says nothing sensible
    mime: str
    #: of the content: its length, and its SHA-256 in hex
    bytes: int
    sha256: str
    #: the enquirer chose to keep the hidden details (place, time, device) in it
    original: bool
    #: where the report names it: `$.files[0]`
    place: str


@dataclass(frozen=True, slots=True)
class Opened:
    """An envelope that passed every check that needs no attachment; these are still to be fetched and opened."""

    manifest: Manifest
    report: dict[str, Any] = field(repr=False)
    files: tuple[Expected, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """An envelope that did not pass. `place` is a path inside the report (`$.events[0].claims[2].value`), no words."""

    reason: Reason
    place: str = ""


class Refused(Exception):  # noqa: N818
    """A check failed; carries the refusal."""

    def __init__(self, reason: Reason, place: str = "") -> None:
        super().__init__(reason.value)
        self.refusal = Refusal(reason, place)


def open_envelope(parts: Parts, identity: Identity, sender_key: Ed25519PublicKey) -> Opened | Refusal:
    """The report in an envelope, or why it cannot be trusted."""
    try:
        manifest = _signed_manifest(parts, sender_key)
        _compare_digest(manifest, parts.sealed)
        report = _inner_report(_unseal(parts.sealed, identity))
        _compare_ids(manifest, report)
        _validate(manifest.schema, report)
        files = _promised_files(manifest, report)
    except Refused as refused:
        return refused.refusal
    return Opened(manifest, report, files)


def open_file(expected: Expected, sealed: bytes, identity: Identity) -> bytes:
    """The content of one attachment; `Refused` when it is not the one that was signed and described."""
    if not _is(sealed, expected.sealed.sealed_sha256, expected.sealed.sealed_bytes):
        raise Refused(Reason.FILE_DIGEST, expected.place)
    try:
        content: bytes = pyrage.decrypt(sealed, [identity.key])
    except pyrage.DecryptError:
        raise Refused(Reason.FILE_SEAL, expected.place) from None
    if not _is(content, expected.sha256, expected.bytes):
        raise Refused(Reason.FILE_CONTENT, expected.place)
    return content


def _signed_manifest(parts: Parts, sender_key: Ed25519PublicKey) -> Manifest:
    try:
        sender_key.verify(parts.signature, parts.manifest)
    except InvalidSignature:
        raise Refused(Reason.SIGNATURE) from None
    try:
        manifest = read_manifest(parts.manifest)
    except (MalformedEnvelope, RecursionError):
        raise Refused(Reason.MANIFEST) from None
    if type(manifest.revision) is not int or not isinstance(manifest.sealed_sha256, str):
        raise Refused(Reason.MANIFEST)
    if not all(map(_is_well_named, manifest.files)):
        raise Refused(Reason.MANIFEST)
    return manifest


def _is_well_named(file: SealedFile) -> bool:
    """Whether its fields, whatever the JSON held, are of the shape that may go into an address and be compared."""
    kinds = [type(one) for one in (file.id, file.sealed_sha256, file.sealed_bytes)]
    return kinds == [str, str, int] and _FILE_ID.fullmatch(file.id) is not None


def _compare_digest(manifest: Manifest, sealed: bytes) -> None:
    if not _is(sealed, manifest.sealed_sha256, manifest.sealed_bytes):
        raise Refused(Reason.DIGEST)


def _is(content: bytes, sha256: str, length: int) -> bool:
    digest = hashlib.sha256(content).hexdigest()
    return len(content) == length and hmac.compare_digest(digest.encode(), sha256.encode("utf-8", "replace"))


def _unseal(sealed: bytes, identity: Identity) -> bytes:
    try:
        inner: bytes = pyrage.decrypt(sealed, [identity.key])
    except pyrage.DecryptError as error:
        reason = Reason.NOT_FOR_US if "No matching keys" in str(error) else Reason.SEAL
        raise Refused(reason) from None
    return inner


def _inner_report(inner: bytes) -> dict[str, Any]:
    try:
        held = json.loads(inner.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_no_double)
        # A lone half of a surrogate pair is JSON, yet no text: it could not be stored, shown or exported.
        json.dumps(held, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Refused(Reason.NOT_JSON) from None
    if not isinstance(held, dict) or set(held) != {"report"} or not isinstance(held["report"], dict):
        raise Refused(Reason.NOT_JSON)
    return held["report"]


def _compare_ids(manifest: Manifest, report: dict[str, Any]) -> None:
    if (report.get("id"), report.get("revision")) != (manifest.report, manifest.revision):
        raise Refused(Reason.OTHER_REPORT)
    if type(report["revision"]) is not int or report.get("schema") != manifest.schema:
        raise Refused(Reason.OTHER_REPORT)


def _validate(schema: str, report: dict[str, Any]) -> None:
    if schema not in SCHEMAS:
        raise Refused(Reason.UNKNOWN_SCHEMA)
    # Only the place is kept of an error: its message quotes what the family wrote.
    error = next(_validator(schema).iter_errors(report), None)
    if error is not None:
        raise Refused(Reason.SCHEMA, error.json_path)


def _promised_files(manifest: Manifest, report: dict[str, Any]) -> tuple[Expected, ...]:
    """The attachments in the report's order; outside and inside must name the same ones, each once."""
    described = report.get("files", [])
    if max(len(described), len(manifest.files)) > MOST_FILES:
        raise Refused(Reason.TOO_MANY_FILES)
    if sorted(file.id for file in manifest.files) != sorted({file["id"] for file in described}):
        raise Refused(Reason.FILES)
    if len(manifest.files) != len(described):
        raise Refused(Reason.FILES)
    sealed = {file.id: file for file in manifest.files}
    return tuple(_expected(sealed[file["id"]], file, f"$.files[{at}]") for at, file in enumerate(described))


def _expected(sealed: SealedFile, file: dict[str, Any], place: str) -> Expected:
    if file["bytes"] > LARGEST_FILE or sealed.sealed_bytes > LARGEST_FILE + _SEAL_BYTES:
        raise Refused(Reason.FILE_TOO_LARGE, place)
    mime = file["mime"].partition(";")[0].strip().lower()
    return Expected(
        sealed=sealed,
        kind=file["kind"],
        mime=mime if _MIME.fullmatch(mime) else "application/octet-stream",
        bytes=int(file["bytes"]),
        sha256=file["sha256"],
        original=file["original"],
        place=place,
    )


@cache
def _validator(schema: str) -> Draft202012Validator:
    definition = json.loads(files("flows").joinpath("schemas", SCHEMAS[schema]).read_text("utf-8"))
    return Draft202012Validator(definition, format_checker=_formats())


def _formats() -> FormatChecker:
    checker = FormatChecker(formats=["date"])

    @checker.checks("date-time")
    def is_moment(value: object) -> bool:
        if not isinstance(value, str):
            return True
        if not re.fullmatch(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", value, re.ASCII):
            return False
        try:
            datetime.fromisoformat(value.upper())
        except ValueError:
            return False
        return True

    return checker


def _no_constant(_: str) -> None:
    raise ValueError("NaN and Infinity are no JSON")


def _no_double(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) != len(pairs):
        raise ValueError("a key stands twice")
    return held
