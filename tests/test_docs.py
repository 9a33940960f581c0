"""Documentation is held against reality: commands, targets, files, settings and form keys it names exist, examples load."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from flows.languages import offered
from flows.load import _CHOICE_KEYS, _QUESTION_KEYS, parse_form

#: made by the commands beside which they are named
MADE_LATER = {"desk/locale"}
ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("nlu/*.md")])
TEXT = {page: page.read_text(encoding="utf-8") for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", TEXT[page]):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_named_in_code_style_exist(page: Path) -> None:
    tops = {path.name for path in ROOT.iterdir()}
    for name in re.findall(r"`([\w./-]+/[\w./-]*)`", TEXT[page]):
        top = name.split("/")[0]
        if (
            top in tops
            and top not in ("data", "artifacts")
            and name not in MADE_LATER
            and "*" not in name
            and "CODE" not in name
        ):
            assert (ROOT / name).exists(), name


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page, text in TEXT.items():
        for target in re.findall(r"(?:`|^)make ([a-z-]+)(?:`|$)", text, re.MULTILINE):
            assert target in targets, (page.name, target)


def test_wasl_commands_exist() -> None:
    said = {match for text in TEXT.values() for match in re.findall(r"`(?:\.venv/bin/)?wasl ([a-z][a-z0-9 -]*)", text)}
    checked: set[tuple[str, ...]] = set()
    for words in sorted(said):
        path = tuple(word for word in words.split() if not word.startswith("-"))[:3]
        for length in range(len(path), 0, -1):
            checked.add(path[:length])
    assert ("bot", "serve") in checked
    for path in sorted(checked):
        helped = subprocess.run(
            [sys.executable, "-m", "wasl", *path, "--help"], cwd=ROOT, check=False, capture_output=True
        )
        parent_takes_arguments = path[:-1] in {("desk", "caseworker", "reset-password"), ("form", "check")}
        assert helped.returncode == 0 or parent_takes_arguments, path


def test_settings_named_exist() -> None:
    from bot.settings import Settings as Bot
    from bot.settings import variable
    from desk.settings import Settings as Desk

    known = {variable(name) for name in Bot.model_fields} | {f"WASL_DESK_{name.upper()}" for name in Desk.model_fields}
    for page, text in TEXT.items():
        for name in re.findall(r"\b(WASL_[A-Z_]*[A-Z])\b", text):
            assert name in known, (page.name, name)
    settings = TEXT[ROOT / "docs" / "settings.md"]
    for name in Bot.model_fields:
        assert variable(name) in settings


def test_the_forms_guide_is_whole_and_its_examples_load() -> None:
    guide = TEXT[ROOT / "docs" / "forms.md"]
    for key in (_QUESTION_KEYS | _CHOICE_KEYS) - {"name", "label", "note"}:
        assert f"`{key}" in guide, key
    examples = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    assert examples
    for example in examples:
        parse_form(example, file="docs/forms.md", languages=offered())


def test_pictures_of_the_form_are_current() -> None:
    from flows import draw
    from flows.load import load_form

    flow = load_form(recipients=("example",), languages=offered())
    assert (ROOT / "docs" / "flow.mmd").read_text() == draw.as_mermaid(flow), "run: make picture"


def test_the_project_speaks_of_itself_alone() -> None:
    """No path of somebody's machine."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    for name in tracked:
        path = ROOT / name
        if (
            path.suffix in (".md", ".py", ".toml", ".yml", ".txt", "")
            and path.is_file()
            and name != "tests/test_docs.py"
        ):
            text = path.read_text(encoding="utf-8", errors="replace")
            assert "/" + "work/" not in text, name
