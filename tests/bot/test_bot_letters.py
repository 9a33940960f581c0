"""Letters of the team in a family's chat: announced, opened, answered, sealed; beside drafts, after kills, on shared phones."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import family
import httpx
import pytest
from conftest import Running
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from files_corpus import jpeg
from sqlalchemy import select
from test_bot_conversation import settled
from test_bot_crash import killed
from test_bot_trace import HALF_AN_HOUR, SEVEN_HOURS, everything, silence

from bot.backup import back_up
from bot.handoff import make_app
from bot.returns import Returns, returns_of
from bot.sandbox.phone import CannotDo, Phone, Remote
from bot.store import envelopes, letters, signals, tasks
from bot.store.store import look
from bot.store.tables import conversations, reminders
from bot.store.tables import letters as letter_table
from ground.webhooks import Signer, Verifier

SUMMER, AGAIN = "summer 2012", "To search better, the team would like to know more about when"
WAITS, SENT = "There is a message for you.", "Your answer has been sent to the team."
KEY = Ed25519PrivateKey.generate()


async def say(bot: Running, **said: Any) -> dict[str, Any]:
    """What a case system says to this bot."""
    assert bot.house is not None
    house = bot.house
    known = returns_of(house)
    verifier = Verifier([KEY.public_key()])
    returns = Returns(known.keys, known.form, verifier, known.signing_key, known.sealed, known.nudge, house.now)
    transport = httpx.ASGITransport(make_app(house.store, b"token", returns))
    body = json.dumps(said).encode()
    headers = Signer(KEY).headers(uuid4().hex, int(house.now()), body) | {"Authorization": "Bearer token"}
    async with httpx.AsyncClient(transport=transport, base_url="http://bot", headers=headers) as http:
        answer = await http.post("/handoff/v1/returns", content=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def report_of(bot: Running) -> str:
    """The id of the first request sent."""
    sent = select(conversations.c.id).where(conversations.c.receipt.is_not(None)).order_by(conversations.c.day)
    return str(look(bot.settings.database_url, lambda c: c.execute(sent).scalars().first()))


async def ask_when(bot: Running, **more: Any) -> str:
    """The team asks again when the person was last seen; the letter's id."""
    id_ = uuid4().hex
    given = {"type": "letter", "id": id_, "report": report_of(bot), "kind": "question", "template": "again_when"}
    await say(bot, **(given | more))
    return id_


async def shown(phone: Phone, text: str, buttons: str = "") -> dict[str, Any]:
    """The newest message of the bot with these words and such a button, once it is there."""

    def found(one: dict[str, Any]) -> bool:
        return bool(one["from_bot"] and text in one["text"] and (not buttons or buttons in family.labels(one)))

    try:
        return await phone.wait_for(found)
    except TimeoutError:
        raise AssertionError([one["text"] for one in await phone.messages()]) from None


async def count(phone: Phone, text: str) -> int:
    return sum(one["from_bot"] and text in one["text"] for one in await phone.messages())


async def answer_it(phone: Phone, seconds: float = 200) -> None:
    """Open the letter, answer it and send it, as whoever sees the screen would; repeat what has had no effect for a while."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        messages = [one for one in await phone.messages() if one["from_bot"]]
        if any(SENT in one["text"] for one in messages):
            return
        with suppress(CannotDo):  # the screen has changed meanwhile
            await _next_step(phone, messages)
        await _changed(phone, messages)
    raise AssertionError([one["text"] for one in await phone.messages()])


async def _changed(phone: Phone, before: list[dict[str, Any]]) -> None:
    """Until the bot's messages are others, for four seconds at most."""
    for _ in range(40):
        await asyncio.sleep(0.1)
        if [one for one in await phone.messages() if one["from_bot"]] != before:
            return


async def _next_step(phone: Phone, messages: list[dict[str, Any]]) -> None:
    for label, text in (("Send", "Your answer: "), ("Yes", "We understood: ")):
        of = [one for one in messages if label in family.labels(one) and text in one["text"]]
        if of:
            await phone.tap(label, of[-1]["message_id"])
            return
    if any(AGAIN in one["text"] for one in messages):
        await phone.say(SUMMER)
        return
    see = [one for one in messages if "See" in family.labels(one)]
    if see:
        await phone.tap("See", see[-1]["message_id"])


async def opened(bot: Running) -> list[dict[str, Any]]:
    assert bot.house is not None
    rows = await bot.house.store.write(lambda connection: envelopes.waiting(connection, 50))
    return [bot.team.open(row, bot.public_key) for row in rows]


async def told(bot: Running) -> list[tuple[str, str]]:
    assert bot.house is not None
    rows = await bot.house.store.write(lambda connection: signals.after(connection, 0, 100))
    return [(row.kind, row.detail) for row in rows]


async def test_a_question_is_announced_opened_answered_and_sealed(bot: Running, samira: Phone) -> None:
    house = await bot.start()
    await family.report(samira)
    anchor = await family.anchor(samira)
    letter = await ask_when(bot, words="Canary-4711: we have two dates.")
    knock = await shown(samira, WAITS)
    assert "Canary" not in json.dumps(await samira.messages()), "nothing of it shows before it is opened"
    await samira.tap("See", knock["message_id"])
    question = await shown(samira, AGAIN)
    assert question["message_id"] == knock["message_id"], "edited in place"
    assert "Canary-4711" in question["text"]
    await samira.say(SUMMER)
    understood = await shown(samira, "We understood: ")
    await samira.tap("Yes", understood["message_id"])
    check = await shown(samira, "Your answer: ")
    assert len(await opened(bot)) == 1, "nothing is sent before Send"
    await samira.tap("Send", check["message_id"])
    await shown(samira, SENT)
    await samira.tap_data(f"{letters.tag_of(letter)}.send", check["message_id"], force=True)
    await settled(bot)
    report, answer = await opened(bot)
    assert (answer["kind"], answer["answers"], answer["revision"]) == ("answer", letter, 2)
    [claim] = answer["events"][0]["claims"]
    assert (claim["question"], claim["field"], claim["raw"]["text"]) == ("when", "event.last_seen", SUMMER)
    assert claim["value"]["edtf"] == "2012-22" or claim["value"]["earliest"] == "2012-06-01"
    assert (answer["id"], answer["sought_persons"], answer["consents"]) == (report["id"], [], [])
    assert await told(bot) == [("letter_delivered", ""), ("letter_answered", "2")]
    [row] = look(bot.settings.database_url, lambda c: c.execute(select(letter_table)).all())
    assert (row.state, row.body) == ("answered", None)
    assert not [one for one in await samira.messages() if one["text"] == SUMMER], "discreet: words leave the chat"
    now = await family.anchor(samira)
    assert anchor is not None
    assert now is not None
    assert family.mark(anchor) == family.mark(now), "the anchor is untouched"
    for secret in (b"Canary-4711", SUMMER.encode()):
        assert secret not in everything(bot)
    chat = await house.worker.chat(house.keys.lane(samira.chat_id))
    assert chat is not None
    assert chat.conversation is not None
    assert chat.conversation.revision == 2


async def test_a_later_addition_takes_the_next_number(bot: Running, samira: Phone) -> None:
    await bot.start()
    await family.report(samira)
    await samira.tap("Add or correct something")
    menu = await shown(samira, "What would you like to add?")
    await samira.tap("The place", menu["message_id"])
    await shown(samira, "Can you say more exactly where?")
    await ask_when(bot)
    await answer_it(samira)
    await samira.say("near the old bridge")
    place = await shown(samira, "Was it perhaps somewhere else")
    await samira.tap("Other topics", place["message_id"])
    menu = await shown(samira, "What would you like to add?", "Check and send")
    await samira.tap("Check and send", menu["message_id"])
    review = await shown(samira, "Please check what you wrote:")
    await samira.tap("Send", review["message_id"])
    await shown(samira, "What you added has been sent")
    await settled(bot)
    assert [(one["kind"], one["revision"]) for one in await opened(bot)] == [
        ("report", 1),
        ("answer", 2),
        ("addition", 3),
    ]


async def test_it_is_answered_beside_a_locked_addition_which_then_goes_on(
    bot: Running, samira: Phone, remote: Remote
) -> None:
    await bot.start()
    await family.report(samira)
    await samira.tap("Add or correct something")
    menu = await shown(samira, "What would you like to add?")
    await samira.tap("The place", menu["message_id"])
    await shown(samira, "Can you say more exactly where?")
    await samira.say("near the old bridge")
    await shown(samira, "Was it perhaps somewhere else")
    await silence(bot, remote, SEVEN_HOURS)
    locked = await shown(samira, "Only this button opens it again")
    await ask_when(bot)
    await samira.say("/status")
    await shown(samira, "It was received on")
    await answer_it(samira)
    await settled(bot)
    assert (await shown(samira, "Only this button opens it again"))["keyboard"] == locked["keyboard"]
    await samira.tap("Continue", locked["message_id"])
    menu = await shown(samira, "What would you like to add?", "Check and send")
    await samira.tap("Check and send", menu["message_id"])
    review = await shown(samira, "Please check what you wrote:")
    await samira.tap("Send", review["message_id"])
    await shown(samira, "What you added has been sent")
    await settled(bot)
    assert [(one["kind"], one["revision"]) for one in await opened(bot)] == [
        ("report", 1),
        ("answer", 2),
        ("addition", 3),
    ]


async def test_while_another_request_is_written_only_the_letter_hears_what_is_said_to_it(
    bot: Running, samira: Phone
) -> None:
    await bot.start()
    await family.report(samira)
    await samira.tap("New search request")
    shown_now = await shown(samira, "Welcome. Here you can register")
    await samira.tap("Start", shown_now["message_id"])
    before = await family.changed(samira, shown_now)
    await ask_when(bot)
    await answer_it(samira)
    after = await family.anchor(samira)
    assert after is not None
    assert after["text"] == before["text"]
    await samira.say("/status")
    status = await shown(samira, "It was received on")
    assert "Amal" not in status["text"]
    assert family.WORDS not in status["text"]
    await samira.tap("Continue", status["message_id"])
    await shown(samira, before["text"][:40])


async def test_a_photo_answers_and_travels_sealed(bot: Running, samira: Phone) -> None:
    house = await bot.start()
    await family.report(samira)
    await ask_when(bot, template="a_photo")
    await samira.tap("See", (await shown(samira, WAITS))["message_id"])
    await shown(samira, "If you have a photo of this person")
    await samira.upload("photo", ("p.jpg", jpeg()))
    kept = await shown(samira, "Received here so far")
    await samira.tap("Done", kept["message_id"])
    check = await shown(samira, "Your answer: ")
    await samira.tap("Send", check["message_id"])
    await shown(samira, SENT)
    await settled(bot)
    [row] = [one for one in await house.store.write(lambda c: envelopes.waiting(c, 9)) if one.revision == 2]
    answer = bot.team.open(row, bot.public_key)
    [person] = answer["sought_persons"]
    assert person["claims"][0]["value"] == {"type": "files", "files": [answer["files"][0]["id"]]}


async def test_words_after_a_button_of_the_draft_are_the_drafts_and_the_letter_keeps_nothing(
    bot: Running, samira: Phone
) -> None:
    await bot.start()
    await family.report(samira)
    letter = await ask_when(bot)
    await samira.tap("See", (await shown(samira, WAITS))["message_id"])
    await shown(samira, AGAIN)
    await samira.say(SUMMER)
    await shown(samira, "We understood: ")
    await samira.tap("Is there any news?")
    await shown(samira, "It was received on")
    knock = next(one for one in await samira.messages() if one["text"].startswith(WAITS))
    assert await count(samira, "We understood: ") == 0
    await samira.say("hello")
    await shown(samira, "Your search request has been received. A person will read it.")
    await samira.tap("See", knock["message_id"])
    await shown(samira, AGAIN)
    [row] = look(bot.settings.database_url, lambda c: c.execute(select(letter_table)).all())
    assert (row.id, row.state) == (letter, "open")
    assert len(await opened(bot)) == 1


async def test_on_a_shared_phone_the_announcement_stays_and_the_rest_goes(
    bot: Running, samira: Phone, remote: Remote
) -> None:
    await bot.start()
    await family.report(samira)
    await ask_when(bot)
    await shown(samira, WAITS)
    await samira.tap("See")
    await shown(samira, AGAIN)
    await silence(bot, remote, HALF_AN_HOUR)
    texts = {one["text"].partition("\n")[0] for one in await samira.messages()}
    assert texts == {"Everything is saved.", WAITS}
    await answer_it(samira)
    await silence(bot, remote, HALF_AN_HOUR)
    assert {one["text"] for one in await samira.messages()} == {"Everything is saved."}


async def test_the_announcement_proves_that_it_is_ours_and_a_question_is_reminded_of_until_it_is_answered(
    bot: Running, samira: Phone
) -> None:
    house = await bot.start()
    await family.report(samira)
    letter = await ask_when(bot)
    knock = await shown(samira, WAITS)
    chat = await house.worker.chat(house.keys.lane(samira.chat_id))
    assert chat is not None
    assert house.worker.marks.written_on(knock["text"], chat) == datetime.now(UTC).date()
    assert house.worker.marks.written_on(knock["text"].replace("message", "massage"), chat) is None
    waiting = select(reminders.c.kind, reminders.c.step).where(reminders.c.about == letter, reminders.c.state == "new")
    assert look(bot.settings.database_url, lambda c: [tuple(row) for row in c.execute(waiting)]) == [("question", 1)]
    await samira.tap("See", knock["message_id"])
    await answer_it(samira)
    await settled(bot)
    assert look(bot.settings.database_url, lambda c: c.execute(waiting).all()) == []


async def test_a_call_looks_like_anything_else_and_its_time_reaches_the_team(bot: Running, samira: Phone) -> None:
    house = await bot.start()
    await family.report(samira)
    await say(bot, type="status", report=report_of(bot), status="please_call", version=1)
    knock = await shown(samira, WAITS)
    assert family.labels(knock) == ["See"]
    await samira.tap("See", knock["message_id"])
    call = await shown(samira, "most of them ordinary ones")
    await samira.tap("Evening (16–20)", call["message_id"])
    await shown(samira, "The team knows: ")
    await settled(bot)
    assert await told(bot) == [("letter_delivered", ""), ("task_opened", ""), ("letter_answered", "evening")]
    [task] = await house.store.write(lambda c: tasks.waiting(c, 9))
    assert (task.reason, task.times, task.report) == ("call", "evening", report_of(bot))


async def test_a_message_is_read_once_and_erased_here(bot: Running, samira: Phone) -> None:
    await bot.start()
    await family.report(samira)
    await ask_when(bot, kind="message", template="appointment", values={"day": "2026-12-03"}, words="Room 5, Canary-88")
    knock = await shown(samira, WAITS)
    await samira.tap("See", knock["message_id"])
    read = await shown(samira, "Your appointment with the team is on")
    await settled(bot)
    assert b"Canary-88" not in everything(bot)
    assert (await told(bot))[-1] == ("letter_read", "")
    await samira.tap("Done", read["message_id"])
    for _ in range(100):
        if not await count(samira, "Your appointment"):
            break
        await asyncio.sleep(0.03)
    assert await count(samira, "Your appointment") == 0
    assert await count(samira, WAITS) == 0


async def test_who_wants_no_messages_gets_none_and_finds_it_when_asking(bot: Running, samira: Phone) -> None:
    await bot.start()
    await family.report(samira)
    await samira.say("/stop")
    await shown(samira, "We will not write to you by ourselves any more.")
    await ask_when(bot)
    await settled(bot)
    assert await count(samira, WAITS) == 0
    assert await told(bot) == [("letter_held", "")]
    await samira.say("/status")
    status = await shown(samira, "It was received on", "See")
    await samira.tap("See", status["message_id"])
    await answer_it(samira)
    assert [one["kind"] for one in await opened(bot)] == ["report", "answer"]


async def test_a_letter_that_reaches_nobody_is_told_to_the_team(bot: Running, samira: Phone) -> None:
    await bot.start()
    await family.report(samira)
    await settled(bot)
    await samira.block()
    await asyncio.sleep(0.3)
    await ask_when(bot)
    for _ in range(100):
        if await told(bot):
            break
        await asyncio.sleep(0.03)
    assert await told(bot) == [("letter_unreachable", "")]
    await samira.unblock()
    await samira.say("/status")
    status = await shown(samira, "It was received on", "See")
    await samira.tap("See", status["message_id"])
    await answer_it(samira)
    assert ("letter_answered", "2") in await told(bot)


async def test_taken_back_before_it_was_answered(bot: Running, samira: Phone) -> None:
    await bot.start()
    await family.report(samira)
    letter = await ask_when(bot)
    knock = await shown(samira, WAITS)
    await samira.tap("See", knock["message_id"])
    await shown(samira, AGAIN)
    await settled(bot)
    assert (await say(bot, type="revocation", letter=letter))["changed"] is True
    await shown(samira, "This is no longer needed.")
    await samira.say(SUMMER)
    await shown(samira, "Your search request has been received. A person will read it.")
    assert len(await opened(bot)) == 1


async def test_three_zeros_take_the_letters_too(bot: Running, samira: Phone) -> None:
    await bot.start()
    await family.report(samira)
    await ask_when(bot)
    await samira.tap("See", (await shown(samira, WAITS))["message_id"])
    await shown(samira, AGAIN)
    await samira.say("000")
    for _ in range(200):
        if not await samira.messages():
            break
        await asyncio.sleep(0.03)
    assert await samira.messages() == []
    assert look(bot.settings.database_url, lambda c: c.execute(select(letter_table)).all()) == []
    assert ("letter_unreachable", "") in await told(bot)


async def test_a_note_to_the_team(bot: Running, samira: Phone) -> None:
    await bot.start()
    await family.report(samira)
    await samira.tap("Write to the team")
    await shown(samira, "What would you like to tell the team?")
    await samira.say("We have moved.")
    check = await shown(samira, "Your note: ")
    await samira.tap("Send", check["message_id"])
    await shown(samira, "Your note has been sent to the team.")
    await samira.tap("Write to the team")
    again = await shown(samira, "What would you like to tell the team?")
    await samira.tap("Do not send", again["message_id"])
    for _ in range(100):
        if not await count(samira, "What would you like to tell the team?"):
            break
        await asyncio.sleep(0.03)
    assert await count(samira, "What would you like to tell the team?") == 0
    _, note = await opened(bot)
    [claim] = note["enquirer"]["claims"]
    assert (note["kind"], claim["field"], claim["raw"]["text"]) == ("note", "enquirer.note", "We have moved.")
    assert await told(bot) == [], "the envelope itself says it"


async def test_two_requests_in_one_chat_each_have_their_mark(bot: Running, samira: Phone) -> None:
    await bot.start()
    await family.report(samira)
    first = report_of(bot)
    await samira.tap("New search request")
    current = await shown(samira, "Welcome. Here you can register")
    for _ in range(120):
        if family.SENT in family.labels(current):
            break
        await family.answer(samira, current)
        current = await family.changed(samira, current)
    await settled(bot)
    await say(bot, type="status", report=first, status="assigned", version=1)
    await ask_when(bot, report=first)
    await shown(samira, WAITS)
    await samira.say("/status")
    status = await shown(samira, "Your request ")
    assert first[:3].upper() in status["text"]
    assert "A person of the team is reading it" in status["text"]
    assert "Nobody has read it yet" in status["text"]
    assert family.WORDS.split()[0] not in status["text"]
    await samira.tap(next(one for one in family.labels(status) if "See" in one), status["message_id"])
    await answer_it(samira)
    assert [(one["kind"], one["id"] == first) for one in await opened(bot)][-1] == ("answer", True)


FAILPOINTS = [
    f"{name}:{nth}" for name, most in (("planned", 4), ("turned", 4), ("said", 5)) for nth in range(1, most + 1)
]


@pytest.mark.slow
@pytest.mark.parametrize("failpoint", FAILPOINTS)
async def test_killed_at_every_step_one_question_is_shown_and_one_answer_sent(
    bot: Running, samira: Phone, failpoint: str
) -> None:
    house = await bot.start()
    await family.report(samira)
    await settled(bot)
    nudged: list[Callable[[], Any]] = []
    real = house.intake.drain
    house.intake.drain = lambda: _nothing(nudged)  # type: ignore[method-assign]
    await ask_when(bot)
    house.intake.drain = real  # type: ignore[method-assign]
    await bot.stop()
    process = await killed(bot, failpoint)
    answering = asyncio.create_task(answer_it(samira))
    try:
        assert await asyncio.wait_for(process.wait(), 120) == 137
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    await bot.start()
    await answering
    await settled(bot)
    assert [one["kind"] for one in await opened(bot)] == ["report", "answer"]
    assert await count(samira, AGAIN) == 0
    assert await count(samira, SENT) == 1
    assert (await told(bot)).count(("letter_answered", "2")) == 1
    assert sum(kind == "letter_delivered" for kind, _ in await told(bot)) == 1


async def _nothing(noted: list[Any]) -> int:
    noted.append(1)
    return 0


async def test_a_backup_holds_no_answer_that_was_not_sent(bot: Running, samira: Phone, tmp_path: Path) -> None:
    await bot.start()
    await family.report(samira)
    await ask_when(bot)
    await samira.tap("See", (await shown(samira, WAITS))["message_id"])
    await shown(samira, AGAIN)
    await samira.say(SUMMER)
    await shown(samira, "We understood: ")
    await settled(bot)
    row = look(bot.settings.database_url, lambda c: c.execute(select(letter_table)).one())
    assert row.answers is not None
    back_up(bot.settings.database_url, tmp_path / "copy.sqlite3")
    kept = look(f"sqlite:///{tmp_path / 'copy.sqlite3'}", lambda c: c.execute(select(letter_table)).one())
    assert (kept.answers, kept.body) == (None, row.body)
    assert row.answers not in (tmp_path / "copy.sqlite3").read_bytes()


async def test_a_cry_for_help_in_an_answer_calls_a_person(bot: Running, samira: Phone) -> None:
    house = await bot.start()
    await family.report(samira)
    await ask_when(bot, template="further", words="How are you managing?")
    await samira.tap("See", (await shown(samira, WAITS))["message_id"])
    await shown(samira, "How are you managing?")
    await samira.say("I don't want to live anymore")
    await shown(samira, "You are not alone with this.")
    await settled(bot)
    waiting = await house.store.write(lambda c: tasks.waiting(c, 9))
    assert [(one.reason, one.report) for one in waiting] == [("distress", report_of(bot))]
    await samira.say("I want to talk to a person")
    await shown(samira, "A person of the team has been told")
    assert await count(samira, "Your answer: ") == 0, "the letter waits again"
