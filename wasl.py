"""The front door: `wasl <verb>`. Each verb lives with the side it belongs to and is imported only when called."""

from __future__ import annotations

import sys

import click

from flows.verbs import verbs_of
from ground.complaints import Complaint

#: verb -> (module that holds its click command in `cli`, its line in `wasl --help`)
VERBS: dict[str, tuple[str, str]] = {
    "run": ("bot.run", "Start everything on this machine: bot, desk, and the sandbox phone when there is no token."),
    "bot": ("bot.cli", "The families' side: Telegram in and out, store, sealing, hand-off API."),
    "desk": ("desk.cli", "The caseworkers' side: fetch, open and read sealed reports."),
    "sandbox": ("bot.sandbox.cli", "A local Bot API server with a phone page in the browser; no token needed."),
    "receipt": (
        "bot.receipts.cli",
        "Receipts of what families sent: verify one, write the page that verifies offline.",
    ),
    "nlu": ("bot.nlu.cli", "Rasa in its own process: build, serve, parse, test."),
    "talk": ("flows.talk", "Hold the conversation in this terminal; record it as a transcript."),
    "form": ("flows.cli", "Check a form, draw it, walk through it, try it; XLSForm workbooks in and out."),
    "i18n": ("flows.i18n.cli", "Check the words of every language, and bring the catalogs up to date."),
    "read": ("flows.reading.cli", "Read dates, places, names, phones from lines of text, as the bot reads answers."),
}


@click.group(cls=verbs_of(VERBS), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wasl")
def cli() -> None:
    """Wasl helps families report a missing relative, and hands sealed reports to the people who search."""


def main() -> None:
    """Run a verb; a `Complaint` becomes one sentence on standard error and exit code 2."""
    try:
        cli()
    except Complaint as complaint:
        click.echo(f"wasl: {complaint}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
