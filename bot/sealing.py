"""Seals a report to the case team's public keys and signs its outside; nothing on this side can open it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.profile import ENOUGH_RECIPIENTS
from bot.receipts.signing import sign
from bot.store.rows import EnvelopeRow
from flows.envelope import Manifest, SealedFile, pad
from ground.complaints import Complaint


class Sealer:
    """Holds public recipients and the signing key; its `repr` shows neither."""

    def __init__(self, recipients: Sequence[str], signing_key: Ed25519PrivateKey) -> None:
        if len(recipients) < ENOUGH_RECIPIENTS:
            raise Complaint("Reports are sealed to two age recipients at least: the team's and an offline escrow's.")
        self._recipients = [_recipient(recipient) for recipient in recipients]
        self._fingerprints = tuple(fingerprint(recipient) for recipient in recipients)
        self._signing_key = signing_key

    def seal(self, report: Mapping[str, Any], at: datetime, files: Sequence[SealedFile] = ()) -> EnvelopeRow:
        """The report as an envelope, as `docs/handoff.md` describes it; `files` are the attachments it travels with."""
        inner = json.dumps({"report": report}, ensure_ascii=False, default=dict, separators=(",", ":")).encode()
        sealed = pyrage.encrypt(pad(inner), self._recipients)
        manifest = Manifest(
            report=report["id"],
            revision=report["revision"],
            sealed_sha256=hashlib.sha256(sealed).hexdigest(),
            sealed_bytes=len(sealed),
            sealed_on=at.date().isoformat(),
            schema=report["schema"],
            recipients=self._fingerprints,
            files=tuple(files),
        ).as_bytes()
        return EnvelopeRow(report["id"], report["revision"], manifest, self._signing_key.sign(manifest), sealed)

    def receipt(self, manifest: bytes) -> str:
        """The receipt of an envelope of ours, for its family to keep."""
        return sign(manifest, self._signing_key)

    def seal_file(self, data: bytes) -> bytes:
        """An attachment as an age file for the same recipients, its length not padded."""
        sealed: bytes = pyrage.encrypt(data, self._recipients)
        return sealed


def fingerprint(recipient: str) -> str:
    """The recipient's name in a manifest."""
    return hashlib.sha256(recipient.encode()).hexdigest()[:16]


def _recipient(words: str) -> Any:
    try:
        return pyrage.x25519.Recipient.from_str(words)
    except pyrage.RecipientError:
        raise Complaint(f"{words!r} in the profile's `sealing` is not an age recipient (age1…, 62 letters).") from None
