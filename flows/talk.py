"""`wasl talk`: the same conversation in a terminal, and a way to record it as a transcript."""

from __future__ import annotations

from pathlib import Path

import click

from flows.languages import offered
from flows.load import SHIPPED, load_form
from flows.transcript import FACTS, Player, Unplayable, languages_of

_HELP = """\
Write an answer, or press a button with [its label]. /pause, /language, /help, /person, /delete are commands;
(photo) sends a picture; @ "old" -> "new" edits a message of yours; ~ 3 days lets time pass. Ctrl-D ends."""


@click.command()
@click.option(
    "--form",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=SHIPPED,
    help="the form to talk through",
)
@click.option(
    "--record", type=click.Path(dir_okay=False, path_type=Path), help="write the conversation here as a transcript"
)
def cli(form: Path, record: Path | None) -> None:
    """Hold the conversation here, with nothing stored and nobody listening."""
    languages = offered() if record is None else languages_of(record.resolve())
    converse(Player(load_form(form, recipients=("icmp", "icrc"), languages=languages), facts=FACTS), record)


def converse(player: Player, record: Path | None = None) -> None:
    """Play what is typed until Ctrl-D; keep it as a transcript when asked to."""
    click.echo(_HELP, err=True)
    lines = ["# Recorded with wasl talk.", *player.begin()]
    click.echo("\n".join(lines[1:]))
    while (said := _ask()) is not None:
        line = said if said.startswith(("@ ", "~ ")) else f"> {said}"
        try:
            answer = player.play(line)
        except (Unplayable, KeyError, ValueError) as error:
            click.echo(f"({error})", err=True)
            continue
        lines += ["", line, *answer]
        click.echo("\n".join(answer))
    if record is not None:
        record.write_text("\n".join(lines) + "\n", encoding="utf-8")
        click.echo(f"recorded in {record}", err=True)


def _ask() -> str | None:
    try:
        return str(click.prompt("", prompt_suffix="> ", default="", show_default=False))
    except (click.Abort, EOFError):
        return None
