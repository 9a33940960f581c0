"""A consent is to a text: what changed is asked again, of those who answered the old one, and nothing else."""

from __future__ import annotations

import random

import pytest

from flows.load import SHIPPED, parse_form
from flows.questions import Flow
from flows.turn import Here
from tests.flows.families import AT, Family, random_answer

TEXT = SHIPPED.read_text(encoding="utf-8")
FACTS = {"org": "Example Centre", "contact": "+000", "privacy_url": "https://example.org", "draft_months": "12"}
FACTS |= {"recipient_icmp": "ICMP", "recipient_icrc": "ICRC", "recipient_court": "the Court"}


def form(text: str = TEXT, **facts: str) -> Flow:
    bodies = {"icmp": "search", "icrc": "search", "court": "justice"}
    return parse_form(text, recipients=bodies, facts=lambda _: FACTS | facts)


def a_family(flow: Flow) -> Family:
    """Everything answered, every consent given."""

    def script(question):  # type: ignore[no-untyped-def]
        yes = question.about == "consent" and question.choice("yes")
        return (
            random_answer(question, random.Random(3))
            if not yes
            else type(random_answer(question, random.Random(3)))("yes")
        )

    family = Family(flow, script, sections=False)
    family.answer_all()
    return family


def asked_under(flow: Flow, family: Family) -> list[str]:
    """What the other form would still ask this family, in order."""
    return [
        one.question.name for one in Here(flow, family.conversation, AT).walked.standings if one.due and not one.settled
    ]


def test_each_body_and_purpose_is_asked_about_on_its_own() -> None:
    family = a_family(form())
    consents = {(one["purpose"], one["recipient"]): one["answer"] for one in family.send()["consents"]}
    assert consents == {
        ("process", None): "granted",
        ("share", "icmp"): "granted",
        ("share", "icrc"): "granted",
        ("justice", "court"): "granted",
    }


def test_nothing_is_asked_again_while_the_text_stays() -> None:
    assert asked_under(form(), a_family(form())) == []


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        (form(TEXT.replace("They are not published.", "They are never published.")), ["consent"]),
        (form(org="Another Centre"), ["consent"]),
        (form(draft_months="6"), ["consent"]),
        (
            form(TEXT.replace("so that they can search as well?", "so that they search too?")),
            ["share_icmp", "share_icrc"],
        ),
        (form(recipient_court="the Tribunal"), ["justice_court"]),
        (form(TEXT.replace("How old are you yourself?", "How old are you?")), []),
    ],
)
def test_a_changed_text_is_asked_again_and_nothing_else(changed: Flow, again: list[str]) -> None:
    family = a_family(form())
    assert asked_under(changed, family) == again


def test_a_consent_whose_text_changed_after_sending_is_asked_again_before_anything_is_added() -> None:
    family = a_family(form())
    family.send()
    family.flow = form(org="Another Centre")
    family.press("m")
    family.press("m:place_more")
    assert family.asked is not None
    assert asked_under(family.flow, family) == ["consent"]
    before = len(family.conversation.claims)
    family.press("c:consent:no")
    assert family.conversation.status == "submitted"
    assert len(family.conversation.claims) <= before


def test_a_choice_that_calls_a_person_calls_once_however_often_it_is_pressed() -> None:
    from flows.effects import CallPerson

    flow = form()
    family = Family(flow, lambda question: random_answer(question, random.Random(3)), sections=False)
    family.answer_all(until="birth")
    calls = 0
    for _ in range(3):
        family.press("c:category:combat")
        calls += sum(isinstance(effect, CallPerson) for effect in family.effects)
    assert calls == 1
