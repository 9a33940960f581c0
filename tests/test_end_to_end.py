"""The main job on real input: `wasl run`, a family on the phone page in Arabic, a caseworker at the desk. In a real browser."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

ARTIFACTS = Path(__file__).parent.parent / "artifacts"
CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic", "--no-first-run"]
#: Planted where a phone writes its maker; the desk must not see it.
HIDDEN = "Qarqashandi-33.5138N"
ATTACH, A_PHOTO = "إرفاق", "صورة"
PASSPHRASE = "a quiet river in spring"

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

#: [label] presses a button, anything else is written
STORY = """\
[العربية]
[البدء]
[أوافق]
[عمري 18 سنة أو أكثر]
[لا، أستخدمه وحدي]
[ابني]
يوسف خالد الحمصي
خالد
سميرة العلي
١٩٩٠
[اعتقال أو احتجاز]
صيف ٢٠١٣
[نعم]
[حمص]
كان في طريقه إلى الجامعة.
[نعم]
[ابني]
إلياس خالد الحمصي
[نعم]
١٩٩٣
[لا]
سميرة
[ألمانيا]
[لا، من دون مشاركة]
[إضافة المزيد]
[عن الاعتقال]
[على حاجز]
[بلباس عسكري]
[مواضيع أخرى]
[الصورة]
[إلياس خالد الحمصي]
(photo)
[تم]
[لاحقاً]
[مراجعة وإرسال]""".splitlines()
#: what she adds afterwards, in a second sending
LATER = """[إضافة أو تصحيح]
[المكان]
بابا عمرو
[مواضيع أخرى]
[مراجعة وإرسال]
[إرسال]""".splitlines()


@dataclass
class House:
    """A running `wasl run`, and what it said."""

    process: subprocess.Popen[str]
    said: str
    phone: str
    desk: str
    passphrase: str | None
    seconds: float

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=15)
        return self.process.returncode


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(folder: Path, ports: tuple[int, int, int]) -> House:
    """`wasl run` in a folder of its own; returns when it said where everything is."""
    names = ("--sandbox-port", "--desk-port", "--handoff-port")
    options = [part for name, port in zip(names, ports, strict=True) for part in (name, str(port))]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("WASL_", "TELEGRAM_"))}
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "wasl", "run", *options], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if line.startswith("  free text"):
            break
    found = re.search(r"phone page\s+(\S+)", said)
    desk = re.search(r"desk\s+(http\S+)", said)
    assert found, said
    assert desk, said
    passphrase = re.search(r"one-time password (\S+)", said)
    return House(process, said, found[1], desk[1], passphrase and passphrase[1], time.monotonic() - began)


@pytest.fixture
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "these tests need Debian's chromium (see .ci/run)"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def test_an_arabic_report_from_the_phone_page_to_the_desk(tmp_path: Path, browser: Browser) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    ports = (_free_port(), _free_port(), _free_port())
    house = start(tmp_path, ports)
    try:
        assert house.seconds < 90
        assert house.passphrase, house.said
        phone = browser.new_context(viewport={"width": 390, "height": 844}, locale="ar").new_page()
        phone.goto(house.phone)
        phone.get_by_role("button", name="ابدأ").click()
        for line in STORY[:10]:
            _do(phone, line)
        phone.screenshot(path=ARTIFACTS / "phone-ar-question.png")
    finally:
        assert house.stop() == 0
    # Ctrl-C in the middle; the second start goes on where the first one was.
    house = start(tmp_path, ports)
    try:
        assert house.passphrase is None, "shown once"
        phone.reload()
        for line in STORY[10:]:
            _do(phone, line)
        expect(phone.get_by_role("button", name="إرسال", exact=True)).to_be_visible()
        phone.screenshot(path=ARTIFACTS / "phone-ar-review.png")
        _do(phone, "[إرسال]")
        expect(phone.get_by_text("الرقم المرجعي").last).to_be_visible()
        phone.screenshot(path=ARTIFACTS / "phone-ar-sent.png")
        for line in LATER:
            _do(phone, line)
        expect(phone.get_by_text("ما أضفته أُرسل إلى الفريق.").last).to_be_visible()
        _do(phone, "اتصل واحد وطلب مصاري مقابل خبر عن ابني")
        expect(phone.get_by_text("نحن لا نطلب أبداً مالاً").last).to_be_visible()
        phone.screenshot(path=ARTIFACTS / "phone-ar-swindle.png")
        _do(phone, "[إخبار الفريق]")
        expect(phone.get_by_text("تم إخبار الفريق.").last).to_be_visible()
        desk = _read_at_the_desk(browser, house.desk, _first_passphrase(tmp_path))
        _ask_and_be_answered(desk, phone)
    finally:
        assert house.stop() == 0


def _first_passphrase(folder: Path) -> str:
    """The one-time password went by with the first start; an operator makes another."""
    told = subprocess.run(
        [sys.executable, "-m", "wasl", "desk", "caseworker", "reset-password", "caseworker"],
        cwd=folder, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return told.strip().rpartition(": ")[2]


def _do(phone: Page, line: str) -> None:
    """Press or write as soon as the screen allows, and wait until the bot has shown the next screen."""
    bubbles = phone.get_by_role("log")
    if line == "(photo)":
        phone.get_by_role("button", name=ATTACH).last.click()
        with phone.expect_file_chooser() as chooser:
            phone.get_by_role("menuitem", name=A_PHOTO).last.click()
        chooser.value.set_files(files=[{"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": _picture()}])
        expect(phone.get_by_text("وصل هنا حتى الآن").last).to_be_visible(timeout=15_000)
    elif line.startswith("["):
        label = re.escape(line.strip("[]"))
        phone.get_by_role("button", name=re.compile(f"^[\u2066-\u2069]*{label}[\u2066-\u2069]*$")).last.click()
    else:
        before = bubbles.inner_text()
        phone.locator("textarea").last.fill(line)
        phone.locator("textarea").last.press("Enter")
        phone.wait_for_function("before => document.querySelector('[role=log]').innerText !== before", arg=before)
    phone.wait_for_timeout(500)


def _picture() -> bytes:
    """A photo as a phone makes it, with hidden details in it."""
    taken = Image.new("RGB", (320, 400), (140, 120, 100))
    details = Image.Exif()
    details[0x010F] = HIDDEN
    out = io.BytesIO()
    taken.save(out, "JPEG", exif=details)
    return out.getvalue()


def _ask_and_be_answered(desk: Page, phone: Page) -> None:
    """A typed question and a status from the desk to the phone, and the answer back into its field."""
    desk.get_by_role("link", name="Status and questions").click()
    desk.get_by_label("About what").select_option("again_mother")
    desk.get_by_role("button", name="Preview the question").click()
    preview = desk.locator(".saying.proposed .bubble")
    expect(preview).to_contain_text("ما الاسم الكامل لوالدة هذا الشخص")
    desk.screenshot(path=ARTIFACTS / "desk-preview.png", full_page=True)
    desk.get_by_role("button", name="Send it so").click()
    announced = phone.get_by_text("هناك رسالة لك.")
    expect(announced.last).to_be_visible(timeout=15_000)
    assert phone.get_by_text("والدة هذا الشخص").count() == 0, "nothing of it shows before it is opened"
    _do(phone, "[عرض]")
    expect(phone.get_by_text("ما الاسم الكامل لوالدة هذا الشخص")).to_have_count(1)
    phone.screenshot(path=ARTIFACTS / "phone-ar-letter.png")
    _do(phone, "سميرة حسن العلي")
    expect(phone.get_by_text("جوابك:").last).to_be_visible(timeout=15_000)
    _do(phone, "[إرسال]")
    expect(phone.get_by_text("أُرسل جوابك إلى الفريق.").last).to_be_visible(timeout=15_000)
    _until(desk, "سميرة حسن العلي")
    expect(desk.locator(".saying.answered q")).to_contain_text("سميرة حسن العلي")
    desk.screenshot(path=ARTIFACTS / "desk-thread.png", full_page=True)
    desk.get_by_role("link", name="in the case, revision 3").click()
    expect(desk.locator("#person-1").get_by_text("سميرة حسن العلي").first).to_be_visible()

    desk.goto(desk.url.partition("?")[0] + "/talk")
    desk.get_by_label("How it stands").select_option("registered")
    desk.get_by_role("button", name="Preview the status").click()
    desk.get_by_role("button", name="Send it so").click()
    _until(desk, "at the families' side")
    _do(phone, "/status")
    expect(phone.get_by_text("الطلب مسجّل منذ").last).to_be_visible(timeout=15_000)
    assert "يوسف" not in phone.get_by_text("الطلب مسجّل منذ").last.inner_text()
    phone.screenshot(path=ARTIFACTS / "phone-ar-status.png")


def _until(page: Page, text: str) -> None:
    """Reload until this is on the page."""
    for _ in range(40):
        if page.get_by_text(text, exact=False).count():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(text)


def _read_at_the_desk(browser: Browser, address: str, one_time: str) -> Page:
    desk = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    desk.goto(address)
    desk.fill("input[name=name]", "caseworker")
    desk.fill("input[name=passphrase]", one_time)
    desk.keyboard.press("Enter")
    desk.fill("input[name=present]", one_time)
    desk.fill("input[name=new]", PASSPHRASE)
    desk.fill("input[name=again]", PASSPHRASE)
    desk.keyboard.press("Enter")
    case = desk.locator("main table a").first
    for _ in range(40):
        if case.count():
            break
        desk.wait_for_timeout(500)
        desk.reload()
    desk.screenshot(path=ARTIFACTS / "desk-inbox.png")
    case.click()
    desk.screenshot(path=ARTIFACTS / "desk-case.png", full_page=True)
    said = ("يوسف خالد الحمصي", "إلياس خالد الحمصي", "كان في طريقه إلى الجامعة.", "صيف ٢٠١٣", "Homs", "At a checkpoint")
    for words in (*said, "بابا عمرو"):
        expect(desk.get_by_text(words, exact=False).first).to_be_visible()
    expect(desk.locator("main img").first).to_be_visible()
    with desk.expect_download() as download:
        desk.get_by_text("Export as JSON").click()
    exported = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert "يوسف خالد الحمصي" in json.dumps(exported, ensure_ascii=False)
    [file] = exported["files"]
    assert HIDDEN.encode() not in base64.b64decode(file["content"])
    assert [one["kind"] for one in exported["revisions"]] == ["report", "addition"]
    return desk


def test_trouble_at_the_start_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for option in ("--sandbox-port", "--desk-port", "--handoff-port"):
            others = [
                part
                for name in ("--sandbox-port", "--desk-port", "--handoff-port")
                for part in (name, str(_free_port()))
            ]
            refused = subprocess.run(
                [sys.executable, "-m", "wasl", "run", *others, option, str(port)],
                cwd=tmp_path, check=False, capture_output=True, text=True, timeout=60,
            )  # fmt: skip
            assert refused.returncode == 2, (option, refused.stderr)
            assert str(port) in refused.stderr
            assert "Traceback" not in refused.stderr
