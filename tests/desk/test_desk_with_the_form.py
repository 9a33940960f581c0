"""What the shipped questionnaire sends, the desk opens, summarises and shows, whatever the family answers."""

from __future__ import annotations

import random

import pytest

from desk.dates import Calendar
from desk.keys import Identity
from desk.opening import Opened, open_envelope
from desk.sheet import Reader
from desk.summary import summarise
from desk.words import words_in
from flows.envelope import SealedFile
from flows.languages import offered
from flows.load import load_form
from tests.desk.fakes import Sender
from tests.flows.families import Family, script_of

FLOW = load_form(recipients=("icmp", "icrc"), languages=offered())


@pytest.mark.parametrize("seed", range(20))
def test_a_report_of_the_shipped_form_is_read_in_full(seed: int, identity: Identity, sender: Sender) -> None:
    family = Family(FLOW, script_of(FLOW, random.Random(seed)))
    family.answer_all()
    report = dict(family.send())
    promised = tuple(SealedFile(file["id"], file["sha256"], file["bytes"]) for file in report["files"])
    opened = open_envelope(sender.seal(report, files=promised), identity, sender.key.public_key())
    assert isinstance(opened, Opened)
    sheet = Reader(Calendar(words_in("en"))).read([opened.report])
    claims = [claim for holder in _holders(report) for claim in holder["claims"]]
    lines = [line for section in sheet.sections for line in section.lines]
    assert [line.field for line in lines] == [claim["field"] for claim in claims]
    assert all(line.words or line.reading or line.files or line.status != "answered" for line in lines)
    assert not any(line.others for line in lines)
    assert len(sheet.consents) == len(report["consents"])
    category = next((claim for claim in claims if claim["field"] == "event.category" and claim["value"]), None)
    assert summarise([report]).category == (category["value"]["label"] if category else None)


def _holders(report: dict) -> list[dict]:  # type: ignore[type-arg]
    return [report["enquirer"], *report["sought_persons"], *report["events"]]
