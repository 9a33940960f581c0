"""`wasl read`: reads lines from standard input as the bot reads answers, and writes what it understood."""

from __future__ import annotations

import click

from flows.reading.cli_places import places


@click.group()
def cli() -> None:
    """Read lines of `language<TAB>words` from standard input; write each with what was understood."""


cli.add_command(places)
