"""Rasa's own Python and its trained model: where they are, whether they are there, and how they are made."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ground.complaints import Complaint

ROOT = Path(__file__).parents[2]
VERSION = "3.10"
#: what the environment of the other process may hold of ours: no token, no key, no address
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


@dataclass(frozen=True, slots=True)
class Rasa:
    """The places of one checkout. `missing` says what has still to be built."""

    root: Path = ROOT

    @property
    def project(self) -> Path:
        return self.root / "nlu"

    @property
    def python(self) -> Path:
        return self.project / ".venv" / "bin" / "python"

    @property
    def model(self) -> Path:
        return self.root / "models" / "nlu.tar.gz"

    @property
    def pin(self) -> Path:
        """What the model was built from and the SHA-256 of its file."""
        return self.root / "models" / "nlu.json"

    @property
    def canaries(self) -> Path:
        return self.project / "canaries.json"

    def missing(self) -> str | None:
        """Why free text cannot be understood by Rasa here, as the end of a sentence; None when it can."""
        if not self.python.exists():
            return "Rasa is not set up on this machine (`make nlu` does it)"
        if not self.model.exists() or not self.pin.exists():
            return "Rasa's model is not built yet (`make nlu` builds it)"
        return None

    def checked_model(self) -> Path:
        """The model file, when it is the one that was built; a Complaint otherwise. A model is code."""
        why = self.missing()
        if why is not None:
            raise Complaint(f"{why[0].upper()}{why[1:]}.")
        if digest(self.model) != json.loads(self.pin.read_text(encoding="utf-8"))["sha256"]:
            raise Complaint("Rasa's model is not the file that was built here. Build it again: make nlu")
        return self.model

    def sources(self) -> Iterator[Path]:
        """All a model is made from, in a fixed order."""
        yield self.root / "config.yml"
        yield self.project / "uv.lock"
        yield from sorted(self.project.glob("components/*.py"))
        yield from sorted(self.project.glob("data/*.yml"))

    def fingerprint(self) -> str:
        """SHA-256 over the sources' names and contents."""
        found = hashlib.sha256()
        for path in self.sources():
            found.update(f"{path.relative_to(self.root)} {digest(path)}\n".encode())
        return found.hexdigest()

    def up_to_date(self) -> bool:
        """Whether the model was built from the sources as they are now."""
        if self.missing() is not None:
            return False
        return bool(json.loads(self.pin.read_text(encoding="utf-8"))["sources"] == self.fingerprint())

    def environment(self, threads: int = 1) -> Mapping[str, str]:
        """Variables for the other process: none of our settings, no telemetry, and as many threads as said."""
        passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        count = str(threads)
        return passed | {
            "PYTHONPATH": str(self.root),
            "PYTHONHASHSEED": "0",
            "PYTHONWARNINGS": "ignore",
            "RASA_TELEMETRY_ENABLED": "false",
            "RASA_CACHE_DIRECTORY": str(self.root / ".rasa" / "cache"),
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TF_ENABLE_ONEDNN_OPTS": "1",  # half again as fast while training
            "CUDA_VISIBLE_DEVICES": "",
            "OMP_NUM_THREADS": count,
            "OPENBLAS_NUM_THREADS": count,
            "TF_NUM_INTRAOP_THREADS": count,
            "TF_NUM_INTEROP_THREADS": "1",
        }


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def uv() -> str:
    """uv's command: on the PATH, or the one `make setup` keeps under .tools."""
    found = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
    if not Path(found).exists():
        raise Complaint("uv is not here, and it makes Rasa's environment. Run: make nlu")
    return found


def find_python(version: str = VERSION) -> Path:
    """A Python of this minor version: on the PATH, among pyenv's, or known to uv, which may fetch one."""
    candidates = [Path(found)] if (found := shutil.which(f"python{version}")) else []
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates += sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"), reverse=True)
    for candidate in candidates:
        if _is(candidate, version):
            return candidate
    for words in (("find",), ("install",), ("find",)):
        told = subprocess.run([uv(), "python", *words, version], check=False, capture_output=True, text=True)  # noqa: S603
        path = Path(told.stdout.strip().splitlines()[-1]) if told.stdout.strip() else Path()
        if words == ("find",) and told.returncode == 0 and _is(path, version):
            return path
    raise Complaint(
        f"Rasa needs Python {version}, and there is none on the PATH, under pyenv, or to be had by uv. Install one, "
        "then run: make nlu"
    )


def _is(python: Path, version: str) -> bool:
    # Asked and not guessed: pyenv leaves shims on the PATH for versions that are not switched on.
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        told = subprocess.run([python, "-c", code], check=False, capture_output=True, text=True, timeout=20)  # noqa: S603
    except OSError:
        return False
    return told.returncode == 0 and told.stdout.strip() == version
