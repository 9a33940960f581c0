"""A draft's key wrapped under a code and a PIN: how a draft gets to another phone. Code and PIN are kept nowhere.

The code is one of `bot.reference` (16 digits, its first half finds the row), the PIN has six digits. Both together, mixed
with a key that is not in the database, become a key by Argon2id; that key wraps the draft's.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
from dataclasses import dataclass, field

from argon2.low_level import Type, hash_secret_raw

from bot.keys import DraftKey, Keys
from bot.reference import Code, read_code
from bot.store.resumptions import Found, Resumption
from flows.codes import CODE_DIGITS, PIN_DIGITS, all_digits
from ground.vault import KEY_BYTES, Unreadable, Vault

#: 64 MiB and three passes: about 0.2 s here, so that guessing offline is dear.
_MEMORY_KIB, _PASSES = 64 * 1024, 3
_AT_ONCE = asyncio.Semaphore(2)


@dataclass(frozen=True, slots=True)
class Secret:
    """A code and a PIN, as somebody typed them; its `repr` shows neither."""

    code: Code = field(repr=False)
    pin: str = field(repr=False)

    @property
    def selector(self) -> str:
        return self.code.selector


def read_secret(words: str) -> Secret | None:
    """Code and PIN in 22 digits of any script; None when they are not, or the code has a slip in it."""
    digits = all_digits(words)
    if len(digits) != CODE_DIGITS + PIN_DIGITS:
        return None
    code = read_code(digits[:CODE_DIGITS])
    return Secret(code, digits[CODE_DIGITS:]) if code else None


async def make(keys: Keys, conversation: str, key: DraftKey, pin: str) -> tuple[Code, Resumption]:
    """A new code for a draft, and the row that code and PIN open."""
    code, salt = Code.new(), os.urandom(16)
    wrapping = await _derive(keys, Secret(code, pin), salt)
    wrapped = wrapping.seal(key.vault.key, table="resumptions", row=conversation, column="wrapped")
    return code, Resumption(code.selector, conversation, salt, wrapped)


async def open_key(keys: Keys, secret: Secret, found: Found | None) -> bytes | None:
    """The draft's key; None when code and PIN are not the right ones. Takes as long when there is no such draft."""
    row = found.resumption if found else Resumption("", "", b"\x00" * 16, b"")
    wrapping = await _derive(keys, secret, row.salt)
    if found is None:
        return None
    try:
        return wrapping.open(row.wrapped, table="resumptions", row=row.conversation, column="wrapped")
    except Unreadable:
        return None


async def _derive(keys: Keys, secret: Secret, salt: bytes) -> Vault:
    words = f"{secret.code.selector}{secret.code.verifier}|{secret.pin}".encode()
    mixed = hmac.new(keys.carrying, words, hashlib.sha256).digest()
    async with _AT_ONCE:
        return Vault(await asyncio.to_thread(_stretch, mixed, salt))


def _stretch(mixed: bytes, salt: bytes) -> bytes:
    return hash_secret_raw(mixed, salt, _PASSES, _MEMORY_KIB, 1, KEY_BYTES, Type.ID)
