"""No code path by which the bot could tell a match, a sighting, a test's result or a death: every message, every value."""

from __future__ import annotations

import ast
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as some

from flows import standing
from flows.asking import announcement, first_screen, over_screen, put_away, take
from flows.conversation import Conversation
from flows.effects import Show, Submit
from flows.events import Chose, Said
from flows.languages import LOCALE, offered, speak, template
from flows.letters import Letter
from flows.letters.templates import every_template, problem, templates
from flows.letters.wording import forbidden, forbidden_in
from flows.load import load_form
from flows.phrases import Phrase
from flows.standing import (
    ALLOWED,
    HUMAN_ONLY,
    NO_NEWS_AFTER,
    PUBLIC,
    Progress,
    PublicCode,
    Request,
    next_progress,
    progress_line,
    public,
    status_screen,
)
from flows.transcript import FACTS

ROOT = Path(__file__).parents[2]
FORM = load_form(recipients=("icmp", "icrc"), languages=offered())
TODAY, AT = date(2026, 5, 3), datetime(2026, 5, 3, 9, tzinfo=UTC)
#: What no message of ours may say of the person sought, in any language: a fate, a find, a hit, a result.
NEVER = {
    "en": r"died|dead\b|death|deceased|killed|corpse|grave\b|buri(al|ed)|we (have )?found|been found|was found|sighting|was seen"
    r"|a match\b|matches|dna|identified|is alive|good news",
    "ar": r"مات\b|متوف|وفاة|توفي|قتل|جثة|جثمان|رفات|شهيد|قبر\b|دفن|عثرنا|تم العثور|شوهد|تطابق|حمض|على قيد الحياة",
    "de": r"verstorben|gestorben|tot\b|getötet|leiche|gefunden|gesichtet|treffer|dna|identifiziert|am leben",
    "fr": r"décéd|mort\b|tué|cadavre|retrouvé|aperçu|correspondance|adn\b|identifié|en vie",
    "tr": r"öldü|ölüm|vefat|ceset|mezar|bulduk|eşleşme|dna|hayatta",
    "ku": r"miriye|mirin|cenaze|hat dîtin|lihevhatin|dna",
}
#: A topic of the frequent questions is named, and what a PIN opens; neither tells of a person or a result.
TOPICS = ("About a sample (DNA)", "Nothing was found with this PIN.", "A second PIN is for the moment when")


def told_in(language: str, words: str) -> list[str]:
    return [found[0] for found in re.finditer(rf"(?<!\w)(?:{NEVER.get(language, '(?!)')})", words.lower())]


def catalog() -> list[Phrase]:
    with (LOCALE / "wasl.pot").open("rb") as file:
        return [Phrase(message.id, message.context) for message in read_po(file) if message.id]


@pytest.mark.parametrize("language", ["en", *sorted(path.name for path in LOCALE.iterdir() if path.is_dir())])
def test_no_message_in_any_language_tells_a_fate_a_find_or_a_result(language: str) -> None:
    said = [(phrase, template(phrase, language)) for phrase in catalog()]
    told = [
        (words, found)
        for phrase, words in said
        if phrase.context in ("engine", "letters")
        and not phrase.msgid.startswith(TOPICS)
        and (found := told_in(language, words))
    ]
    assert told == []
    assert len(said) > 300


@pytest.mark.parametrize("language", offered())
@pytest.mark.parametrize(
    "internal", sorted({*ALLOWED, *HUMAN_ONLY, "a_word_of_tomorrow", "DECEASED", "found_alive", ""})
)
def test_every_internal_value_becomes_one_of_the_public_sentences(internal: str, language: str) -> None:
    code, known = public(internal)
    assert code in PUBLIC
    assert known == (internal in ALLOWED or internal in HUMAN_ONLY)
    if internal in HUMAN_ONLY or not known:
        assert code == "registered"
    progress, _ = next_progress(None, internal, TODAY, recipient="ICRC", reference="7")
    screen = status_screen([Request("abc123", TODAY, progress)], AT)
    words = speak(screen, language, FACTS).text.lower()
    assert told_in(language, words) == []
    assert "icrc" not in words or code == "handed_to"


@given(some.text(max_size=60))
def test_whatever_a_system_says_only_the_public_words_come_out(internal: str) -> None:
    sentences = {template(phrase, "en") for phrase in standing._LINES.values()} | {standing.HANDED_TO.msgid}
    progress, _ = next_progress(None, internal, TODAY)
    assert progress.code in get_args(PublicCode)
    assert progress_line(Request("abc123", TODAY, progress), TODAY).msgid in sentences


@given(some.sampled_from(sorted(HUMAN_ONLY)), some.sampled_from(sorted(PUBLIC - {"draft"})), some.integers(0, 800))
def test_what_only_a_person_may_tell_moves_not_even_a_date(internal: str, before: PublicCode, days: int) -> None:
    was = Progress(before, TODAY, "ICRC" if before == "handed_to" else "")
    now, known = next_progress(was, internal, TODAY + timedelta(days=days))
    assert (now, known) == (was, True)


def test_an_unknown_word_falls_back_and_is_told_to_an_operator() -> None:
    was = Progress("registered", TODAY)
    assert next_progress(was, "nobody_knows", TODAY + timedelta(days=9)) == (was, False)
    assert next_progress(Progress("in_review", TODAY), "nobody_knows", TODAY) == (Progress("registered", TODAY), False)


def test_silence_is_said_honestly_with_its_day() -> None:
    request = Request("abc123", TODAY, Progress("registered", TODAY))
    assert progress_line(request, TODAY + NO_NEWS_AFTER - timedelta(days=1)) is not standing.NO_NEWS
    late = progress_line(request, TODAY + NO_NEWS_AFTER)
    assert late.msgid == standing.NO_NEWS.msgid
    assert "3 May 2026" in speak(status_screen([request], AT + NO_NEWS_AFTER), "en", FACTS).text


def test_the_public_list_is_the_only_way_from_a_state_to_words() -> None:
    """Nothing else in the project names a state that only a person may speak about, and so nothing can turn one into words."""
    named = []
    for path in (*ROOT.glob("flows/**/*.py"), *ROOT.glob("bot/**/*.py"), *ROOT.glob("desk/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in HUMAN_ONLY - {"closed", "rejected", "identified"}:
                named.append(path.relative_to(ROOT).as_posix())
    assert set(named) == {"flows/standing.py"}


@pytest.mark.parametrize("language", offered())
def test_every_letter_says_what_was_reviewed_and_its_announcement_says_nothing(language: str) -> None:
    assert set(templates(FORM)) == set(every_template()), "the shipped form has every question that is asked again"
    knock = speak(announcement(), language, FACTS)
    for one in every_template().values():
        given = {"day": "2026-06-01", "at": "2026-06-01T14:30", "zone": "Europe/Berlin"}
        values = {name: given[name] for name in one.values}
        words, earlier = "Was it here?" if one.words == "must" else "", "c" * 32 if one.replaces == "must" else ""
        letter = Letter("a" * 32, "b" * 32, one.kind, one.name, values, words, replaces=earlier)
        assert problem(FORM, letter) is None
        shown = speak(first_screen(FORM, letter, language, AT), language, FACTS)
        assert shown.text.strip()
        assert not forbidden_in(template(one.text, language)), one.name
        assert not set(shown.text.split("\n")) & set(knock.text.split("\n"))
        assert len(shown.text) < 1500
        assert all(len(press.encode()) <= 48 for row in shown.rows for _, press in row)
    assert speak(over_screen(), language, FACTS).text


def test_a_call_is_one_text_and_holds_nothing_of_its_cause() -> None:
    call = Letter("a" * 32, "b" * 32, "call")
    assert problem(FORM, call) is None
    assert problem(FORM, Letter("a" * 32, "b" * 32, "call", words="about Yusuf")) == "words"
    known = {"template", "values", "words", "person", "id", "report", "kind", "replaces", "claims"}
    assert known == set(Letter.__slots__)


@pytest.mark.parametrize("language", sorted(forbidden()))
def test_each_entry_of_the_list_is_found_in_a_sentence_and_plain_sentences_pass(language: str) -> None:
    for entry in forbidden()[language]:
        word = entry.removeprefix("=").strip()
        large = word.replace("i", "İ").upper() if language == "tr" else word.upper()
        assert forbidden_in(f"x {large} y"), entry
        assert forbidden_in(f"({word})."), entry
    for plain in (
        "Please bring two papers and come on Thursday at ten.",
        "هل يمكنكم إرسال صورة أوضح؟ نحتاج إلى معلومات عن المكان.",
        "Können Sie uns den Namen des Dorfes noch einmal schreiben? Heute oder morgen, es eilt nicht.",
        "Pouvez-vous écrire encore une fois le nom du village ?",
        "Köyün adını bir kez daha yazar mısınız? Paragraf kısa olabilir, sizden haber alınca memnun olduk.",
    ):
        assert forbidden_in(plain) == [], plain


@given(
    some.lists(some.sampled_from(["g", "p", "send", "e:when", "s:when:unknown", "y:when", "zz", "pt:noon"]), max_size=8)
)
def test_whatever_is_pressed_a_question_is_sent_at_most_once_and_only_by_send(presses: list[str]) -> None:
    letter, sent = Letter("a" * 32, "b" * 32, "question", "again_when"), Conversation("b" * 32, "en", AT, revision=1)
    state, submitted = "open", 0
    for number, press in enumerate(presses):
        if state != "open":
            break
        event = Said("summer 2012", number, AT) if press == "zz" else Chose(letter.tag, press, AT)
        reply = take(FORM, letter, event, sent, discreet=True)
        sends = [effect for effect in reply.effects if isinstance(effect, Submit)]
        assert not sends or press == "send"
        submitted += len(sends)
        letter, state = reply.letter, reply.state
        assert any(isinstance(effect, Show) for effect in reply.effects)
    assert submitted <= 1
    assert put_away(letter).letter.claims == ()
