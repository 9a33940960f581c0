"""Places where a test can make the process die as if by kill -9: `WASL_FAILPOINT=name:n` dies at the n-th passing."""

from __future__ import annotations

import os

_NAME, _, _NTH = os.environ.get("WASL_FAILPOINT", "").partition(":")
_passed = 0


def pass_by(name: str) -> None:
    """Die here if a test asked for it."""
    if _NAME and name == _NAME:
        global _passed
        _passed += 1
        if _passed == int(_NTH or 1):
            os._exit(137)
