"""Words that answer no question, from the phone through the bot: beside a process that advises, that hangs, that is not there.

The other process is stood in for by its HTTP contract, so that what it says, and when, is ours to choose; Rasa itself answers
in tests/nlu/test_end_to_end.py where its environment is present.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import family
import pytest
from aiohttp import web
from conftest import Running
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.clock import notice_silence
from bot.nlu.client import BUDGET
from bot.nlu.serve import leave_token
from bot.sandbox.phone import Phone
from bot.store.store import look
from bot.store.tables import tasks


@dataclass
class Advisor:
    """What stands in for Rasa: it remembers what it was asked, and answers after `seconds`."""

    ranking: Sequence[tuple[str, float]] = (("help", 0.5), ("check_status", 0.5))
    seconds: float = 0.0
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append((await request.json())["text"])
        await asyncio.sleep(self.seconds)
        return web.json_response({"ranking": self.ranking})


@pytest.fixture
async def advisor(bot: Running) -> AsyncIterator[Advisor]:
    found = Advisor()
    async with _serving(found) as port:
        token = bot.settings.bot_data.parent / "nlu" / "token"
        leave_token(token, "a-token")
        bot.settings = bot.settings.model_copy(update={"nlu_url": f"http://127.0.0.1:{port}", "nlu_token_file": token})
        yield found


@asynccontextmanager
async def _serving(advisor: Advisor) -> AsyncIterator[int]:
    application = web.Application()
    application.router.add_post("/parse", advisor.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    try:
        yield site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    finally:
        await runner.cleanup()


def reasons(bot: Running) -> list[str]:
    return look(bot.settings.database_url, lambda connection: list(connection.scalars(select(tasks.c.reason))))


async def until(phone: Phone, question: str) -> dict[str, Any]:
    """Answer until this is asked."""
    current = await family.begin(phone)
    for _ in range(60):
        if question in current["text"]:
            return current
        await family.answer(phone, current)
        current = await family.changed(phone, current)
    raise AssertionError("It is never asked.")


async def test_after_sending_a_question_in_free_words_is_answered(
    bot: Running, samira: Phone, advisor: Advisor
) -> None:
    await bot.start()
    await family.report(samira)
    advisor.ranking = (("check_status", 0.95), ("faq_how_long", 0.03))
    await samira.say("is there anything new about my girl")
    shown = await samira.wait_for("Nobody has read it yet")
    advisor.ranking = (("faq_how_long", 0.6), ("check_status", 0.35))
    await samira.say("how many months still")
    await samira.wait_for("Is it one of these?")
    await samira.tap("How long does it take?")
    await samira.wait_for("Did this answer your question?")
    assert shown["from_bot"]
    assert advisor.asked[-2:] == ["is there anything new about my girl", "how many months still"]


async def test_answers_in_the_familys_own_words_are_not_shown_to_it(
    bot: Running, samira: Phone, advisor: Advisor
) -> None:
    """Nor what a rule has understood already."""
    advisor.ranking = (("cancel", 0.99),)
    await bot.start()
    current = await until(samira, "What is the name of the missing person?")
    await samira.say("Grace Hope")
    current = await family.changed(samira, current)
    assert "father" in current["text"]
    await samira.say("back")
    current = await family.changed(samira, current)
    assert "What is the name of the missing person?" in current["text"]
    assert advisor.asked == []


async def test_what_hangs_delays_an_answer_by_its_budget_and_then_is_left_alone(
    bot: Running, samira: Phone, advisor: Advisor
) -> None:
    advisor.seconds = 30
    house = await bot.start()
    await family.report(samira)
    took = []
    for number in range(7):
        before = await family.changed(samira)
        began = time.monotonic()
        await samira.say(f"is there anything new, number {number}?")
        await family.changed(samira, before)
        took.append(time.monotonic() - began)
    assert max(took) < BUDGET + 1.2
    assert len(advisor.asked) == 5, "after five failures nobody is asked for half a minute"
    assert house.understanding.outcomes["TimeoutError"] == 5


async def test_without_it_everything_goes_on(bot: Running, samira: Phone) -> None:
    await bot.start()
    await family.report(samira)
    await samira.say("I want to talk to a person")
    await samira.wait_for("A person of the team has been told")
    assert reasons(bot) == ["asked"]


async def test_distress_stops_the_questions_brings_a_person_and_leaves_no_word_in_the_log(
    bot: Running, samira: Phone, advisor: Advisor
) -> None:
    with capture_logs() as logs:
        house = await bot.start()
        current = await until(samira, "tell us in your own words what happened")
        await samira.say("They took Zanubia, and since then I want to die")
        shown = await samira.wait_for("Call for help.")
        await bot_rests(bot)
    assert "Continue" in family.labels(shown)
    assert reasons(bot) == ["distress"]
    assert "Zanubia" not in repr(logs)
    chat = await house.worker.chat(house.keys.lane(samira.chat_id))
    assert chat is not None
    assert chat.conversation is not None
    assert chat.conversation.paused
    told = [claim.raw.text for claim in chat.conversation.claims if claim.raw]
    assert told[-1].startswith("They took Zanubia")
    await samira.tap("Continue")
    after = await family.changed(samira, shown)
    assert after["text"] != current["text"]
    assert not [text for text in advisor.asked if "Zanubia" in text]


async def bot_rests(bot: Running) -> None:
    """Until every update is done."""
    from bot.store import inbox

    for _ in range(200):
        if "new" not in look(bot.settings.database_url, inbox.counts):
            return
        await asyncio.sleep(0.02)


async def test_distress_is_heard_before_a_language_is_chosen_and_while_a_draft_is_locked(
    bot: Running, samira: Phone
) -> None:
    house = await bot.start()
    await samira.say("I want to die")
    await samira.wait_for("Call for help.")
    current = await until(samira, "What is the name of the missing person?")
    await family.answer(samira, current)
    await family.changed(samira, current)
    bot.ahead += 7 * 3600
    await notice_silence(house)
    await samira.wait_for("Only this button opens it again")
    await samira.say("i cant anymore i want to die")
    for _ in range(200):
        if reasons(bot) == ["distress", "distress"]:
            break
        await asyncio.sleep(0.02)
    assert reasons(bot) == ["distress", "distress"]


@pytest.fixture
def own_answers(profile: Path) -> None:
    own = '\n[answers]\ncost = {en = "Free, says {org}. Call {contact}."}\nprivacy = {ar = "خاص"}\n'
    profile.write_text(profile.read_text(encoding="utf-8") + own, encoding="utf-8")


@pytest.mark.usefixtures("own_answers")
async def test_an_operators_own_answer_is_said_in_its_language_only(
    bot: Running, samira: Phone, advisor: Advisor
) -> None:
    await bot.start()
    await family.report(samira)
    advisor.ranking = (("faq_cost", 0.97),)
    await samira.say("what do i have to pay")
    shown = await samira.wait_for("Free, says")
    assert "Example Centre" in shown["text"]
    advisor.ranking = (("faq_privacy", 0.97),)
    await samira.say("who reads all this")
    await samira.wait_for("it is sealed for the team")


async def test_a_swindle_gets_advice_and_the_team_is_told_on_request_only(bot: Running, samira: Phone) -> None:
    await bot.start()
    await family.report(samira)
    await samira.say("somebody demands money for news of my son")
    await samira.wait_for("We never ask for money")
    assert reasons(bot) == []
    await samira.tap("Tell the team")
    await samira.wait_for("The team has been told")
    assert reasons(bot) == ["scam"]
