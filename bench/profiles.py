"""Profiles for measurements: the same operator each time, its reports sealed to the keys of this run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

_DEMONSTRATION = Path(__file__).parent.parent / "bot" / "profiles" / "demonstration.toml"
_EXAMPLE = """
languages = ["en", "ar", "de", "fr", "tr", "ku"]
draft_months = 12
[organisation]
name = {en = "Example Centre"}
mandate = {en = "We search."}
verify = {en = "https://example.org/bot"}
[contact]
how = {en = "+000"}
hours = {en = "9-17"}
crisis = {en = "Call for help."}
privacy_url = "https://example.org/privacy"
[share_with.icmp]
name = {en = "ICMP"}
[share_with.icrc]
name = {en = "ICRC"}
[sealing]
"""


def example(folder: Path, recipients: Iterable[str]) -> Path:
    """An operator of six languages that may pass reports on to two organisations."""
    return _written(folder, _EXAMPLE + _sealing_to(recipients))


def demonstration(folder: Path, recipients: Iterable[str]) -> Path:
    """The demonstration's profile."""
    text = _DEMONSTRATION.read_text(encoding="utf-8")
    return _written(folder, re.sub(r"^recipients_from = .*$", _sealing_to(recipients), text, flags=re.MULTILINE))


def _sealing_to(recipients: Iterable[str]) -> str:
    return f"recipients = {json.dumps(list(recipients))}"


def _written(folder: Path, text: str) -> Path:
    profile = folder / "profile.toml"
    profile.write_text(text, encoding="utf-8")
    return profile
