"""Every message of a catalog with its place: gettext files of the conversation and the desk, JSON of the sandbox's page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

#: `{name}` of the conversation and the sandbox, `%(name)s` of the desk
PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}|%\(([A-Za-z_][A-Za-z0-9_]*)\)[sd]")
#: what stands where in a repository: domain -> (its template, its catalogs by language)
DOMAINS: Mapping[str, tuple[str, str]] = {
    "conversation": ("flows/locale/wasl.pot", "flows/locale/*/LC_MESSAGES/wasl.po"),
    "desk": ("desk/locale/desk.pot", "desk/locale/*/LC_MESSAGES/desk.po"),
    "sandbox": ("bot/sandbox/page/words/en.json", "bot/sandbox/page/words/*.json"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One message in one language, with where it is written. `source` and `said` hold singular and plurals."""

    file: str
    line: int
    domain: str
    language: str
    context: str
    source: tuple[str, ...]
    said: tuple[str, ...]
    fuzzy: bool = False
    obsolete: bool = False
    #: what it is on a phone: `button`, `title` (of a question, in a button), `toast`, `command`, or plain `message`
    kind: str = "message"

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.source[0]


@dataclass(frozen=True, slots=True)
class Book:
    """One language's catalog of one domain, read. `headers` are gettext's own (plural forms), empty for JSON."""

    file: str
    domain: str
    language: str
    entries: tuple[Entry, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    #: why it cannot be read, with its line
    broken: tuple[int, str] | None = None


def placeholders(text: str) -> list[str]:
    """Names of all placeholders in a text, in order."""
    return [match[1] or match[2] for match in PLACEHOLDER.finditer(text)]


def language_of(path: Path) -> str:
    """`…/de/LC_MESSAGES/wasl.po` and `…/de.json` are German."""
    return path.stem if path.suffix == ".json" else path.parent.parent.name


def read_book(path: Path, root: Path, domain: str) -> Book:
    """A catalog with the place of each message; a broken file is a book without entries that says why."""
    shown = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
    language = language_of(path)
    try:
        if path.suffix == ".json":
            return Book(shown, domain, language, tuple(_json_entries(path, shown, domain, language)))
        with path.open("rb") as file:
            catalog = read_po(file, locale=None, abort_invalid=True)
    except PoFileError as error:
        return Book(shown, domain, language, (), broken=(error.lineno + 1, str(error).splitlines()[0]))
    except (UnicodeDecodeError, ValueError) as error:
        return Book(shown, domain, language, (), broken=(getattr(error, "lineno", 1), type(error).__name__))
    headers = {name: value for name, value in catalog.mime_headers if name == "Plural-Forms"}
    if (found := re.search(r'"Plural-Forms: *(.*?)\\n"', path.read_text(encoding="utf-8"))) is not None:
        headers["Plural-Forms"] = found[1]
    return Book(shown, domain, language, tuple(_po_entries(catalog, shown, domain, language)), headers)


def singular(message: str | tuple[str, ...] | list[str]) -> str:
    """The English of a message, the first form of one with plurals."""
    return message if isinstance(message, str) else message[0]


def source_of(path: Path) -> Catalog:
    """The template: what must be translated."""
    with path.open("rb") as file:
        return read_po(file)


def _po_entries(catalog: Catalog, shown: str, domain: str, language: str) -> Iterator[Entry]:
    for message in catalog:
        if message.id:
            yield _entry(message, shown, domain, language, obsolete=False)
    for message in catalog.obsolete.values():
        yield _entry(message, shown, domain, language, obsolete=True)


def _entry(message: Message, shown: str, domain: str, language: str, *, obsolete: bool) -> Entry:
    source, said = _forms(message.id), _forms(message.string)
    line = message.lineno or 1
    return Entry(shown, line, domain, language, message.context or "", source, said, bool(message.fuzzy), obsolete)


def _forms(text: Any) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, (tuple, list)) else (str(text),)


def _json_entries(path: Path, shown: str, domain: str, language: str) -> Iterator[Entry]:
    """The sandbox's words: the key is the context, the English file holds the source."""
    source = json.loads((path.parent / "en.json").read_text(encoding="utf-8"))
    text = path.read_text(encoding="utf-8")
    said = json.loads(text)
    lines = {found[1]: number for number, line in enumerate(text.splitlines(), 1) if (found := _KEY.match(line))}
    for key, words in source.items():
        yield Entry(shown, lines.get(key, 1), domain, language, key, (words,), (said.get(key, ""),))
    for key in said.keys() - source.keys():
        yield Entry(shown, lines.get(key, 1), domain, language, key, (key,), (said[key],), obsolete=True)


_KEY = re.compile(r'\s*"([^"]+)"\s*:')
