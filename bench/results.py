"""Where figures are kept: one JSON file per run, named by its day."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"


def write(name: str, result: dict[str, Any]) -> Path:
    path = FOLDER / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    return path


def newest(kind: str) -> dict[str, Any]:
    """The latest run of a kind; days sort as text."""
    found = sorted(FOLDER.glob(f"*-{kind}.json"))
    if not found:
        raise SystemExit(f"There is no result of {kind!r} in {FOLDER.name}/ yet: run the benchmark first.")
    result: dict[str, Any] = json.loads(found[-1].read_text())
    return result
