"""A signed receipt of one sending, as text: what it says, how it is written and read. It signs and verifies nothing.

`W1.` and base64url (no padding) of 109 bytes: one byte 1, the day of sealing (two bytes, days since 1970), the revision (two
bytes), the SHA-256 of the sealed bytes (32), the first eight bytes of the SHA-256 of the raw Ed25519 public key, and the
signature (64) over `SIGNED` and all that stands before it. Numbers are big-endian. The digest is that of random-looking bytes
which nobody but the team can open; a receipt says that something was sent, and when, and neither by whom nor about whom.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from dataclasses import dataclass
from datetime import date, timedelta

MARK = "W1."
#: Stands before what is signed, so that no receipt is a manifest and no manifest a receipt.
SIGNED = b"wasl-receipt/1\x00"
SIGNATURE_BYTES = 64
_LAYOUT = struct.Struct(">BHH32s8s")
_LETTERS = -(-(_LAYOUT.size + SIGNATURE_BYTES) * 4 // 3)
#: Beside what may stand around it when it is copied out of a message.
_TEXT = re.compile(rf"W1\.\s*((?:[A-Za-z0-9_-]\s*){{{_LETTERS}}})(?![A-Za-z0-9_-])")
_FIRST = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says."""

    #: of sealing (UTC)
    day: date
    revision: int
    #: SHA-256 of the sealed bytes, as in the manifest, hex
    sealed_sha256: str
    #: 16 hex digits, see `key_id`
    key: str

    def as_bytes(self) -> bytes:
        """Without the signature."""
        days = (self.day - _FIRST).days
        return _LAYOUT.pack(1, days, self.revision, bytes.fromhex(self.sealed_sha256), bytes.fromhex(self.key))

    @property
    def signed(self) -> bytes:
        """What is signed."""
        return SIGNED + self.as_bytes()


def key_id(raw_public_key: bytes) -> str:
    """The name of a key in a receipt."""
    return hashlib.sha256(raw_public_key).digest()[:8].hex()


def write(receipt: Receipt, signature: bytes) -> str:
    """The receipt as its family keeps it."""
    return MARK + base64.urlsafe_b64encode(receipt.as_bytes() + signature).decode().rstrip("=")


def read(words: str) -> tuple[Receipt, bytes] | None:
    """The receipt in some words and its signature, not verified; None when there is none, or more than one."""
    found = _TEXT.findall(words)
    if len(found) != 1:
        return None
    letters = "".join(found[0].split())
    try:
        raw = base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
        version, days, revision, digest, key = _LAYOUT.unpack(raw[: _LAYOUT.size])
    except (binascii.Error, ValueError, struct.error):
        return None
    if version != 1 or len(raw) != _LAYOUT.size + SIGNATURE_BYTES:
        return None
    return Receipt(_FIRST + timedelta(days=days), revision, digest.hex(), key.hex()), raw[_LAYOUT.size :]
