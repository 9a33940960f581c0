"""Promises that hold for every form and every family, tried on the shipped form and on hundreds of random ones."""

from __future__ import annotations

import random

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from flows.conversation import restore, save
from flows.events import Attached, Chose, Commanded, Edited, Said
from flows.languages import offered
from flows.load import load_form, parse_form
from flows.meaning.intents import INTENTS
from flows.meaning.meaning import Meaning
from flows.questions import Flow
from flows.report import schema
from flows.step import step
from flows.walk import Standing, walk
from tests.flows.families import AT, Family, changed, random_answer, random_form, same_but_for_ids, script_of

SHIPPED = load_form(recipients=("icmp", "icrc"), languages=offered())
VALIDATOR = Draft202012Validator(schema(), format_checker=FormatChecker())
RANDOM_FORMS = 250
SHIPPED_RUNS = 250


def _flow(seed: int) -> Flow:
    return SHIPPED if seed < SHIPPED_RUNS else parse_form(random_form(random.Random(seed)), file=f"random-{seed}")


@pytest.mark.parametrize("seed", range(SHIPPED_RUNS + RANDOM_FORMS))
def test_correcting_an_answer_later_ends_in_the_same_report_as_answering_right_the_first_time(seed: int) -> None:
    rng = random.Random(seed)
    flow = _flow(seed)
    script = script_of(flow, rng)
    straight = Family(flow, script)
    straight.answer_all()
    reached = [standing.question for standing in _standings(straight)]
    right = straight.send()
    VALIDATOR.validate(right)

    # Not the language: in which one something was said or agreed to is part of what was said.
    editable = [
        question
        for question in reached
        if not question.ends_unless and question.kind != "note" and question.sets != "language"
    ]
    if not editable:
        return
    wrong_one = rng.choice(editable)
    wrong = changed(script, wrong_one.name, random_answer(wrong_one, rng))
    family = Family(flow, wrong)
    family.answer_all(until=wrong_one.name)
    for _ in range(rng.randint(0, 6)):  # … answers on, the mistake unnoticed …
        if (asked := family.asked) is not None:
            family.answer(asked, wrong(asked))
    family.script = script
    family.edit(wrong_one, script(wrong_one), rng.choice(["pencil", "button", "message"]))
    family.answer_all()
    assert same_but_for_ids(family.send()) == same_but_for_ids(right)


def _standings(family: Family) -> list[Standing]:
    return [one for one in walk(family.flow, family.conversation, AT.date()).standings if one.claim is not None]


@pytest.mark.parametrize("seed", range(0, SHIPPED_RUNS + RANDOM_FORMS, 5))
def test_any_event_at_any_time_is_answered_and_breaks_nothing(seed: int) -> None:
    rng = random.Random(seed)
    family = Family(_flow(seed), script_of(_flow(seed), rng))
    for _ in range(60):
        before = family.conversation
        event = _anything(family, rng)
        family.happen(event)
        assert family.is_shown_a_screen() or isinstance(event, Edited) or family.conversation.status != "open"
        assert restore(save(family.conversation)) == family.conversation
        if before.status == "open" == family.conversation.status:
            kept = tuple(
                claim for claim in before.claims if claim.instead is None or claim in family.conversation.claims
            )
            assert family.conversation.claims[: len(kept)] == kept, "claims are never overwritten"


def _anything(family: Family, rng: random.Random) -> Said | Chose | Edited | Attached | Commanded:
    question = rng.choice(family.flow.questions)
    choice = rng.choice(question.choices).name if question.choices else "c0"
    about = [f"{verb}:{question.name}" for verb in "ebdiy"] + [f"{verb}:{question.name}:{choice}" for verb in "ctss"]
    whole = ["p", "g", "h", "v", "x", "n", "send", "", ":::", "c:nope:x", "s:when:nope", f"s:{question.name}:unknown"]
    whole += ["hs", "u:nope", *(f"u:{intent}" for intent in INTENTS)]
    token = rng.choice([*about, *whole])
    tag = family.conversation.tag if rng.random() < 0.9 else "000000"
    words = rng.choice(
        [
            *("", " ", "حلب", "2013", "\u202eevil\u202c", "\x00", "\ud800", "a" * 5000, "I don't know", "{code}", "%s"),
            *("stop", "Yeter", "I want to die", "they want money for news", "help", "yes", "no", "back", "thanks"),
        ]
    )
    meaning = _any_meaning(rng) if rng.random() < 0.5 else None
    number = rng.randint(1, 20)
    said: list[Said | Chose | Edited | Attached | Commanded] = [
        Said(words, number, AT, meaning),
        Edited(words, number, AT),
    ]
    pressed = Chose(tag, token, AT)
    command = Commanded(rng.choice(["start", "help", "pause", "language", "x" * 60]), AT)
    return rng.choice([*said, pressed, pressed, Attached("photo", number, AT), command])


def _any_meaning(rng: random.Random) -> Meaning:
    """What Rasa might say: any of the intents, more or less surely."""
    intents = rng.sample(INTENTS, 3)
    sure = rng.choice([0.3, 0.6, 0.95])
    ranking = tuple(zip(intents, (sure, (1 - sure) / 2, (1 - sure) / 2), strict=True))
    return Meaning(*ranking[0], ranking, "nlu")


def test_the_same_event_on_the_same_conversation_gives_the_same_turn() -> None:
    family = Family(SHIPPED, script_of(SHIPPED, random.Random(1)))
    event = Chose(family.conversation.tag, "c:language:ar", AT)
    assert step(SHIPPED, family.conversation, event) == step(SHIPPED, family.conversation, event)


def test_no_repr_shows_a_familys_words() -> None:
    canary = "قناري"
    family = Family(SHIPPED, lambda question: random_answer(question, random.Random(0)))
    while (asked := family.asked) is None or asked.name != "name":
        assert asked is not None
        family.answer(asked, random_answer(asked, random.Random(3)))
    family.happen(Said(canary, 1, AT))
    shown = [repr(family.conversation), repr(family.effects), repr(Said(canary, 1, AT)), repr(Edited(canary, 1, AT))]
    shown.append(repr(step(SHIPPED, family.conversation, Said(canary, 2, AT))))
    assert not [text for text in shown if canary in text]
