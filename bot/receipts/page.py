"""The page that verifies receipts offline: one file without a network, with an organisation's public keys in it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bot.receipts.signing import raw
from flows.receipts import key_id

_HERE = Path(__file__).parent


def make(keys: Sequence[Ed25519PublicKey]) -> str:
    """The page as HTML. Its policy allows the script and the style that are in it and no connection of any kind."""
    known = {key_id(raw(key)): raw(key).hex() for key in keys}
    library, script = _text("vendor/noble-ed25519.js"), _text("page.js").replace("%KEYS%", json.dumps(known))
    style = _text("page.css")
    whole = f"{library}\n{script}"
    policy = f"default-src 'none'; script-src '{_hash(whole)}'; style-src '{_hash(style)}'; img-src blob:"
    return _text("page.html").replace("%POLICY%", policy).replace("%STYLE%", style).replace("%SCRIPT%", whole)


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
