"""What Telegram's refusals mean for a message: done all the same, gone, never, or not now."""

from __future__ import annotations

from enum import Enum, auto

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError


class Refusal(Enum):
    #: what we wanted is already so
    ALREADY = auto()
    #: the message to change is gone: say it anew
    GONE = auto()
    #: a message of the family that may not be deleted any more
    STAYS = auto()
    #: we cannot write to this chat
    UNREACHABLE = auto()
    #: Telegram will never take this one
    NEVER = auto()
    #: too fast: wait as long as Telegram says
    LATER = auto()
    #: the token is not valid (any more)
    TOKEN = auto()
    #: the network, or Telegram itself: try again
    TROUBLE = auto()


_TEXTS = (
    ("message is not modified", Refusal.ALREADY),
    ("message to delete not found", Refusal.ALREADY),
    ("message to edit not found", Refusal.GONE),
    ("message can't be edited", Refusal.GONE),
    ("message_id_invalid", Refusal.GONE),
    ("message can't be deleted", Refusal.STAYS),
    ("chat not found", Refusal.UNREACHABLE),
    ("user not found", Refusal.UNREACHABLE),
    ("peer_id_invalid", Refusal.UNREACHABLE),
)


def understand(error: TelegramError) -> Refusal:
    """What to do about an error. (BadRequest is a NetworkError in python-telegram-bot, so it is asked first.)"""
    match error:
        case RetryAfter():
            return Refusal.LATER
        case Forbidden() | ChatMigrated():
            return Refusal.UNREACHABLE
        case InvalidToken():
            return Refusal.TOKEN
        case BadRequest():
            text = error.message.lower()
            return next((refusal for words, refusal in _TEXTS if words in text), Refusal.NEVER)
    return Refusal.TROUBLE
