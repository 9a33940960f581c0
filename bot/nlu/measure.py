"""How well sentences are understood: reads Rasa's YAML test files and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from flows.meaning.meaning import Meaning
from ground.complaints import Complaint


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence of a test file, with the intent it should be taken for; the language is the file's name."""

    language: str
    intent: str
    text: str


@dataclass(frozen=True, slots=True)
class Score:
    """Shares from 0 to 1 over n sentences."""

    n: int
    accuracy: float
    macro_f1: float
    top3: float


def read_cases(path: Path) -> list[Case]:
    """The sentences of one file in Rasa's NLU format (version 3.1); a Complaint when it is none."""
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return [
            Case(path.stem, str(block["intent"]), line[2:].strip())
            for block in content["nlu"] or ()
            for line in str(block["examples"]).splitlines()
            if line.startswith("- ")
        ]
    except OSError as error:
        raise Complaint(f"The test file {path} cannot be read ({error.strerror}).") from None
    except (yaml.YAMLError, KeyError, TypeError, UnicodeDecodeError):
        raise Complaint(f"{path} is not NLU data in Rasa's YAML format.") from None


def score(cases: Sequence[Case], meanings: Sequence[Meaning | None]) -> Score:
    """Accuracy, F1 averaged over the intents that occur (wanted or found), and how often the top three hold the right one."""
    if not cases:
        return Score(0, 0.0, 0.0, 0.0)
    wanted = [case.intent for case in cases]
    found = [meaning.intent if meaning else "" for meaning in meanings]
    top3 = [[intent for intent, _ in meaning.ranking[:3]] if meaning else [] for meaning in meanings]
    n = len(cases)
    return Score(
        n,
        sum(w == f for w, f in zip(wanted, found, strict=True)) / n,
        macro_f1(wanted, found),
        sum(w in three for w, three in zip(wanted, top3, strict=True)) / n,
    )


def macro_f1(wanted: Iterable[str], found: Iterable[str]) -> float:
    """The mean over intents of 2·hits / (wanted + found)."""
    pairs = list(zip(wanted, found, strict=True))
    hits = Counter(w for w, f in pairs if w == f)
    wants, finds = Counter(w for w, _ in pairs), Counter(f for _, f in pairs if f)
    intents = wants.keys() | finds.keys()
    return sum(2 * hits[intent] / (wants[intent] + finds[intent]) for intent in intents) / len(intents)


def table(cases: Sequence[Case], meanings: Sequence[Meaning | None]) -> Iterator[str]:
    """One line a language and one for all, tab-separated: language, n, accuracy, macro_f1, top3."""
    yield "language\tn\taccuracy\tmacro_f1\ttop3"
    languages = list(dict.fromkeys(case.language for case in cases))
    for language in [*languages, None]:
        chosen = [i for i, case in enumerate(cases) if language in (None, case.language)]
        one = score([cases[i] for i in chosen], [meanings[i] for i in chosen])
        yield f"{language or 'all'}\t{one.n}\t{one.accuracy:.4f}\t{one.macro_f1:.4f}\t{one.top3:.4f}"
