"""Asks the other process what a message may mean. Trouble of any kind means "no meaning", in 300 milliseconds at most."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import structlog

from bot.nlu.breaker import Breaker
from flows.meaning.intents import INTENTS
from flows.meaning.meaning import Meaning

#: seconds a turn waits at most
BUDGET = 0.3
#: characters of a message that are sent; the rest would change nothing and cost time
MOST_CHARACTERS = 600
#: an answer is about 1 kB
_LARGEST_ANSWER = 16_384

log = structlog.get_logger()


class Understanding:
    """`meaning` of a text, or None. One per bot; `close` at its end. Never raises, never logs a text.

    `url` is the other process's address, `token_file` where it leaves its token at each start. No such file: nobody
    is asked, and nothing is waited for.
    """

    def __init__(
        self, url: str, token_file: Path, *, budget: float = BUDGET, breaker: Breaker | None = None, most: int = 8
    ) -> None:
        self._url = url.rstrip("/") + "/parse"
        self._token_file = token_file
        self._budget = budget
        self._breaker = breaker or Breaker()
        self._most = most
        self._session: aiohttp.ClientSession | None = None
        self._token: tuple[int, str] = (0, "")
        #: how asking went, by outcome; for `wasl bot status` and the log
        self.outcomes: Counter[str] = Counter()

    @property
    def awake(self) -> bool:
        """Whether asking makes sense now: the other process has left its token, and does not keep failing."""
        return bool(self._read_token()) and not self._breaker.open

    async def meaning(self, text: str) -> Meaning | None:
        """What Rasa takes the text for. None when it has no letters or digits, or Rasa gave no good answer in time."""
        asked = sendable(text)
        token = self._read_token() if asked else ""
        if not asked or not token or self._breaker.open:
            return None
        try:
            async with asyncio.timeout(self._budget):
                found = await self._ask(asked, token)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            self._trouble(type(error).__name__)
            return None
        self._breaker.succeeded()
        self.outcomes["understood"] += 1
        return found

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _ask(self, text: str, token: str) -> Meaning | None:
        if self._session is None:
            # Loopback needs no proxy, and must not be sent through one.
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._most), trust_env=False, raise_for_status=False
            )
        headers = {"Authorization": f"Bearer {token}"}
        async with self._session.post(self._url, json={"text": text}, headers=headers, allow_redirects=False) as answer:
            body = await answer.content.read(_LARGEST_ANSWER)
            if answer.status != 200:
                raise ValueError("not a good answer")
        return read_answer(body)

    def _read_token(self) -> str:
        """The token of the process that runs now: read again when its file has changed."""
        try:
            changed = self._token_file.stat().st_mtime_ns
            if changed != self._token[0]:
                self._token = (changed, self._token_file.read_text(encoding="ascii").strip())
        except (OSError, ValueError):
            return ""
        return self._token[1]

    def _trouble(self, error: str) -> None:
        self.outcomes[error] += 1
        if self._breaker.failed():
            log.warning("understanding_rests", error=error)


def sendable(text: str) -> str:
    """The part of a text that is asked about: bounded, no command's slash, empty when no letter or digit is in it."""
    asked = text[:MOST_CHARACTERS].lstrip().lstrip("/").strip()
    if not any(sign.isalnum() for sign in asked):
        return ""
    # A lone surrogate has no UTF-8.
    return asked.encode("utf-8", "ignore").decode("utf-8")


def read_answer(body: bytes) -> Meaning | None:
    """The meaning in an answer; ValueError when it is none: only our own intents, with numbers from 0 to 1, pass."""
    import orjson

    answer: Any = orjson.loads(body)  # its error is a ValueError
    rows = answer.get("ranking") if isinstance(answer, dict) else None
    if not isinstance(rows, list):
        raise ValueError("no ranking")  # noqa: TRY004  (of the answer, not of a type of ours)
    ranking = tuple(_row(row) for row in rows)
    if not ranking:
        return None
    return Meaning(*ranking[0], ranking, "nlu")


def _row(row: Any) -> tuple[str, float]:
    match row:
        case [str(intent), float() | int() as confidence] if intent in INTENTS and 0 <= confidence <= 1:
            return intent, float(confidence)
    raise ValueError("not a ranking")
