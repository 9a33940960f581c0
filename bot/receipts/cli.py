"""`wasl receipt …`: verify a receipt, show one as a picture, write the page that verifies receipts offline."""

from __future__ import annotations

from pathlib import Path

import click

#: Beginnings of the files we know as pictures.
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")
_WHY = {
    "none": "There is no receipt in it (W1. and 146 letters), or more than one.",
    "key": "It was signed with another key than the ones given.",
    "signature": "The signature is not right: the receipt was changed, or is forged.",
}


@click.group(name="receipt")
def cli() -> None:
    """Receipts of what families sent: check one, or publish the page on which anyone can."""


@cli.command()
@click.argument("receipt")
@click.option(
    "--key",
    "keys",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="a published public key, PEM (several may be given); without it, this bot's own",
)
def verify(receipt: str, keys: tuple[Path, ...]) -> None:
    """Say whether RECEIPT is genuine: its text, or a file that holds the text or its picture. Exit code 1 when it is not."""
    from bot.receipts.signing import read_public_key
    from bot.receipts.signing import verify as check

    said = check(_words(receipt), [read_public_key(path) for path in keys or _own()])
    if isinstance(said, str):
        click.echo(f"not genuine: {_WHY[said]}")
        raise SystemExit(1)
    click.echo(f"genuine: sealed on {said.day}, sending {said.revision}")
    click.echo(f"  sha256 of the sealed part  {said.sealed_sha256}")
    click.echo(f"  signed with the key        {said.key}")


@cli.command()
@click.argument("receipt")
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), required=True, help="the picture, PNG")
def picture(receipt: str, to: Path) -> None:
    """Draw RECEIPT as a picture that a telephone reads."""
    from bot.receipts.picture import draw

    to.write_bytes(draw(receipt))
    click.echo(str(to))


@cli.command()
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), required=True, help="the page, HTML")
@click.option(
    "--key",
    "keys",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="a public key to put into it, PEM (several: older ones too); without it, this bot's own",
)
def page(to: Path, keys: tuple[Path, ...]) -> None:
    """Write one page that checks receipts offline, with the organisation's public keys in it. Publish it, or hand it on."""
    from bot.receipts.page import make
    from bot.receipts.signing import read_public_key

    to.write_text(make([read_public_key(path) for path in keys or _own()]), encoding="utf-8")
    click.echo(str(to))


def _words(receipt: str) -> str:
    from bot.receipts.picture import read_picture

    path = Path(receipt)
    if receipt.startswith("W1.") or not path.is_file():
        return receipt
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(_PICTURES):
        return read_picture(path)
    return path.read_bytes().decode("utf-8", "replace")


def _own() -> tuple[Path, ...]:
    from bot.keys import public_half
    from bot.settings import read_settings

    return (public_half(read_settings().signing_key_path),)
