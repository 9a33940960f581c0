"""A form as YAML text, and which row of the workbook each of its lines came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a workbook, and the letters of its sheet's headers."""

    sheet: str
    row: int
    letters: Mapping[str, str]

    def column(self, key: str) -> str:
        """The letter of the column a key of the form came from; empty when it is about the row."""
        for header in (key, f"wasl::{key}"):
            for head, letter in self.letters.items():
                if head == header or head.startswith(f"{header}::"):
                    return letter
        return ""


@dataclass
class Lines:
    """Line of the YAML text -> place, and the key that stands there."""

    known: dict[int, tuple[Place, str]] = field(default_factory=dict)

    def at(self, line: int) -> Place:
        return self._nearest(line)[0]

    def key_at(self, line: int) -> str:
        return self._nearest(line)[1]

    def _nearest(self, line: int) -> tuple[Place, str]:
        before = [number for number in self.known if number <= line]
        return self.known[max(before)] if before else (Place("settings", 2, {}), "")


class _Dumper(yaml.SafeDumper):
    """Long texts as blocks, everything in the order given, nothing by reference."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _string(dumper: yaml.SafeDumper, words: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", words, style="|" if "\n" in words else None)


_Dumper.add_representer(str, _string)


def dump(form: Mapping[str, Any]) -> str:
    """The form as text that `flows.load` reads back."""
    return yaml.dump(form, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)


def places(text: str, form: Mapping[str, Any], where: Mapping[int, Place]) -> Lines:
    """Which place each line of `text` came from; `where` knows the places of the form's entries by their identity."""
    lines = Lines()
    _match(yaml.compose(text, Loader=yaml.BaseLoader), form, where, lines)
    return lines


def _match(node: yaml.Node | None, data: Any, where: Mapping[int, Place], lines: Lines) -> None:
    if isinstance(node, yaml.MappingNode):
        place = where.get(id(data))
        if place is not None:
            lines.known[node.start_mark.line + 1] = (place, "type")
        for key, value in node.value:
            if place is not None:
                lines.known.setdefault(key.start_mark.line + 1, (place, key.value))
            _match(value, data[key.value], where, lines)
    elif isinstance(node, yaml.SequenceNode):
        for child, item in zip(node.value, data, strict=True):
            _match(child, item, where, lines)
