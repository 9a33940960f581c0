"""Writes the newest figures into `docs/BENCHMARKS.md`, between its markers: `python -m bench.table [--check]`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.results import newest

PAGE = Path(__file__).parent.parent / "docs" / "BENCHMARKS.md"
VERDICT = {True: "met", False: "**not met**", None: "not measured"}


def bots(result: dict[str, Any]) -> Iterable[str]:
    load = result["load"]
    busiest = max(
        (bot["median"]["driver_cpu_percent"] for bot in result["bots"].values() if "median" in bot), default=0
    )
    yield from _machine(result["machine"])
    yield ""
    yield (
        f"{load['chats']} families at once, each answering as soon as it sees the next question; medians of "
        f"{load['rounds']} alternating rounds of {load['window_seconds']:g} s after {load['warm_up_seconds']:g} s of "
        "warm-up. “Ours ×” is the median of the ratios within each round. The driver itself took at most "
        f"{busiest:.0f} % of one core."
    )
    yield ""
    yield "| bot | survives a kill | updates/s | ours × | p50 ms | p95 ms | p99 ms | CPU µs | idle MiB | start s |"
    yield "|---|---|" + "---:|" * 8
    for key, bot in result["bots"].items():
        if "missing" in bot:
            yield f"| {bot['title']} | {bot['keeps']} | not measured here: {bot['missing']} |" + " |" * 7
            continue
        found = bot["median"]
        times = result["ours_times"].get(key)
        cells = [
            f"{found['updates_per_second']:,.0f}",
            f"{times:g}" if times else "",
            *(f"{found[name]:,.0f}" for name in ("p50_ms", "p95_ms", "p99_ms", "cpu_us_per_update", "idle_rss_mib")),
            f"{found['cold_start_seconds']:.1f}",
        ]
        wrong = sum(sum(figures["errors"].values()) for figures in bot["rounds"])
        title = f"{bot['title']} ({wrong} wrong or missing replies)" if wrong else bot["title"]
        yield f"| {title} | {bot['keeps']} | {' | '.join(cells)} |"
    yield ""
    for bot in result["bots"].values():
        used = _list(bot.get("versions", {}))
        yield f"- {bot['title']}: {bot['settings']}{f' ({used})' if used else ''}."
    yield ""
    yield "| goal | measured | |"
    yield "|---|---:|---|"
    for goal in result["goals"]:
        found = "" if goal["measured"] is None else f"{goal['measured']:g}"
        yield f"| {goal['goal']} | {found} | {VERDICT[goal['met']]} |"


def transports(result: dict[str, Any]) -> Iterable[str]:
    yield from _machine(result["machine"])
    yield ""
    rounds = len(result["variants"][0]["rounds"])
    window = f"{result['window_seconds']:g} s"
    yield f"One echo bot, {result['chats']} chats; medians of {rounds} alternating rounds of {window}."
    yield ""
    yield "| HTTP client | event loop | messages under way | calls/s | CPU µs/call | p50 ms | p95 ms |"
    yield "|---|---|" + "---:|" * 5
    for one in result["variants"]:
        found = one["median"]
        figures = [f"{found[name]:,.0f}" for name in ("calls_per_second", "cpu_us_per_call", "p50_ms", "p95_ms")]
        yield f"| {one['client']} | {one['loop']} | {one['in_flight']} | {' | '.join(figures)} |"


def understanding(result: dict[str, Any]) -> Iterable[str]:
    yield from _machine(result["machine"])
    yield ""
    counted, peer = result["sentences"], result["peer"]
    yield (
        f"Learned from {counted['learned']:,} sentences. The goals are judged on {counted['acceptance']:,} others "
        f"(`nlu/acceptance`); {counted['tests']:,} harder ones (`nlu/tests`) stand beside them. Without the rules:"
    )
    for name, languages in result["languages"].items():
        yield ""
        yield f"| `nlu/{name}` | sentences | top-1 | macro-F1 | top-3 | stock DIET: macro-F1 | top-3 |"
        yield "|---|" + "---:|" * 6
        for language, one in languages.items():
            other = peer["languages"][name][language] if peer else None
            cells = [f"{one[column]:.3f}" for column in ("top1", "macro_f1", "top3")]
            cells += [f"{other[column]:.3f}" if other else "" for column in ("macro_f1", "top3")]
            yield f"| {language} | {one['n']:,} | {' | '.join(cells)} |"
    if peer and "epochs" in peer:
        yield ""
        yield f"DIET learned for {peer['epochs']} epochs (100 are documented), in {peer['train_seconds']:,} s."
    yield ""
    found = result["measured"]
    yield (
        f"Ready {found['start_seconds']:g} s after its start; half of the texts take {found['p50_ms']:g} ms or less; with "
        f"eight under way p95 is {found['busy_p95_ms']:g} ms. Of what belongs to the menu, "
        f"{found['offered_with_the_right_one']:.0%} is offered as a choice that holds the right one; help in distress is "
        f"shown for nothing in {found['care_shown_for_nothing']:.1%}."
    )
    yield ""
    yield "| goal | measured | | on the harder ones |"
    yield "|---|---:|---|---:|"
    harder = result["measured_on_tests"]
    for goal in result["goals"]:
        value = "" if goal["measured"] is None else f"{goal['measured']:g}"
        there = f"{harder[goal['name']]:g}" if goal["name"] in harder else ""
        yield f"| {goal['goal']} | {value} | {VERDICT[goal['met']]} | {there} |"


#: part -> what its columns are called
READING_COLUMNS = {
    "inside": "inside the true range",
    "wider": "too wide",
    "outside": "outside the true range",
    "no_date": "no date",
    "answered": "answered, should ask or keep",
    "refused": "asked instead of kept, or kept instead of asked",
    "top1": "top-1 %",
    "top5": "top-5 %",
    "asked_where_it_must": "asked where it must %",
    "non_places": "non-places",
    "accepted_non_places": "of them accepted",
}


def reading(result: dict[str, Any]) -> Iterable[str]:
    yield from _machine(result["machine"])
    for part in result["parts"].values():
        for file, table in part["tables"].items():
            first = result["first_run"].get(file)
            columns = list(next(iter(table.values())))
            yield ""
            yield f"`{file}`{f': {first} when it was first read' if first else ''}."
            yield ""
            yield f"| reader | {' | '.join(READING_COLUMNS.get(name, name) for name in columns)} |"
            yield "|---|" + "---:|" * len(columns)
            for title, scores in table.items():
                yield f"| {title} | {' | '.join(str(scores[name]) for name in columns)} |"


def _machine(facts: dict[str, Any]) -> Iterable[str]:
    packages = _list(facts["packages"])
    yield (
        f"{facts['cores']} cores ({facts['processor']}), {facts['memory_gib']} GiB, {facts['system']}, "
        f"Python {facts['python']}, {packages}."
    )


def _list(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())


SECTIONS = {"bench": bots, "transports": transports, "reading": reading, "nlu": understanding}


def filled(page: str) -> str:
    for kind, render in SECTIONS.items():
        between = re.compile(f"(<!-- {kind}:begin.*?-->\n).*?(<!-- {kind}:end -->)", re.DOTALL)
        found = between.search(page)
        if found is None:
            raise SystemExit(f"{PAGE.name} lacks its markers for {kind!r}.")
        body = "\n".join(render(newest(kind)))
        page = f"{page[: found.start()]}{found[1]}\n{body}\n\n{found[2]}{page[found.end() :]}"
    return page


def main() -> None:
    before = PAGE.read_text()
    after = filled(before)
    if "--check" in sys.argv:
        sys.exit(
            f"{PAGE.name} does not show the newest figures: run `python -m bench.table`." if after != before else 0
        )
    PAGE.write_text(after)


if __name__ == "__main__":
    main()
