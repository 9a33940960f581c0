"""The sentences Rasa learns from and is tested with: enough, none twice, none that teaches the test. Without Rasa."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from flows.meaning.intents import INTENTS
from flows.meaning.rules import heard

NLU = Path(__file__).parents[2] / "nlu"
LANGUAGES = ("ar", "ar-Latn", "ku", "tr", "en", "de", "fr")


def _check() -> ModuleType:
    spec = importlib.util.spec_from_file_location("nlu_check", NLU / "check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_sentences_are_in_order() -> None:
    assert _check().problems(NLU) == []


def test_the_checker_and_the_bot_know_the_same_intents() -> None:
    assert tuple(_check().INTENTS) == INTENTS


def _sentences(language: str) -> list[tuple[str, str]]:
    content = yaml.safe_load((NLU / "data" / f"{language}.yml").read_text(encoding="utf-8"))
    return [
        (block["intent"], line[2:].strip())
        for block in content["nlu"]
        for line in block["examples"].splitlines()
        if line.startswith("- ")
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_rules_do_not_contradict_the_training_sentences(language: str) -> None:
    """A rule may be silent; where it speaks, it says what the sentence was filed under.

    Signs of distress or of a swindle may err towards care ("nobody asked us for money"), in one sentence of two hundred at most.
    """
    sentences = _sentences(language)
    wrong = [
        (intent, meaning.intent, words)
        for intent, words in sentences
        if (meaning := heard(words)) is not None and meaning.intent != intent
    ]
    assert [row for row in wrong if row[1] not in ("distress", "report_scam")] == []
    assert len(wrong) <= len(sentences) / 200, wrong
