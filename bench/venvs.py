"""A virtual environment per peer, made by uv under `bench/.venvs/` and remade when the requirements change."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
FOLDER = HERE / ".venvs"


class NotHere(Exception):  # noqa: N818  (it is a finding to report, not a fault)
    """This peer cannot be measured on this machine; the text says why."""


def python_of(name: str, requirements: Path, version: str) -> Path:
    """The interpreter of a peer's environment, which is made first if need be."""
    folder = FOLDER / name
    python = folder / "bin" / "python"
    stamp, wanted = folder / "made-from.txt", f"{version}\n{requirements.read_text()}"
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    _uv("venv", "--quiet", "--clear", "--python", str(find_python(version)), str(folder))
    _uv("pip", "install", "--quiet", "--python", str(python), "--requirement", str(requirements))
    stamp.write_text(wanted)
    return python


def versions(python: Path, packages: tuple[str, ...]) -> dict[str, str]:
    code = (
        "import importlib.metadata as m, json, platform, sys;"
        "print(json.dumps({'python': platform.python_version()} | {n: m.version(n) for n in sys.argv[1:]}))"
    )
    told = subprocess.run([python, "-c", code, *packages], check=True, capture_output=True, text=True).stdout
    found: dict[str, str] = json.loads(told)
    return found


def find_python(version: str) -> Path:
    """A Python of exactly this minor version: on the PATH, among pyenv's, or known to uv; nothing is downloaded."""
    candidates = [Path(found)] if (found := shutil.which(f"python{version}")) else []
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates += sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"), reverse=True)
    for candidate in candidates:
        if _is(candidate, version):
            return candidate
    told = subprocess.run(
        [_uv_itself(), "python", "find", "--no-python-downloads", version], check=False, capture_output=True, text=True
    )
    if told.returncode == 0 and _is(path := Path(told.stdout.strip()), version):
        return path
    raise NotHere(f"there is no Python {version} on the PATH, under pyenv or known to uv")


def _is(python: Path, version: str) -> bool:
    # Asked and not guessed: pyenv leaves shims on the PATH for versions that are not switched on.
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    told = subprocess.run([python, "-c", code], check=False, capture_output=True, text=True)
    return told.returncode == 0 and told.stdout.strip() == version


def _uv(*arguments: str) -> None:
    told = subprocess.run([_uv_itself(), *arguments], check=False, capture_output=True, text=True)
    if told.returncode:
        raise NotHere(f"`uv {' '.join(arguments[:2])}` failed: {told.stderr.strip().splitlines()[-1:]}")


def _uv_itself() -> str:
    if (found := shutil.which("uv")) is None:
        raise NotHere("uv is not on the PATH, and it makes the peers' environments")
    return found
