"""What we ask back about words: one question, then the words as they are and a person; nothing that was written is lost."""

from __future__ import annotations

import random

from flows.events import Said
from flows.load import load_form
from tests.flows.families import AT, Family, random_answer

FLOW = load_form()


def at_the_date() -> Family:
    family = Family(FLOW, lambda question: random_answer(question, random.Random(5)), sections=False)
    family.answer_all(until="category")
    assert family.asked is not None
    assert family.asked.name == "when"
    return family


def say(family: Family, words: str, message: int = 901) -> None:
    family.happen(Said(words, message, AT))


def last(family: Family):  # type: ignore[no-untyped-def]
    return family.conversation.current()["when"]


def test_one_question_completes_the_words_and_both_lines_are_kept() -> None:
    family = at_the_date()
    say(family, "in March")
    assert (last(family).status, last(family).confirmed) == ("needs_human", False)
    say(family, "2014", 902)
    assert last(family).value["edtf"] == "2014-03"
    assert last(family).raw.text == "in March\n2014"


def test_not_knowing_what_we_asked_back_leaves_the_words_to_a_person() -> None:
    family = at_the_date()
    say(family, "two weeks after Eid")
    family.press("s:when:unknown")
    assert (last(family).status, last(family).raw.text) == ("unknown", "two weeks after Eid")
    assert family.asked is None or family.asked.name != "when"


def test_what_was_understood_wrongly_is_said_in_other_words_and_not_mixed_with_the_first() -> None:
    family = at_the_date()
    say(family, "around March 2014")
    assert (last(family).status, last(family).confirmed) == ("answered", False)
    family.press("e:when")
    say(family, "April 2015", 902)
    assert last(family).value["edtf"] == "2015-04"
    assert last(family).raw.text == "April 2015"


def test_two_tries_and_the_words_are_kept_as_they_are() -> None:
    family = at_the_date()
    say(family, "before the harvest")
    assert family.asked is not None
    assert family.asked.name == "when"
    say(family, "when the figs were ripe", 902)
    assert family.asked is None or family.asked.name != "when"
    assert (last(family).status, last(family).raw.text) == ("needs_human", "when the figs were ripe")


def test_a_report_says_in_which_script_and_language_the_words_are() -> None:
    family = at_the_date()
    say(family, "حزيران ٢٠١٣")
    family.answer_all()
    claims = {claim["question"]: claim for claim in family.send()["events"][0]["claims"]}
    assert claims["when"]["raw"] == {"text": "حزيران ٢٠١٣", "language": "en", "script": "Arab", "written_in": "ar"}
