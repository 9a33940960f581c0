"""How well places are read, beside plain rapidfuzz: `python -m bench.read_places`. Also load time, memory and speed."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process, utils

from flows.reading import READERS
from flows.reading.places import warm
from flows.reading.places.gazetteer import gazetteer
from flows.reading.verbs.places import answer

PHRASES = Path(__file__).parent.parent / "tests" / "data" / "reading"
#: the score below which plain fuzzy matching keeps quiet
_CUTOFF = 75
#: (third column, candidates) for (phrase, language)
Method = Callable[[str, str], tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Score:
    """Shares of phrases with an answer; counts of those without."""

    phrases: int
    #: the best candidate is right, whether or not it is confirmed by a question
    top1: float
    #: one of at most five candidates is right
    top5: float
    #: of phrases that must be asked about: asked, with two of the right choices
    asked_where_it_must: float
    non_places: int
    #: words that name no place, and got a code without a question
    accepted_non_places: int


def score(file: Path, method: Method = answer) -> Score:
    """Score a method on `language, phrase, expected` lines (conventions in docs/reading.md)."""
    rows = [line.split("\t")[:3] for line in file.read_text("utf-8").splitlines()[1:]]
    first, among, asked, accepted = [], [], [], []
    for language, phrase, expected in rows:
        meant, candidates = method(phrase, language)
        if expected == "NONE":
            accepted.append(meant != "NONE" and not meant.startswith("AMBIGUOUS"))
        elif expected.startswith("AMBIGUOUS:"):
            wanted = set(expected.removeprefix("AMBIGUOUS:").split("|"))
            asked.append(meant.startswith("AMBIGUOUS") and len(wanted & set(candidates)) > 1)
        else:
            wanted = set(expected.split("|"))
            first.append(bool(candidates) and candidates[0] in wanted)
            among.append(not wanted.isdisjoint(candidates))
    share = statistics.fmean
    return Score(len(rows), share(first), share(among), share(asked), len(accepted), sum(accepted))


def plain(names: Sequence[tuple[str, str]]) -> Method:
    """rapidfuzz WRatio over (name, code), as a library's user would first do it."""
    texts, codes = [utils.default_process(name) for name, _ in names], [code for _, code in names]

    def look(phrase: str, _: str) -> tuple[str, Sequence[str]]:
        hits = process.extract(utils.default_process(phrase), texts, scorer=fuzz.WRatio, limit=15, score_cutoff=_CUTOFF)
        found = list(dict.fromkeys(codes[at] for _, _, at in hits))[:5]
        return (found[0] if found else "NONE"), found

    return look


def _official() -> list[tuple[str, str]]:
    shelf = gazetteer()
    return [(name, code) for code in shelf.rows for name in shelf.place(code).names[:2] if name]


def _with_other_names() -> list[tuple[str, str]]:
    keys = [(key, code) for key, codes in gazetteer().strict.items() if ":" not in key for code in codes.split()]
    return [*_official(), *keys]


def scores() -> dict[str, Any]:
    """Every method on the sample and on the phrases held out, and what ours costs."""
    methods: dict[str, Method] = {
        "Wasl": answer,
        "rapidfuzz WRatio, official names": plain(_official()),
        "rapidfuzz WRatio, with other names' keys": plain(_with_other_names()),
    }
    found = {
        name: {title: asdict(score(PHRASES / f"{name}.tsv", method)) for title, method in methods.items()}
        for name in ("places", "places_held_out", "places_later")
    }
    return {"scores": found, "cost": cost()}


def cost() -> dict[str, float]:
    """Load time and memory in a fresh process; milliseconds for one reading."""
    warm()
    rows = [
        line.split("\t")[:2]
        for name in ("places", "places_held_out", "places_later")
        for line in (PHRASES / f"{name}.tsv").read_text("utf-8").splitlines()[1:]
    ]
    now, times = datetime.now(UTC), []
    for language, phrase in rows:
        start = time.perf_counter()
        READERS["place"](phrase, language, now)
        times.append((time.perf_counter() - start) * 1000)
    quantiles = statistics.quantiles(times, n=20)
    fresh = json.loads(subprocess.run([sys.executable, "-c", _FRESH], check=True, capture_output=True).stdout)
    return {**fresh, "p50_ms": statistics.median(times), "p95_ms": quantiles[-1], "max_ms": max(times)}


#: everything else is imported first, so that only the gazetteer and its indexes are counted
_FRESH = """
import json, time, psutil, babel, rapidfuzz, flows.reading
from flows.reading.places.gazetteer import gazetteer
from flows.reading.places import warm
me = psutil.Process(); before = me.memory_info().rss; start = time.perf_counter()
gazetteer(); load = time.perf_counter() - start; gaz = me.memory_info().rss - before
warm(); total = time.perf_counter() - start
print(json.dumps({"gazetteer_load_s": load, "gazetteer_mib": gaz / 2**20, "warm_s": total,
                  "warm_mib": (me.memory_info().rss - before) / 2**20}))
"""

if __name__ == "__main__":
    print(json.dumps(scores(), indent=2, ensure_ascii=False))
