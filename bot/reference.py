"""Reference codes: 16 digits that look like a card number and open the status of one report.

Seven digits find the row (`selector`), seven open it (`verifier`, kept only as Argon2id over a keyed hash), two are an
ISO 7064 MOD 97-10 check, so that a slip is told apart from a wrong code before anything is looked up.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from stdnum.iso7064 import mod_97_10

from bot.keys import Keys
from flows.codes import CODE_DIGITS, digits, is_code

_HALF = 7
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@dataclass(frozen=True, slots=True)
class Code:
    """A code in two halves; its `repr` shows neither."""

    selector: str = field(repr=False)
    verifier: str = field(repr=False)

    @classmethod
    def new(cls) -> Code:
        digits = f"{secrets.randbelow(10 ** (2 * _HALF)):0{2 * _HALF}}"
        return cls(digits[:_HALF], digits[_HALF:])

    @property
    def shown(self) -> str:
        """As the family sees it: `1234 5678 9012 3456`."""
        digits = self.selector + self.verifier
        digits += mod_97_10.calc_check_digits(digits)
        return " ".join(digits[at : at + 4] for at in range(0, CODE_DIGITS, 4))

    def hashed(self, pepper: bytes) -> str:
        """What is kept of it (takes about 30 ms)."""
        return _HASHER.hash(self._keyed(pepper))

    def fits(self, hashed: str, pepper: bytes) -> bool:
        """Whether `hashed` was made of this code (takes as long)."""
        try:
            return _HASHER.verify(hashed, self._keyed(pepper))
        except VerifyMismatchError:
            return False

    def _keyed(self, pepper: bytes) -> str:
        return hmac.new(pepper, (self.selector + self.verifier).encode(), hashlib.sha256).hexdigest()


def read_code(words: str) -> Code | None:
    """The code in what somebody typed: digits of any script, spaces and dashes between; None when it is not one."""
    found = digits(words)
    if found is None or not is_code(found):
        return None
    return Code(found[:_HALF], found[_HALF : 2 * _HALF])


def seal_verifier(keys: Keys, code: Code) -> bytes:
    """The verifier as its row keeps it until it is hashed."""
    return keys.codes.seal(code.verifier.encode(), table="references", row=code.selector, column="unhashed")


def open_verifier(keys: Keys, selector: str, sealed: bytes) -> Code:
    """The code of a row that waits for its hash."""
    return Code(selector, keys.codes.open(sealed, table="references", row=selector, column="unhashed").decode())
