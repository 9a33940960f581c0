"""`wasl i18n`: check the words of every language."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flows.i18n.check import ROOT
from flows.i18n.check import check as find_faults
from flows.i18n.entries import language_of


@click.group()
def cli() -> None:
    """Check the catalogs of bot, desk and sandbox, or bring them up to date."""


@cli.command()
@click.argument("languages", nargs=-1)
def check(languages: tuple[str, ...]) -> None:
    """Report everything wrong with the words: file, line, message, remedy. Exit code 1 if anything is. LANGUAGES: only these."""
    found = find_faults(ROOT, languages)
    for finding in found:
        click.echo(str(finding), err=True)
    if found:
        click.echo(f"{len(found)} finding{'s' if len(found) > 1 else ''}", err=True)
        sys.exit(1)
    click.echo("all words are in order")


@cli.command()
def update() -> None:
    """Extract what must be translated and bring every catalog in step: what `make messages` does."""
    from flows.i18n.update import update as bring_up_to_date  # extraction is slow to import

    changed = bring_up_to_date(ROOT)
    for file in changed:
        click.echo(f"wrote {file}")
    click.echo("every catalog is in step" if not changed else f"{len(changed)} files changed; now: wasl i18n check")


@cli.command()
@click.argument("base", type=click.Path(exists=True, path_type=Path))
@click.argument("ours", type=click.Path(exists=True, path_type=Path))
@click.argument("theirs", type=click.Path(exists=True, path_type=Path))
@click.argument("name", type=click.Path(path_type=Path))
def merge(base: Path, ours: Path, theirs: Path, name: Path) -> None:
    """Make one catalog of three (git's merge driver); exit code 1 when both sides translated a message differently."""
    from flows.i18n.merge import merge as make_one

    clashes = make_one(base, ours, theirs, None if name.suffix == ".pot" else language_of(name))
    for context, message in clashes:
        click.echo(f"{name}: translated differently on both sides; ours stands: {context}: {message[:60]!r}", err=True)
    sys.exit(1 if clashes else 0)
