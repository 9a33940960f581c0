"""`wasl i18n check`: the shipped words are in order, and each rule finds the fault it is there for."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.i18n import cli as verb
from flows.i18n.check import ROOT, check, findings
from flows.i18n.entries import Entry, read_book
from flows.i18n.kinds import kinds, of_code
from flows.i18n.rules import PLACEHOLDER, book_faults, first_strong, longest, table
from flows.languages import fill, offered
from flows.lint import MESSAGE_UNITS

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {plural}\\n"\n\n'
PLURAL = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=0 && n%100<=2 ? 4 : 5);",
    "de": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "ku": "nplurals=2; plural=(n != 1);",
    "tr": "nplurals=1; plural=0;",
}


def _spoken(entry: Entry, said: str, values: Mapping[str, str]) -> str:
    return fill(said, values, entry.language, values)


def _rules(
    folder: Path,
    language: str,
    source: str,
    said: str,
    *,
    kind: str = "message",
    plural: str = "",
    domain: str = "conversation",
    render: object = _spoken,
    head: str = "",
) -> set[str]:
    """The rules that a catalog with one message breaks."""
    path = folder / language / "LC_MESSAGES" / "wasl.po"
    path.parent.mkdir(parents=True)
    header = HEADER.replace("{plural}", plural or PLURAL.get(language, PLURAL["de"]))
    message = said if said.startswith("msgstr[") else f"msgstr {_quoted(said)}"
    path.write_text(f'{header}{head}msgctxt "engine"\nmsgid {_quoted(source)}\n{message}\n', encoding="utf-8")
    book = read_book(path, folder, domain)
    return {one.fault.rule for one in findings(book, {("engine", source): kind}, render)}  # type: ignore[arg-type]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def test_the_shipped_words_are_in_order() -> None:
    assert [str(finding) for finding in check()] == []


@pytest.mark.parametrize(
    ("language", "source", "said", "rule"),
    [
        ("de", "Welcome", "", "missing"),
        ("de", "Please wait", "Please wait", "english"),
        ("de", "Ask {org} about it", "Fragen Sie danach", "placeholders"),
        ("de", "Ask {org} about it", "Fragen Sie {orga}", "placeholders"),
        ("de", "Ask {org} about it", "Fragen Sie {org} und {org}", "placeholders"),
        ("de", "Ask about it", "Fragen Sie {org}", "placeholders"),
        ("de", "Ask about it", "Fragen Sie { org }", "placeholders"),
        ("de", "Welcome", "x" * (MESSAGE_UNITS + 1), "length"),
        ("de", "Welcome", "😀" * (MESSAGE_UNITS // 2 + 1), "length"),
        ("en", "The victim", "The victim", "forbidden"),
        ("en", "Your report was sent", "Your report was sent", "forbidden"),
        ("ar", "Your request", "بلاغكم وصل", "forbidden"),
        ("ar", "News", "خبر عن الشهيد", "forbidden"),
        ("ku", "News", "Xebera şehîdan", "forbidden"),
        ("tr", "News", "Ölüm haberi", "forbidden"),
        ("tr", "Request", "İhbarınız ulaştı", "forbidden"),
        ("de", "News", "Nachricht über Verstorbene", "forbidden"),
        ("de", "We search", "Wir garantieren das", "forbidden"),
        ("fr", "News", "Nouvelles de la victime", "forbidden"),
        ("fr", "Request", "Votre signalement est arrivé", "forbidden"),
        ("ar", "Please write", "اكتب الاسم", "gendered"),
        ("ar", "If you want", "إن كنت تريدين ذلك", "gendered"),
        ("ar", "If you want", "وترغب في ذلك", "gendered"),
        ("ar", "Telegram reads it", "Telegram يقرأ ذلك", "direction"),
        ("ar", "18 years", "18 سنة", "direction"),
        ("ar", "Done\nThank you", "تم\n👍 شكراً", "direction"),
        ("ar", "Done", "- Ok تم", "direction"),
        ("ku", "Later", "Bağ", "letters"),
        ("ku", "Later", "Paşı", "letters"),
        ("tr", "Later", "Xwe", "letters"),
        ("de", "Later", "Spatêr", "letters"),
        ("fr", "Later", "Plus tardß", "letters"),
        ("fr", "Later", "Plus tard بعد", "letters"),
        ("ar", "Later", "بعدیں", "letters"),
        ("ar", "Later", "لاحقاً Wasl", "letters"),
        ("fr", "Later", "Apre\u0300s", "nfc"),
        ("de", "Later", "Spä\u200eter", "controls"),
        ("de", "{name}", "\u2068{name}\u2069", "controls"),
        ("de", "Later", "Später ", "edges"),
        ("de", "Later", "\nSpäter", "edges"),
        ("de", "There is no hurry, and you may come back on any day.", "Keine Eile.", "ratio"),
        ("de", "There is no hurry, and you may come back on any day.", "Es eilt nicht. " * 6 + "Ja", "ratio"),
    ],
)
def test_each_rule_finds_its_fault(tmp_path: Path, language: str, source: str, said: str, rule: str) -> None:
    assert rule in _rules(tmp_path, language, source, said)


@pytest.mark.parametrize(
    ("language", "source", "said"),
    [
        ("ar", "What was sent", "ما أُرسل محفوظ"),
        ("ar", "Help with /pause and PDF", "للاستراحة /pause ولملفات PDF"),
        ("ar", "{org}: {mandate}", "الجهة {org}: {mandate}"),
        ("ar", "◂ Before", "\u200f▸ السابق"),
        ("ar", "Information from Damascus", "معلومات من دمشق"),
        ("tr", "Feast of sacrifice", "Kurban Bayramı"),
        ("de", "Name", "Name"),
        ("de", "- {title}: {answer}", "- {title}: {answer}"),
        ("fr", "Is it right?", "Est-ce exact\u00a0?"),
        ("ku", "Please", "Ji kerema xwe"),
    ],
)
def test_what_is_in_order_is_left_alone(tmp_path: Path, language: str, source: str, said: str) -> None:
    assert _rules(tmp_path, language, source, said) == set()


@pytest.mark.parametrize(
    ("kind", "said", "found"),
    [
        ("button", "x" * 32, False),
        ("button", "x" * 33, True),
        ("title", "x" * 31, True),
        ("toast", "x" * 201, True),
        ("toast", "x" * 200, False),
        ("command", "x" * 257, True),
    ],
)
def test_what_stands_on_a_phone_is_short_enough(tmp_path: Path, kind: str, said: str, found: bool) -> None:
    assert ("length" in _rules(tmp_path, "de", "Words", said, kind=kind)) == found


def test_a_message_is_measured_with_its_placeholders_filled(tmp_path: Path) -> None:
    said = "x" * (MESSAGE_UNITS - 100) + "{org}"
    assert longest(said) == MESSAGE_UNITS - 100 + table()["fills"]["other"] + 2
    assert "length" in _rules(tmp_path, "de", "x {org}", said)


def test_a_fuzzy_message_and_one_that_nobody_says(tmp_path: Path) -> None:
    assert _rules(tmp_path, "de", "Later", "Später", head="#, fuzzy\n") == {"fuzzy"}
    obsolete = '#~ msgid "Gone"\n#~ msgstr "Fort"\n\n'
    assert _rules(tmp_path / "more", "de", "Later", "Später", head=obsolete) == {"obsolete"}


def test_plural_forms_are_complete(tmp_path: Path) -> None:
    plural = 'msgid_plural "{n} things"\n'
    six = "\n".join(f'msgstr[{n}] "{{n}} أشياء"' for n in range(6))
    rules = {}
    for name, forms in {
        "whole": six,
        "five": six.rsplit("\n", 1)[0],
        "empty": six.replace('[3] "{n} أشياء"', '[3] ""'),
    }.items():
        path = tmp_path / name / "ar" / "LC_MESSAGES" / "wasl.po"
        path.parent.mkdir(parents=True)
        head = HEADER.replace("{plural}", PLURAL["ar"])
        path.write_text(f'{head}msgid "{{n}} thing"\n{plural}{forms}\n', encoding="utf-8")
        rules[name] = {one.fault.rule for one in findings(read_book(path, tmp_path, "conversation"), {}, _spoken)}
    assert rules == {"whole": set(), "five": {"plurals"}, "empty": {"plurals"}}


def test_the_plural_rule_is_the_languages_own(tmp_path: Path) -> None:
    assert "plurals" in _rules(tmp_path, "ar", "Later", "لاحقاً", plural="nplurals=2; plural=(n != 1);")
    assert not list(book_faults(read_book(ROOT / "flows/locale/ar/LC_MESSAGES/wasl.po", ROOT, "conversation")))


@pytest.mark.parametrize(
    "careless",
    [
        lambda entry, said, values: PLACEHOLDER.sub(lambda found: values[found[1]], said),
        lambda entry, said, values: PLACEHOLDER.sub(lambda found: f"\u2068{values[found[1]]}\u2069", said),
        lambda entry, said, values: PLACEHOLDER.sub(lambda found: f"\u2068{values[found[1]]}", said),
        lambda entry, said, values: said,
    ],
    ids=["no isolates", "controls within", "left open", "not inserted"],
)
def test_an_inserted_value_that_escapes_is_found(tmp_path: Path, careless: object) -> None:
    assert _rules(tmp_path, "de", "Ask {org} about", "Fragen Sie {org} danach", render=careless) == {"isolates"}


def test_a_message_that_cannot_be_spoken_is_found(tmp_path: Path) -> None:
    def broken(entry: Entry, said: str, values: Mapping[str, str]) -> str:
        raise KeyError(said)

    assert _rules(tmp_path, "de", "Ask {org} about", "Fragen Sie {org} danach", render=broken) == {"rendering"}


def test_a_file_that_is_no_catalog_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "de" / "LC_MESSAGES" / "wasl.po"
    path.parent.mkdir(parents=True)
    path.write_text('msgid "a"\nmsgstr "b"\nnonsense\n', encoding="utf-8")
    (finding,) = findings(read_book(path, tmp_path, "conversation"), {}, None)
    assert (finding.fault.rule, finding.line) == ("file", 3)


def test_the_desk_has_its_own_words_to_avoid(tmp_path: Path) -> None:
    assert _rules(tmp_path, "de", "Report", "Bericht", domain="desk") == set()
    assert _rules(tmp_path / "more", "de", "Person", "Das Opfer", domain="desk") == {"forbidden"}


@pytest.mark.parametrize(
    ("text", "direction"),
    [("abc", "L"), ("أمل", "R"), ("12 :", ""), ("\u2068abc\u2069 أمل", "R"), ("- \u2066+963\u2069", "")],
)
def test_a_lines_direction_is_its_first_strong_character(text: str, direction: str) -> None:
    assert first_strong(text) == direction


def test_buttons_titles_toasts_and_commands_are_known_from_the_code() -> None:
    found = kinds(ROOT)
    assert found["engine", "Continue"] == "button"
    assert found["engine", "Saved."] == "toast"
    assert found["engine", "Clear this chat"] == "command"
    assert found["engine", "Person {number}"] == "button"
    assert found["categories", "Arrested or detained"] == "button"
    assert found["ways", "By sea"] == "title"
    assert found["heard_since", "What you heard since"] == "title"
    assert found["phone", "Telephone"] == "title"
    assert ("engine", "Please choose one of the buttons below.") not in found


def test_a_button_is_known_through_names_and_choices(tmp_path: Path) -> None:
    code = 'A = N_("One")\nB = N_("Two")\n\ndef screen(x):\n    label = A if x else say.B\n    return Button(replace(label))\n'
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "a.py").write_text(code, encoding="utf-8")
    assert of_code(tmp_path) == {("engine", "One"): "button", ("engine", "Two"): "button"}


def test_a_button_is_known_through_a_table_that_is_gone_through(tmp_path: Path) -> None:
    table = 'TIMES = {"am": N_("Morning"), "pm": N_("Evening")}\nASKED = N_("When?")\n'
    code = "def rows():\n    return [(Button(label, code),) for code, label in TIMES.items()], ASKED\n"
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "a.py").write_text(table + code, encoding="utf-8")
    assert of_code(tmp_path) == {("engine", "Morning"): "button", ("engine", "Evening"): "button"}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A checkout whose words may be spoilt."""
    for folder in ("flows", "desk/locale", "bot/sandbox/page/words"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "gazetteer", "data")
        )
    return tmp_path


@cache
def _shipped() -> frozenset[tuple[str, str, str]]:
    return frozenset((one.fault.rule, one.file, one.message) for one in check())


def _new(copy: Path) -> list[tuple[str, str]]:
    """What is found in the spoilt copy and not in the shipped words."""
    before = _shipped()
    found = [one for one in check(copy) if (one.fault.rule, one.file, one.message) not in before]
    return [(one.fault.rule, one.message) for one in found]


def test_every_finding_has_its_place_and_its_remedy(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = copy / "flows/locale/ar/LC_MESSAGES/wasl.po"
    spoilt = catalog.read_text(encoding="utf-8").replace('msgstr "الإبقاء عليه"', 'msgstr "اكتب ذلك"')
    catalog.write_text(spoilt, encoding="utf-8")
    line = spoilt[: spoilt.index("اكتب ذلك")].count("\n")
    monkeypatch.setattr(verb, "ROOT", copy)
    ran = CliRunner().invoke(verb.cli, ["check", "ar"])
    assert ran.exit_code == 1
    assert ran.stderr.splitlines()[:1] == [
        f"flows/locale/ar/LC_MESSAGES/wasl.po:{line}: [gendered] ar: 'Keep it' 'اكتب' takes the reader for a man or a "
        "woman; use a masdar or يمكنك",
    ]
    assert CliRunner().invoke(verb.cli, ["check", "en"]).exit_code == 0


def test_a_message_that_a_catalog_does_not_hold_is_found(copy: Path) -> None:
    catalog = copy / "flows/locale/ar/LC_MESSAGES/wasl.po"
    text = catalog.read_text(encoding="utf-8")
    catalog.write_text(
        text.replace('msgctxt "engine"\nmsgid "Keep it"\nmsgstr "الإبقاء عليه"\n\n', ""), encoding="utf-8"
    )
    assert _new(copy) == [("missing", "Keep it")]


def test_the_sandboxs_words_are_checked_too(copy: Path) -> None:
    words = copy / "bot/sandbox/page/words/ar.json"
    text = words.read_text(encoding="utf-8")
    words.write_text(text.replace('"ok":', '"gone":', 1), encoding="utf-8")
    assert sorted(rule for rule, _ in _new(copy)) == ["missing", "obsolete"]


def test_a_whole_screen_is_measured(copy: Path) -> None:
    form = copy / "flows/forms/report.yml"
    text = form.read_text(encoding="utf-8")
    label = "    label: In which country are you now?\n"
    assert label in text
    form.write_text(text.replace(label, label + f"    before: {'x' * MESSAGE_UNITS}\n"), encoding="utf-8")
    line = text[: text.index("name: my_country")].count("\n") + 1
    found = {(one.fault.rule, one.language, one.line) for one in check(copy) if one.fault.rule == "screen"}
    assert {("screen", language, line) for language in offered()} <= found


def test_a_form_that_cannot_be_read_is_a_finding(copy: Path) -> None:
    form = copy / "flows/forms/report.yml"
    form.write_text(form.read_text(encoding="utf-8").replace("{name: morning", "{name: " + "m" * 60), encoding="utf-8")
    assert [rule for rule, _ in _new(copy)] == ["form"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  both: 'vielleicht ungefähr {date}'\n", ""),
        ("  both: 'vielleicht ungefähr {date}'\n", "  both: 'vielleicht ungefähr {dat}'\n"),
        ("age: {one: '{n} Jahr', other: '{n} Jahre'}", "age: {other: '{n} Jahre'}"),
        ("[Frühling, Sommer, Herbst, Winter]", "[Sommer, Winter]"),
    ],
    ids=["missing", "placeholder", "plural", "season"],
)
def test_how_dates_are_said_is_checked_too(copy: Path, old: str, new: str) -> None:
    words = copy / "flows/reading/said.yml"
    text = words.read_text(encoding="utf-8")
    assert old in text
    words.write_text(text.replace(old, new), encoding="utf-8")
    assert [rule for rule, _ in _new(copy)] == ["dates"]


def test_a_language_that_says_no_dates_is_found(copy: Path) -> None:
    words = copy / "flows/reading/said.yml"
    text = words.read_text(encoding="utf-8")
    words.write_text(text[: text.index("\nde:") + 1] + text[text.index("\nfr:") + 1 :], encoding="utf-8")
    assert [rule for rule, _ in _new(copy)] == ["dates"]


def test_an_exception_that_nothing_needs_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    idle = {"rule": "length", "language": "de", "message": "No such message", "reason": "none"}
    exceptions = [*table()["exceptions"], idle]
    monkeypatch.setitem(table(), "exceptions", exceptions)  # type: ignore[arg-type]
    assert [one.message for one in check() if one.fault.rule == "exception"] == ["No such message"]


def test_every_exception_gives_its_reason() -> None:
    assert all(one["reason"].strip() for one in table()["exceptions"])
