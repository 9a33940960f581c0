"""After a second PIN no chat knows of what was sent; and the chat it was in goes on looking as if the PIN had been wrong.

In place of what is forgotten stand things nobody can open: an ended conversation that asks for a PIN for ever, a locked draft
whose key exists nowhere, letters of no request. The PIN written to any of them finds nothing, in the time a wrong one takes.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection

from bot.chats import Chat, Locked, seal_draft, seal_receipt
from bot.keys import DraftKey, Keys
from bot.plans import Plan
from bot.sealed_letters import seal_letter
from bot.store import letters
from bot.store.chats import Draft
from bot.store.tables import KEY_AWAY
from flows.conversation import Asking, Conversation
from flows.letters import Letter


def forgets(plan: Plan, keys: Keys, chat: Chat, report: str, at: datetime, asking: Asking | None = None) -> None:
    """Change the plan of a refusal in this chat, so that from then on no chat knows of this request.

    `asking` is what the chat's conversation goes on asking for.
    """
    plan.unlinks = report
    # A letter that stands in may hear what is written.
    plan.afterwards.append(lambda chat: setattr(chat, "answers", None))
    plan.first.append(lambda connection: _leave_letters(connection, keys, chat.lane, report))
    if chat.id_of_conversation != report:
        return
    over = Conversation(uuid4().hex, chat.language, at, status="ended", asking=asking or "proof_st")
    plan.erased_conversation, plan.key, plan.whole, plan.draft_over = None, None, True, False
    plan.state |= {"conversation": over.id, "rhythm": None, "reminded": False, "digest": 0}
    receipt = seal_receipt(keys, over)
    if chat.locked is None:
        plan.conversation = over
        plan.draft = Draft(over.id, chat.lane, over.status, plan.day, None, None, receipt)
        return
    body = seal_draft(DraftKey.new(keys, over.id), over)
    plan.conversation = None
    plan.draft = Draft(over.id, chat.lane, "open", plan.day, body, None, receipt, locked=KEY_AWAY)

    def remember(chat: Chat) -> None:
        chat.forget_conversation()
        chat.locked, chat.receipt, chat.version = Locked(over.id, body), over, 1

    plan.afterwards.append(remember)


def is_over(chat: Chat) -> bool:
    """Whether the locked draft here stands for one that is forgotten."""
    return chat.locked is not None and chat.receipt is not None and chat.receipt.status == "ended"


def _leave_letters(connection: Connection, keys: Keys, lane: str, report: str) -> None:
    """For each letter of the request that stands in this chat one of no request, behind the same button."""
    for row in letters.live(connection, lane):
        if row.report != report or row.message is None or row.kind == "note":
            continue
        letter = Letter(f"{row.tag[1:]}{secrets.token_hex(16)}"[:32], "", "message")
        body = seal_letter(keys, letter)
        letters.put(
            connection, id_=letter.id, report="", lane=lane, kind="message", body=body, day=row.day, state=row.state
        )
        letters.said(connection, [(letter.id, row.message)], row.day)
