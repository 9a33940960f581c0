"""`wasl form`: check a form, draw it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flows import draw
from flows.languages import offered
from flows.lint import lint
from flows.load import SHIPPED, BadForm, Mistake, load_form
from flows.questions import Flow

_FORM = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=SHIPPED)


@click.group()
def cli() -> None:
    """Check a form, or draw it. Without FILE: the form that ships with Wasl."""


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
    for mistake in mistakes:
        click.echo(str(mistake), err=True)
    if mistakes:
        click.echo(f"{len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''}", err=True)
        sys.exit(1)
