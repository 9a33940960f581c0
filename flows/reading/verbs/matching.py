"""`wasl read names` and `wasl read records`: score pairs from standard input, for checking the scorers against examples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click

from flows.matching.records import Match, record_key, record_match
from flows.matching.score import name_score
from flows.reading.verbs.lines import texts

_HEADERS = frozenset({("a", "b"), ("name_a", "name_b")})


@click.command("names")
def names() -> None:
    """Score pairs of names: lines of two columns (tab between them) on standard input.

    Writes both names and the score, 0 to 1; 0.5 and above means plausibly one person by name alone. A header line and
    further columns are left out.
    """
    for index, (_, line) in enumerate(_filled()):
        a, b = [*line.split("\t"), ""][:2]
        header = index == 0 and (a.strip().lower(), b.strip().lower()) in _HEADERS
        if not header:
            click.echo(f"{a}\t{b}\t{name_score(a, b):.4f}")


@click.command("records")
@click.option("--reasons", is_flag=True, help="Add what each field says, with its weight in log-odds.")
def records(reasons: bool) -> None:
    """Score pairs of records: JSON lines with `id`, `a` and `b` on standard input.

    `a` and `b` hold name, father, mother, birth_year, place, place_code and date_of_disappearance (EDTF), any of them missing or
    null. Writes JSON lines with `id` and `score`; 0.5 and above is worth a look.
    """
    for number, line in _filled():
        pair = _pair(line, number)
        found = record_match(record_key(pair["a"]), record_key(pair["b"]))
        click.echo(json.dumps(_answer(pair.get("id"), found, reasons), ensure_ascii=False))


def _answer(identifier: Any, found: Match, reasons: bool) -> dict[str, Any]:
    answer = {"id": identifier, "score": round(found.score, 4)}
    if reasons:
        answer["reasons"] = [{**asdict(reason), "weight": round(reason.weight, 2)} for reason in found.reasons]
    return answer


def _filled() -> Iterator[tuple[int, str]]:
    """Lines of standard input that hold anything, each with its number (from 1)."""
    return ((number, line) for number, line in enumerate(texts(), 1) if line.strip())


def _pair(line: str, number: int) -> dict[str, Any]:
    """The object of a line, refused without quoting it: it may hold a family's words."""
    try:
        pair = json.loads(line)
    except (ValueError, RecursionError):
        pair = None
    if not isinstance(pair, dict) or not all(isinstance(pair.get(side), dict) for side in ("a", "b")):
        raise click.ClickException(f'line {number} is no JSON object with "a" and "b"; write one pair per line')
    return pair
