"""Workbooks in and out: what comes in, what is refused and where, and that the shipped form goes out and comes back."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields, replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from flows.cli import cli
from flows.languages import offered, template
from flows.load import SHIPPED, load_form
from flows.own_words import write_own_words
from flows.questions import Flow
from flows.transcript import Player
from flows.wander import wander
from flows.xlsform.cells import BadSheet
from flows.xlsform.exporting import export_form
from flows.xlsform.importing import import_form

DOCS = Path(__file__).parents[2] / "docs" / "forms.md"
CHOICES = [["list_name", "name", "label"], ["yn", "yes", "Yes"], ["yn", "no", "No"]]


def workbook(path: Path, survey: list[list[str | None]], choices: list[list[str]] = CHOICES) -> Path:
    book = Workbook()
    for sheet, rows in (("survey", survey), ("choices", choices)):
        made = book.create_sheet(sheet)
        for row in rows:
            made.append(row)
    book.remove(book.worksheets[0])
    book.save(path)
    return path


def loaded(path: Path, tmp_path: Path) -> Flow:
    imported = import_form(path)
    form = tmp_path / "imported.yml"
    form.write_text(imported.text, encoding="utf-8")
    write_own_words(form, imported.own)
    return load_form(form, languages=offered())


def test_the_shipped_form_goes_out_and_comes_back_the_same(tmp_path: Path) -> None:
    export_form(SHIPPED, tmp_path / "r.xlsx", offered())
    back = import_form(tmp_path / "r.xlsx")
    form = tmp_path / "r.yml"
    form.write_text(back.text, encoding="utf-8")
    write_own_words(form, back.own)
    ours = load_form(recipients=("icmp", "icrc"), languages=offered())
    theirs = load_form(form, recipients=("icmp", "icrc"), languages=offered())
    assert back.remarks == ()
    assert [replace(one, line=0) for one in theirs.questions] == [replace(one, line=0) for one in ours.questions]
    assert [replace(one, line=0) for one in theirs.sections] == [replace(one, line=0) for one in ours.sections]
    assert (theirs.name, theirs.version, theirs.title) == (ours.name, ours.version, ours.title)
    assert theirs.for_a_person == ours.for_a_person
    for mine, other in zip(ours.questions, theirs.questions, strict=True):
        for field in fields(mine):
            text = getattr(mine, field.name)
            if hasattr(text, "msgid"):
                for language in offered():
                    assert template(getattr(other, field.name), language) == template(text, language)


def test_what_comes_in_runs_in_chat_in_its_languages(tmp_path: Path) -> None:
    survey: list[list[str | None]] = [
        [
            "type",
            "name",
            "label::English (en)",
            "label::Arabic (ar)",
            "relevant",
            "constraint",
            "required",
            "calculation",
        ],
        ["begin group", "Household", "Household", "الأسرة", None, None, None, None],
        ["integer", "How_Many.People", "How many people live here?", "كم شخصًا يعيش هنا؟", None, ". > 0", "yes", None],
        ["end group", None, None, None, None, None, None, None],
        ["begin repeat", "child", "Child", "طفل", "${How_Many.People} > 1", None, None, None],
        ["text", "child_name", "Name?", "الاسم؟", None, None, None, None],
        [
            "select_one yn",
            "school",
            "Is ${child_name} at school?",
            "هل ${child_name} في المدرسة؟",
            None,
            None,
            "yes",
            None,
        ],
        ["end repeat", None, None, None, None, None, None, None],
        ["calculate", "double", None, None, None, None, None, "${How_Many.People} * 2"],
        ["geopoint", "place", "Where is this?", "أين هذا؟", None, None, None, None],
    ]
    flow = loaded(workbook(tmp_path / "h.xlsx", survey), tmp_path)
    player = Player(flow, "ar")
    assert player.begin()[0] == "< كم شخصًا يعيش هنا؟"
    player.play("> 3")
    player.play("> Amal")
    assert "< هل Amal في المدرسة؟" in player.play("> (sticker)")
    found = wander(flow, walks=40, languages=offered())
    assert found.trouble is None
    assert found.never_asked == []
    assert found.sent > 0


def test_everything_wrong_is_said_at_once_by_sheet_row_and_column(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "bad.xlsx",
        [
            ["type", "name", "label", "relevant"],
            ["geotrace", "way", "Draw it", None],
            ["select_one yn", "a", "A?", "${b} = 'x'"],
            ["text", "b", "B?", "unheard-of(1)"],
            ["text", "c", None, None],
            ["select_one nowhere", "d", "D?", None],
        ],
    )
    out = tmp_path / "bad.yml"
    result = CliRunner().invoke(cli, ["import", str(path), "--out", str(out)])
    assert result.exit_code == 1
    assert not out.exists()
    assert "sheet 'survey', row 2, column A: 'geotrace': a line on a map cannot be drawn in a chat" in result.output
    assert "row 3, column D: relevant names 'b', which is asked later" in result.output
    assert "row 4, column D: relevant: unknown function" in result.output
    assert "row 5, column C: this question has no words" in result.output
    assert "row 6, column A: there is no list 'nowhere' on the sheet choices; lists there: yn" in result.output


def test_a_workbook_of_which_nothing_could_be_sent_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "n.xlsx", [["type", "name", "label"], ["note", "n", "Hello."], ["note", "m", "Bye."]])
    with pytest.raises(BadSheet, match="sheet 'survey', row 2, column A: no question of this form has a field"):
        import_form(path)


@pytest.mark.parametrize("words", ["no workbook at all", ""])
def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path, words: str) -> None:
    path = tmp_path / "x.xlsx"
    path.write_text(words)
    with pytest.raises(BadSheet, match="save it as 'Excel workbook"):
        import_form(path)


def test_or_other_filters_and_long_names_come_in(tmp_path: Path) -> None:
    long = "the_very_long_name_of_a_question_about_towns"
    path = workbook(
        tmp_path / "c.xlsx",
        [
            ["type", "name", "label", "choice_filter", "relevant"],
            ["select_one region", "region", "Region?", None, None],
            ["select_one town", long, "Town?", "region = ${region}", None],
            ["select_one yn or_other", "agree", "Agree?", None, f"${{{long}}} = 'a town with a name too long'"],
        ],
        [
            ["list_name", "name", "label", "region"],
            ["region", "n", "North", ""],
            ["town", "a_town_with_a_name_that_is_too_long", "Amaltown", "n"],
            ["yn", "yes", "Yes", ""],
        ],
    )
    flow = loaded(path, tmp_path)
    assert flow.questions[0].name == "region"
    assert all(len(question.name) <= 24 for question in flow.questions)
    assert flow.questions[1].choice_filter is not None
    assert [question.name for question in flow.questions][-1] == "agree_other"


def test_the_guides_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The block of commands in docs/forms.md, run as it stands."""
    monkeypatch.chdir(tmp_path)
    block = re.search(r"```\n(wasl form export.*?)```", DOCS.read_text(encoding="utf-8"), re.S)
    assert block is not None
    for line in block[1].strip().splitlines():
        verb, *rest = shlex.split(line.removeprefix("wasl form "))
        result = CliRunner().invoke(cli, [verb, *rest])
        # 200 walks need not see every rare choice of a form of ninety questions; that they run and count is what is shown
        assert result.exit_code == 0 or verb == "walk", result.output
        assert "Traceback" not in result.output
