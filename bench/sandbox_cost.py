"""How much of a core the sandbox needs: a bot that answers taps, paced, over one connection pool.

    wasl sandbox --memory --port 8991 &
    python bench/sandbox_cost.py http://127.0.0.1:8991 $! --taps 750 --seconds 6

Each tap costs the bot two calls (answerCallbackQuery, editMessageText) and its share of a getUpdates.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from dataclasses import dataclass, field

import aiohttp
import psutil

from bot.sandbox.phone import Remote, ask
from bot.sandbox.wire import Json, encode

PHONES = 500
BOT = "/bot1:load/"
KEYBOARD = {
    "inline_keyboard": [
        [{"text": "نعم", "callback_data": "v1:a:q1:y"}, {"text": "لا", "callback_data": "v1:a:q1:n"}],
        [{"text": "لا أعرف", "callback_data": "v1:a:q1:u"}],
    ]
}


@dataclass(slots=True)
class Answering:
    """A bot with at most 60 calls in flight."""

    session: aiohttp.ClientSession
    url: str
    calls: int = 0
    anchors: dict[int, int] = field(default_factory=dict)
    lines: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(60))

    async def call(self, method: str, **values: object) -> Json:
        self.calls += 1
        answer: Json = await ask(
            self.session,
            "POST",
            f"{self.url}{BOT}{method}",
            data=encode(values),
            headers={"content-type": "application/json"},
        )
        return answer

    async def answer(self, update: Json) -> None:
        async with self.lines:
            if query := update.get("callback_query"):
                message = query["message"]
                await self.call("answerCallbackQuery", callback_query_id=query["id"])
                words = f"سؤال رقم {self.calls}: ما آخر خبر وصلكم عنه؟"
                place = {"chat_id": message["chat"]["id"], "message_id": message["message_id"]}
                await self.call("editMessageText", **place, text=words, reply_markup=KEYBOARD)
            else:
                chat_id = update["message"]["chat"]["id"]
                sent = await self.call(
                    "sendMessage", chat_id=chat_id, text="<b>؟</b>", parse_mode="HTML", reply_markup=KEYBOARD
                )
                self.anchors[chat_id] = sent["result"]["message_id"]

    async def poll(self) -> None:
        offset = 0
        async with asyncio.TaskGroup() as answers:
            while True:
                for update in (await self.call("getUpdates", offset=offset, timeout=20))["result"]:
                    offset = update["update_id"] + 1
                    answers.create_task(self.answer(update))


async def measure(url: str, server: psutil.Process, taps: int, seconds: float) -> str:
    """One line of figures."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64)) as session:
        remote, bot = Remote(session, url), Answering(session, url)
        made = await remote.drive([{"do": "phone", "name": "P", "language_code": "ar"}] * PHONES)
        chats = [one["chat_id"] for one in made]
        await remote.drive([{"do": "start", "chat_id": chat} for chat in chats])
        polling = asyncio.create_task(bot.poll())
        while len(bot.anchors) < PHONES:  # noqa: ASYNC110  (the bot isn't measured yet)
            await asyncio.sleep(0.1)
        used, began, bot.calls, tapped = sum(server.cpu_times()[:2]), time.monotonic(), 0, 0
        while (passed := time.monotonic() - began) < seconds:
            due = range(tapped, int(passed * taps))
            if due:
                turns = [chats[number % PHONES] for number in due]
                await remote.drive([{"do": "tap", "chat_id": c, "message_id": bot.anchors[c], "row": 0} for c in turns])
            tapped += len(due)
            await asyncio.sleep(0.02)
        used = sum(server.cpu_times()[:2]) - used
        line = f"{bot.calls / passed:.0f} bot calls/s, {tapped / passed:.0f} taps/s: {used / passed:.0%} of a core"
        polling.cancel()
        return f"{line}, {used / bot.calls * 1e6:.0f} µs per call, {server.memory_info().rss / 2**20:.0f} MB"


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("url")
    reader.add_argument("pid", type=int)
    reader.add_argument("--taps", type=int, default=750)
    reader.add_argument("--seconds", type=float, default=6)
    given = reader.parse_args()
    print(asyncio.run(measure(given.url, psutil.Process(given.pid), given.taps, given.seconds)))


if __name__ == "__main__":
    main()
