"""`wasl bot broadcast …`: new, preview, test, start, pause, resume, progress. Runs beside a running bot."""

from __future__ import annotations

import time
from pathlib import Path

import click


@click.group(name="broadcast")
def cli() -> None:
    """Something to all families, in every language, by the same rules as reminders."""


@cli.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def new(file: Path) -> None:
    """Check a file and keep it as a broadcast that nobody gets yet; prints its number."""
    from bot import broadcasts
    from bot.engine import spoken
    from bot.profile import read_profile
    from bot.settings import read_settings
    from bot.store import broadcasts as rows
    from bot.store.store import look

    settings = read_settings()
    profile = read_profile(settings.profile)
    read = broadcasts.read_broadcast(file, spoken(profile), profile.organisation.name)
    number = look(
        settings.database_url,
        lambda connection: rows.add(connection, read.kind, read.texts, int(time.time()) // 86_400),
    )
    click.echo(f"broadcast {number} ({read.kind}): kept, sent to nobody. Next: wasl bot broadcast preview {number}")


@cli.command()
@click.argument("number", type=int)
def preview(number: int) -> None:
    """Show it in every language, as families will see it."""
    from bot import broadcasts
    from bot.settings import read_settings
    from bot.store import broadcasts as rows
    from bot.store.store import look
    from flows.languages import say
    from flows.reminders import reminder_screen

    url = read_settings().database_url
    kind, _, _ = look(url, lambda connection: broadcasts.progress(connection, number))
    for language, text in look(url, lambda connection: rows.texts(connection, number)).items():
        buttons = [say(button.label, language, {}) for row in reminder_screen(kind).rows for button in row]
        click.echo(f"-- {language}\n{text}\n" + " ".join(f"[{label}]" for label in buttons) + "\n")


@cli.command()
@click.argument("number", type=int)
@click.option(
    "--chat", type=int, required=True, help="The Telegram chat id of a phone of your own that has started the bot."
)
def test(number: int, chat: int) -> None:
    """Send it to one phone of your own; quiet hours hold for it too."""
    from bot import broadcasts
    from bot.keys import Keys, read_root_key
    from bot.settings import read_settings
    from bot.store.store import look

    settings = read_settings()
    lane = Keys.of(read_root_key(settings, make=False)).lane(chat)
    now = int(time.time()) // 60
    look(settings.database_url, lambda connection: broadcasts.try_on(connection, number, lane, now))
    click.echo("Planned; a running bot sends it within half a minute, or when quiet hours end.")


@cli.command()
@click.argument("number", type=int)
def start(number: int) -> None:
    """Begin to send it; each family gets it when its own hours allow."""
    _go_on(number)


@cli.command()
@click.argument("number", type=int)
def resume(number: int) -> None:
    """Go on after a pause, also to families that came meanwhile."""
    _go_on(number)


@cli.command()
@click.argument("number", type=int)
def pause(number: int) -> None:
    """Stop it for now; what is on its way arrives."""
    from bot import broadcasts
    from bot.settings import read_settings
    from bot.store.store import look

    look(read_settings().database_url, lambda connection: broadcasts.pause(connection, number))
    click.echo(f"broadcast {number} is paused.")


@cli.command()
@click.argument("number", type=int, required=False)
def progress(number: int | None) -> None:
    """How far it is; without a number, list all."""
    from bot import broadcasts
    from bot.settings import read_settings
    from bot.store import broadcasts as rows
    from bot.store.store import look

    url = read_settings().database_url
    numbers = [number] if number is not None else [one[0] for one in look(url, rows.listed)]
    for one in numbers:
        kind, state, counts = look(url, lambda connection, one=one: broadcasts.progress(connection, one))  # type: ignore[misc]
        shown = ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "nobody yet"
        click.echo(f"broadcast {one} ({kind}) {state}: {shown}")
    if not numbers:
        click.echo("no broadcasts")


def _go_on(number: int) -> None:
    from bot import broadcasts
    from bot.settings import read_settings
    from bot.store.store import look

    now = int(time.time()) // 60
    count = look(read_settings().database_url, lambda connection: broadcasts.start(connection, number, now))
    click.echo(f"broadcast {number} is running; {count} chats are planned. `wasl bot broadcast progress {number}`")
