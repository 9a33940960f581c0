"""`wasl i18n check`: every catalog of bot, desk and sandbox against the rules; each finding with its place and its remedy."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from babel import Locale

from flows.i18n.entries import DOMAINS, Book, Entry, placeholders, read_book, singular, source_of
from flows.i18n.kinds import kinds
from flows.i18n.rules import Fault, Render, book_faults, faults, table
from flows.languages import SOURCE_LANGUAGE, fill
from flows.lint import lint
from flows.load import BadForm, load_form

ROOT = Path(__file__).parents[2]
_SAID = "flows/reading/said.yml"
_FORM = "flows/forms/report.yml"


@dataclass(frozen=True, slots=True)
class Finding:
    """`file:line: [rule] message: what is wrong; what to do`."""

    file: str
    line: int
    language: str
    fault: Fault
    message: str = ""
    context: str = ""

    def __str__(self) -> str:
        quoted = f" {self.message.splitlines()[0][:60]!r}" if self.message else ""
        return f"{self.file}:{self.line}: [{self.fault.rule}] {self.language}:{quoted} {self.fault.says}; {self.fault.remedy}"


def check(root: Path = ROOT, languages: Iterable[str] = ()) -> list[Finding]:
    """Everything wrong, in the order of the files; with `languages`, in those only."""
    wanted = frozenset(languages)
    found = [finding for domain in DOMAINS for finding in _domain(root, domain, wanted)]
    found += _screens(root, wanted)
    found += [finding for finding in _dates(root) if not wanted or finding.language in wanted]
    kept, used = _without_exceptions(found)
    return kept if wanted else [*kept, *_stale(used)]


def _domain(root: Path, domain: str, wanted: frozenset[str]) -> Iterator[Finding]:
    template, pattern = DOMAINS[domain]
    what = kinds(root) if domain == "conversation" else {}
    render = _render if domain == "conversation" else None
    if not wanted or SOURCE_LANGUAGE in wanted:
        yield from findings(source_book(root / template, root, domain), what, render)
    asked = [] if template.endswith(".json") else list(source_of(root / template))
    for path in sorted(root.glob(pattern)):
        if path.name == "en.json":
            continue
        book = read_book(path, root, domain)
        if not wanted or book.language in wanted:
            yield from findings(book, what, render)
            yield from _not_there(book, {(one.context or "", singular(one.id)) for one in asked if one.id})


def findings(book: Book, what: Mapping[tuple[str, str], str], render: Render | None) -> Iterator[Finding]:
    """Everything wrong in one catalog."""
    if book.broken:
        yield Finding(book.file, book.broken[0], book.language, Fault("file", book.broken[1], "mend the file's syntax"))
    for fault in book_faults(book):
        yield Finding(book.file, 1, book.language, fault)
    for entry in book.entries:
        entry = replace(entry, kind=what.get(entry.key, "message"))
        for fault in faults(entry, render):
            yield Finding(entry.file, entry.line, entry.language, fault, entry.source[0], entry.context)


def source_book(template: Path, root: Path, domain: str) -> Book:
    """English: the message ids themselves, checked like any translation."""
    if template.suffix == ".json":
        return read_book(template, root, domain)
    book = read_book(template, root, domain)
    english = tuple(
        replace(entry, language=SOURCE_LANGUAGE, said=entry.source, fuzzy=False)
        for entry in book.entries
        if not entry.obsolete
    )
    return Book(book.file, domain, SOURCE_LANGUAGE, english, broken=book.broken)


def _not_there(book: Book, asked: set[tuple[str, str]]) -> Iterator[Finding]:
    """What the template asks for and the catalog does not even hold."""
    if not asked or book.broken:
        return
    for context, message in sorted(asked - {entry.key for entry in book.entries}):
        fault = Fault("missing", "not in the catalog", "run `make messages` and translate it")
        yield Finding(book.file, 1, book.language, fault, message, context)


def _render(entry: Entry, said: str, values: Mapping[str, str]) -> str:
    return fill(said, values, entry.language, values)


def _screens(root: Path, wanted: frozenset[str]) -> Iterator[Finding]:
    """Whole questions: texts of one screen together, buttons, and button data in bytes."""
    form = root / _FORM
    languages = [SOURCE_LANGUAGE, *sorted(path.parent.parent.name for path in root.glob(DOMAINS["conversation"][1]))]
    try:
        flow = load_form(form, recipients=("example",), languages=(SOURCE_LANGUAGE,))
    except BadForm as bad:
        for mistake in bad.mistakes:
            yield Finding(_FORM, mistake.line, SOURCE_LANGUAGE, Fault("form", mistake.says, "see `wasl form check`"))
        return
    for language in [one for one in languages if not wanted or one in wanted]:
        for mistake in lint(flow, _FORM, [language]):
            if "not translated" not in mistake.says:
                fault = Fault("screen", mistake.says, "shorten it there or in the catalog")
                yield Finding(mistake.file, mistake.line, language, fault)


def _dates(root: Path) -> Iterator[Finding]:
    """How each language says dates and ages: whole, and with the placeholders of the English."""
    file = root / _SAID
    blocks = yaml.safe_load(file.read_text(encoding="utf-8"))
    lines = {
        line[:-1]: number for number, line in enumerate(file.read_text("utf-8").splitlines(), 1) if line[:1] != " "
    }
    languages = {path.parent.parent.name for path in root.glob(DOMAINS["conversation"][1])} | blocks.keys()
    source = blocks[SOURCE_LANGUAGE]
    for language in sorted(languages):
        block, line = blocks.get(language), lines.get(language, 1)
        if block is None:
            fault = Fault("dates", "says no dates of its own", "add its block, or its families hear dates in English")
            yield Finding(_SAID, line, language, fault)
            continue
        for key, says in source.items():
            if wrong := _date_fault(key, says, block.get(key), language):
                yield Finding(
                    _SAID, line, language, Fault("dates", f"{key}: {wrong}", "write it as in the block of en")
                )


def _date_fault(key: str, english: Any, said: Any, language: str) -> str:
    """What is wrong with one line of a language's block; "" when nothing is."""
    if not said:
        return "missing"
    if key == "seasons":
        return "" if len(said) == len(english) else f"{len(said)} of {len(english)}"
    if key == "age":
        lacking = set(Locale.parse(language).plural_form.rules) - said.keys()
        return f"lacks {', '.join(sorted(lacking))}" if lacking | ({"other"} - said.keys()) else ""
    wanted, found = sorted(placeholders(english)), sorted(placeholders(said))
    return "" if wanted == found else f"placeholders {found} instead of {wanted}"


def _without_exceptions(found: list[Finding]) -> tuple[list[Finding], set[str]]:
    """What is left when intended exceptions are taken out, and which of them were of use."""
    kept, used = [], set()
    for finding in found:
        hits = [json.dumps(one) for one in table()["exceptions"] if _is_excepted(finding, one)]
        used.update(hits)
        if not hits:
            kept.append(finding)
    return kept, used


def _is_excepted(finding: Finding, exception: Mapping[str, str]) -> bool:
    context, message = exception.get("context", finding.context), exception["message"]
    return (
        exception["rule"] == finding.fault.rule
        and exception["language"] in ("*", finding.language)
        and context == finding.context
        and finding.message.startswith(message)
    )


def _stale(used: set[str]) -> Iterator[Finding]:
    for exception in table()["exceptions"]:
        if json.dumps(exception) not in used:
            fault = Fault("exception", "nothing needs this exception", "take it out of rules.yml")
            yield Finding("flows/i18n/rules.yml", 1, exception["language"], fault, exception["message"])
