"""`wasl i18n update` (`make messages`): extract what must be translated, and bring every catalog in step with it.

Nothing is guessed: a message that is new or reworded is empty until somebody translates it, with the wording it seems to come
from beside it (`#| msgid`). What nobody says any more goes; git remembers it. Files do not change when no message does, so
that branches meet in the messages they really share.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po

from flows.i18n.entries import language_of, singular

#: dates and addresses that differ from one run, or one machine, to the next and tell nobody anything
_IDLE_HEADERS = ("POT-Creation-Date", "PO-Revision-Date", "Report-Msgid-Bugs-To", "Last-Translator", "Language-Team")


@dataclass(frozen=True, slots=True)
class Domain:
    """One gettext domain: where its mapping, its template and its catalogs are."""

    name: str
    mapping: str
    folder: str
    keywords: tuple[str, ...] = ()

    def template(self, root: Path) -> Path:
        return root / self.folder / f"{self.name}.pot"


GETTEXT = (
    Domain("wasl", "pyproject.toml", "flows/locale"),
    Domain("desk", "desk/babel.toml", "desk/locale", ("N_",)),
)


def extract(root: Path, domain: Domain) -> Catalog:
    """What code, forms and templates say now."""
    with TemporaryDirectory() as folder:
        fresh = Path(folder) / "fresh.pot"
        words = [part for keyword in domain.keywords for part in ("-k", keyword)]
        arguments = ["-q", "extract", "-F", str(root / domain.mapping), "--no-location", *words, "-o", str(fresh)]
        CommandLineInterface().run(["pybabel", *arguments, str(root)])  # type: ignore[no-untyped-call]
        return _read(fresh)


def update(root: Path) -> list[str]:
    """Rewrite templates and catalogs; the names of the files that changed."""
    changed = []
    for domain in GETTEXT:
        template = extract(root, domain)
        template.project, template.version, template.fuzzy = domain.name, "1", False
        folder = root / domain.folder
        folder.mkdir(exist_ok=True)
        changed += write_catalog(domain.template(root), template)
        for path in sorted(folder.glob(f"*/LC_MESSAGES/{domain.name}.po")):
            changed += write_catalog(path, updated(_read(path), template, language_of(path)))
    return [str(path.relative_to(root)) for path in changed]


def updated(catalog: Catalog, template: Catalog, language: str) -> Catalog:
    """The catalog with the template's messages in the template's order, and of its translations those that still fit."""
    fresh = Catalog(
        locale=language,
        project=template.project,
        version=template.version,
        header_comment=catalog.header_comment,
        fuzzy=False,
    )
    known = {key_of(one): one for one in catalog if one.id}
    asked = {key_of(one) for one in template if one.id}
    gone = [one for key, one in known.items() if key not in asked]
    for message in template:
        if not message.id:
            continue
        old = known.get(key_of(message))
        kept = old is not None and isinstance(old.id, tuple) == isinstance(message.id, tuple)
        before = None if kept else _reworded(message, gone)
        said = old.string if old is not None and kept else tuple([""] * get_plural(language).num_plurals)
        fresh.add(
            message.id,
            said if isinstance(message.id, (tuple, list)) or (old is not None and kept) else "",
            flags=(message.flags - {"fuzzy"}) | ({"fuzzy"} if old is not None and kept and old.fuzzy else set()),
            auto_comments=message.auto_comments,
            user_comments=[line for line in (old.user_comments if old else ()) if _is_a_remark(line)],
            context=message.context,
            previous_id=before.id if before is not None else (),
        )
    return fresh


def _reworded(message: Message, gone: list[Message]) -> Message | None:
    """What it was before, if the same question or list has lost exactly one message; the engine's context says nothing."""
    same = [one for one in gone if one.context == message.context and message.context not in (None, "engine")]
    return same[0] if len(same) == 1 else None


def _is_a_remark(line: str) -> bool:
    """What a translator wrote, not an old `#| msgid` that a reader took for a comment."""
    return not line.startswith("|")


def key_of(message: Message) -> tuple[str | None, str]:
    """What a message is known by: its context and its English."""
    return message.context, singular(message.id)


def read_catalog(path: Path, language: str | None) -> Catalog:
    """A catalog in a language; a template has none."""
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _read(path: Path) -> Catalog:
    return read_catalog(path, None if path.suffix == ".pot" else language_of(path))


def write_catalog(path: Path, catalog: Catalog) -> list[Path]:
    """Write it without what changes by itself; [] when it stands so already."""
    written = io.BytesIO()
    write_po(written, catalog, width=0, no_location=True, include_previous=True, ignore_obsolete=True)
    text = written.getvalue().decode()
    for header in _IDLE_HEADERS:
        text = re.sub(rf'^"{header}:.*\n', "", text, flags=re.MULTILINE)
    text = re.sub(
        r"^#(?: Translations template.*| Copyright.*| This file is.*| FIRST AUTHOR.*|)\n", "", text, flags=re.MULTILINE
    )
    text = text.rstrip("\n") + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return []
    path.write_text(text, encoding="utf-8")
    return [path]
