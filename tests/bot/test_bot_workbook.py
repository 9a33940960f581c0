"""A workbook from elsewhere, imported and set as WASL_FORM: one family through the real bot to its sealed envelope."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import family
import pytest
from conftest import Running, Team, settings_at
from openpyxl import Workbook

from bot.engine import load_engine
from bot.profile import read_profile
from bot.reference import read_code
from bot.sandbox.phone import Phone
from bot.sandbox.serve import Address
from bot.store import envelopes
from flows.own_words import write_own_words
from flows.xlsform.importing import import_form
from ground.complaints import Complaint

SURVEY = (
    ("type", "name", "label", "relevant"),
    ("start", "start", None, None),
    ("integer", "How_Many.People", "How many people live here?", None),
    ("note", "women", "These are questions about the women of your household.", None),
    ("begin repeat", "woman", "Women", None),
    ("text", "name", "Her name?", None),
    ("begin repeat", "child", "Children", "${How_Many.People} > 1"),
    ("text", "child_name", "Name of the child?", None),
    ("select_one yn", "school", "Is ${child_name} at school?", None),
    ("end repeat", None, None, None),
    ("end repeat", None, None, None),
    ("select_one yn or_other", "water", "Is there water?", None),
)
CHOICES = (("list_name", "name", "label"), ("yn", "yes", "Yes"), ("yn", "no", "No"))
#: what this family answers to a screen that says so: the longest part counts
ANSWERS = {
    "These are questions": "[Continue]",
    "How many people": "4",
    "Her name?": "Amal",
    "Name of the child?": "Yusuf",
    "Name of the child? (2)": "Khaled",
    "Is Yusuf at school?": "[Yes]",
    "Is Khaled at school?": "[No]",
    "Is there one more: Children (2)?": "[Yes]",
    "Is there one more": "[No]",
    "Is there water?": "[Other]",
    "What else?": "Some days",
    "Please check what you wrote": "[Send]",
}


def imported(folder: Path) -> Path:
    """The form's file, made of a workbook as `wasl form import` makes it."""
    book = Workbook()
    for title, rows in (("survey", SURVEY), ("choices", CHOICES)):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.remove(book.worksheets[0])
    book.save(folder / "household.xlsx")
    made = import_form(folder / "household.xlsx")
    form = folder / "household.yml"
    form.write_text(made.text, encoding="utf-8")
    write_own_words(form, made.own)
    return form


@pytest.fixture
async def bot(sandbox: Address, tmp_path: Path, profile: Path, team: Team) -> AsyncIterator[Running]:
    """A bot that asks the imported form."""
    settings = settings_at(tmp_path / "data", sandbox.url, profile=profile, form=imported(tmp_path))
    running_bot = Running(settings, team)
    yield running_bot
    await running_bot.stop()


async def answered(phone: Phone, current: Mapping[str, Any]) -> None:
    asks = str(current["text"]).translate({0x2068: None, 0x2069: None})  # what sets an inserted name apart
    said = ANSWERS[max((part for part in ANSWERS if part in asks), key=len)]
    if said.startswith("["):
        await phone.tap(said[1:-1], current["message_id"])
    else:
        await phone.say(said)


async def test_an_imported_form_runs_to_its_sealed_envelope(bot: Running, samira: Phone) -> None:
    house = await bot.start()
    current = await family.begin(samira)
    for _ in range(30):
        if family.SENT in family.labels(current):
            break
        await answered(samira, current)
        current = await family.changed(samira, current)
    else:
        raise AssertionError("The form has no end.")
    await samira.wait_for(lambda one: one["from_bot"] and any(span["type"] == "code" for span in one["entities"] or ()))
    [envelope] = await house.store.write(lambda connection: envelopes.waiting(connection, 10))
    report = bot.team.open(envelope, bot.public_key)
    [person], [event] = report["sought_persons"], report["events"]
    told = {claim["title"]: (claim["raw"] or {}).get("text") for claim in person["claims"]}
    assert told["Her name"] == "Amal"
    assert told["Name of the child"] == "Yusuf"
    assert told["Name of the child (2)"] == "Khaled"
    chosen = {
        claim["title"]: claim["value"]["code"] for claim in person["claims"] if claim["value"]["type"] == "choice"
    }
    assert chosen["Is … at school"] == "yes"
    assert chosen["Is … at school (2)"] == "no"
    assert {claim["field"]: claim["value"] for claim in event["claims"]}["event.how_many_people"]["number"] == 4
    assert read_code(await family.copied(samira)) is not None


def test_a_form_of_which_nothing_could_be_sent_does_not_start(tmp_path: Path, profile: Path) -> None:
    form = tmp_path / "f.yml"
    form.write_text('form: f\nversion: "1"\ntitle: F\nquestions:\n  - {name: a, type: text, label: A}\n')
    with pytest.raises(Complaint, match=r"f\.yml:5: no question of this form has a field"):
        load_engine(form, read_profile(profile))
