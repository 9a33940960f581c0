"""`wasl nlu …`: build, serve, parse, test. Runs in the project's Python and drives Rasa's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flows.meaning.meaning import Meaning


@click.group(name="nlu")
def cli() -> None:
    """Rasa, in a process and on a Python of its own: advises what free text may mean."""


@cli.command()
@click.option("--again", is_flag=True, help="Train even when nothing has changed.")
def build(again: bool) -> None:
    """Make Rasa's environment, check the training data, train, and pin the model's hash."""
    from bot.nlu.build import build as run
    from bot.nlu.rasa import Rasa

    run(Rasa(), again=again)


@cli.command()
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Texts read at once.")
def serve(workers: int) -> None:
    """Answer the bot on loopback until told to stop; a new token at every start."""
    from bot.nlu.serve import serve as run
    from bot.settings import read_settings

    run(read_settings(), workers)


@cli.command()
@click.argument("text")
def parse(text: str) -> None:
    """Show what TEXT is taken for, by the rules and by Rasa."""
    from bot.nlu.offline import rankings
    from bot.nlu.rasa import Rasa
    from flows.meaning.rules import heard

    ruled = heard(text)
    if ruled is not None:
        click.echo(f"{ruled.intent:<24} by rule")
    (meaning,) = rankings(Rasa(), [text])
    if meaning is None:
        click.echo("Rasa has nothing to say about this text.")
        return
    for intent, confidence in meaning.ranking[:5]:
        click.echo(f"{intent:<24} {confidence:.3f}")


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--rasa-only", is_flag=True, help="Leave out the rules that come before Rasa.")
@click.option("--misses", is_flag=True, help="Also print every sentence that was taken for something else.")
def test(files: tuple[Path, ...], rasa_only: bool, misses: bool) -> None:
    """Measure on FILES in Rasa's NLU format, one a language, named by it (`ar.yml`)."""
    from bot.nlu.measure import read_cases, table
    from bot.nlu.offline import rankings
    from bot.nlu.rasa import Rasa

    cases = [case for path in files for case in read_cases(path)]
    asked = list(rankings(Rasa(), [case.text for case in cases]))
    meanings = asked if rasa_only else [_by_rule(case.text, one) for case, one in zip(cases, asked, strict=True)]
    for line in table(cases, meanings):
        click.echo(line)
    if misses:
        for case, one in zip(cases, meanings, strict=True):
            if one is None or one.intent != case.intent:
                found = f"{one.intent} {one.confidence:.2f}" if one else "nothing"
                click.echo(f"{case.language}\t{case.intent}\t{found}\t{case.text}")


def _by_rule(text: str, asked: Meaning | None) -> Meaning | None:
    """What the bot would hear: a rule comes first, and Rasa's other candidates follow it."""
    from flows.meaning.rules import heard, rule_first

    return rule_first(heard(text), asked)
