"""`wasl bot …`: serve, init, status, backup, notes, dead-letters, broadcast."""

from __future__ import annotations

from pathlib import Path

import click

from bot.broadcasting_cli import cli as broadcasting


@click.group(name="bot")
def cli() -> None:
    """The families' side: Telegram in and out, store, sealing, hand-off API."""


cli.add_command(broadcasting)


@cli.command()
def serve() -> None:
    """Run the bot until it is told to stop."""
    from bot.serve import serve as run
    from bot.settings import read_settings
    from ground import logs

    settings = read_settings()
    logs.configure("bot", json=settings.log_format == "json")
    run(settings)


@cli.command()
def init() -> None:
    """Make what is missing: data directory, keys, hand-off token, database. A second time, nothing happens."""
    from bot.keys import Keys, public_half, read_handoff_token, read_root_key, read_signing_key, read_verifier
    from bot.settings import read_settings
    from bot.store.store import Store
    from ground.keyfiles import data_directory

    settings = read_settings()
    data_directory(settings.bot_data)
    keys = Keys.of(read_root_key(settings, make=True))
    read_signing_key(settings, make=True)
    read_handoff_token(settings, make=True)
    read_verifier(settings, make=True)
    store = Store(settings.database_url)
    store.open(keys)
    store.close()
    click.echo(f"root key         {settings.root_key_path}   (keep it apart from backups of the database)")
    click.echo(f"signing key      {settings.signing_key_path}")
    click.echo(f"  its public half {public_half(settings.signing_key_path)}   (the desk pins it)")
    click.echo(f"hand-off token   {settings.handoff_token_path}   (the desk shows it)")
    click.echo(
        f"return secret    {settings.return_secret_path}   (signs what the desk says, where it has no key of its own)"
    )


@cli.command()
def status() -> None:
    """Count what waits: updates, messages, sealed reports, tasks."""
    from bot.settings import read_settings
    from bot.store import envelopes, inbox, meta, outbox, reminders, tasks
    from bot.store.store import look

    url = read_settings().database_url
    counted = {"inbox": inbox.counts, "outbox": outbox.counts, "reminders": reminders.counts}
    for name, count in (*counted.items(), ("envelopes", envelopes.counts)):
        counts = look(url, count)
        click.echo(f"{name:<10} " + (", ".join(f"{n} {state}" for state, n in sorted(counts.items())) or "empty"))
    click.echo(f"{'tasks':<10} {look(url, tasks.open_count)} open")
    click.echo(f"{'alive':<10} {_moment(look(url, meta.last_alive))}")


@cli.command()
@click.argument("to", type=click.Path(dir_okay=False, path_type=Path))
def backup(to: Path) -> None:
    """Copy the database into a new file that cannot open a draft. Other copies can: they hold the keys of drafts in use."""
    from bot.backup import back_up
    from bot.settings import read_settings

    counted = back_up(read_settings().database_url, to)
    click.echo(f"{to}: {sum(counted.values())} rows, without the keys of {counted['conversations']} conversations")


@cli.command()
@click.argument("to", type=click.Path(file_okay=False, path_type=Path))
def notes(to: Path) -> None:
    """Write the sealed notes of open tasks (who pretends to be us) into a folder, for the team to open with `age -d`."""
    from bot.settings import read_settings
    from bot.store import tasks
    from bot.store.store import look

    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = look(read_settings().database_url, tasks.notes)
    for number, reason, note in found:
        (to / f"{number}-{reason}.age").write_bytes(note)
    click.echo(f"{to}: {len(found)} notes")


@cli.command("dead-letters")
@click.option("--retry", is_flag=True, help="Give all of them, or those named, another three tries.")
@click.argument("ids", nargs=-1, type=int)
def dead_letters(ids: tuple[int, ...], retry: bool) -> None:
    """List updates that failed three times, by id; with --retry, try them again."""
    from bot.settings import read_settings
    from bot.store import inbox
    from bot.store.store import look

    url = read_settings().database_url
    if retry:
        revived = look(url, lambda connection: inbox.revive(connection, ids or None))
        click.echo(f"{revived} to be tried again; a running bot sees them within a minute.")
        return
    dead = look(url, inbox.dead)
    click.echo(f"{len(dead)} dead letters")
    for number in dead:
        click.echo(str(number))


def _moment(seconds: int | None) -> str:
    from datetime import UTC, datetime

    return "never" if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
