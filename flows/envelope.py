"""What a sealed report looks like on its way from the families' side to the desk. It seals and opens nothing.

An envelope is three things: a *manifest* (which report, which revision, the digest of the sealed bytes), an Ed25519
*signature* over the manifest's exact bytes, and the *sealed* bytes, an age file. Inside the age file is one JSON object
(padded with trailing spaces to a size bucket): `{"report": {…}}`, whose `id` and `revision` must equal the manifest's
(age itself authenticates no outer data). Attachments are age files of their own, sealed to the same recipients; the
manifest names each by id, digest and length, so that the one signature holds for all of them.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

FORMAT = "wasl-envelope/2"
#: Formats that can still be read. The first knew no attachments.
_KNOWN = ("wasl-envelope/1", FORMAT)

#: Sealed sizes tell little when there are only a few of them (bytes; above the last one, multiples of it).
BUCKETS = (4 * 1024, 16 * 1024, 64 * 1024, 256 * 1024)


class MalformedEnvelope(Exception):  # noqa: N818
    """An envelope that is not one. Carries no content."""


@dataclass(frozen=True, slots=True)
class SealedFile:
    """One attachment as it travels."""

    #: 32 hex digits; the report inside names it by the same id
    id: str
    #: SHA-256 of the sealed bytes, hex
    sealed_sha256: str
    #: length of the sealed bytes
    sealed_bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The outside of an envelope: enough to verify, list and acknowledge it, nothing about the family."""

    #: the report's id, a UUID as 32 hex digits, the same for every revision
    report: str
    #: 1 for the first, then 2, 3, …
    revision: int
    #: SHA-256 of the sealed bytes, hex
    sealed_sha256: str
    #: length of the sealed bytes
    sealed_bytes: int
    #: the day of sealing, YYYY-MM-DD (UTC); no time of day on purpose
    sealed_on: str
    #: `$id` of the schema the inner report follows
    schema: str
    #: first 16 hex digits of SHA-256 of each age recipient it is sealed to
    recipients: tuple[str, ...]
    #: the attachments, each fetched and opened on its own
    files: tuple[SealedFile, ...] = ()
    format: str = FORMAT

    def as_bytes(self) -> bytes:
        """Canonical JSON: sorted keys, no spaces, ASCII. These bytes are signed and travel as they are."""
        fields = asdict(self)
        if self.format != FORMAT:
            del fields["files"]
        return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode("ascii")


def read_manifest(signed: bytes) -> Manifest:
    """The manifest in bytes whose signature was already verified; `MalformedEnvelope` when it is none of ours."""
    try:
        fields = json.loads(signed)
        files = tuple(SealedFile(**file) for file in fields.get("files", ()))
        manifest = Manifest(**{**fields, "recipients": tuple(fields["recipients"]), "files": files})
    except (ValueError, TypeError, KeyError, AttributeError):
        raise MalformedEnvelope("the manifest cannot be read") from None
    if manifest.format not in _KNOWN:
        raise MalformedEnvelope("the envelope's format is not known to this version")
    if manifest.as_bytes() != signed:
        raise MalformedEnvelope("the manifest is not in canonical form")
    return manifest


def pad(inner: bytes) -> bytes:
    """The JSON with trailing spaces up to the next size bucket; still valid JSON."""
    top = BUCKETS[-1]
    size = next((bucket for bucket in BUCKETS if len(inner) <= bucket), -(-len(inner) // top) * top)
    return inner.ljust(size, b" ")
