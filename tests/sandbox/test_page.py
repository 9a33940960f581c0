"""The phone page in a real browser: what a family sees, and what a hostile message cannot do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, Page, Route, async_playwright, expect
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from bot.sandbox.phone import Phone, ask
from bot.sandbox.serve import Address, Settings, running

CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic", "--no-first-run"]
NARROW = {"width": 360, "height": 740}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium isn't installed"),
]


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS)
        yield browser
        await browser.close()


async def look(chromium: Browser, address: Address, language: str = "en", **options: Any) -> Page:
    """The page, in a browser of that language; `page.troubles` would be errors of the console."""
    context = await chromium.new_context(locale=language, **options)
    page = await context.new_page()
    page.set_default_timeout(5000)
    await page.goto(address.url)
    await page.locator(".phone").first.wait_for()
    return page


def buttons(*rows: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(row, callback_data=row)] for row in rows])


async def test_a_first_visit_in_arabic(chromium: Browser, sandbox: Address, bot: Bot) -> None:
    page = await look(chromium, sandbox, "ar", viewport=NARROW)
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    phone = page.locator(".phone")
    await expect(phone).to_have_attribute("dir", "rtl")
    start = phone.get_by_role("button", name="ابدأ")
    await expect(start).to_be_visible()
    assert await bot.get_updates() == ()
    await start.click()
    await expect(page.locator(".mine")).to_contain_text("/start")
    (update,) = await bot.get_updates(timeout=3)
    assert update.effective_user
    assert (update.effective_user.first_name, update.effective_user.language_code) == ("سميرة", "ar")

    await bot.send_message(update.effective_user.id, "ما الاسم؟\nAmal\n‏123", reply_markup=buttons("تخطٍّ", "Skip"))
    lines = page.locator(".theirs .line")
    await expect(lines).to_have_count(3)
    directions = await lines.evaluate_all("all => all.map(one => getComputedStyle(one).direction)")
    assert directions == ["rtl", "ltr", "rtl"]
    assert await page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]


async def test_a_tap_waits_for_its_answer(chromium: Browser, sandbox: Address, bot: Bot, samira: Phone) -> None:
    await samira.start()
    sent = await bot.send_message(samira.chat_id, "Who?", reply_markup=buttons("Child", "Other"))
    page = await look(chromium, sandbox)
    key = page.get_by_role("button", name="Child")
    await key.click()
    await expect(key).to_have_attribute("aria-busy", "true")
    query = (await bot.get_updates(offset=-1))[0].callback_query
    assert query
    await query.answer("Saved")
    await expect(key).not_to_have_attribute("aria-busy", "true")
    await expect(page.locator(".toast")).to_have_text("Saved")
    await bot.edit_message_text("What is her name?", samira.chat_id, sent.message_id)
    await expect(page.locator(".theirs .words")).to_have_text("What is her name?")
    await expect(key).to_have_count(0)


async def test_with_the_keyboard_alone(chromium: Browser, sandbox: Address, bot: Bot, samira: Phone) -> None:
    await samira.start()
    page = await look(chromium, sandbox, "en")
    box = page.locator("textarea")
    await box.focus()
    await page.keyboard.type("Amal")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("Khaled")
    await page.keyboard.press("Enter")
    await expect(page.locator(".mine .line")).to_have_text(["/start", "Amal", "Khaled"])
    await page.keyboard.press("ArrowUp")
    await expect(box).to_have_value("Amal\nKhaled")
    await box.fill("Amal")
    await page.keyboard.press("Enter")
    await expect(page.locator(".mine .line")).to_have_text(["/start", "Amal"])
    assert (await bot.get_updates(offset=-1))[0].edited_message
    await page.locator(".mine .bubble-menu").last.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("[role=menuitem]").first).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("[role=menu]")).to_have_count(0)


async def test_blocking_and_clearing(chromium: Browser, sandbox: Address, samira: Phone) -> None:
    await samira.start()
    page = await look(chromium, sandbox, "ar")
    await page.get_by_role("button", name="قائمة المحادثة").click()
    await page.get_by_role("menuitem", name="حظر البوت").click()
    await page.locator(".big").click()
    await expect(page.locator("textarea")).to_be_visible()
    await page.get_by_role("button", name="قائمة المحادثة").click()
    await page.get_by_role("menuitem", name="مسح المحادثة").click()
    await expect(page.locator(".message")).to_have_count(0)
    assert not (await samira.screen())["blocked"]


HOSTILE = "<img src=x onerror='window.hurt=1'><script>window.hurt=1</script>"


async def test_hostile_words_stay_words(
    chromium: Browser, sandbox: Address, bot: Bot, session: aiohttp.ClientSession
) -> None:
    mallory = await Phone.add(session, sandbox.url, HOSTILE[:64], 'en"><b>')
    await mallory.start()
    await mallory.say(HOSTILE)
    await mallory.upload("document", (f"{HOSTILE[:30]}.html", HOSTILE.encode()), caption=HOSTILE, mime="text/html")
    await mallory.upload("photo", ("x.svg", b"<svg onload='window.hurt=1'/>"), mime="image/svg+xml")
    await bot.set_my_name("<i>bot</i>")
    await bot.set_my_commands([("go", HOSTILE)])
    await bot.send_message(mallory.chat_id, HOSTILE, reply_markup=buttons("<b>bold</b>"))
    tapped = await mallory.tap("<b>bold</b>")
    page = await look(chromium, sandbox, viewport={"width": 1280, "height": 800})
    await bot.answer_callback_query(tapped["query_id"], HOSTILE[:64])
    await expect(page.locator(".toast")).to_contain_text("<img")
    await page.locator("#look").click()
    await page.locator(".entries summary").first.click()
    await expect(page.locator(".theirs .words")).to_contain_text("<script>")
    await expect(page.locator(".bot-name")).to_have_text("<i>bot</i>")
    assert await page.evaluate("window.hurt") is None
    assert await page.locator(".messages :is(script, svg[onload], [onerror])").count() == 0
    svg = await page.locator(".photo").get_attribute("src")
    async with session.get(f"{sandbox.url}{svg}") as response:
        assert response.headers["content-type"] == "application/octet-stream"


async def test_the_page_comes_back_with_the_server(
    chromium: Browser, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    with running(Settings(port=0, directory=tmp_path)) as address:
        samira = await Phone.add(session, address.url)
        await samira.start()
        page = await look(chromium, address)
        await expect(page.locator(".mine")).to_have_count(1)
    await expect(page.locator("#trouble")).to_be_visible()
    with running(Settings(port=address.port, directory=tmp_path)):
        await Phone(session, address.url, samira.chat_id).say("Are you there?")
        await expect(page.locator("#trouble")).to_be_hidden()
        await expect(page.locator(".mine")).to_have_count(2)


async def test_several_phones_side_by_side_and_one_at_a_time(
    chromium: Browser, sandbox: Address, session: aiohttp.ClientSession, samira: Phone
) -> None:
    page = await look(chromium, sandbox, viewport={"width": 1280, "height": 800})
    await page.locator("#add").click()
    await page.locator("#dialog input").fill("Jonas")
    await page.locator("#dialog select").select_option("de")
    await page.keyboard.press("Enter")
    await expect(page.locator(".phone")).to_have_count(2)
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    await expect(page.locator(".phone")).to_have_count(1)
    await page.get_by_role("tab", name="Samira").click()
    await expect(page.locator(".phone .owner")).to_have_text("Samira")
    await page.locator("#more").click()
    await page.get_by_role("button", name="+1 day").click()
    await expect(page.locator("#now")).to_be_visible()
    assert (await ask(session, "GET", f"{sandbox.url}/sim/clock"))["ahead"] == 86400


async def test_what_is_typed_while_a_message_travels_stays(chromium: Browser, sandbox: Address, samira: Phone) -> None:
    await samira.start()
    page = await look(chromium, sandbox, "ar", viewport=NARROW)
    box = page.locator("textarea")
    held = asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await page.route("**/say", hold)
    await box.fill("Amal")
    await box.press("Enter")
    await expect(box).to_have_value("")
    await box.fill("Khaled")
    held.set()
    await expect(page.locator(".mine .line")).to_have_text(["/start", "Amal"])
    await expect(box).to_have_value("Khaled")


async def test_what_could_not_be_sent_is_there_again(chromium: Browser, sandbox: Address, samira: Phone) -> None:
    await samira.start()
    page = await look(chromium, sandbox, "ar", viewport=NARROW)
    box = page.locator("textarea")
    await page.route("**/say", lambda route: route.abort())
    await box.fill("Amal")
    await box.press("Enter")
    await expect(box).to_have_value("Amal")
    await page.unroute("**/say")
    await box.press("Enter")
    await expect(page.locator(".mine .line")).to_have_text(["/start", "Amal"])
    await expect(box).to_have_value("")
