"""A caseworker at a browser: the first sign-in, an Arabic case, a phone's width, the dark, the printer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from desk import caseworkers, quarantine, tasks
from desk.desk import Desk
from desk.keys import Identity
from desk.opening import Reason, Refusal
from desk.quarantine import Listed
from tests.desk.desks import PASSPHRASE, add, keep
from tests.desk.fakes import (
    AMAL,
    LETTER,
    SAMIRA,
    STORY,
    YUSUF,
    Sender,
    a_full_report,
    a_notice,
    a_withdrawal,
    an_addition,
)

pytestmark = pytest.mark.browser

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic", "--no-first-run"]


@pytest.fixture
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_FLAGS)
        yield browser
        browser.close()


def test_jonas_signs_in_and_reads_samiras_report(
    desk: Desk, address: str, identity: Identity, sender: Sender, chromium: Browser
) -> None:
    report = a_full_report()
    for revision in (report, an_addition(), a_withdrawal(revision=3)):
        keep(desk.store, identity, sender, revision)
    keep(desk.store, identity, sender, _in_english(2))
    quarantine.hold(desk.store, Listed("ab" * 16, 1, "cd" * 32), Refusal(Reason.SIGNATURE))
    one_time = caseworkers.add(desk.store, "Jonas")
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=address)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    ARTIFACTS.mkdir(exist_ok=True)

    page.goto("/")
    page.get_by_label("Name").fill("Jonas")
    page.get_by_label("Passphrase").fill(one_time)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your passphrase")).to_be_visible()
    page.get_by_label("Present passphrase").fill(one_time)
    page.get_by_label("New passphrase", exact=True).fill(PASSPHRASE)
    page.get_by_label("New passphrase, again").fill(PASSPHRASE)
    page.get_by_role("button", name="Change the passphrase").click()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    expect(page.get_by_text("1 envelope could not be opened")).to_be_visible()
    _at_every_width(page, "inbox")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.get_by_role("link", name=report["id"][:8]).click()
    expect(page.get_by_role("heading", name=AMAL, level=1)).to_be_visible()
    said = page.locator("blockquote bdi", has_text=AMAL).first
    assert said.evaluate("element => getComputedStyle(element).direction") == "rtl"
    assert page.evaluate("getComputedStyle(document.body).direction") == "ltr"
    picture = page.get_by_role("img", name="Picture 1")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("naturalWidth", 240)
    before = page.locator("summary", has_text="Said before").first
    before.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("١٦ سنة")).to_be_visible()
    _at_every_width(page, "case")

    with page.expect_download() as download:
        page.get_by_role("link", name="Export as JSON").click()
    assert download.value.suggested_filename == f"wasl-{report['id'][:8]}-3.json"
    with page.expect_download() as download:
        page.get_by_role("link", name="Download Document 2").click()
    assert download.value.suggested_filename == f"wasl-{report['id'][:8]}-{LETTER[:8]}.bin"
    page.goto(f"/cases/{_in_english(2)['id']}")
    _at_every_width(page, "case-in-english")
    assert complaints == []
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/cases")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    context.close()


def test_jonas_erases_what_samira_wants_erased(
    desk: Desk, address: str, identity: Identity, sender: Sender, chromium: Browser
) -> None:
    """By keyboard alone."""
    report = a_full_report()
    keep(desk.store, identity, sender, report)
    keep(desk.store, identity, sender, a_notice("erasure_request", due_on="2026-09-01"))
    add(desk, "Jonas")
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=address)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Name").fill("Jonas")
    page.get_by_label("Passphrase").fill(PASSPHRASE)
    page.keyboard.press("Enter")
    expect(page.get_by_text("asks for erasure")).to_be_visible()
    _at_every_width(page, "inbox-with-a-wish")
    page.get_by_role("link", name=report["id"][:8]).click()
    expect(page.get_by_role("heading", name="The family asks")).to_be_visible()
    _at_every_width(page, "case-to-erase")
    page.get_by_label("To confirm").fill("00000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was erased")
    page.get_by_label("To confirm").fill(report["id"][:8])
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Erase this report")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="This report was erased")).to_be_visible()
    _at_every_width(page, "erased")
    page.get_by_role("link", name="To the inbox").click()
    expect(page.get_by_text("No report has arrived yet.")).to_be_visible()
    context.close()


def _in_english(number: int) -> dict[str, Any]:
    """A cousin in Leeds tells it in English."""
    report = a_full_report(number, language="en")
    words = {
        AMAL: "Amal Khalid al-Halabi",
        YUSUF: "Yusuf Khalid al-Halabi",
        SAMIRA: "Samira",
        STORY: _TOLD,
        "١٦ سنة": "sixteen",
        "تركيا": "Turkey",
        "صيف ٢٠١٣": "summer of 2013",
        "من حلب إلى حماة": "from Aleppo to Hama",
        "٠٥٥٥": "0555 111 22 33",
    }
    for holder in (report["enquirer"], *report["sought_persons"], *report["events"]):
        for claim in holder["claims"]:
            said = claim["raw"]
            if said:
                said |= {
                    "text": words.get(said["text"], "Two weeks after Eid they said she is well."),
                    "language": "en",
                }
            if claim["value"] and claim["value"]["type"] == "name":
                claim["value"] |= {"parts": said["text"].split(), "kunya": None, "script": "Latn"}
            for key in ("text", "full") if claim["value"] else ():
                if key in claim["value"]:
                    claim["value"][key] = said["text"]
    return report


_TOLD = "Amal went to the market in Salah al-Din in the morning and did not come back. A neighbour saw her at the checkpoint."


def _at_every_width(page: Page, name: str) -> None:
    """Screenshots on a desk's and a phone's width, by day, by night and on paper; nothing sticks out sideways."""
    for scheme in ("light", "dark"):
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=ARTIFACTS / f"desk-{name}-{scheme}-{width}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 794, "height": 1123})
    page.emulate_media(media="print", color_scheme="light")
    page.screenshot(path=ARTIFACTS / f"desk-{name}-print.png", full_page=True)
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 900})


def test_jonas_asks_and_another_lets_it_go(
    desk: Desk, address: str, identity: Identity, sender: Sender, chromium: Browser
) -> None:
    """What is said to a family: previewed in its language, let go by a second caseworker, at every width; and the tasks."""
    report = a_full_report()
    keep(desk.store, identity, sender, report)
    asked = tasks.Task(1, report["id"], "asked", "evening", "2026-11-20", "open", None, 0)
    with desk.store.engine.begin() as connection:
        tasks.sync(connection, desk.store, [asked], whole=True)
    for name in ("Jonas", "Yusuf"):
        add(desk, name)
    complaints: list[str] = []
    jonas, yusuf = (_signed_in(chromium, address, name, complaints) for name in ("Jonas", "Yusuf"))
    jonas.goto(f"/cases/{report['id']}")
    jonas.get_by_role("link", name="Status and questions").click()
    jonas.get_by_label("About what").select_option("registered_elsewhere")
    jonas.get_by_role("button", name="Preview the question").click()
    expect(jonas.locator(".saying.proposed .key").first).to_have_text("نعم، لدى جهة أخرى أيضاً")
    assert jonas.locator(".saying .bubble").first.evaluate("element => getComputedStyle(element).direction") == "rtl"
    jonas.get_by_label("How it stands").select_option("please_call")
    jonas.get_by_text("What some of them need").click()
    jonas.get_by_label("The call is about something only a person may tell").check()
    jonas.get_by_role("button", name="Preview the status").click()
    expect(jonas.get_by_text("Another caseworker must let this go.")).to_be_visible()
    _at_every_width(jonas, "talk")
    yusuf.goto(f"/cases/{report['id']}/talk")
    yusuf.locator(".saying", has_text="needs a second caseworker").get_by_role("button", name="Send it so").click()
    expect(yusuf.locator(".saying.released").first).to_contain_text("Yusuf")
    yusuf.get_by_role("link", name="Tasks").click()
    expect(yusuf.get_by_text("They would like to be called in the evening")).to_be_visible()
    yusuf.get_by_role("button", name="I see to it").click()
    expect(yusuf.get_by_text("taken by Yusuf")).to_be_visible()
    _at_every_width(yusuf, "tasks")
    yusuf.get_by_role("button", name="Done").click()
    expect(yusuf.get_by_text("Nothing waits for a person.")).to_be_visible()
    assert complaints == []
    for page in (jonas, yusuf):
        page.context.close()


def _signed_in(chromium: Browser, address: str, name: str, complaints: list[str]) -> Page:
    page = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=address).new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.goto("/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Passphrase").fill(PASSPHRASE)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    return page
