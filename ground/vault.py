"""Encryption of single database fields at rest: AES-256-GCM, bound to the table, row and column they belong to."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ground.complaints import Complaint

#: Version 1 of our field layout: one version byte, 12 bytes of random nonce, then ciphertext and tag.
_VERSION = b"\x01"
_NONCE_BYTES = 12
KEY_BYTES = 32


class Unreadable(Exception):  # noqa: N818
    """A field that this key cannot open: another key, another row, or damage. Carries no content."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals and opens fields under one 32-byte key. Its `repr` shows nothing."""

    key: bytes = field(repr=False)
    _cipher: AESGCM = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.key) != KEY_BYTES:
            raise Complaint(f"A key must have {KEY_BYTES} bytes; this one has {len(self.key)}.")
        object.__setattr__(self, "_cipher", AESGCM(self.key))

    def derive(self, purpose: str) -> Vault:
        """A vault for one purpose (HKDF-SHA256), so that no key serves two ends."""
        return Vault(HKDF(SHA256(), KEY_BYTES, salt=None, info=f"wasl/{purpose}".encode()).derive(self.key))

    def pseudonym(self, words: str) -> str:
        """A keyed fingerprint (HMAC-SHA256, 32 hex digits): equal for equal words, meaningless without the key."""
        mac = HMAC(self.key, SHA256())
        mac.update(words.encode())
        return mac.finalize().hex()[:32]

    def seal(self, plain: bytes, *, table: str, row: str, column: str) -> bytes:
        """Ciphertext that opens only in this place."""
        nonce = _nonce()
        return _VERSION + nonce + self._cipher.encrypt(nonce, plain, _place(table, row, column))

    def open(self, sealed: bytes, *, table: str, row: str, column: str) -> bytes:
        """The plaintext; `Unreadable` when key, place or bytes are not the ones it was sealed with."""
        if sealed[:1] != _VERSION:
            raise Unreadable(f"{table}.{column} is not in a layout this version knows.")
        nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, rest, _place(table, row, column))
        except InvalidTag:
            raise Unreadable(f"{table}.{column} does not open with this key in this place.") from None


def _nonce() -> bytes:
    """A random nonce, never given out twice. Random bytes are fetched many at a time: each fetch lets go of the
    interpreter, and under load that costs more than the encryption."""
    try:
        return _nonces.pop()
    except IndexError:
        fresh = os.urandom(_NONCE_BYTES * 256)
        _nonces.extend(fresh[at : at + _NONCE_BYTES] for at in range(_NONCE_BYTES, len(fresh), _NONCE_BYTES))
        return fresh[:_NONCE_BYTES]


#: Nonces fetched and not yet used. A forked child would share them, so it starts with none.
_nonces: list[bytes] = []
os.register_at_fork(after_in_child=_nonces.clear)


def new_key() -> bytes:
    """A fresh random 32-byte key."""
    return os.urandom(KEY_BYTES)


def _place(table: str, row: str, column: str) -> bytes:
    return f"wasl/1|{table}|{row}|{column}".encode()
