"""`make messages` guesses nothing and loses nothing; catalogs of two branches become one, message by message."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from click.testing import CliRunner

from flows.i18n.cli import cli
from flows.i18n.update import read_catalog, updated, write_catalog

_Said = dict[tuple[str, str], str]


def _catalog(said: _Said, *, fuzzy: frozenset[tuple[str, str]] = frozenset()) -> Catalog:
    catalog = Catalog(locale="de")
    for context, message in said:
        flags = {"fuzzy"} if (context, message) in fuzzy else set()
        catalog.add(message, said[context, message], context=context, flags=flags)
    return catalog


def _said(catalog: Catalog) -> _Said:
    return {(one.context, one.id): one.string for one in catalog if one.id}


def test_nothing_is_guessed_and_what_fits_stays() -> None:
    old = _catalog({("name", "What is the name?"): "Wie heißt die Person?", ("engine", "Later"): "Später"})
    template = _catalog({("name", "What is the full name?"): "", ("engine", "Later"): "", ("engine", "Late"): ""})
    fresh = updated(old, template, "de")
    assert _said(fresh) == {
        ("name", "What is the full name?"): "",
        ("engine", "Later"): "Später",
        ("engine", "Late"): "",
    }
    assert not any(one.fuzzy for one in fresh if one.id)
    reworded = fresh.get("What is the full name?", "name")
    assert reworded is not None
    assert reworded.previous_id == ["What is the name?"]


def test_a_translators_remark_stays_and_an_old_wording_does_not(tmp_path: Path) -> None:
    path = tmp_path / "de" / "LC_MESSAGES" / "wasl.po"
    path.parent.mkdir(parents=True)
    path.write_text('# | msgid "Before"\n# Short, for a button.\nmsgid "Later"\nmsgstr "Später"\n', encoding="utf-8")
    write_catalog(path, updated(read_catalog(path, "de"), read_catalog(path, None), "de"))
    text = path.read_text(encoding="utf-8")
    assert "# Short, for a button." in text
    assert "Before" not in text


def test_writing_twice_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "wasl.po"
    assert write_catalog(path, _catalog({("engine", "Later"): "Später"})) == [path]
    assert write_catalog(path, _catalog({("engine", "Later"): "Später"})) == []
    assert "Date" not in path.read_text(encoding="utf-8")


def _merged(folder: Path, base: _Said, ours: _Said, theirs: _Said) -> tuple[int, _Said, str]:
    for name, said in (("base", base), ("ours", ours), ("theirs", theirs)):
        write_catalog(folder / f"{name}.po", _catalog(said))
    arguments = [str(folder / f"{name}.po") for name in ("base", "ours", "theirs")]
    ran = CliRunner().invoke(cli, ["merge", *arguments, "flows/locale/de/LC_MESSAGES/wasl.po"])
    return ran.exit_code, _said(read_catalog(folder / "ours.po", "de")), ran.stderr


_LATER, _BACK, _NEW = ("engine", "Later"), ("engine", "Back"), ("engine", "New")


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        ({_LATER: ""}, {_LATER: "Später"}, {_LATER: ""}, {_LATER: "Später"}),
        ({_LATER: ""}, {_LATER: ""}, {_LATER: "Später"}, {_LATER: "Später"}),
        ({_LATER: "a"}, {_LATER: "a", _BACK: "b"}, {_LATER: "a", _NEW: "c"}, {_LATER: "a", _BACK: "b", _NEW: "c"}),
        ({_LATER: "a", _BACK: "b"}, {_LATER: "a"}, {_LATER: "a", _BACK: "b"}, {_LATER: "a"}),
        ({_LATER: "a", _BACK: "b"}, {_LATER: "a", _BACK: "b"}, {_LATER: "a"}, {_LATER: "a"}),
        ({}, {_NEW: ""}, {_NEW: "c"}, {_NEW: "c"}),
        ({_LATER: "a"}, {_LATER: "a"}, {_LATER: "b"}, {_LATER: "b"}),
    ],
    ids=[
        "ours fills",
        "theirs fills",
        "both add",
        "ours deletes",
        "theirs deletes",
        "added empty and filled",
        "theirs mends",
    ],
)
def test_catalogs_merge_message_by_message(
    tmp_path: Path, base: _Said, ours: _Said, theirs: _Said, merged: _Said
) -> None:
    code, found, complaint = _merged(tmp_path, base, ours, theirs)
    assert (code, found, complaint) == (0, merged, "")


def test_two_translations_of_one_message_are_a_conflict_that_is_named(tmp_path: Path) -> None:
    code, found, complaint = _merged(tmp_path, {_LATER: "a"}, {_LATER: "b"}, {_LATER: "c"})
    assert code == 1
    assert found == {_LATER: "b"}
    assert "translated differently on both sides; ours stands: engine: 'Later'" in complaint
