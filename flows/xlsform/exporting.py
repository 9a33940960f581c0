"""A form -> an XLSForm workbook; `wasl::…` columns hold what XLSForm has no word for. It imports back to the same form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from babel import Locale
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from flows.languages import SOURCE_LANGUAGE, has, own_name, template
from flows.load import load_form
from flows.own_words import own_words
from flows.phrases import Phrase
from flows.xlsform.cells import BadSheet, read_tables
from flows.xlsform.importing import OWN
from flows.xlsform.texts import code_of
from flows.xlsform.validating import validated

_TRANSLATED = ("label", "hint", "constraint_message")
_PLAIN = ("required", "relevant", "constraint", "calculation", "appearance", "choice_filter")
_POSITION = re.compile(r"position\(\s*\)")
_WIDEST = 60


def export_form(form: Path, to: Path, languages: Sequence[str]) -> None:
    """Write the workbook. `BadForm` when the form has mistakes, `BadSheet` when pyxform does not take what came out."""
    load_form(form, recipients=("example",), languages=languages)
    data = yaml.load(form.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  (strings only)
    own = own_words(form)
    spoken = [SOURCE_LANGUAGE, *(one for one in languages if one != SOURCE_LANGUAGE)]
    spoken += sorted({language for told in own.values() for language in told} - set(spoken))
    words = _Words(spoken, own)
    book = Workbook()
    survey, choices, settings = book.active, book.create_sheet("choices"), book.create_sheet("settings")
    survey.title = "survey"
    _fill(survey, list(_survey(data["questions"], words)))
    _fill(choices, list(_choices(data.get("choices", {}), _given(data["questions"], spoken), words)))
    head = {"form_title": data["title"], "form_id": data["form"], "version": data["version"]}
    titles = {f"wasl::title::{_column(one)}": words.told(data["title"], data["form"], one) for one in spoken[1:]}
    _fill(settings, [{**head, "default_language": _column(SOURCE_LANGUAGE), **{k: v for k, v in titles.items() if v}}])
    book.save(to)
    faults = validated(to, read_tables(to)["survey"])
    if faults:
        to.unlink()
        raise BadSheet(faults)


class _Words:
    """What a text says in each language."""

    def __init__(self, spoken: Sequence[str], own: Mapping[tuple[str, str], Mapping[str, str]]) -> None:
        self.spoken, self._own = spoken, own

    def told(self, sentence: str, context: str, language: str) -> str:
        """The translation; empty where there is none."""
        phrase = Phrase(sentence, context, told=self._own.get((context, sentence), {}))
        return template(phrase, language) if has(phrase, language) else ""

    def cells(self, head: str, sentence: str, context: str) -> Iterator[tuple[str, str]]:
        for language in self.spoken:
            if words := self.told(sentence, context, language):
                yield f"{head}::{_column(language)}", words


def _column(language: str) -> str:
    """`ar` -> `Arabic (ar)`, as XLSForm names languages."""
    name = Locale.parse(language).get_language_name("en") or own_name(language)
    return f"{name} ({language})"


def _survey(entries: Sequence[Mapping[str, Any]], words: _Words) -> Iterator[dict[str, str]]:
    for entry in entries:
        kind = str(entry["type"])
        holds = kind in ("group", "repeat")
        yield {**_row(entry, words), "type": f"begin {kind}"} if holds else _row(entry, words)
        if holds:
            yield from _survey(entry["questions"], words)
            yield {"type": f"end {kind}"}


def _row(entry: Mapping[str, Any], words: _Words) -> dict[str, str]:
    name = entry.get("name", "")
    row = {"type": entry["type"], "name": name}
    for key in _TRANSLATED:
        if key in entry:
            row |= dict(words.cells(key, entry[key], name))
    for key in _PLAIN:
        if key in entry:
            row[key] = _POSITION.sub("position(..)", entry[key])
    for key, value in entry.items():
        if key.startswith("media::audio"):
            language = key.removeprefix("media::audio").removeprefix("::")
            row[f"media::audio::{_column(language)}" if language else "media::audio"] = value
    return {**row, **_ours(entry, words, name), **dict(entry.get("sheet", {}))}


def _ours(entry: Mapping[str, Any], words: _Words, context: str) -> dict[str, str]:
    row: dict[str, str] = {}
    for key, translated in OWN.items():
        if key in entry and translated:
            row |= {f"wasl::{head}": cell for head, cell in words.cells(key, entry[key], context)}
        elif key in entry:
            row[f"wasl::{key}"] = entry[key]
    return row


def _choices(
    lists: Mapping[str, Sequence[Mapping[str, Any]]], given: Sequence[str], words: _Words
) -> Iterator[dict[str, str]]:
    for name, entries in lists.items():
        for entry in entries:
            row = {"list_name": name, "name": entry["name"], **dict(words.cells("label", entry["label"], name))}
            ours = {_flat(head): cell for head, cell in _ours(entry, words, name).items()}
            yield {**row, **ours, **dict(entry.get("columns", {})), **dict(entry.get("sheet", {}))}
    for code in given:  # the operator's languages: here only because a workbook must have every list it names
        row = {"list_name": "languages", "name": code, "wasl__given": "yes"}
        yield {**row, **{f"label::{_column(one)}": own_name(code) for one in words.spoken}}


def _flat(head: str) -> str:
    """`wasl::shows::Arabic (ar)` -> `wasl__shows__ar`: pyxform makes an XML name of every column of the sheet choices."""
    return "__".join(code_of(part) or part for part in head.split("::"))


def _given(entries: Sequence[Mapping[str, Any]], spoken: Sequence[str]) -> Sequence[str]:
    asks = any(entry["type"].endswith(" languages") or _given(entry.get("questions", ()), spoken) for entry in entries)
    return spoken if asks else ()


def _fill(sheet: Any, rows: Sequence[Mapping[str, str]]) -> None:
    heads = list(dict.fromkeys(head for row in rows for head in row))
    sheet.append(heads)
    for row in rows:
        sheet.append([None] * len(heads))
        for at, head in enumerate(heads, 1):
            if head in row:
                cell = sheet.cell(sheet.max_row, at, row[head])
                cell.data_type = "s"  # a label may begin with '=': it is words all the same
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    for at, head in enumerate(heads, 1):
        cell = sheet.cell(1, at)
        cell.font = Font(bold=True)
        longest = max((len(row.get(head, "")) for row in rows), default=0)
        sheet.column_dimensions[cell.column_letter].width = min(max(longest, len(head)), _WIDEST)
    sheet.freeze_panes = "C2"
