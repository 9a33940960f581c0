"""How many public XLSForms come in and run in chat: `python -m bench.xlsforms`; figures in bench/results/.

The list (bench/xlsforms.yml) names repository, commit, path, licence and SHA-256 of each workbook. None of them is in this
repository: they are fetched once into data/xlsforms/ and checked against their SHA-256. A form runs when random walks on the
real engine send a report, and none crashes or fails to end.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from bench import machine, results
from flows.languages import offered
from flows.load import load_form
from flows.own_words import write_own_words
from flows.wander import wander
from flows.xlsform.cells import BadSheet
from flows.xlsform.importing import import_form

LIST = Path(__file__).with_name("xlsforms.yml")
CACHE = Path("data/xlsforms")
WALKS = 60
DOC = Path("docs/forms.md")
_BEGIN, _END = "<!-- xlsforms:begin (make xlsforms) -->", "<!-- xlsforms:end -->"


def main() -> None:
    rows = [measure(entry) for entry in yaml.safe_load(LIST.read_text(encoding="utf-8"))]
    ran = sum(row["runs"] for row in rows)
    day = datetime.now(UTC).date().isoformat()
    result = {"day": day, "machine": machine.facts(), "walks": WALKS, "forms": len(rows), "run": ran, "rows": rows}
    print(results.write(f"{day}-xlsforms", result))
    _write_table(rows, ran)
    print(f"{ran} of {len(rows)} forms run ({ran / len(rows):.0%})")


def measure(entry: Mapping[str, str]) -> dict[str, Any]:
    """One form: whether it comes in and runs, and if not, why."""
    row: dict[str, Any] = {"name": f"{entry['repository']}: {entry['path']}", "licence": entry["licence"]}
    begun = time.perf_counter()
    path = _fetched(entry)
    with tempfile.TemporaryDirectory() as folder:
        try:
            imported = import_form(path)
        except BadSheet as bad:
            first = str(bad.faults[0]).partition(": ")[2]
            return row | {"imports": False, "runs": False, "why": first, "faults": len(bad.faults)}
        form = Path(folder) / "form.yml"
        form.write_text(imported.text, encoding="utf-8")
        write_own_words(form, imported.own)
        flow = load_form(form, languages=offered())
        found = wander(flow, walks=WALKS, seed=1, languages=offered())
    runs = found.trouble is None and found.sent > 0
    return row | {
        "imports": True,
        "runs": runs,
        "questions": len(found.questions),
        "asked": len(found.asked),
        "sent": found.sent,
        "remarks": len(imported.remarks),
        "why": found.trouble.says if found.trouble else "" if runs else "no walk sent a report",
        "seconds": round(time.perf_counter() - begun, 2),
    }


def _fetched(entry: Mapping[str, str]) -> Path:
    """The workbook, from data/xlsforms/ or from where the list says; always the very bytes the list means."""
    path = CACHE / f"{entry['sha256'][:16]}.xlsx"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        where = f"{entry['repository']}/{entry['commit']}/{quote(entry['path'])}"
        with urllib.request.urlopen(f"https://raw.githubusercontent.com/{where}", timeout=60) as answer:
            path.write_bytes(answer.read())
    if hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
        raise SystemExit(f"{path} is not the workbook the list means; delete it and run again")
    return path


def _write_table(rows: list[dict[str, Any]], ran: int) -> None:
    before, _, rest = DOC.read_text(encoding="utf-8").partition(_BEGIN)
    after = rest.partition(_END)[2]
    table = "\n".join(["", "", f"{ran} of {len(rows)} come in and run.", "", *_lines(rows), "", ""])
    DOC.write_text(f"{before}{_BEGIN}{table}{_END}{after}", encoding="utf-8")


def _lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield "| form | licence | questions (asked in the walks) | result |"
    yield "|---|---|---|---|"
    for row in rows:
        asked = f"{row['questions']} ({row['asked']})" if row["imports"] else "–"
        why = str(row["why"]).replace("|", "\\|")
        yield f"| {row['name']} | {row['licence']} | {asked} | {'runs' if row['runs'] else why} |"


if __name__ == "__main__":
    main()
