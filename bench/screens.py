"""What a family sees: one whole conversation in each language on the sandbox's phone page, photographed step by step.

    python -m bench.screens              every language offered
    python -m bench.screens ar de        these

Pictures go to `artifacts/screens/LANGUAGE/`, with one sheet of all beside them. They are for people to look at: direction,
order, clipping. The bot is the real one, in this process, and so is the browser (Debian's chromium).
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from bench.profiles import demonstration
from bench.script import TONGUES
from bot.house import build
from bot.sandbox.phone import Phone
from bot.sandbox.serve import running
from bot.serve import live
from bot.settings import Settings
from desk.keys import new_identity
from flows.languages import offered

FOLDER = Path(__file__).parent.parent / "artifacts" / "screens"
CHROMIUM = shutil.which("chromium") or "chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic", "--no-first-run"]
#: a common phone, and how much smaller it stands on the sheet
PHONE, SMALLER, IN_A_ROW = {"width": 390, "height": 844}, 2, 8
PATIENCE = 15.0

#: `press` tokens as the buttons carry them; `=what` is written, in the language's own words; `/…` is a command
STORY = """
c:language:{language} c:start:start c:consent:yes c:adult:adult c:safe:no c:relationship:son =person =father =mother =birth
c:category:detained =date c:where:SY04 =sentence c:others:no =mother c:my_country:DE c:share_icmp:yes m m:looks =sentence
c:build:medium m m:reach_me =phone c:phone_time:evening s:second_contact:refused v /help /language /mydata p g send md
""".split()  # noqa: SIM905  (a story is read, not counted)


async def photograph(language: str, browser: Browser) -> list[Path]:
    """Tell the story in a language; the pictures, in order."""
    folder = FOLDER / language
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pictures: list[Path] = []
    with tempfile.TemporaryDirectory() as scratch, running() as address:
        async with _bot(Path(scratch), address.url), aiohttp.ClientSession() as session:
            phone = await Phone.add(session, address.url, TONGUES.get(language, TONGUES["en"]).persons[1], language)
            context = await browser.new_context(locale=language, viewport=PHONE)  # type: ignore[arg-type]
            page = await context.new_page()
            await page.goto(address.url)
            await page.locator(".phone").first.wait_for()
            await phone.start()
            for number, step in enumerate(STORY):
                await _do(phone, step.format(language=language), language)
                pictures.append(await _picture(page, folder / f"{number:02} {_plain(step)}.png"))
            await context.close()
    _sheet(pictures, folder.parent / f"{language}.png")
    return pictures


@asynccontextmanager
async def _bot(scratch: Path, api: str) -> AsyncIterator[None]:
    """The bot at this sandbox, with the demonstration's profile."""
    recipients = [new_identity(scratch / f"{name}.key").recipient for name in ("team", "escrow")]
    given: dict[str, Any] = {
        "token": "4242:screens",
        "bot_api": api,
        "bot_data": scratch / "bot",
        "profile": demonstration(scratch, recipients),
        "poll_seconds": 1,
    }
    house = build(Settings(_env_file=None, **given))
    house.store.open(house.keys)
    stop = asyncio.Event()
    with redirect_stdout(StringIO()):
        living = asyncio.create_task(live(house, stop))
        try:
            yield
        finally:
            stop.set()
            await living
            house.store.close()


async def _do(phone: Phone, step: str, language: str) -> None:
    """One step, and the bot's answer to it."""
    before = _state(await phone.messages())
    if step.startswith("/"):
        await phone.say(step)
    elif step.startswith("="):
        await phone.say(_words(step[1:], language))
    else:
        await phone.tap_data(await _button(phone, step), force=True)
    for _ in range(int(PATIENCE / 0.05)):
        await asyncio.sleep(0.05)
        if _state(await phone.messages()) != before:
            break
    await _agree(phone)


async def _agree(phone: Phone) -> None:
    """Where the bot shows what it understood, say yes, as most families do."""
    await asyncio.sleep(0.3)
    for message in reversed(await phone.messages()):
        for data in _data(message):
            if data.partition(".")[2].startswith("y:"):
                await phone.tap_data(data, force=True)
                await asyncio.sleep(0.3)
                return
        if message["keyboard"]:
            return


async def _button(phone: Phone, press: str) -> str:
    """The data of the newest button that means this; an error when there is none though there must be."""
    for _ in range(int(PATIENCE / 0.05)):
        for message in reversed(await phone.messages()):
            for data in _data(message):
                if data.partition(".")[2] == press:
                    return data
        await asyncio.sleep(0.05)
    raise SystemExit(f"The story is not the form's any more: no button {press!r}. Change STORY in bench/screens.py.")


def _data(message: dict[str, Any]) -> list[str]:
    return [str(button.get("callback_data", "")) for row in message["keyboard"] for button in row]


def _state(messages: Sequence[dict[str, Any]]) -> str:
    return repr([(one["message_id"], one["text"], one["keyboard"]) for one in messages if one["from_bot"]])


def _words(what: str, language: str) -> str:
    tongue = TONGUES.get(language, TONGUES["en"])
    match what:
        case "person":
            return tongue.persons[1]
        case "father":
            return tongue.fathers[0]
        case "mother":
            return tongue.mothers[0]
        case "birth":
            return tongue.births[0].text
        case "date":
            return next((one for one in tongue.dates if one.agreed_by == "y"), tongue.dates[0]).text
        case "phone":
            return "+963 944 123 456"
    return tongue.sentences[0]


async def _picture(page: Page, path: Path) -> Path:
    await page.wait_for_timeout(350)
    await page.screenshot(path=path)
    return path


def _plain(step: str) -> str:
    return step.replace(":", "-").replace("/", "").replace("=", "").replace("{language}", "own")


def _sheet(pictures: Sequence[Path], path: Path) -> None:
    """All of them on one picture, in reading order."""
    width, height = PHONE["width"] // SMALLER, PHONE["height"] // SMALLER
    rows = -(-len(pictures) // IN_A_ROW)
    sheet = Image.new("RGB", (IN_A_ROW * (width + 6), rows * (height + 6)), "white")
    for number, picture in enumerate(pictures):
        with Image.open(picture) as image:
            small = image.resize((width, height), Image.Resampling.LANCZOS)
        sheet.paste(small, ((number % IN_A_ROW) * (width + 6), number // IN_A_ROW * (height + 6)))
    sheet.save(path)


async def main(languages: Sequence[str]) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for language in languages:
            pictures = await photograph(language, browser)
            print(f"{language}: {len(pictures)} pictures, {FOLDER / language}.png")
        await browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Photograph a conversation on the phone page in each language.")
    parser.add_argument("languages", nargs="*", default=list(offered()))
    asyncio.run(main(parser.parse_args().languages))
