"""Starting: settings, profile, keys, and one clear sentence for everything that is not right."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import stat
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from click.testing import CliRunner
from conftest import PROFILE, TOKEN, Team, settings_at
from pydantic import SecretStr

from bot.cli import cli
from bot.house import build
from bot.keys import Keys, public_half, read_root_key, read_signing_key
from bot.profile import read_profile, read_recipients
from bot.sandbox.serve import Address
from bot.serve import listen, serve
from bot.settings import Settings, read_settings, variable
from ground.complaints import Complaint
from wasl import cli as wasl

ROOT = Path(__file__).parents[2]


def test_every_setting_is_in_the_documentation() -> None:
    lines = (ROOT / "docs" / "settings.md").read_text().splitlines()
    documented = {line.split("`")[1]: line for line in lines if line.startswith("| `")}
    assert list(documented) == [variable(name) for name in Settings.model_fields]
    for name, field in Settings.model_fields.items():
        assert field.description
        assert field.description in documented[variable(name)]


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("WASL_KEEP_SEALED_HOURS=5\nWASL_HANDOFF_PORT=1\n")
    token = tmp_path / "token"
    token.write_text(f"{TOKEN}\n")
    token.chmod(0o600)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN_FILE", str(token))
    monkeypatch.setenv("WASL_HANDOFF_PORT", "2")
    monkeypatch.setenv("WASL_BOT_DATABASE", "postgresql+psycopg://wasl:secret-word@db/wasl")
    settings = read_settings()
    assert (settings.keep_sealed_hours, settings.handoff_port) == (5, 2)
    assert settings.bot_token.get_secret_value() == TOKEN
    assert "secret-word" in settings.database_url
    for shown in (repr(settings), str(settings), str(settings.model_dump())):
        assert "secret-word" not in shown
        assert TOKEN not in shown


def test_a_bad_setting_names_its_variable_and_not_its_value(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WASL_SENDS_PER_SECOND", "0 or so")
    with pytest.raises(Complaint, match="WASL_SENDS_PER_SECOND") as caught:
        read_settings()
    assert "or so" not in str(caught.value)


def test_no_token_is_needed_only_at_the_sandbox(tmp_path: Path) -> None:
    with pytest.raises(Complaint, match="TELEGRAM_BOT_TOKEN_FILE"):
        _ = settings_at(tmp_path, "https://api.telegram.org", token=None).bot_token
    assert settings_at(tmp_path, token=None).bot_token == SecretStr("1:sandbox")


def test_systemds_credentials_come_before_our_own_files(tmp_path: Path) -> None:
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "wasl-root-key").touch()
    settings = settings_at(tmp_path, credentials=tmp_path / "credentials")
    assert settings.root_key_path == tmp_path / "credentials" / "wasl-root-key"
    assert settings.signing_key_path == tmp_path / "keys" / "signing.pem"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('languages = ["en", "ar"]', 'languages = ["xx"]'), "languages"),
        (('privacy_url = "https', 'privacy_url = "http'), "contact.privacy_url"),
        (("[organisation]", "[organization]"), "organisation"),
        (('mandate = {en = "We search."}', ""), "organisation.mandate"),
        (('languages = ["en", "ar"]', 'time_zone = "Damascus"\nlanguages = ["en"]'), "time_zone"),
        (("recipients = [", "recipients = [ 'x', "), "sealing.recipients"),
        (("[contact]", "[contact"), "TOML"),
    ],
)
def test_a_bad_profile_names_file_and_key(tmp_path: Path, team: Team, change: tuple[str, str], says: str) -> None:
    text = PROFILE.format(recipients=", ".join(f'"{one}"' for one in team.recipients))
    path = tmp_path / "ours.toml"
    path.write_text(text.replace(*change))
    with pytest.raises(Complaint, match=r"ours\.toml") as caught:
        read_profile(path)
    assert says in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ('price = {en = "Free."}', "'price' is not one of cost, death_certificate, dna"),
        ('cost = {xx = "Free."}', "cost: 'xx' is not one of ar, ku"),
        ('cost = {en = "Free, {name}."}', "cost.en: {name} cannot be filled; there are contact, crisis"),
        ('cost = {en = " "}', "cost.en: write 1 to 3000 characters"),
    ],
)
def test_an_answer_that_cannot_be_said_names_its_place(tmp_path: Path, profile: Path, answers: str, says: str) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(profile.read_text(encoding="utf-8") + f"\n[answers]\n{answers}\n", encoding="utf-8")
    with pytest.raises(Complaint) as caught:
        read_profile(path)
    assert says in str(caught.value)


def test_production_refuses_a_demonstration_and_too_few_recipients(tmp_path: Path, team: Team) -> None:
    path = tmp_path / "ours.toml"
    path.write_text("demonstration = true\n" + PROFILE.format(recipients=", ".join(f'"{r}"' for r in team.recipients)))
    assert len(read_recipients(read_profile(path), path, production=False)) == 2
    with pytest.raises(Complaint, match="demonstration"):
        read_recipients(read_profile(path), path, production=True)
    path.write_text(PROFILE.format(recipients=f'"{team.recipients[0]}", "{team.recipients[0]}"'))
    with pytest.raises(Complaint, match="escrow"):
        read_recipients(read_profile(path), path, production=True)


def test_the_shipped_demonstration_is_valid() -> None:
    profile = read_profile(Settings.model_fields["profile"].default)
    assert profile.demonstration
    assert set(profile.facts("ar")) == set(profile.facts("en")) > {"org", "contact", "hours", "languages"}


def test_init_makes_what_is_missing_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(cli, ["init"], catch_exceptions=False).exit_code == 0
    files = sorted(path for path in (tmp_path / "data" / "bot").rglob("*") if path.is_file())
    made = {
        path.name: (stat.S_IMODE(path.stat().st_mode), path.read_bytes()) for path in files if "sqlite" not in path.name
    }
    assert {name: mode for name, (mode, _) in made.items()} == {
        "handoff.token": 0o600,
        "return.secret": 0o600,
        "root.key": 0o600,
        "signing.pem": 0o600,
        "signing.pub.pem": 0o644,
    }
    assert CliRunner().invoke(cli, ["init"], catch_exceptions=False).exit_code == 0
    assert all(path.read_bytes() == made[path.name][1] for path in files if path.name in made)
    shown = CliRunner().invoke(cli, ["status"], catch_exceptions=False).output
    assert "inbox      empty" in shown
    assert "0 dead letters" in CliRunner().invoke(cli, ["dead-letters"], catch_exceptions=False).output
    assert "0 to be tried" in CliRunner().invoke(cli, ["dead-letters", "--retry"], catch_exceptions=False).output


def test_keys_that_are_not_ours(tmp_path: Path) -> None:
    settings = settings_at(tmp_path)
    with pytest.raises(Complaint, match="missing"):
        read_root_key(settings, make=False)
    root = read_root_key(settings, make=True)
    assert read_root_key(settings, make=False) == root
    assert len({vault.key for vault in (root, Keys.of(root).inbox, Keys.of(root).outbox, Keys.of(root).drafts)}) == 4
    settings.root_key_path.write_text("short\n")
    with pytest.raises(Complaint, match="32 bytes"):
        read_root_key(settings, make=True)
    read_signing_key(settings, make=True)
    assert public_half(settings.signing_key_path).read_text().startswith("-----BEGIN PUBLIC KEY")
    settings.signing_key_path.chmod(0o644)
    with pytest.raises(Complaint, match="chmod 600"):
        read_signing_key(settings, make=False)


def test_another_key_is_one_sentence(tmp_path: Path, profile: Path) -> None:
    settings = settings_at(tmp_path / "data", profile=profile)
    house = build(settings)
    house.store.open(house.keys)
    house.store.close()
    settings.root_key_path.unlink()
    with pytest.raises(Complaint, match="does not belong to this database"):
        serve(settings)


def test_a_taken_port_and_an_unwritable_directory(tmp_path: Path, profile: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Complaint, match="WASL_HANDOFF_PORT"):
            listen("127.0.0.1", port)
    (tmp_path / "file").touch()
    with pytest.raises(Complaint, match="cannot be written"):
        build(settings_at(tmp_path / "file" / "data", profile=profile))


def test_a_bad_form_is_told_with_its_line(tmp_path: Path, profile: Path) -> None:
    form = tmp_path / "form.yml"
    form.write_text("form: x\nquestions: 5\n")
    with pytest.raises(Complaint, match=r"form\.yml:2"):
        build(settings_at(tmp_path / "data", profile=profile, form=form))


def test_a_complaint_ends_with_2(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WASL_PROFILE", "nowhere.toml")
    result = CliRunner().invoke(wasl, ["bot", "serve"])
    assert isinstance(result.exception, Complaint)
    assert "nowhere.toml" in str(result.exception)


async def test_served_in_a_process_of_its_own(
    tmp_path: Path, profile: Path, sandbox: Address, session: aiohttp.ClientSession
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment: dict[str, Any] = {
        "WASL_BOT_API": sandbox.url,
        "WASL_BOT_DATA": str(tmp_path / "data"),
        "WASL_PROFILE": str(profile),
        "WASL_HANDOFF_PORT": str(port),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wasl", "bot", "serve"),
        cwd=ROOT,
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), 20) == f"bot ready {sandbox.url}\n".encode()
        token = (tmp_path / "data" / "keys" / "handoff.token").read_text().strip()
        for _ in range(100):
            try:
                url = f"http://127.0.0.1:{port}/handoff/v1/envelopes"
                async with session.get(url, headers={"Authorization": f"Bearer {token}"}) as answer:
                    assert await answer.json() == {"envelopes": []}
                    break
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
        began = asyncio.get_running_loop().time()
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 5) == 0
        assert asyncio.get_running_loop().time() - began < 2
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
