"""`wasl form`: check a form, draw it, walk through it, try it, bring it in from a workbook and out to one."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from flows import draw
from flows.languages import offered
from flows.lint import lint
from flows.load import SHIPPED, BadForm, Mistake, load_form
from flows.own_words import write_own_words
from flows.paths import paths
from flows.questions import Flow
from flows.talk import converse
from flows.transcript import FACTS, Player
from flows.wander import Wandered, wander
from flows.xlsform.cells import BadSheet
from flows.xlsform.exporting import export_form
from flows.xlsform.importing import Imported, import_form

_FORM = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=SHIPPED)


@click.group()
def cli() -> None:
    """Check a form, draw it, walk through it, try it; workbooks in and out. Without FILE: the form that ships with Wasl."""


@cli.command()
@_FORM
def check(file: Path) -> None:
    """Report everything wrong with a form: file, line, what is wrong and how to mend it. Exit code 1 if anything is."""
    flow = _load(file)
    shown = _name(file)
    _refuse([Mistake(shown, mistake.line, mistake.says) for mistake in lint(flow, shown, offered())])
    conditional = sum(question.relevant is not None for question in flow.questions)
    click.echo(
        f"{shown}: {len(flow.questions)} questions, {conditional} of them conditional; {', '.join(offered())}: no mistakes"
    )
    click.echo(str(paths(flow)))


@cli.command("draw")
@_FORM
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="flow.svg, flow.png or flow.mmd")
def draw_(file: Path, to: Path | None) -> None:
    """Draw the flow: SVG, PNG or Mermaid by the ending of --to; without --to, Mermaid to standard output."""
    flow = _load(file)
    if to is None:
        click.echo(draw.as_mermaid(flow), nl=False)
        return
    match to.suffix:
        case ".svg":
            picture = draw.as_svg(flow)
        case ".png":
            picture = draw.as_png(flow)
        case ".mmd":
            picture = draw.as_mermaid(flow).encode()
        case _:
            raise click.UsageError(f"{to.name} ends in none of .svg, .png, .mmd")
    to.write_bytes(picture)
    click.echo(f"wrote {to}")


@cli.command("walk")
@_FORM
@click.option("--random", "walks", type=click.IntRange(1), default=1000, help="how many walks")
@click.option("--seed", type=int, default=1, help="the same seed makes the same walks")
def walk_(file: Path, walks: int, seed: int) -> None:
    """Walk through a form at random on the real engine. Exit code 1 on a crash, and on what no walk could reach."""
    flow, begun = _load(file), time.monotonic()
    found = wander(flow, walks=walks, seed=seed, languages=offered())
    lines = list(_walked(found, seed))
    click.echo(
        f"{_name(file)}: {found.walks} walks, {found.events} events in {time.monotonic() - begun:.1f} s, seed {seed}"
    )
    taken, asked = len(found.covered & found.wanted), len(found.questions) - len(found.never_asked)
    click.echo(f"{found.sent} ended with a report sent, {found.ended} ended unsent")
    click.echo(
        f"covered: {asked} of {len(found.questions)} questions; {taken} of {len(found.wanted)} choices, ways to leave "
        "open, words, files and sections of the menu"
    )
    for line in lines:
        click.echo(line, err=True)
    if lines:
        sys.exit(1)


def _walked(found: Wandered, seed: int) -> Iterator[str]:
    if found.trouble:
        yield f"seed {found.trouble.seed}: {found.trouble.says}"
        yield f"the way there: {' '.join(found.trouble.path)}"
    for name in found.never_asked:
        yield f"seed {seed}: no walk was asked {name!r}; look at its condition, or walk more often"
    for name, what in found.missed:
        yield f"seed {seed}: no walk could take {what!r} at {name!r}"


@cli.command("import")
@click.argument("workbook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="the form's file; beside it its catalogs")
def import_(workbook: Path, out: Path | None) -> None:
    """Make a form of an XLSForm workbook. Nothing is written when anything in it cannot be taken."""
    imported = _imported(workbook)
    out = out or workbook.with_suffix(".yml")
    out.write_text(imported.text, encoding="utf-8")
    catalogs = write_own_words(out, imported.own)
    for remark in imported.remarks:
        click.echo(f"note: {remark}", err=True)
    click.echo(f"wrote {', '.join(map(str, [out, *catalogs]))}")


@cli.command("export")
@_FORM
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="FILE.xlsx")
def export(file: Path, out: Path) -> None:
    """Write a form as an XLSForm workbook, with everything it says in every language."""
    _load(file)
    try:
        export_form(file, out, offered())
    except BadSheet as bad:
        _faults(bad)
    click.echo(f"wrote {out}")


@cli.command("try")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--language", default="en", help="a language code, as ar")
def try_(file: Path, language: str) -> None:
    """Hold the conversation of a form, or of a workbook, in this terminal."""
    if file.suffix != ".xlsx":
        converse(Player(_load(file), language, facts=FACTS))
        return
    imported = _imported(file)
    with TemporaryDirectory() as folder:
        form = Path(folder) / "form.yml"
        form.write_text(imported.text, encoding="utf-8")
        write_own_words(form, imported.own)
        flow = _load(form)
    converse(Player(flow, language, facts=FACTS))


def _imported(workbook: Path) -> Imported:
    try:
        return import_form(workbook)
    except BadSheet as bad:
        _faults(bad)
        raise


def _faults(bad: BadSheet) -> None:
    _say_all([str(fault) for fault in bad.faults])


def _load(file: Path) -> Flow:
    try:
        return load_form(file, recipients=("example",), languages=offered())
    except BadForm as bad:
        _refuse([Mistake(_name(file), mistake.line, mistake.says) for mistake in bad.mistakes])
        raise


def _name(file: Path) -> str:
    try:
        return str(file.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(file)


def _refuse(mistakes: list[Mistake]) -> None:
    _say_all([str(mistake) for mistake in mistakes])


def _say_all(mistakes: Sequence[str]) -> None:
    for mistake in mistakes:
        click.echo(mistake, err=True)
    if mistakes:
        click.echo(f"{len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''}", err=True)
        sys.exit(1)
