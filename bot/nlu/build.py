"""Builds what Rasa needs from the project's own files: its environment, then its model, whose hash is pinned."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import click

from bot.nlu.rasa import Rasa, digest, find_python, uv
from ground.complaints import Complaint

#: sentences are encoded and the upper layers tuned many at once
_THREADS = os.cpu_count() or 1


def build(rasa: Rasa, *, again: bool = False) -> None:
    """Environment, validation, training; what is up to date is left as it is unless `again`."""
    install(rasa)
    _must("The training data has faults", [rasa.python, "nlu/check.py"], rasa)
    if rasa.up_to_date() and not again:
        click.echo("nlu: the model is up to date")
        return
    seconds = train(rasa)
    click.echo(f"nlu: trained in {seconds:.0f} s; {rasa.model.stat().st_size / 2**20:.1f} MiB")


def install(rasa: Rasa) -> None:
    """Rasa's environment, exactly as `nlu/uv.lock` says."""
    python = rasa.python if rasa.python.exists() else find_python()
    command: list[str | Path] = [uv(), "sync", "--frozen", "--quiet", "--project", rasa.project, "--python", python]
    told = subprocess.run(command, check=False, env=_without_ours())  # noqa: S603
    if told.returncode:
        raise Complaint("Rasa's environment could not be made; uv says why above.")


def train(rasa: Rasa, *, config: Path | None = None, data: Path | None = None, model: Path | None = None) -> float:
    """Train and pin; how many seconds it took. With a `model` of its own nothing is pinned."""
    target = model or rasa.model
    target.parent.mkdir(parents=True, exist_ok=True)
    sources = rasa.fingerprint()
    started = time.monotonic()
    command = [
        *(rasa.python, "-m", "rasa", "train", "nlu", "--config", config or "config.yml", "--nlu", data or "nlu/data"),
        *("--out", target.parent, "--fixed-model-name", target.name.removesuffix(".tar.gz")),
    ]
    _must("Training failed", command, rasa)
    if model is None:
        pin = {"sha256": digest(target), "sources": sources}
        rasa.pin.write_text(json.dumps(pin, indent=1) + "\n", encoding="utf-8")
    return time.monotonic() - started


def _must(what: str, command: Sequence[str | Path], rasa: Rasa) -> None:
    told = subprocess.run(command, check=False, cwd=rasa.root, env=rasa.environment(_THREADS))  # noqa: S603
    if told.returncode:
        raise Complaint(f"{what}; see above.")


def _without_ours() -> dict[str, str]:
    """uv would otherwise take the environment this runs in for the one to fill."""
    return {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT")}
