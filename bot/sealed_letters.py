"""A letter as its row keeps it: what it says and what was answered so far, sealed under a key of the root's."""

from __future__ import annotations

from bot.keys import Keys
from bot.store.letters import LetterRow
from flows.letters import Letter, restore_letter, save_answers, save_letter
from ground.packing import pack, unpack


def seal_letter(keys: Keys, letter: Letter) -> bytes:
    """The letter as its row keeps it."""
    return keys.returns.seal(pack(save_letter(letter)), table="letters", row=letter.id, column="body")


def seal_answers(keys: Keys, letter: Letter) -> bytes | None:
    """What was answered so far and not sent, as its row keeps it; None when nothing was."""
    if not letter.claims:
        return None
    return keys.returns.seal(pack(save_answers(letter)), table="letters", row=letter.id, column="answers")


def open_sealed(keys: Keys, row: LetterRow) -> Letter:
    """The letter `seal_letter` sealed, with its answers. The row has a body as long as the letter is live."""
    assert row.body is not None  # noqa: S101
    saved = unpack(keys.returns.open(row.body, table="letters", row=row.id, column="body"))
    answers = []
    if row.answers is not None:
        answers = unpack(keys.returns.open(row.answers, table="letters", row=row.id, column="answers"))
    kind: str = row.kind
    return restore_letter(row.id, row.report, kind, saved, answers)  # type: ignore[arg-type]
