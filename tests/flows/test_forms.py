"""Forms: what loads, what is refused and how it is said, the lint, the picture, and the commands around them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from flows import draw
from flows.cli import cli
from flows.languages import offered
from flows.lint import lint
from flows.load import SHIPPED, BadForm, load_form, parse_form
from flows.talk import cli as talk

HEAD = 'form: f\nversion: "1"\ntitle: F\n'
BROKEN = """\
form: broken
version: "1"
title: Broken
colour: red
choices:
  yes_no:
    - {name: "yes", label: "Yes"}
    - {name: "yes", label: "Yes again"}
  empty: []
questions:
  - name: First
    type: text
    label: First?
  - name: b
    type: select_one nope
    label: B?
    field: person.b
  - name: c
    type: text
    label: C?
    relevant: ${d} = 'x'
  - name: d
    type: text
    label: D?
    constraint: string-lenth(.) < 3
  - name: d
    type: text
    required: yes
    label: Again?
  - name: e
    type: select_one yes_no
    label: E?
    ends_unless: maybe
  - name: f
    type: colour
    label: F?
    reads: tea-leaves
    relevant: ${ghost} = 1
"""


def test_the_shipped_form_loads_and_has_no_mistakes() -> None:
    flow = load_form(SHIPPED, recipients=("icmp",), languages=offered())
    assert lint(flow, "report.yml", offered()) == []


def test_all_mistakes_are_told_at_once_with_line_and_remedy() -> None:
    with pytest.raises(BadForm) as refused:
        parse_form(BROKEN, file="broken.yml")
    told = [str(mistake) for mistake in refused.value.mistakes]
    assert [mistake.line for mistake in refused.value.mistakes] == sorted(m.line for m in refused.value.mistakes)
    for expected in (
        "broken.yml:4: a form has no key 'colour'",
        "broken.yml:6: the list 'yes_no' has the choice 'yes' twice",
        "broken.yml:9: the list 'empty' holds no choices",
        "broken.yml:11: 'First' cannot name a question; use",
        "broken.yml:15: there is no list of choices 'nope'; lists here: languages, yes_no",
        "broken.yml:18: relevant names 'd', which is asked later; move that question up",
        "broken.yml:25: constraint: unknown function 'string-lenth'",
        "broken.yml:26: a question 'd' stands already at line 22; rename one",
        "broken.yml:28: 'd' is required but has no choices",
        "broken.yml:30: 'e' needs both ends_unless and ends, or neither",
        "broken.yml:33: ends_unless names 'maybe', which is not among the choices",
        "broken.yml:35: type 'colour' is not known",
        "broken.yml:37: reads 'tea-leaves' is not known",
        "broken.yml:34: relevant names 'ghost', which is no question of this form",
    ):
        assert any(line.startswith(expected) for line in told), (expected, told)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "a form is a mapping"),
        ("[1, 2]", "a form is a mapping"),
        ("form: [", "this is not YAML"),
        ("a: b: c", "this is not YAML"),
        (HEAD, "questions is a list"),
        (HEAD + "questions: []", "the form asks nothing"),
        (HEAD + "questions: [{label: x}]", "a question needs a type"),
        (HEAD + "questions: [{type: text, name: a}]", "has no label"),
        (HEAD + "questions: [{type: text, name: a, label: x, field: person.a}]", "has no title"),
        (HEAD + "choices: [1]\nquestions: [{type: text, name: a, label: x}]", "choices is a mapping"),
        (HEAD + "form: twice\nquestions: [{type: text, name: a, label: x}]", "stands here twice"),
        (HEAD + 'questions: [{type: text, name: a, label: x, relevant: "${b"}]', "is not closed"),
        (HEAD + 'questions: [{type: text, name: a, label: x, relevant: "1 +"}]', "unexpected end"),
    ],
)
def test_a_form_that_cannot_be_used_says_why(text: str, says: str) -> None:
    with pytest.raises(BadForm) as refused:
        parse_form(text)
    assert says in str(refused.value)


def test_yaml_traps_are_plain_strings() -> None:
    flow = parse_form(
        HEAD + "choices: {l: [{name: no, label: No}, {name: on, label: 10}]}\n"
        "questions: [{type: select_one l, name: a, label: 1.10, title: A, field: person.a}]"
    )
    assert [choice.name for choice in flow.questions[0].choices] == ["no", "on"]
    assert flow.questions[0].label.msgid == "1.10"


def test_lint_finds_what_does_not_fit_a_phone() -> None:
    long = "x" * 5000
    flow = parse_form(
        HEAD + f"choices: {{l: [{{name: {'c' * 24}, label: {'y' * 40}}}]}}\n"
        f"questions: [{{type: select_one l, name: {'q' * 24}, label: {long}, title: T, field: person.q}}]"
    )
    told = " ".join(str(mistake) for mistake in lint(flow, "f.yml", ("en",)))
    assert "5002 of 4096 characters" in told
    assert "the button" in told
    assert "40 characters, more than 32" in told


def test_pictures(tmp_path: Path) -> None:
    flow = load_form(recipients=("icmp",), languages=offered())
    assert draw.as_svg(flow).startswith(b"<?xml")
    assert draw.as_png(flow).startswith(b"\x89PNG")
    for question in flow.questions:
        assert f"  {question.name}[" in draw.as_mermaid(flow)


def test_commands(tmp_path: Path) -> None:
    run = CliRunner()
    checked = run.invoke(cli, ["check"])
    assert checked.exit_code == 0
    assert "no mistakes" in checked.output
    broken = tmp_path / "broken.yml"
    broken.write_text(BROKEN)
    refused = run.invoke(cli, ["check", str(broken)])
    assert refused.exit_code == 1
    assert "broken.yml:11:" in refused.output
    for name in ("flow.svg", "flow.png", "flow.mmd"):
        assert run.invoke(cli, ["draw", "--to", str(tmp_path / name)]).exit_code == 0
        assert (tmp_path / name).stat().st_size > 1000
    assert run.invoke(cli, ["draw", "--to", str(tmp_path / "flow.gif")]).exit_code == 2


def test_talking_in_a_terminal_records_a_transcript_that_replays(tmp_path: Path) -> None:
    from flows.transcript import languages_of, replay

    record = tmp_path / "story.txt"
    said = CliRunner().invoke(talk, ["--record", str(record)], input="[English]\n[Start]\n[no such button]\nhello\n")
    assert said.exit_code == 0
    assert "no button [no such button]" in said.output
    recorded = record.read_text()
    flow = load_form(recipients=("icmp", "icrc"), languages=languages_of(record))
    assert replay(flow, recorded)[0] == recorded
