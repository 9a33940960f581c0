"""Signs receipts and verifies them. The key is the one envelopes are signed with; `flows.receipts` keeps the two apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from flows.envelope import read_manifest
from flows.receipts import Receipt, key_id, read, write
from ground.complaints import Complaint


def sign(manifest: bytes, key: Ed25519PrivateKey) -> str:
    """The receipt of the envelope with this manifest."""
    outside = read_manifest(manifest)
    day, digest = date.fromisoformat(outside.sealed_on), outside.sealed_sha256
    receipt = Receipt(day, outside.revision, digest, key_id(raw(key.public_key())))
    return write(receipt, key.sign(receipt.signed))


def verify(words: str, keys: Sequence[Ed25519PublicKey]) -> Receipt | str:
    """The receipt in these words when one of the keys signed it; else why not: `none`, `key`, `signature`."""
    found = read(words)
    if found is None:
        return "none"
    receipt, signature = found
    by_id = {key_id(raw(key)): key for key in keys}
    if receipt.key not in by_id:
        return "key"
    try:
        by_id[receipt.key].verify(signature, receipt.signed)
    except InvalidSignature:
        return "signature"
    return receipt


def raw(key: Ed25519PublicKey) -> bytes:
    """The 32 bytes of a public key."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def read_public_key(path: Path) -> Ed25519PublicKey:
    """The key in a PEM file; a Complaint when it is none."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise Complaint(f"The public key {path} cannot be read ({error.strerror}).") from None
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise Complaint(
            f"The public key {path} is not an Ed25519 public key in PEM; the bot writes its own beside its signing key."
        )
    return key
