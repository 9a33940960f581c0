"""`wasl sandbox`: start the local Bot API server with its phone page."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click


@click.command(name="sandbox")
@click.option("--host", default="127.0.0.1", show_default=True, help="An address of this machine only.")
@click.option("--port", default=8090, show_default=True, help="0 takes a free one.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("data/sandbox"),
    show_default=True,
    help="Chats and waiting updates are kept here, and a second start goes on where this one stopped.",
)
@click.option("--memory", is_flag=True, help="Keep nothing; for load tests.")
@click.option("--strict/--no-strict", default=False, help="Also hold the bot to 1 message/s per chat and 30/s overall.")
@click.option("--token", default=None, help="Let in this bot only (default: any well-formed token).")
def cli(host: str, port: int, data: Path, memory: bool, strict: bool, token: str | None) -> None:
    """A local Bot API server with phones in the browser; no token needed."""
    from bot.sandbox.serve import Address, Settings, run

    def announce(address: Address) -> None:
        click.echo(f"Phones: {address.url}/   Bot API: {address.url}/bot<token>/<method>", err=True)
        click.echo(f"sandbox ready {address.url}/")  # for a supervisor

    with suppress(KeyboardInterrupt):  # Ctrl-C is how it ends
        run(Settings(host, port, None if memory else data, strict, token), announce)
