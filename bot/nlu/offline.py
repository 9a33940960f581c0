"""Asks the model without the server: for one sentence, or for thousands when it is measured."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.nlu.rasa import Rasa
from flows.meaning.meaning import Meaning
from ground.complaints import Complaint


def rankings(rasa: Rasa, texts: Iterable[str], *, model: Path | None = None) -> Iterator[Meaning | None]:
    """What the model takes each text for, in order; None where it has nothing to say."""
    command: list[str | Path] = [rasa.python, "-m", "nlu.offline", model or rasa.checked_model()]
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    told = subprocess.run(  # noqa: S603
        command, input=lines, check=False, cwd=rasa.root, env=rasa.environment(), stdout=subprocess.PIPE, text=True
    )
    if told.returncode:
        raise Complaint("Rasa could not be asked; see above.")
    for line in told.stdout.splitlines():
        ranking = tuple((str(intent), float(confidence)) for intent, confidence in json.loads(line))
        yield Meaning(*ranking[0], ranking, "nlu") if ranking else None
