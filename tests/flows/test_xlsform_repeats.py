"""Repeats inside repeats come in written out: what is asked when, what its words and conditions mean, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.languages import offered
from flows.lint import lint
from flows.questions import Flow
from flows.transcript import Player
from flows.wander import wander
from flows.xlsform.cells import BadSheet
from flows.xlsform.importing import import_form
from flows.xlsform.unrolling import MOST_COPIES
from tests.flows.test_xlsform import CHOICES, loaded, workbook

HOUSE: list[list[str | None]] = [
    ["type", "name", "label::English (en)", "label::Arabic (ar)", "relevant"],
    ["text", "name", "Your name?", "اسمكم؟", None],
    ["begin repeat", "woman", "Women", "النساء", None],
    ["text", "name", "Her name?", "اسمها؟", None],
    ["begin repeat", "child", "Children", "الأطفال", None],
    ["text", "child_name", "Name of the child?", "اسم الطفل؟", None],
    ["select_one yn", "school", "Is ${child_name} at school?", "هل ${child_name} في المدرسة؟", None],
    ["text", "which", "Which school?", "أي مدرسة؟", "${school} = 'yes'"],
    ["note", "first", "The first one.", "الأول.", "position(..) = 1"],
    ["end repeat", None, None, None, None],
    ["end repeat", None, None, None, None],
]


def house(tmp_path: Path) -> Flow:
    return loaded(workbook(tmp_path / "house.xlsx", HOUSE), tmp_path)


def test_each_copy_is_asked_when_there_is_one_more_and_says_which_it_is(tmp_path: Path) -> None:
    player = Player(house(tmp_path))
    player.begin()
    player.play("> Samira")
    assert player.play("> Amal")[0] == "< Name of the child?"
    assert player.play("> Yusuf")[0] == "< Is Yusuf at school?"
    assert player.play("> [Yes]")[0] == "< Which school?"
    assert player.play("> Al-Nahda")[0] == "< The first one."
    assert player.play("> [Continue]")[0] == "< Is there one more: Children (2)?"
    assert player.play("> [Yes]")[0] == "< Name of the child? (2)"
    assert player.play("> Khaled")[0] == "< Is Khaled at school? (2)"
    assert player.play("> [No]")[0] == "< Is there one more: Children (3)?"  # no school, and it is not the first one
    assert player.play("> [No]")[0] == "< Is there one more: Women?"
    player.play("> [Yes]")
    assert player.play("> Maryam")[:3] == ["< About person 2:", "<", "< Name of the child?"]


def test_what_no_copy_is_left_for_is_asked_in_words(tmp_path: Path) -> None:
    player = Player(house(tmp_path))
    player.begin()
    player.play("> Samira")
    player.play("> Amal")
    for number in range(1, MOST_COPIES + 1):
        player.play(f"> Child {number}")
        asked = player.play("> [No]")[0]
        if number == 1:
            asked = player.play("> [Continue]")[0]
        assert asked == f"< Is there one more: Children ({number + 1})?"
        asked = player.play("> [Yes]")[0]
    assert asked == "< You can write here about the others: Children"
    assert player.play("> Layla and Omar")[0] == "< Is there one more: Women?"


def test_the_other_languages_say_which_copy_too(tmp_path: Path) -> None:
    player = Player(house(tmp_path), "ar")
    player.begin()
    for line in ("> Samira", "> Amal", "> Yusuf", "> [No]"):
        player.play(line)
    assert player.play("> [متابعة]")[0] == "< هل هناك المزيد: الأطفال (2)؟"
    assert player.play("> [نعم]")[0] == "< اسم الطفل؟ (2)"


def test_a_workbook_in_one_language_needs_no_other_because_of_our_questions(tmp_path: Path) -> None:
    path = workbook(tmp_path / "en.xlsx", [[*row[:3], *row[4:]] for row in HOUSE])
    assert import_form(path).own == {}
    assert lint(loaded(path, tmp_path), "en.yml", offered()) == []


def test_walks_reach_every_copy_and_send(tmp_path: Path) -> None:
    found = wander(house(tmp_path), walks=60, languages=offered())
    assert found.trouble is None
    assert found.never_asked == []
    assert "first_2" not in found.questions  # its condition can hold for the first one only
    assert found.sent > 0


def test_three_deep_is_written_out_with_names_buttons_can_carry(tmp_path: Path) -> None:
    long = "a_very_long_name_of_a_cartoon_character"
    survey: list[list[str | None]] = [
        ["type", "name", "label"],
        ["begin repeat", "child", "Child"],
        ["text", "name", "Name"],
        ["begin repeat", "cartoon", "Cartoon"],
        ["text", "name", "Name"],
        ["begin repeat", "character", "Character"],
        ["text", long, "Name"],
        ["end repeat", None, None],
        ["end repeat", None, None],
        ["end repeat", None, None],
    ]
    flow = loaded(workbook(tmp_path / "c.xlsx", survey), tmp_path)
    assert all(len(question.name) <= 24 for question in flow.questions)
    titles = [question.title.msgid for question in flow.questions]
    assert {"Name", "Name (2)", "Name (1.2)", "Name (2.1)", f"Name ({MOST_COPIES}.{MOST_COPIES})"} <= set(titles)
    asked = [one for one in titles if one.startswith("Name")]
    assert len(asked) == 1 + MOST_COPIES + MOST_COPIES**2


def test_one_repeat_too_many_is_refused_where_it_begins_and_once(tmp_path: Path) -> None:
    begins: list[list[str | None]] = [["begin repeat", f"r{deep}", f"R{deep}"] for deep in range(1, 5)]
    ends: list[list[str | None]] = [["end repeat", None, None]] * 4
    survey: list[list[str | None]] = [
        ["type", "name", "label"],
        ["text", "a", "A?"],
        *begins,
        ["text", "b", "B?"],
        *ends,
    ]
    with pytest.raises(BadSheet) as bad:
        import_form(workbook(tmp_path / "deep.xlsx", survey))
    [fault] = bad.value.faults
    assert (fault.sheet, fault.row, fault.column) == ("survey", 6, "A")
    assert "the repeat 'r4' is more than 3 repeats deep; take it out" in fault.says


def test_a_mistake_in_an_inner_repeat_is_said_once(tmp_path: Path) -> None:
    rows: list[list[str | None]] = [
        ["type", "name", "label", "relevant"],
        ["begin repeat", "a", "A", None],
        ["begin repeat", "b", "B", None],
        ["text", "c", "C?", "unheard-of(1)"],
        ["geotrace", "d", "D?", None],
        ["end repeat", None, None, None],
        ["end repeat", None, None, None],
    ]
    with pytest.raises(BadSheet) as bad:
        import_form(workbook(tmp_path / "m.xlsx", rows, CHOICES))
    assert [(fault.row, fault.column) for fault in bad.value.faults] == [(4, "D"), (5, "A")]
