"""Words that mean one thing by rule, and what a meaning leads to where the conversation stands."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from flows.meaning.intents import INTENTS
from flows.meaning.meaning import Meaning
from flows.meaning.policy import ACT, CANDIDATES, DOUBT, MASS, Place, candidates, decide
from flows.meaning.rules import folded, heard, may_be_an_answer, rule_first, whole_messages

ANSWERS = yaml.safe_load((Path(__file__).parents[2] / "nlu" / "tests" / "answers.yml").read_text(encoding="utf-8"))


def _meaning(*ranking: tuple[str, float]) -> Meaning:
    return Meaning(*ranking[0], ranking, "nlu")


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("نعم", "affirm"),
        ("  Erê!! ", "affirm"),
        ("erê", "affirm"),
        ("Hayır.", "deny"),
        ("I don’t know", "dont_know"),
        ("i dont know", "dont_know"),
        ("مابعرف", "dont_know"),
        ("ما بَعرِف", "dont_know"),
        ("ma3 salame", None),
        ("STOP", "cancel"),
        ("stooooop", "cancel"),
        ("إلغاء", "cancel"),
        ("الغاء", "cancel"),
        ("\u200fرجوع\u200f", "go_back"),
        ("🛑", "cancel"),
        ("👍🏽", None),
        ("Delete my data!", "withdraw_report"),
        ("Türkçe", "change_language"),
        ("turkce", "change_language"),
        ("Ich weiß nicht", "dont_know"),
        ("He said stop and went away", None),
        ("", None),
        ("…", None),
    ],
)
def test_whole_messages(words: str, intent: str | None) -> None:
    meaning = heard(words)
    assert (meaning and meaning.intent) == intent
    if meaning is not None:
        assert meaning == Meaning(intent or "", 1.0, ((intent or "", 1.0),), "rule")


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("since then I only want to die", "distress"),
        ("صدقوني بدي موت", "distress"),
        ("artık dayanamıyorum", "distress"),
        ("ez dixwazim bimirim ji ber vê", "distress"),
        ("je n’en peux plus du tout", "distress"),
        ("Ich will nicht mehr leben", "distress"),
        ("baddi mut", "distress"),
        ("somebody asked my uncle for money", "report_scam"),
        ("طلب مني مصاري ليقلي وينو", "report_scam"),
        ("biri bizden para istiyor", "report_scam"),
        ("kesek ji min pere dixwaze", "report_scam"),
        ("there are sleeping pills in my drawer", "distress"),
        ("ich stehe auf der Brücke", "distress"),
        ("حبوب النوم معي", "distress"),
        ("ji xwe ditirsim îşev", "distress"),
        ("un faux avocat nous a écrit", "report_scam"),
        ("Western Union istiyorlar", "report_scam"),
        ("from our balcony I saw how they took him", None),
        ("I am going to finish this form tomorrow", None),
        ("do you want something to eat", None),
        ("he asked the officer where to go", None),
        ("my brother, may his soul rest, loved the sea", None),
    ],
)
def test_signs_anywhere_in_a_message(words: str, intent: str | None) -> None:
    meaning = heard(words)
    assert (meaning and meaning.intent) == intent


def test_every_listed_message_is_heard_as_what_it_is_listed_for() -> None:
    listed = list(whole_messages())
    assert len(listed) > 300
    for intent, language, words in listed:
        meaning = heard(words)
        assert meaning is not None, (language, words)
        assert meaning.intent == intent, (language, words)


def test_every_critical_intent_is_listed_in_every_language() -> None:
    spoken: dict[str, set[str]] = {}
    for intent, language, _ in whole_messages():
        spoken.setdefault(intent, set()).add(language)
    for intent in ("withdraw_report", "cancel", "change_language", "dont_know", "affirm", "deny", "talk_to_person"):
        assert spoken[intent] >= {"ar", "ar-Latn", "ku", "tr", "en", "de", "fr"}, intent


@given(st.text(max_size=700))
def test_no_text_breaks_the_rules(text: str) -> None:
    meaning = heard(text)
    assert meaning is None or meaning.intent in INTENTS
    assert folded(text) == folded(text[:600])
    for place in Place:
        decide(meaning, place, text)


@pytest.mark.parametrize("row", ANSWERS, ids=lambda row: f"{row['language']}-{row['kind']}")
def test_an_answer_is_never_a_command(row: dict[str, str]) -> None:
    """375 answers that sound like commands, among them people called Silav, Yeter and Merci."""
    decision = decide(heard(row["text"]), Place.WORDS, row["text"])
    assert decision.kind in ("take", "doubt")  # in doubt the words are kept, and the family is asked


def test_hardly_an_answer_is_doubted() -> None:
    doubted = [row["text"] for row in ANSWERS if decide(heard(row["text"]), Place.WORDS, row["text"]).kind == "doubt"]
    assert len(doubted) <= len(ANSWERS) * 0.01, doubted
    assert decide(heard("Yeter"), Place.WORDS, "Yeter").intents == ("cancel",)


def test_where_words_are_asked_for_rasa_alone_never_moves_anything() -> None:
    for intent in INTENTS:
        sure = decide(_meaning((intent, 0.999), ("greet", 0.001)), Place.WORDS, "some words or other")
        assert sure.kind in ("take", "doubt")
    assert decide(_meaning(("talk_to_person", DOUBT + 0.01)), Place.WORDS).intents == ("talk_to_person",)
    assert decide(_meaning(("talk_to_person", DOUBT - 0.01)), Place.WORDS).kind == "take"


def test_what_is_left_must_be_worth_something() -> None:
    """That nothing else can be meant here makes an unlikely meaning no likelier."""
    assert decide(_meaning(("affirm", 0.9), ("help", MASS / 10)), Place.MENU).kind == "take"


def test_some_answers_would_be_commands_elsewhere() -> None:
    """So that the test above means something."""
    elsewhere = [row["text"] for row in ANSWERS if decide(heard(row["text"]), Place.MENU).kind == "act"]
    assert len(elsewhere) >= 5
    assert may_be_an_answer("Yeter")


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("ma ba3ref", "dont_know"),
        ("je ne sais pas", "dont_know"),
        ("stop", "cancel"),
        ("geri dön", "go_back"),
        ("delete my data", "withdraw_report"),
        ("تغيير اللغة", "change_language"),
        ("بدي احكي مع حدا", "talk_to_person"),
    ],
)
def test_clear_commands_are_obeyed_even_where_words_are_asked_for(words: str, intent: str) -> None:
    assert decide(heard(words), Place.WORDS, words).intents == (intent,)


def test_distress_in_a_story_keeps_the_story_and_shows_help() -> None:
    story = "they took him and since then i want to die"
    decision = decide(heard(story), Place.WORDS, story)
    assert (decision.kind, decision.care) == ("take", True)
    assert decide(heard(story), Place.MENU).care


def test_only_what_can_be_meant_here_is_thought_of() -> None:
    meaning = _meaning(("affirm", 0.6), ("check_status", 0.3), ("greet", 0.1))
    assert candidates(meaning, Place.MENU) == (("check_status", pytest.approx(0.75)), ("greet", pytest.approx(0.25)))
    assert candidates(meaning, Place.YES_NO) == (("affirm", 1.0),)
    assert candidates(_meaning(("affirm", 0.1), ("check_status", 0.9)), Place.YES_NO) == ()
    assert all(places <= set(INTENTS) for places in CANDIDATES.values())


def test_sure_is_acted_on_unsure_is_offered_and_the_rest_is_left() -> None:
    assert decide(_meaning(("check_status", ACT + 0.01), ("greet", 0.99 - ACT)), Place.MENU).kind == "act"
    unsure = decide(
        _meaning(("check_status", 0.4), ("add_information", 0.3), ("help", 0.2), ("greet", 0.1)), Place.MENU
    )
    assert (unsure.kind, unsure.intents) == ("offer", ("check_status", "add_information", "help"))
    spread = _meaning(*((intent, 1 / len(INTENTS)) for intent in INTENTS))
    assert decide(spread, Place.MENU).kind == "take"
    assert decide(None, Place.MENU).kind == "take"


def test_what_is_none_of_our_business_is_never_acted_on() -> None:
    assert decide(_meaning(("out_of_scope", 0.99), ("help", 0.01)), Place.MENU).kind == "decline"
    assert decide(_meaning(("out_of_scope", 0.99), ("help", 0.01)), Place.CHOICE).kind == "take"
    offered = decide(_meaning(("help", 0.5), ("out_of_scope", 0.4), ("greet", 0.1)), Place.MENU)
    assert "out_of_scope" not in offered.intents


def test_a_suspicion_of_distress_shows_help_beside_anything_else() -> None:
    decision = decide(_meaning(("check_status", ACT), ("distress", 1 - ACT)), Place.MENU)
    assert (decision.kind, decision.intents, decision.care) == ("act", ("check_status",), True)


def test_a_rule_goes_first_and_rasas_others_follow() -> None:
    asked = _meaning(("greet", 0.7), ("cancel", 0.3))
    first = rule_first(heard("stop"), asked)
    assert first is not None
    assert first.ranking == (("cancel", 1.0), ("greet", 0.7))
    assert rule_first(None, asked) is asked
    assert rule_first(heard("stop"), None) == heard("stop")
