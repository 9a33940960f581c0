"""Every finding of `wasl form check`, each with a small form that has just that; the ways through; the random walks."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import cli
from flows.languages import offered
from flows.lint import MOST_CHOICES, lint
from flows.load import BadForm, load_form, parse_form
from flows.paths import paths
from flows.wander import edges, wander

HEAD = 'form: f\nversion: "1"\ntitle: F\n'
LISTS = 'choices:\n  yn:\n    - {name: "yes", label: "Yes"}\n    - {name: "no", label: "No"}\n'
A = "questions:\n  - {name: a, type: select_one yn, label: A}\n"

FINDINGS = {
    "no question of this form has a field, so nothing could ever be sent": LISTS + A,
    "nobody gets past 'b'": LISTS.replace('"No"}', '"No", ends: Bye}').replace('"Yes"}', '"Yes", ends: Bye}')
    + A.replace("name: a", "name: b").replace("label: A", 'label: B, required: "yes"'),
    "'a' has no choice 'maybe'; choices there: yes, no": LISTS
    + A
    + "  - {name: b, type: text, label: B, relevant: \"${a} = 'maybe'\"}\n",
    "'b' is never asked": LISTS
    + A
    + "  - {name: b, type: text, label: B, relevant: \"${a} = 'yes' and ${a} = 'no'\"}\n",
    "the button data": LISTS.replace('name: "no"', f"name: {'n' * 24}")
    + A.replace("name: a", f"name: {'q' * 24}").replace("label: A", "label: A, title: A, field: event.a"),
    f"more than {MOST_CHOICES} buttons fit": "choices:\n  yn:\n"
    + "".join(f"    - {{name: c{n}, label: C{n}}}\n" for n in range(MOST_CHOICES + 1))
    + A,
    "more than 32": LISTS.replace('label: "No"', f'label: "{"No " * 12}"') + A,
    "split the question": LISTS + A.replace("A", "A" * 4100),
}


@pytest.mark.parametrize("says", FINDINGS)
def test_finding(says: str) -> None:
    text = HEAD + FINDINGS[says]
    found = lint(parse_form(text, file="f.yml"), "f.yml", ("en",))
    if says == "the button data":  # 24 + 24 letters fit: the loader holds names short enough, so this cannot be written
        assert found == []
        return
    assert any(says in mistake.says for mistake in found), found
    line = next(mistake.line for mistake in found if says in mistake.says)
    assert "type: " in text.splitlines()[line - 1] or "name: " in text.splitlines()[line - 1]


@pytest.mark.parametrize(
    ("more", "sends"),
    [
        ("field: event.a, title: A", True),
        ("field: enquirer.a, title: A", True),
        ("field: consent.search, title: A", False),
        ("field: setup.a", False),
    ],
)
def test_only_what_is_reported_can_be_sent(more: str, sends: bool) -> None:
    flow = parse_form(HEAD + LISTS + A.replace("label: A", f"label: A, {more}"))
    says = [mistake.says for mistake in lint(flow, "f.yml", ("en",))]
    assert any("nothing could ever be sent" in one for one in says) is not sends
    assert (wander(flow, walks=20).sent > 0) is sends


def test_a_name_too_long_for_a_button_is_refused() -> None:
    with pytest.raises(BadForm, match="cannot name a question; use 1-24"):
        parse_form(HEAD + "questions:\n  - {name: " + "q" * 25 + ", type: text, label: Q}\n")


def test_a_condition_on_a_later_question_is_refused_with_its_line() -> None:
    with pytest.raises(BadForm, match=r"f\.yml:5: relevant names 'b', which is asked later; move that question up"):
        parse_form(
            HEAD + "questions:\n  - {name: a, type: text, label: A, relevant: \"${b} = ''\"}\n"
            "  - {name: b, type: text, label: B}\n",
            file="f.yml",
        )


def test_a_gap_in_a_forms_own_catalog_is_found(tmp_path: Path) -> None:
    form = tmp_path / "f.yml"
    form.write_text(
        HEAD + "questions:\n  - {name: a, type: text, label: Ay, title: Ay, field: event.a}\n"
        "  - {name: b, type: text, label: Bee}\n"
    )
    (tmp_path / "f.ar.po").write_text('msgid ""\nmsgstr ""\n\nmsgctxt "a"\nmsgid "Ay"\nmsgstr "ألف"\n')
    found = lint(load_form(form), "f.yml", ("ar", "en"))
    assert [mistake.line for mistake in found] == [6, 6]  # its label, and its title, which is the same
    assert "ar: not translated: 'Bee'; add it to the catalog beside the form" in found[0].says


def test_a_valid_report_takes_nine_content_answers() -> None:
    ways = paths(load_form(recipients=("example",), languages=offered()))
    assert ways.shortest_content <= 9
    assert ways.shortest_content < ways.longest_content <= ways.longest


def test_ways_follow_conditions() -> None:
    text = (
        HEAD
        + LISTS
        + A.replace("label: A", "label: A, title: A, field: event.a")
        + "".join(
            f"  - {{name: {name}, type: text, label: B, title: B, field: event.{name}, relevant: \"${{a}} = '{on}'\"}}\n"
            for name, on in (("b", "yes"), ("c", "yes"), ("d", "no"))
        )
    )
    ways = paths(parse_form(text))
    assert (ways.shortest_content, ways.longest_content) == (1, 3)  # left open: only a; yes: a, b, c


def test_walks_cover_a_form_and_are_the_same_for_the_same_seed() -> None:
    text = (
        HEAD
        + LISTS
        + A.replace("label: A", "label: A, title: A, field: event.a")
        + (
            "  - {name: b, type: select_multiple yn, label: B, relevant: \"${a} = 'yes'\"}\n"
            "  - {name: c, type: image, label: C}\n  - {name: d, type: text, label: D, reads: date}\n"
            "  - {name: e, type: note, label: E}\n"
        )
    )
    flow = parse_form(text)
    one, two = wander(flow, walks=60, seed=7), wander(flow, walks=60, seed=7)
    assert one.trouble is None
    assert one.never_asked == []
    assert one.missed == []
    assert one.covered >= set(edges(flow))
    assert (one.events, one.sent, one.covered) == (two.events, two.sent, two.covered)


def test_when_all_was_tried_half_of_the_walks_still_make_whole_reports() -> None:
    lists = LISTS.replace('label: "No"', 'label: "No", ends: Bye')
    asks = "".join(
        f"  - {{name: q{n}, type: select_one yn, label: A, title: A, field: event.q{n}}}\n" for n in range(8)
    )
    found = wander(parse_form(HEAD + lists + "questions:\n" + asks), walks=400, seed=2)
    assert found.trouble is None
    assert found.missed == []
    assert found.sent > 0.4 * found.walks
    assert found.ended > 0.2 * found.walks  # the others press anything


def test_walks_say_what_they_could_not_reach_and_end_with_code_1(tmp_path: Path) -> None:
    form = tmp_path / "f.yml"
    never = 'relevant: "string-length(${a}) = 77"'  # no choice is that long; the check cannot know of every function
    form.write_text(HEAD + LISTS + A + f"  - {{name: b, type: text, label: B, {never}}}\n")
    result = CliRunner().invoke(cli, ["walk", str(form), "--random", "20", "--seed", "3"])
    assert result.exit_code == 1
    assert "seed 3: no walk was asked 'b'" in result.output


def test_a_walk_that_crashes_gives_its_seed_and_the_way_there(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = parse_form(HEAD + LISTS + A.replace("A", "'A {nobody_knows_this}'"))
    found = wander(flow, walks=5, seed=9)
    assert found.trouble is not None
    assert found.trouble.seed == "9:0"
    assert "nobody_knows_this" in found.trouble.says


def test_a_choice_filter_leaves_what_fits_and_asks_nothing_when_nothing_does() -> None:
    text = HEAD + (
        "choices:\n  region:\n    - {name: n, label: North}\n    - {name: s, label: South}\n    - {name: w, label: West}\n"
        "  town:\n    - {name: t1, label: T1, columns: {region: n}}\n    - {name: t2, label: T2, columns: {region: s}}\n"
        'questions:\n  - {name: r, type: select_one region, label: R, required: "yes"}\n'
        "  - {name: t, type: select_one town, label: T, required: \"yes\", choice_filter: 'region = ${r}'}\n"
        "  - {name: said, type: text, label: 'Is ${t} right?'}\n"
    )
    from flows.transcript import Player

    player = Player(parse_form(text))
    player.begin()
    assert player.play("> [North]") == ["< T", "< [T1]"]
    assert player.play("> [T1]")[0] == "< Is T1 right?"
    other = Player(parse_form(text))
    other.begin()
    assert other.play("> [West]")[0] == "< Is … right?"
