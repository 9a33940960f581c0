"""The desk's own keys: the age identity that opens reports, the storage key, and the sender's pinned public key."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from pyrage import IdentityError, x25519

from ground.complaints import Complaint
from ground.keyfiles import data_directory, read_or_make_secret, read_secret, write_secret
from ground.vault import KEY_BYTES, Vault, new_key


@dataclass(frozen=True, slots=True)
class Identity:
    """An age X25519 secret key. Its `repr` shows only the public half."""

    key: x25519.Identity = field(repr=False)
    #: the public half, `age1…`
    recipient: str


def new_identity(path: Path) -> Identity:
    """Make an identity in a new 0600 file, in the format of `age-keygen`; a Complaint when the file exists."""
    data_directory(path.parent)
    try:
        write_secret(path, _new_identity_file())
    except FileExistsError:
        raise Complaint(f"{path} exists already and is left as it is. Choose another name.") from None
    return read_identity(path)


def read_or_make_identity(path: Path) -> Identity:
    """The identity in the file, made on first use."""
    read_or_make_secret(path, _new_identity_file)
    return read_identity(path)


def read_identity(path: Path) -> Identity:
    """The identity in a file as `age-keygen` writes it; a Complaint when there is none in it."""
    try:
        lines = read_secret(path).decode("ascii").splitlines()
        secret = next(line.strip() for line in lines if line.strip() and not line.startswith("#"))
        key = x25519.Identity.from_str(secret)
    except (UnicodeDecodeError, StopIteration, IdentityError):
        raise Complaint(f"The identity file {path} holds no age secret key (AGE-SECRET-KEY-1…).") from None
    return Identity(key, str(key.to_public()))


def publish(identity: Identity, path: Path) -> None:
    """Write the public half where the families' side can pick it up (0644)."""
    line = f"{identity.recipient}\n"
    if not path.exists() or path.read_text() != line:
        path.write_text(line)
    path.chmod(0o644)


def make_storage_key(path: Path) -> Vault:
    """The vault under the storage key, made on first use. Kept as hex: a raw byte could be taken for a line's end."""
    read_or_make_secret(path, lambda: new_key().hex().encode())
    return read_storage_key(path)


def read_storage_key(path: Path) -> Vault:
    """The vault under the key in the file; a Complaint when the file holds no key."""
    try:
        key = bytes.fromhex(read_secret(path).decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise Complaint(f"The storage key file {path} does not hold {2 * KEY_BYTES} hex digits.")
    return Vault(key)


def read_sender_key(path: Path) -> Ed25519PublicKey:
    """The public key (PEM) that the families' side signs with; a Complaint when it is missing or another kind."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise Complaint(
            f"The sender's public key {path} cannot be read ({error.strerror}). "
            "Copy it from the families' side, or set WASL_DESK_SENDER_KEY_FILE."
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise Complaint(f"{path} holds no public key in PEM.") from None
    if not isinstance(key, Ed25519PublicKey):
        raise Complaint(f"{path} holds a public key of another kind; the sender signs with Ed25519.")
    return key


def read_or_make_signing_key(path: Path, public: Path) -> Ed25519PrivateKey:
    """The key that the desk signs with what it says to the families' side; its public half lies beside it (0644)."""
    key: object = None
    pem = read_or_make_secret(path, _new_signing_key)
    with suppress(ValueError, UnsupportedAlgorithm):
        key = load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise Complaint(f"The signing key {path} is not an Ed25519 private key in PEM.")
    half = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    if not public.exists() or public.read_bytes() != half:
        public.write_bytes(half)
    public.chmod(0o644)
    return key


def _new_signing_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _new_identity_file() -> bytes:
    key = x25519.Identity.generate()
    return f"# public key: {key.to_public()}\n{key}".encode()
