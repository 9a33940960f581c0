"""Passphrases: hashed with Argon2id, at least fifteen characters, no rules about which."""

from __future__ import annotations

import hashlib
import secrets
import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST = 15
#: Long enough for any sentence; a bound, so that nobody makes us hash a book.
LONGEST = 256

#: No character that is easily taken for another one.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

_hasher = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
#: Two at a time: 92 MiB at most, however many people knock.
_two_at_a_time = threading.BoundedSemaphore(2)


def one_time() -> str:
    """Five groups of four, about 99 bits: `k7mp-…`."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(5))


def hashed(passphrase: str) -> str:
    """The Argon2id hash to keep."""
    with _two_at_a_time:
        return _hasher.hash(_plain(passphrase))


def matches(kept: str | None, passphrase: str) -> bool:
    """Whether it is the passphrase; takes the same time when there is nobody (None)."""
    if len(passphrase) > LONGEST:
        passphrase = ""
    with _two_at_a_time:
        try:
            _hasher.verify(kept or _nobody(), _plain(passphrase))
        except (Argon2Error, InvalidHashError):
            return False
    return kept is not None


def is_long_enough(passphrase: str) -> bool:
    """At least fifteen characters, and no more than anybody types."""
    return SHORTEST <= len(unicodedata.normalize("NFC", passphrase)) <= LONGEST


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_bytes(16))


def _plain(passphrase: str) -> bytes:
    """The same bytes however the keyboard composed its accents."""
    return hashlib.sha256(unicodedata.normalize("NFC", passphrase).encode("utf-8", "replace")).digest()
