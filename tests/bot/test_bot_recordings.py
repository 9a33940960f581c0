"""A question that is also spoken: played once when it is asked, uploaded once for all, and taken away when it is answered."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import family
from conftest import Running, Team, settings_at
from files_corpus import opus
from test_bot_conversation import settled

from bot.sandbox.phone import Phone, Remote
from bot.sandbox.serve import Address

FORM = """
form: spoken
version: "1"
title: Spoken
choices:
  languages_known:
    - {name: "yes", label: "Yes"}
    - {name: "no", label: "No"}
questions:
  - name: seen
    type: select_one languages_known
    field: event.seen
    title: Seen
    label: Have you seen them?
    media::audio: seen.ogg
  - name: name
    type: text
    reads: name
    field: person.name.full
    title: Name
    label: What is their name?
"""


def voices(messages: list[dict]) -> list[dict]:  # type: ignore[type-arg]
    return [one for one in messages if one["from_bot"] and one.get("media", {}).get("kind") == "voice"]


async def test_a_recorded_question_is_played_and_taken_away(
    sandbox: Address, session: aiohttp.ClientSession, tmp_path: Path, profile: Path, team: Team, remote: Remote
) -> None:
    (tmp_path / "spoken.yml").write_text(FORM)
    (tmp_path / "seen.ogg").write_bytes(opus())
    bot = Running(settings_at(tmp_path / "data", sandbox.url, profile=profile, form=tmp_path / "spoken.yml"), team)
    await bot.start()
    try:
        for name in ("Samira", "Jonas"):
            phone = await Phone.add(session, sandbox.url, name, "en")
            shown = await family.begin(phone)
            await settled(bot)
            assert len(voices(await phone.messages())) == 1
            await phone.tap("Yes", shown["message_id"])
            await phone.wait_for("What is their name?")
            await settled(bot)
            assert voices(await phone.messages()) == []
        sent = [call for call in await remote.calls() if call["method"] == "sendVoice"]
        assert len(sent) == 2
    finally:
        await bot.stop()
