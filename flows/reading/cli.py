"""`wasl read`: what the readers and the scorers make of words from standard input."""

from __future__ import annotations

import click

from flows.reading.cli_names import names, records


@click.group()
def cli() -> None:
    """Try the readers and the scorers on standard input."""


cli.add_command(names)
cli.add_command(records)
