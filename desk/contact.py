"""What the desk knows about its contact with the families' side; the console shows it, the intake writes it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Trouble(StrEnum):
    """Why reports do not arrive; `desk.words` says each in a sentence."""

    NOT_SET_UP = "not_set_up"
    OUT_OF_REACH = "out_of_reach"
    TOKEN_REFUSED = "token_refused"  # noqa: S105
    BAD_ANSWER = "bad_answer"
    OWN_STORE = "own_store"


@dataclass(slots=True)
class Contact:
    """Shared by the intake and the console in one process. Moments are seconds since 1970."""

    #: when the families' side last answered as it should
    last_at: int | None = None
    trouble: Trouble | None = None
    trouble_since: int | None = None

    def good(self, now: int) -> None:
        """It answered."""
        self.last_at, self.trouble, self.trouble_since = now, None, None

    def bad(self, trouble: Trouble, now: int) -> None:
        """It did not; the first moment of an unbroken row of troubles is kept."""
        self.trouble, self.trouble_since = trouble, self.trouble_since or now
