"""Receipts: what they say, that nothing can be changed in them, as a picture, on the page, and as a family gets one."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import family
import pytest
from click.testing import CliRunner
from conftest import Running
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as some
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import select
from test_bot_conversation import settled

from bot.receipts.cli import cli
from bot.receipts.page import make
from bot.receipts.picture import draw, read_picture
from bot.receipts.signing import raw, sign, verify
from bot.sandbox.phone import Phone
from bot.store.store import look
from bot.store.tables import envelopes
from flows.envelope import Manifest
from flows.receipts import MARK, Receipt, key_id, read, write

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
DIGEST = "ab" * 32
CHROMIUM = Path("/usr/bin/chromium")


def manifest(day: str = "2026-05-03", revision: int = 2) -> bytes:
    return Manifest(
        "c" * 32, revision, DIGEST, 4242, day, "urn:wasl:schema:tracing-request:2", ("00" * 8,) * 2
    ).as_bytes()


def receipt() -> str:
    return sign(manifest(), KEY)


def pem(key: Ed25519PrivateKey, path: Path) -> Path:
    path.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


def test_it_says_day_number_digest_and_key_and_nothing_else() -> None:
    said = verify(receipt(), [OTHER.public_key(), KEY.public_key()])
    assert said == Receipt(date(2026, 5, 3), 2, DIGEST, key_id(raw(KEY.public_key())))
    body = base64.urlsafe_b64decode(receipt().removeprefix(MARK) + "==")
    assert len(body) == 109
    assert bytes.fromhex("c" * 32) not in body, "not even which report"
    assert len(receipt()) == 149


def test_it_is_found_in_a_message_and_after_lines_were_broken() -> None:
    text = receipt()
    broken = "\n".join(text[at : at + 40] for at in range(0, len(text), 40))
    assert verify(f"Receipt of 3 May 2026:\n\u2066{text}\u2069\nIt proves", [KEY.public_key()]) == verify(
        broken, [KEY.public_key()]
    )
    assert read(f"{text} {text}") is None, "two are none"
    assert read(text[:-1]) is None
    assert read(f"{text}A") is None


@given(some.integers(0, 108), some.integers(1, 255))
def test_no_byte_can_be_changed(place: int, shift: int) -> None:
    body = bytearray(base64.urlsafe_b64decode(receipt().removeprefix(MARK) + "=="))
    body[place] ^= shift
    forged = MARK + base64.urlsafe_b64encode(bytes(body)).decode().rstrip("=")
    assert verify(forged, [KEY.public_key()]) in ("none", "key", "signature")


@given(some.text())
def test_anything_else_is_no_receipt(words: str) -> None:
    assert read(words) is None


def test_a_manifest_is_no_receipt_and_another_key_signs_none() -> None:
    said = read(receipt())
    assert said is not None
    assert verify(write(said[0], KEY.sign(said[0].as_bytes())), [KEY.public_key()]) == "signature"
    assert verify(sign(manifest(), OTHER), [KEY.public_key()]) == "key"


def test_the_picture_reads_back_as_the_receipt(tmp_path: Path) -> None:
    path = tmp_path / "receipt.png"
    path.write_bytes(draw(receipt()))
    assert read_picture(path) == receipt()


def test_the_command_takes_text_files_and_pictures(tmp_path: Path) -> None:
    key, other = pem(KEY, tmp_path / "key.pem"), pem(OTHER, tmp_path / "other.pem")
    picture, text = tmp_path / "receipt.png", tmp_path / "receipt.txt"
    run = CliRunner().invoke
    assert run(cli, ["picture", receipt(), "--to", str(picture)]).exit_code == 0
    text.write_text(f"Receipt: {receipt()}\n")
    for given_ in (receipt(), str(picture), str(text)):
        done = run(cli, ["verify", given_, "--key", str(other), "--key", str(key)])
        assert done.exit_code == 0
        assert done.output.startswith("genuine: sealed on 2026-05-03, sending 2\n")
        assert DIGEST in done.output
    for given_, key_, why in (
        (receipt(), other, "another key"),
        ("nothing", key, "no receipt"),
        (receipt().replace("B", "C", 1), key, "not right"),
    ):
        done = run(cli, ["verify", given_, "--key", str(key_)])
        assert done.exit_code == 1
        assert "not genuine" in done.output
        assert why in done.output
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG and no more")
    assert "cannot be read" in str(run(cli, ["verify", str(broken), "--key", str(key)]).exception)
    assert "not an Ed25519" in str(run(cli, ["verify", receipt(), "--key", str(text)]).exception)


async def test_a_family_gets_one_for_each_sending_and_it_is_of_the_envelope(
    bot: Running, samira: Phone, tmp_path: Path
) -> None:
    await bot.start()
    await family.report(samira)
    shown = await family.anchor(samira)
    assert shown is not None
    await samira.tap("Receipt", shown["message_id"])
    told = await samira.wait_for("It proves that something was sent that day")
    assert "It disappears from this chat in half an hour." in told["text"], "others can see this phone"
    await samira.wait_for(lambda one: one["from_bot"] and bool(one.get("media") or one.get("photo")))
    await settled(bot)
    copied = await family.copied(samira)
    public = tmp_path / "public.pem"
    public.write_bytes(bot.public_key)
    done = CliRunner().invoke(cli, ["verify", copied, "--key", str(public)])
    [sealed] = look(bot.settings.database_url, lambda c: c.execute(select(envelopes)).all())
    assert done.exit_code == 0
    assert hashlib.sha256(sealed.sealed).hexdigest() in done.output
    for word in (sealed.report, *family.WORDS.split()):
        assert word not in done.output


# -- the page ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def page(tmp_path: Path) -> Iterator[tuple[Page, list[str]]]:
    """The page, opened from a file; and every address it asked for."""
    path = tmp_path / "verify.html"
    path.write_text(make([OTHER.public_key(), KEY.public_key()]), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        context = browser.new_context(offline=True)
        opened = context.new_page()
        asked: list[str] = []
        opened.on("request", lambda request: asked.append(request.url))
        opened.on("pageerror", lambda error: asked.append(f"error: {error}"))
        opened.on("console", lambda said: asked.append(f"console: {said.text}"))
        opened.goto(path.as_uri())
        yield opened, asked
        browser.close()


@pytest.mark.browser
def test_the_page_verifies_without_a_network(page: tuple[Page, list[str]]) -> None:
    opened, asked = page
    cases: dict[str, Any] = {
        f"Receipt of 3 May 2026, number 2:\n\u2066{receipt()}\u2069": "The receipt is genuine.",
        receipt().replace("B", "C", 1): "The receipt is not genuine",
        sign(manifest(), Ed25519PrivateKey.from_private_bytes(b"x" * 32)): "another key",
        "hello": "There is no whole receipt here.",
        receipt()[:-4]: "There is no whole receipt here.",
        f"{receipt()[:70]}\n  {receipt()[70:]}": "The receipt is genuine.",
        sign(manifest("2027-01-31", 17), OTHER): "The receipt is genuine.",
    }
    for given_, answer in cases.items():
        opened.fill("#receipt", given_)
        opened.click("#check")
        opened.wait_for_function("answer => document.getElementById('answer').textContent.includes(answer)", arg=answer)
        assert opened.is_visible("#details") == ("is genuine" in answer)
    assert opened.text_content("#day") == "2027-01-31"
    assert opened.text_content("#revision") == "17"
    assert opened.text_content("#digest") == DIGEST
    assert opened.text_content("#key") == key_id(raw(OTHER.public_key()))
    assert [one for one in asked if not one.startswith("file://")] == []
    assert len(asked) == 1, "one file and nothing else"


@pytest.mark.browser
def test_the_page_and_the_command_agree_on_every_changed_bit(page: tuple[Page, list[str]]) -> None:
    opened, _ = page
    body = base64.urlsafe_b64decode(receipt().removeprefix(MARK) + "==")
    forged = []
    for place in range(0, 109, 6):
        changed = bytearray(body)
        changed[place] ^= 1 << (place % 8)
        forged.append(MARK + base64.urlsafe_b64encode(bytes(changed)).decode().rstrip("="))
    for one in forged:
        opened.fill("#receipt", one)
        opened.evaluate("document.getElementById('answer').textContent = ''")
        opened.click("#check")
        opened.wait_for_function("document.getElementById('answer').textContent !== ''")
        assert opened.get_attribute("#answer", "class") == "refused"
        assert verify(one, [KEY.public_key()]) in ("none", "key", "signature")


@pytest.mark.browser
def test_the_page_lets_no_script_in_and_no_connection_out(page: tuple[Page, list[str]]) -> None:
    opened, _ = page
    blocked = opened.evaluate(
        """async () => {
            try { await fetch('https://example.org/'); return false } catch { }
            const script = document.createElement('script');
            script.textContent = 'window.intruder = true';
            document.body.append(script);
            return window.intruder === undefined;
        }"""
    )
    assert blocked is True
    assert "connect-src" not in (opened.get_attribute("meta[http-equiv]", "content") or "")
    assert (opened.get_attribute("meta[http-equiv]", "content") or "").startswith("default-src 'none'")
