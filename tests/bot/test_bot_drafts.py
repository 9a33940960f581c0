"""A draft in its row: compressed, and still read as an earlier version wrote it."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.chats import open_draft, seal_draft
from bot.keys import DraftKey, Keys
from flows.conversation import Claim, Conversation, Raw, save
from ground.packing import pack
from ground.vault import Vault

AT = datetime(2026, 5, 3, 9, tzinfo=UTC)
ID = "a" * 32


def draft(answers: int) -> Conversation:
    words = "She was on her way to the university."
    claims = (
        Claim(f"question_{nth}", "answered", AT, Raw(words, "en"), {"type": "text", "text": words})
        for nth in range(answers)
    )
    return Conversation(ID, "en", AT, claims=tuple(claims))


def test_a_long_draft_is_a_fraction_of_its_length_and_comes_back_whole() -> None:
    key = DraftKey.new(Keys.of(Vault(bytes(32))), ID)
    long = draft(150)
    body = seal_draft(key, long)
    assert len(body) < len(pack(save(long))) / 4
    assert open_draft(key, ID, body) == long


def test_a_draft_of_a_version_that_did_not_compress_is_read() -> None:
    key = DraftKey.new(Keys.of(Vault(bytes(32))), ID)
    old = key.vault.seal(pack(save(draft(3))), table="conversations", row=ID, column="body")
    assert open_draft(key, ID, old) == draft(3)
