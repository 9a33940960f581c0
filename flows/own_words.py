"""A form's own translations: gettext catalogs beside its file, `household.ar.po` for `household.yml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

#: (context, sentence of the form) -> language -> its translation
OwnWords: TypeAlias = "Mapping[tuple[str, str], Mapping[str, str]]"


def catalogs(form: Path) -> Iterator[tuple[str, Path]]:
    """(language, file) of every catalog beside a form."""
    for path in sorted(form.parent.glob(f"{form.stem}.*.po")):
        yield path.name.removeprefix(f"{form.stem}.").removesuffix(".po"), path


def own_words(form: Path) -> OwnWords:
    """The translations beside a form; of a form without any, nothing. OSError as for the form itself."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for language, path in catalogs(form):
        with path.open("rb") as file:
            catalog = read_po(file)
        for message in catalog:
            if message.id and message.string and not message.fuzzy:
                found.setdefault((message.context or "", str(message.id)), {})[language] = str(message.string)
    return found


def write_own_words(form: Path, own: OwnWords) -> list[Path]:
    """Write a form's translations beside it, a catalog for each language; what was written."""
    written = []
    for language in sorted({language for told in own.values() for language in told}):
        catalog = Catalog(project=form.stem, fuzzy=False)
        for (context, sentence), told in own.items():
            if language in told:
                catalog.add(sentence, told[language], context=context or None)
        path = form.with_name(f"{form.stem}.{language}.po")
        with path.open("wb") as file:
            write_po(file, catalog, width=0, omit_header=False)
        written.append(path)
    return written
