"""What can be said of an attachment: what it is, or why it is not taken. Nothing here holds a file's content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: kind: not one of those we take; too_big: more bytes or more pixels than we take; damaged: cut off, inconsistent, or
#: two formats in one; empty: no bytes; not_fetched: Telegram did not give it to us.
Reason = Literal["kind", "too_big", "damaged", "empty", "not_fetched"]

#: Bytes of one file: what the Bot API lets a bot download (core.telegram.org/bots/api#getfile).
MOST_BYTES = 20 * 1024 * 1024
#: Files of one report, and their bytes together, before sealing. The conversation counts them.
MOST_FILES = 10
MOST_BYTES_TOGETHER = 50 * 1024 * 1024
#: Pixels of one picture. Phones make up to 108 million (12,000 x 9,000); a few kilobytes can claim billions and bring
#: down the viewer that believes them.
MOST_PIXELS = 120_000_000


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is, by its bytes."""

    kind: Literal["image", "audio", "document"]
    mime: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is not taken."""

    reason: Reason


class Unfit(Exception):  # noqa: N818
    """Raised inside this package for a file that is not taken; its text is one of ours and quotes nothing."""

    def __init__(self, reason: Reason, why: str) -> None:
        super().__init__(why)
        self.reason: Reason = reason


def damaged(why: str) -> Unfit:
    """Cut off, inconsistent, or two formats in one."""
    return Unfit("damaged", why)
