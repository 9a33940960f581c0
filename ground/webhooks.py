"""Signed requests between the two sides as Standard Webhooks has them: `v1` (HMAC-SHA256) and `v1a` (Ed25519).

Signed is `id.timestamp.body`, so everything a request asks for must be in its body, not in its address. The library of that
name (1.1.0) knows `v1` only, lets a malformed header raise ValueError, and takes the time from the machine.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ground.complaints import Complaint

#: How far the two clocks may be apart, and how long a request may be under way (seconds).
WINDOW = 300
#: In front of a shared secret, which is base64.
SECRET_PREFIX = "whsec_"  # noqa: S105  (a prefix)
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SHORTEST, _LONGEST = 24, 64


class Refused(Exception):  # noqa: N818
    """A request that is not signed as it should be; the reason is one of our words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with a secret, a key, or both. Its `repr` shows neither."""

    key: Ed25519PrivateKey | None = field(default=None, repr=False)
    secret: bytes | None = field(default=None, repr=False)

    def headers(self, id_: str, timestamp: int, body: bytes) -> dict[str, str]:
        """The three headers of a request or an answer; `timestamp` in seconds since 1970."""
        signed = _signed(id_, str(timestamp), body)
        signatures = []
        if self.secret is not None:
            signatures.append("v1," + _text(hmac.digest(self.secret, signed, "sha256")))
        if self.key is not None:
            signatures.append("v1a," + _text(self.key.sign(signed)))
        return {
            "webhook-id": id_,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(signatures),
        }


@dataclass(frozen=True, slots=True)
class Verifier:
    """Knows the secrets and public keys of the other side: several while one is replaced by the next."""

    keys: Sequence[Ed25519PublicKey] = ()
    secrets: Sequence[bytes] = field(default=(), repr=False)

    def verify(self, headers: Mapping[str, str], body: bytes, now: float) -> str:
        """The id of a request that is signed by the other side and not old; `Refused` otherwise."""
        id_, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not _ID.fullmatch(id_) or not _TIMESTAMP.fullmatch(timestamp):
            raise Refused("headers")
        if abs(int(timestamp) - now) > WINDOW:
            raise Refused("timestamp")
        signed = _signed(id_, timestamp, body)
        for one in headers.get("webhook-signature", "").split(" ")[:8]:
            version, _, signature = one.partition(",")
            if self._holds(version, signature, signed):
                return id_
        raise Refused("signature")

    def _holds(self, version: str, signature: str, signed: bytes) -> bool:
        try:
            told = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            return False
        if version == "v1":
            return any(hmac.compare_digest(hmac.digest(secret, signed, "sha256"), told) for secret in self.secrets)
        return version == "v1a" and any(_verifies(key, told, signed) for key in self.keys)


def read_secrets(held: bytes) -> list[bytes]:
    """The secrets in a file, one a line (`whsec_…`); a Complaint for a line that is none."""
    found = []
    for line in held.decode("ascii", "replace").split():
        try:
            secret = base64.b64decode(line.removeprefix(SECRET_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            secret = b""
        if not line.startswith(SECRET_PREFIX) or not _SHORTEST <= len(secret) <= _LONGEST:
            raise Complaint("A secret of the way back is `whsec_` and then 24 to 64 bytes in base64, one a line.")
        found.append(secret)
    return found


def write_secret_line(secret: bytes) -> bytes:
    """A secret as a line of its file."""
    return (SECRET_PREFIX + _text(secret)).encode()


def read_public_keys(pem: bytes) -> list[Ed25519PublicKey]:
    """The Ed25519 public keys in a PEM file, one after the other; a Complaint for anything else."""
    end = b"-----END PUBLIC KEY-----"
    found = []
    for block in (part + end for part in pem.split(end) if part.strip()):
        key: object = None
        with suppress(ValueError):
            key = serialization.load_pem_public_key(block.strip())
        if not isinstance(key, Ed25519PublicKey):
            raise Complaint("The case team's key is not an Ed25519 public key in PEM.")
        found.append(key)
    return found


def _verifies(key: Ed25519PublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _signed(id_: str, timestamp: str, body: bytes) -> bytes:
    return f"{id_}.{timestamp}.".encode() + body


def _text(exact: bytes) -> str:
    return base64.b64encode(exact).decode("ascii")
