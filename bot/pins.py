"""PINs of what was sent: kept as Argon2id over a keyed hash, the right one beside one for an emergency.

Both hashes are always there: where no emergency PIN was chosen, the second is of something nobody can type, so that neither the
database nor the time of an answer tells whether there is one. A check costs the same whatever is known and whatever is right.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from bot.keys import Keys
from bot.reference import Code, open_verifier
from bot.store.references import Reference

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
#: Each hash takes 19 MiB; a flood of guesses must not take the machine.
_AT_ONCE = asyncio.Semaphore(2)

#: `duress` is to be told as `wrong`, in the same words and the same time.
Verdict = Literal["right", "wrong", "duress"]


@dataclass(frozen=True, slots=True)
class Pins:
    """The two hashes of a request."""

    pin: str = field(repr=False)
    duress: str = field(repr=False)


async def make(keys: Keys, report: str, pin: str) -> Pins:
    """Hashes for a new PIN; what was the emergency PIN until now ends."""
    return Pins(await _hashed(_keyed(keys, report, pin)), await _hashed(secrets.token_hex(32)))


async def with_duress(keys: Keys, report: str, reference: Reference, pin: str) -> Pins | None:
    """The request's hashes with an emergency PIN; None when that is its PIN already, or it has none yet."""
    if reference.pin is None or await _judge(keys, report, reference, pin) == "right":
        return None
    return Pins(reference.pin, await _hashed(_keyed(keys, report, pin)))


async def judge(keys: Keys, report: str | None, reference: Reference | None, pin: str) -> Verdict:
    """What a PIN is to a request in its own chat. One that has no PIN, or that there is not, takes as long."""
    return await _judge(keys, report or "", reference, pin)


async def judge_both(keys: Keys, code: Code, reference: Reference | None, pin: str) -> Verdict:
    """What a code and a PIN together are to a request, from anywhere."""
    known = (reference.hash if reference else None) or _decoy()
    async with _AT_ONCE:
        fits = await asyncio.to_thread(code.fits, known, keys.pepper)
    if reference is not None and reference.unhashed is not None:
        # The slow hash is not made yet.
        fits = hmac.compare_digest(open_verifier(keys, code.selector, reference.unhashed).verifier, code.verifier)
    verdict = await _judge(keys, reference.report if reference else "", reference, pin)
    return verdict if fits else "wrong"


async def _judge(keys: Keys, report: str, reference: Reference | None, pin: str) -> Verdict:
    keyed = _keyed(keys, report, pin)
    right = await _fits(keyed, reference.pin if reference else None)
    duress = await _fits(keyed, reference.duress if reference else None)
    return "right" if right else "duress" if duress else "wrong"


async def _fits(keyed: str, hashed: str | None) -> bool:
    async with _AT_ONCE:
        return await asyncio.to_thread(_verified, hashed or _decoy(), keyed)


def _verified(hashed: str, keyed: str) -> bool:
    try:
        return _HASHER.verify(hashed, keyed)
    except VerifyMismatchError:
        return False


async def _hashed(keyed: str) -> str:
    async with _AT_ONCE:
        return await asyncio.to_thread(_HASHER.hash, keyed)


def _keyed(keys: Keys, report: str, pin: str) -> str:
    """Bound to the request, so that equal PINs of two requests have nothing in common."""
    return hmac.new(keys.pepper, f"pin|{report}|{pin}".encode(), hashlib.sha256).hexdigest()


@cache
def _decoy() -> str:
    """A hash nothing fits."""
    return _HASHER.hash(secrets.token_hex(32))
