"""What is done twice by a hurried finger changes nothing, the screen neither."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows.effects import Show, Toast
from flows.events import Edited, Said
from flows.load import load_form
from flows.step import step
from tests.flows.families import AT, Answer, Family


@pytest.fixture
def family() -> Family:
    """Everything asked of everybody is answered; nothing of the menu."""
    by_name = {"others": Answer(choice="no"), "consent": Answer(choice="yes"), "start": Answer(choice="start")}
    by_name |= {"adult": Answer(choice="adult"), "safe": Answer(choice="no"), "language": Answer(choice="en")}
    by_name |= {"relationship": Answer(choice="son"), "name": Answer(words="Yusuf Haddad")}
    family = Family(load_form(), lambda question: by_name.get(question.name, Answer(status="unknown")), sections=False)
    family.answer_all()
    return family


def shows(family: Family) -> bool:
    return any(isinstance(effect, Show) for effect in family.effects)


@pytest.mark.parametrize(
    ("section", "presses"),
    [
        ("help_for_you", ["t:needs:papers", "d:needs"]),
        ("that_day", ["s:with_whom:unknown", "s:items:refused", "s:occupation:deferred"]),
        ("detained", ["c:detained_where:checkpoint", "c:detained_clothing:plain", "s:taken_by:unknown", "s:held_where:unknown"]),
    ],
)  # fmt: skip
def test_the_menu_stays_when_the_last_button_of_a_section_is_pressed_twice(
    family: Family, section: str, presses: list[str]
) -> None:
    if section == "detained":
        family.press("c:category:detained")
    family.press(f"m:{section}")
    for press in presses:
        family.press(press)
    assert shows(family)
    before = family.conversation
    family.press(presses[-1])
    assert not shows(family)
    assert [type(effect) for effect in family.effects] == [Toast]
    assert family.conversation == before


def test_another_answer_to_the_same_button_question_is_not_taken_for_a_second_press(family: Family) -> None:
    family.press("c:category:detained")
    family.press("c:category:attack")
    assert shows(family)
    assert (family.conversation.current()["category"].value or {})["code"] == "attack"


def test_a_message_edited_to_the_same_words_changes_nothing(family: Family) -> None:
    message = family.messages["name"]
    same = step(family.flow, family.conversation, Edited("Yusuf Haddad", message, AT + timedelta(minutes=1)))
    assert same.effects == ()
    assert same.conversation == family.conversation
    other = step(family.flow, family.conversation, Edited("Yusuf Nasr", message, AT + timedelta(minutes=1)))
    assert other.conversation != family.conversation


def test_what_is_understood_is_agreed_to_once(family: Family) -> None:
    family.press("m:place_more")
    family.press("s:where_exactly:unknown")
    family.press("s:where_else:unknown")
    family.happen(Said("summer 2014", 99, AT))
    family.press("y:last_contact")
    assert shows(family)
    before = family.conversation
    family.press("y:last_contact")
    assert not shows(family)
    assert family.conversation == before
