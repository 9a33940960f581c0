"""What is measured: each bot, how it is started, and what it keeps of an answer when it says the next question."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from bench.drive import Script
from bench.profiles import demonstration
from bench.rest import RestChannel
from bench.scripts import our_form, ten_questions
from bench.venvs import FOLDER, HERE, NotHere, python_of, versions

PEERS = HERE / "peers"


@dataclass(frozen=True)
class Launch:
    """A bot ready to be started; `{api}`, `{port}` and `{scratch}` stand for what each run brings."""

    command: tuple[str, ...]
    versions: Mapping[str, str]
    before: tuple[str, ...] = ()
    """A command to be finished before the start, outside of what is timed."""
    folder: Path = HERE.parent
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Contender:
    key: str
    title: str
    settings: str
    keeps: str
    """What a kill -9 leaves of the answers given so far."""
    prepare: Callable[[], Launch]
    """Makes environment and model where needed; raises `NotHere` with the reason where it cannot."""
    place: Callable[[], RestChannel] | None = None
    """Where families meet it, if not on Telegram."""
    script: Callable[[], Script] = ten_questions
    patience: float = 60.0
    """Seconds to wait for the first sign of life."""


def ours() -> Launch:
    if find_spec("bot.cli") is None:
        raise NotHere("bot/cli.py, the verb `wasl bot`, is not written yet")
    wasl = (sys.executable, "-m", "wasl", "bot")
    return Launch(
        before=(*wasl, "init"),
        command=(*wasl, "serve"),
        versions=versions(Path(sys.executable), ("python-telegram-bot", "aiohttp", "uvloop", "sqlalchemy")),
        environment={
            "TELEGRAM_BOT_TOKEN": "4242:bench",
            "WASL_BOT_API": "{api}",
            "WASL_BOT_DATA": "{scratch}/bot",
            "WASL_HANDOFF_PORT": "0",
            "WASL_PROFILE": str(_profile()),
            # Telegram's own limits, which every bot meets alike, would be all that is measured.
            "WASL_SENDS_PER_SECOND": "1000000",
            "WASL_SENDS_PER_CHAT": "1000000",
            "WASL_CHAT_BURST": "1000000",
        },
    )


def _profile() -> Path:
    """The demonstration's profile, sealing to two keys made here and thrown away."""
    from pyrage import x25519

    keys = [str(x25519.Identity.generate().to_public()) for _ in range(2)]
    FOLDER.mkdir(exist_ok=True)
    return demonstration(FOLDER, keys)


def ptb(*arguments: str) -> Launch:
    python = python_of("ptb", PEERS / "requirements-ptb.txt", "3.11")
    return Launch(
        command=(str(python), str(PEERS / "ptb_conversation.py"), "--api", "{api}", *arguments),
        versions=versions(python, ("python-telegram-bot", "httpx")),
    )


def aiogram() -> Launch:
    python = python_of("aiogram", PEERS / "requirements-aiogram.txt", "3.11")
    return Launch(
        command=(str(python), str(PEERS / "aiogram_fsm.py"), "--api", "{api}"),
        versions=versions(python, ("aiogram", "aiohttp", "uvloop")),
    )


def rasa() -> Launch:
    python = python_of("rasa", PEERS / "rasa" / "requirements.txt", "3.10")
    return Launch(
        command=(
            *(str(python), "-m", "rasa", "run", "--model", str(_rasa_model(python))),
            *("--interface", "127.0.0.1", "--port", "{port}"),
        ),
        versions=versions(python, ("rasa", "tensorflow", "sanic", "sqlalchemy")),
        folder=PEERS / "rasa",
        environment={"TRACKER_DB": "{scratch}/tracker.db"} | _QUIET,
    )


_QUIET = {"RASA_TELEMETRY_ENABLED": "false", "SQLALCHEMY_SILENCE_UBER_WARNING": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}


def _rasa_model(python: Path) -> Path:
    """Trained once per content of its files; a minute or less."""
    folder = PEERS / "rasa"
    sources = [folder / "config.yml", folder / "domain.yml", *sorted(folder.glob("training/*.yml"))]
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    model = FOLDER / "rasa-models" / f"{digest}.tar.gz"
    if not model.exists():
        told = subprocess.run(
            (
                *(python, "-m", "rasa", "train", "--quiet", "--data", "training"),
                *("--out", model.parent, "--fixed-model-name", digest),
            ),
            cwd=folder,
            env=os.environ | _QUIET | {"TRACKER_DB": "unused"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if told.returncode or not model.exists():
            raise NotHere(f"Rasa could not be trained; its last words: {told.stdout.strip()[-200:]!r}")
    return model


CONTENDERS = [
    Contender(
        "ours",
        "Wasl",
        "long polling, SQLite with synchronous=FULL, Telegram's send limits lifted",
        "every answer",
        ours,
        script=our_form,
    ),
    Contender("ptb", "python-telegram-bot ConversationHandler", "run_polling, defaults, in memory", "nothing", ptb),
    Contender(
        "ptb-pickle",
        "python-telegram-bot ConversationHandler + PicklePersistence",
        "run_polling, defaults, a pickle file written once a minute",
        "what is older than a minute",
        lambda: ptb("--pickle", "{scratch}/state.pickle"),
    ),
    Contender("aiogram", "aiogram FSM", "run_polling, uvloop, MemoryStorage", "nothing", aiogram),
    Contender(
        "rasa",
        "Rasa form bot",
        "REST channel, RulePolicy, CountVectors + LogisticRegression, SQL tracker store on SQLite, one worker",
        "every answer",
        rasa,
        place=RestChannel,
        script=lambda: ten_questions("report"),
        patience=180.0,
    ),
]
