"""A workbook as tables of text whose cells remember their place: sheet, row, column."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

#: headers as people write them, and what XLSForm calls them now
_ALIASES = {
    "relevance": "relevant",
    "skip": "relevant",
    "constraint message": "constraint_message",
    "constraint_msg": "constraint_message",
    "list name": "list_name",
    "caption": "label",
    "calculate": "calculation",
    "repeat count": "repeat_count",
    "required message": "required_message",
    "requiredmsg": "required_message",
    "readonly": "read_only",
    "read only": "read_only",
    "image": "media::image",
    "audio": "media::audio",
    "video": "media::video",
    "value": "name",
}
_SINGLE_COLON = re.compile(r"(?<!:):(?!:)")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a workbook, and where; `column` is a letter, empty where it is about the whole row."""

    file: str
    sheet: str
    row: int
    column: str
    says: str

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}: sheet {self.sheet!r}, row {self.row}{column}: {self.says}"


class BadSheet(Exception):  # noqa: N818
    """A workbook that is no form we can take. `faults` holds everything wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row that hold something, by header."""

    number: int
    cells: Mapping[str, str] = field(repr=False)

    def __getitem__(self, header: str) -> str:
        return self.cells.get(header, "")


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet: its headers with their columns' letters, and its rows."""

    name: str
    letters: Mapping[str, str]
    rows: Sequence[Row] = ()

    def languages(self, base: str) -> dict[str, str]:
        """The headers of a translated column: language as written (empty for the plain column) -> header."""
        found = {"": base} if base in self.letters else {}
        for header in self.letters:
            if header.startswith(f"{base}::"):
                found[header.removeprefix(f"{base}::")] = header
        return found


def read_tables(path: Path) -> dict[str, Table]:
    """The sheets of a workbook by their names in small letters. `BadSheet` when it is none."""
    try:
        with warnings.catch_warnings():  # what openpyxl does not draw (pictures, print settings) is none of a form
            warnings.simplefilter("ignore")
            book = load_workbook(path, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, EOFError, TypeError, AttributeError):
        says = "this is not an .xlsx workbook; save it as 'Excel workbook (.xlsx)' and try again"
        raise BadSheet([Fault(str(path), "(none)", 1, "", says)]) from None
    return {sheet.title.strip().lower(): _table(sheet) for sheet in book.worksheets}


def _table(sheet: Any) -> Table:
    lines = list(sheet.iter_rows(values_only=True))
    heads = [_header(text(cell)) for cell in lines[0]] if lines else []
    letters: dict[str, str] = {}
    for at, head in enumerate(heads):
        if head:
            letters.setdefault(head, get_column_letter(at + 1))
    rows = []
    for number, line in enumerate(lines[1:], 2):
        cells: dict[str, str] = {}
        for head, cell in zip(heads, line, strict=False):
            if head and (words := text(cell)) and head not in cells:
                cells[head] = words
        if cells:
            rows.append(Row(number, cells))
    return Table(sheet.title, letters, rows)


def text(cell: Any) -> str:
    """A cell as the author sees it: whole numbers without a point, days as ISO dates."""
    match cell:
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == cell.min.time():
            return cell.date().isoformat()
        case datetime() | date():
            return cell.isoformat()
    return str(cell).replace("\r\n", "\n").strip()


def _header(words: str) -> str:
    """`Label : French (fr)` -> `label::French (fr)`: the base in small letters, as XLSForm has it now."""
    base, *rest = [part.strip() for part in _SINGLE_COLON.sub("::", words).split("::")]
    base = base.lower()
    if base.startswith("wasl__"):  # on the sheet choices, where pyxform takes no `::` of ours
        base, *rest = base.replace("__", "::").split("::")
    if base in ("bind", "media", "body", "instance", "wasl", "control") and rest:
        base = f"{base}::{rest.pop(0).lower()}"
    base = _ALIASES.get(base, base)
    if base.startswith("bind::") and base.removeprefix("bind::") in ("relevant", "constraint", "required"):
        base = base.removeprefix("bind::")
    return "::".join([base, *rest])
