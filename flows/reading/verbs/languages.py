"""`wasl read languages`: each line with the languages it may be in, likeliest first, and its script."""

from __future__ import annotations

import sys

import click

from flows.reading.tongues import guess, script
from flows.reading.verbs.lines import UNKNOWN, lines


@click.command()
@click.option("--lang", default="und", help="What stands in the first column when it is missing.")
def cli(lang: str) -> None:
    """Which language and script each line is in."""
    for language, words in lines(lang):
        sys.stdout.write(f"{language}\t{words}\t{' '.join(guess(words)) or UNKNOWN}\t{script(words)}\n")
