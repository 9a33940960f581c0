"""Everything a running bot consists of, put together from its settings."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.api import Api
from bot.changes import DAYS_A_MONTH, UNKNOWN, Planner
from bot.engine import Engine, load_engine, spoken
from bot.hashing import Hashing
from bot.intake import Intake
from bot.keys import Keys, read_handoff_token, read_root_key, read_signing_key, read_verifier
from bot.lanes import Lanes, Waiting
from bot.nlu.client import Understanding
from bot.pace import Pace
from bot.profile import Profile, read_profile, read_recipients
from bot.reminding import Reminding, Rules
from bot.sealing import Sealer
from bot.sender import Sender
from bot.settings import Settings
from bot.store.reminders import OF_REMINDERS
from bot.store.store import Store
from bot.turns import Turns
from bot.worker import Now, Worker
from flows.questions import Flow
from ground.keyfiles import data_directory
from ground.webhooks import Verifier


@dataclass(slots=True)
class House:
    """The parts, each knowing only those it works with."""

    settings: Settings
    profile: Profile
    keys: Keys
    store: Store
    api: Api
    sender: Sender
    worker: Worker
    hashing: Hashing
    lanes: Lanes
    intake: Intake
    understanding: Understanding
    reminding: Reminding
    handoff_token: bytes = field(repr=False)
    verifier: Verifier = field(repr=False)
    signing_key: Ed25519PrivateKey = field(repr=False)
    form: Flow = field(repr=False)
    now: Now = time.time


def build(settings: Settings, engine: Engine | None = None, now: Now = time.time, clock: Now = time.monotonic) -> House:
    """Read every file and check every setting; opens nothing yet. A Complaint for the first thing that is not right.

    `now` gives the seconds since 1970, `clock` those by which we keep pace; a test may let years pass.
    """
    data_directory(settings.bot_data)
    make = not settings.production
    profile = read_profile(settings.profile)
    recipients = read_recipients(profile, settings.profile, production=settings.production)
    keys = Keys.of(read_root_key(settings, make=make))
    signing_key = read_signing_key(settings, make=make)
    sealer = Sealer(recipients, signing_key)
    verifier = read_verifier(settings, make=make)
    token = read_handoff_token(settings, make=make)
    engine = engine or load_engine(settings.form, profile)
    api = Api(settings.bot_token.get_secret_value(), settings.bot_api, settings.poll_seconds)
    store = Store(settings.database_url)
    pace = Pace(settings.sends_per_second, settings.sends_per_chat, settings.chat_burst, clock)
    sender = Sender(api, store, pace, settings.form.parent, clock)
    planner = Planner(int(profile.draft_months * DAYS_A_MONTH), tuple(dict.fromkeys((profile.time_zone, *UNKNOWN))))
    turns = Turns(engine, keys, profile.facts, spoken(profile), sealer, planner)
    hashing = Hashing(store, keys)
    understanding = Understanding(settings.nlu_url, settings.nlu_token_path)
    worker = Worker(store, keys, turns, sender, hashing, api, sealer, now, understanding)
    rules = Rules(keys, planner.elsewhere)
    reminding = Reminding(store, rules, worker, turns, sender, pace, now, profile.time_zone, clock)

    async def work(update: Waiting) -> None:
        await (reminding.say(update) if update.update_id >= OF_REMINDERS else worker.work(update))

    lanes = reminding.lanes = Lanes(work)

    def room() -> bool:
        return lanes.backlog + sender.pending < settings.backlog

    intake = Intake(api, store, keys, lanes, room, settings.poll_seconds)
    return House(
        settings=settings,
        profile=profile,
        keys=keys,
        store=store,
        api=api,
        sender=sender,
        worker=worker,
        hashing=hashing,
        lanes=lanes,
        intake=intake,
        reminding=reminding,
        understanding=understanding,
        handoff_token=token,
        verifier=verifier,
        signing_key=signing_key,
        form=engine.form,
        now=now,
    )
