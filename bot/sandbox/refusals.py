"""How the Bot API says no: a code, Telegram's own sentence, and sometimes how long to wait."""

from __future__ import annotations

from bot.sandbox.wire import Json


class Refusal(Exception):  # noqa: N818  (an answer of the server, not a fault of it)
    """An answer with `ok: false`. `description` is Telegram's text where we know it."""

    def __init__(self, code: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def answer(self) -> Json:
        """The body as Telegram sends it."""
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


def bad_request(reason: str) -> Refusal:
    """400 with Telegram's prefix."""
    return Refusal(400, f"Bad Request: {reason}")


def too_many(seconds: int) -> Refusal:
    """429; `seconds` is what the bot has to wait."""
    return Refusal(429, f"Too Many Requests: retry after {seconds}", seconds)


CHAT_NOT_FOUND = "chat not found"
BLOCKED = "Forbidden: bot was blocked by the user"
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
