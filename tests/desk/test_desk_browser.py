"""A caseworker at a browser: the first sign-in, an Arabic case, a phone's width, the dark, the printer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from desk import caseworkers, quarantine, reports
from desk.desk import Desk
from desk.keys import Identity
from desk.opening import Opened, Reason, Refusal, open_envelope
from desk.quarantine import Listed
from tests.desk.desks import PASSPHRASE
from tests.desk.fakes import AMAL, Sender, a_report

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
    report = a_report()
    for revision in (report, a_report(revision=2)):
        opened = open_envelope(sender.seal(revision), identity, sender.key.public_key())
        assert isinstance(opened, Opened)
        reports.keep(desk.store, opened)
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
    expect(page.get_by_role("heading", name=AMAL)).to_be_visible()
    said = page.locator("blockquote bdi", has_text=AMAL).first
    assert said.evaluate("element => getComputedStyle(element).direction") == "rtl"
    assert page.evaluate("getComputedStyle(document.body).direction") == "ltr"
    _at_every_width(page, "case")

    with page.expect_download() as download:
        page.get_by_role("link", name="Export as JSON").click()
    assert download.value.suggested_filename == f"wasl-{report['id'][:8]}-2.json"
    assert complaints == []
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/cases")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    context.close()


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
