"""How well names and records are matched beside plain rapidfuzz, and how fast: `python -m bench.read_names`."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from flows.matching.keys import name_key
from flows.matching.records import record_key, record_match
from flows.matching.score import PLAUSIBLE, key_score, name_score

PAIRS = Path(__file__).parent.parent / "tests" / "data" / "reading"
NAME_FILES = ("name_pairs", "name_pairs_held_out", "name_pairs_fresh", "name_pairs_blind")
RECORD_FILES = ("record_pairs", "record_pairs_held_out")
COMPARISONS = 100_000
METHODS: dict[str, Callable[[str, str], float]] = {
    "wasl": name_score,
    "rapidfuzz WRatio": lambda a, b: fuzz.WRatio(a, b) / 100,
    "rapidfuzz token_set_ratio": lambda a, b: fuzz.token_set_ratio(a, b) / 100,
}
Scored = Sequence[tuple[float, bool]]


def scores() -> dict[str, Any]:
    """Per file: pairs, AUC, best recall at precision 0.90, and precision and recall at 0.5; cross-script pairs apart; seconds."""
    found: dict[str, Any] = {"names": {}, "records": {}}
    for file in NAME_FILES:
        pairs = _name_pairs(file)
        across = [pair for pair in pairs if _arabic(pair[0]) != _arabic(pair[1])]
        found["names"][file] = {
            method: {"all": _figures(pairs, score), "across scripts": _figures(across, score)}
            for method, score in METHODS.items()
        }
    for file in RECORD_FILES:
        found["records"][file] = _summary(_scored_records(file))
    found["seconds for 100,000 comparisons"] = round(_seconds(), 2)
    return found


def _figures(pairs: Sequence[tuple[str, str, bool]], score: Callable[[str, str], float]) -> dict[str, float]:
    return _summary([(score(a, b), label) for a, b, label in pairs])


def _summary(scored: Scored) -> dict[str, float]:
    same = sum(label for _, label in scored)
    kept = [label for score, label in scored if score >= PLAUSIBLE]
    return {
        "pairs": len(scored),
        "auc": round(_auc(scored), 4),
        "recall at precision 0.90": round(_recall_at(scored, 0.90), 4),
        "precision at 0.5": round(sum(kept) / len(kept), 4) if kept else 0.0,
        "recall at 0.5": round(sum(kept) / same, 4),
    }


def _auc(scored: Scored) -> float:
    same = [score for score, label in scored if label]
    other = [score for score, label in scored if not label]
    wins = sum((a > b) + 0.5 * (a == b) for a in same for b in other)
    return wins / (len(same) * len(other))


def _recall_at(scored: Scored, precision: float) -> float:
    same, best = sum(label for _, label in scored), 0.0
    for threshold in {score for score, _ in scored}:
        kept = [label for score, label in scored if score >= threshold]
        if sum(kept) / len(kept) >= precision:
            best = max(best, sum(kept) / same)
    return best


def _seconds() -> float:
    """One core, keys computed once: the names of the held-out file against each other."""
    keys = [name_key(name) for a, b, _ in _name_pairs("name_pairs_held_out") for name in (a, b)]
    start = time.perf_counter()
    for index in range(COMPARISONS):
        key_score(keys[index % len(keys)], keys[index * 7 % len(keys)])
    return time.perf_counter() - start


def _name_pairs(file: str) -> list[tuple[str, str, bool]]:
    with (PAIRS / f"{file}.tsv").open(encoding="utf-8") as lines:
        found = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["name_a"], row["name_b"], row["same_person_plausible"] == "1") for row in found]


def _scored_records(file: str) -> Scored:
    pairs = [json.loads(line) for line in (PAIRS / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()]
    return [(record_match(record_key(pair["a"]), record_key(pair["b"])).score, pair["label"] == 1) for pair in pairs]


def _arabic(name: str) -> bool:
    return any("\u0600" <= letter <= "\u06ff" for letter in name)


if __name__ == "__main__":
    print(json.dumps(scores(), indent=2))
