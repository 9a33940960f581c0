"""Scores the readers on example files beside other libraries: `python -m bench.read_scores [part …]`.

A part is a function in `PARTS` that gives tables; each is printed, and all are written to `bench/results/`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from edtf import parse_edtf

from bench import machine, read_names, read_places
from bench.results import newest, write
from bench.venvs import NotHere, python_of
from flows.reading import Ambiguous, Understood
from flows.reading.dates import read

DATA = Path(__file__).parent.parent / "tests" / "data" / "reading"
PEERS = Path(__file__).parent / "peers"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
COLUMNS = ("phrases", "exact", "inside", "wider", "outside", "no_date", "answered", "refused")
_KEPT = ("AMBIGUOUS", "UNKNOWN")


def dates() -> dict[str, Any]:
    """Ours and three libraries on each file of date phrases."""
    tables: dict[str, Any] = {}
    for path in sorted(DATA.glob("dates*.tsv")):
        rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:]]
        found = {"Wasl": [_ours(language, phrase) for language, phrase, _ in rows], **_peers(rows)}
        wants = [want for *_, want in rows]
        tables[path.stem] = {name: _scores(wants, answers) for name, answers in found.items()}
    return {"tables": tables}


#: What each file scored when it was read for the first time, before anything was changed because of it: the honest figure.
FIRST_RUN = {
    "dates_unseen": "481 of 490 exact",
    "dates_unseen_2": "308 of 352 exact",
    "dates_unseen_3": "189 of 214 exact",
    "places": "95.7 % top-1, 96.4 % top-5",
    "places_held_out": "94.3 % top-1, 95.6 % top-5, 11 of 57 non-places accepted",
    "places_later": "95.4 % top-1, 96.3 % top-5, 1 of 25 non-places accepted",
    "name_pairs_held_out": "AUC 0.996, precision 0.996 and recall 0.985 at 0.5",
    "name_pairs_fresh": "AUC 0.954, precision 0.952 and recall 0.925 at 0.5",
    "name_pairs_blind": "AUC 0.977, precision 0.972 and recall 0.875 at 0.5",
}


def places() -> dict[str, Any]:
    """Ours and plain rapidfuzz on each file of phrases about places (per cent)."""
    found = read_places.scores()
    shares = ("top1", "top5", "asked_where_it_must")
    tables = {
        file: {
            title: {name: round(100 * value, 1) if name in shares else value for name, value in figures.items()}
            for title, figures in table.items()
        }
        for file, table in found["scores"].items()
    }
    return {"tables": tables, "cost": found["cost"]}


def names() -> dict[str, Any]:
    """Ours and plain rapidfuzz on each file of pairs of names, and ours on records."""
    found = read_names.scores()
    tables = {file: {title: of["all"] for title, of in table.items()} for file, table in found["names"].items()}
    tables |= {file: {"Wasl": figures} for file, figures in found["records"].items()}
    return {"tables": tables, "seconds": found["seconds for 100,000 comparisons"]}


#: name on the command line -> what it measures
PARTS: dict[str, Callable[[], dict[str, Any]]] = {"dates": dates, "places": places, "names": names}


def _ours(language: str, phrase: str) -> str | None:
    reading = read(phrase, language, NOW)
    if isinstance(reading, Understood):
        return str(reading.value["edtf"])
    return "AMBIGUOUS" if isinstance(reading, Ambiguous) else "UNKNOWN"


def _peers(rows: Sequence[Sequence[str]]) -> dict[str, list[str | None]]:
    try:
        python = python_of("dates", PEERS / "requirements-dates.txt", "3.11")
    except NotHere as missing:
        print(f"peers not measured: {missing}", file=sys.stderr)
        return {}
    asked = json.dumps([row[:2] for row in rows])
    told = subprocess.run([python, PEERS / "dates.py"], input=asked, check=True, capture_output=True, text=True).stdout
    found: dict[str, list[str | None]] = json.loads(told)
    return found


def _scores(wants: Sequence[str], answers: Sequence[str | None]) -> dict[str, int]:
    scores = dict.fromkeys(COLUMNS, 0)
    for want, got in zip(wants, answers, strict=True):
        scores["phrases"] += 1
        scores[_score(want, got or "UNKNOWN")] += 1
    return scores


def _score(want: str, got: str) -> str:
    if want in _KEPT:
        return "exact" if got == want else "refused" if got in _KEPT else "answered"
    if got == want:
        return "exact"
    return "no_date" if got in _KEPT else _beside(want, got)


def _beside(want: str, got: str) -> str:
    """Whether a date that is not exact lies inside the expected range, holds it, or names days outside it."""
    try:
        (first, last), (begin, end) = _bounds(want), _bounds(got)
    except Exception:
        return "outside"
    if first <= begin and end <= last:
        return "inside"
    return "wider" if begin <= first and last <= end else "outside"


def _bounds(edtf: str) -> tuple[date, date]:
    first, slash, last = edtf.partition("/")
    return _end(first, "lower_strict", date.min), _end(last if slash else first, "upper_strict", date.max)


def _end(expression: str, which: str, open_end: date) -> date:
    if expression == "..":
        return open_end
    year, month = expression[:4], expression[5:7]
    if month == "24" and which == "upper_strict":  # edtf ends winter with December
        return date(int(year) + 1, 2, 28)
    found = getattr(parse_edtf(expression.rstrip("~?%")), which)()
    return date(found.tm_year, found.tm_mon, found.tm_mday)


def main() -> None:
    wanted = sys.argv[1:] or list(PARTS)
    try:
        kept = newest("reading")["parts"]
    except SystemExit:
        kept = {}
    parts = {**kept, **{name: PARTS[name]() for name in wanted}}
    for name in wanted:
        for file, table in parts[name]["tables"].items():
            _print(name, file, table)
    facts = {"machine": machine.facts(), "parts": parts, "first_run": FIRST_RUN}
    write(f"{machine.today()}-reading", facts)


def _print(part: str, file: str, table: dict[str, dict[str, Any]]) -> None:
    columns = list(next(iter(table.values())))
    widths = [max(10, len(column) + 2) for column in columns]
    print(
        f"\n{part}: {file}\n{'':44}" + "".join(f"{name:>{width}}" for name, width in zip(columns, widths, strict=True))
    )
    for title, scores in table.items():
        cells = (f"{scores[name]!s:>{width}}" for name, width in zip(columns, widths, strict=True))
        print(f"{title:44}" + "".join(cells))
    if file in FIRST_RUN:
        print(f"{'first time read':44}  {FIRST_RUN[file]}")


if __name__ == "__main__":
    main()
