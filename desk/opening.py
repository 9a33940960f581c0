"""Opening an envelope: every check of the hand-off contract in its order, as one pure function."""

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
from flows.envelope import MalformedEnvelope, Manifest, read_manifest

#: `$id` of each schema this version can read -> its file
SCHEMAS = {"urn:wasl:schema:tracing-request:1": "tracing-request-1.json"}


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


@dataclass(frozen=True, slots=True)
class Parts:
    """An envelope's three parts, as they travelled."""

    manifest: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """An envelope that passed every check."""

    manifest: Manifest
    report: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An envelope that did not pass. `place` is a path inside the report (`$.events[0].claims[2].value`), no words."""

    reason: Reason
    place: str = ""


class _Refused(Exception):  # noqa: N818
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
    except _Refused as refused:
        return refused.refusal
    return Opened(manifest, report)


def _signed_manifest(parts: Parts, sender_key: Ed25519PublicKey) -> Manifest:
    try:
        sender_key.verify(parts.signature, parts.manifest)
    except InvalidSignature:
        raise _Refused(Reason.SIGNATURE) from None
    try:
        manifest = read_manifest(parts.manifest)
    except (MalformedEnvelope, RecursionError):
        raise _Refused(Reason.MANIFEST) from None
    if type(manifest.revision) is not int or not isinstance(manifest.sealed_sha256, str):
        raise _Refused(Reason.MANIFEST)
    return manifest


def _compare_digest(manifest: Manifest, sealed: bytes) -> None:
    digest = hashlib.sha256(sealed).hexdigest()
    same = hmac.compare_digest(digest.encode(), manifest.sealed_sha256.encode("utf-8", "replace"))
    if not same or manifest.sealed_bytes != len(sealed):
        raise _Refused(Reason.DIGEST)


def _unseal(sealed: bytes, identity: Identity) -> bytes:
    try:
        inner: bytes = pyrage.decrypt(sealed, [identity.key])
    except pyrage.DecryptError as error:
        reason = Reason.NOT_FOR_US if "No matching keys" in str(error) else Reason.SEAL
        raise _Refused(reason) from None
    return inner


def _inner_report(inner: bytes) -> dict[str, Any]:
    try:
        held = json.loads(inner.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_no_double)
        # A lone half of a surrogate pair is JSON, yet no text: it could not be stored, shown or exported.
        json.dumps(held, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise _Refused(Reason.NOT_JSON) from None
    if not isinstance(held, dict) or set(held) != {"report"} or not isinstance(held["report"], dict):
        raise _Refused(Reason.NOT_JSON)
    return held["report"]


def _compare_ids(manifest: Manifest, report: dict[str, Any]) -> None:
    if (report.get("id"), report.get("revision")) != (manifest.report, manifest.revision):
        raise _Refused(Reason.OTHER_REPORT)
    if type(report["revision"]) is not int or report.get("schema") != manifest.schema:
        raise _Refused(Reason.OTHER_REPORT)


def _validate(schema: str, report: dict[str, Any]) -> None:
    if schema not in SCHEMAS:
        raise _Refused(Reason.UNKNOWN_SCHEMA)
    # Only the place is kept of an error: its message quotes what the family wrote.
    error = next(_validator(schema).iter_errors(report), None)
    if error is not None:
        raise _Refused(Reason.SCHEMA, error.json_path)


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
