"""The keys of the families' side: one root key outside the database, and a vault of its own for every purpose."""

from __future__ import annotations

import base64
import binascii
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bot.settings import Settings
from ground.complaints import Complaint
from ground.keyfiles import read_or_make_secret, read_secret
from ground.vault import KEY_BYTES, Vault, new_key
from ground.webhooks import Verifier, read_public_keys, read_secrets, write_secret_line


@dataclass(frozen=True, slots=True)
class Keys:
    """Vaults by purpose. No key serves two ends, and none is in any `repr`."""

    #: bodies of updates not yet worked
    inbox: Vault
    #: chat ids, sealed, so that we can write to a chat
    handles: Vault
    #: chat ids, fingerprinted: the lane of a chat
    lanes: Vault
    #: wraps each conversation's own random key
    drafts: Vault
    #: bodies of messages not yet sent
    outbox: Vault
    #: proves that this key belongs to this database
    check: Vault
    #: verifiers of reference codes until they are hashed
    codes: Vault
    #: what is known of something sent: no answers, but setup, consents and days
    receipts: Vault
    #: the way back: how requests stand, what the team writes, what is answered to it and not yet sent
    returns: Vault
    #: fingerprints of who tried codes and PINs, and which
    tries: Vault
    #: marks our own messages (`bot.genuine`)
    marks: Vault
    #: the secret of each request from which the words of a day are made (`flows.words`)
    calls: Vault
    #: what codes and PINs of drafts are mixed with before they become keys
    carrying: bytes = field(repr=False)
    #: what reference codes are mixed with before they are hashed
    pepper: bytes = field(repr=False)

    @classmethod
    def of(cls, root: Vault) -> Keys:
        """All vaults of a root key."""
        return cls(
            inbox=root.derive("inbox"),
            handles=root.derive("chat-handle"),
            lanes=root.derive("chat-pseudonym"),
            drafts=root.derive("draft-key"),
            outbox=root.derive("outbox"),
            check=root.derive("check"),
            codes=root.derive("code"),
            receipts=root.derive("receipt"),
            returns=root.derive("return-path"),
            tries=root.derive("tries"),
            marks=root.derive("own-messages"),
            calls=root.derive("call-words"),
            carrying=root.derive("draft-code-pepper").key,
            pepper=root.derive("code-pepper").key,
        )

    def lane(self, chat: int) -> str:
        """The lane of a chat: the same for the same chat, meaningless without the key."""
        return self.lanes.pseudonym(str(chat))


@dataclass(frozen=True, slots=True)
class DraftKey:
    """One conversation's own key. Erasing the wrapped form erases the draft, backups of the rows included."""

    vault: Vault
    wrapped: bytes = field(repr=False)

    @classmethod
    def new(cls, keys: Keys, conversation: str) -> DraftKey:
        return cls.of(keys, conversation, new_key())

    @classmethod
    def of(cls, keys: Keys, conversation: str, key: bytes) -> DraftKey:
        """A key that came back from the family's button, or from its code and PIN."""
        return cls(Vault(key), keys.drafts.seal(key, table="conversations", row=conversation, column="key"))

    @classmethod
    def unwrap(cls, keys: Keys, conversation: str, wrapped: bytes) -> DraftKey:
        key = keys.drafts.open(wrapped, table="conversations", row=conversation, column="key")
        return cls(Vault(key), wrapped)


def read_root_key(settings: Settings, *, make: bool) -> Vault:
    """The root key; made on first use when `make` is true and it is one of our own files."""
    path = settings.root_key_path
    read = read_or_make_secret(path, lambda: base64.b64encode(new_key())) if make else read_secret(path)
    try:
        key = base64.b64decode(read, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise Complaint(f"The key file {path} does not hold a key of ours: 32 bytes in base64.")
    return Vault(key)


def read_signing_key(settings: Settings, *, make: bool) -> Ed25519PrivateKey:
    """The key our envelopes are signed with; its public half lies beside it for the desk to pin."""
    path = settings.signing_key_path
    pem = read_or_make_secret(path, _new_signing_key) if make else read_secret(path)
    key: object = None
    with suppress(ValueError):
        key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise Complaint(f"The signing key {path} is not an Ed25519 private key in PEM.")
    if make:
        _write_public_half(key, path)
    return key


def public_half(signing_key: Path) -> Path:
    """Where the public half of a signing key lies: `signing.pem` -> `signing.pub.pem`."""
    return signing_key.with_name(signing_key.stem + ".pub.pem")


def read_handoff_token(settings: Settings, *, make: bool) -> bytes:
    """The bearer token the desk shows when it fetches."""
    path = settings.handoff_token_path
    if make:
        return read_or_make_secret(path, lambda: secrets.token_urlsafe(32).encode())
    return read_secret(path)


def read_verifier(settings: Settings, *, make: bool) -> Verifier:
    """How what the case team's side says is recognised: the shared secret, and its public key where one was given."""
    path = settings.return_secret_path
    read = read_or_make_secret(path, lambda: write_secret_line(secrets.token_bytes(32))) if make else read_secret(path)
    pinned = settings.case_team_key_path
    keys: list[Ed25519PublicKey] = []
    try:
        keys = read_public_keys(pinned.read_bytes()) if pinned.exists() else []
        return Verifier(keys, read_secrets(read))
    except OSError as error:
        raise Complaint(f"The case team's key {pinned} cannot be read ({error.strerror}).") from None


def _new_signing_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write_public_half(key: Ed25519PrivateKey, path: Path) -> None:
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    beside = public_half(path)
    if beside.exists() and beside.read_bytes() == public:
        return
    # A credential directory is read-only; then the operator has put the public half elsewhere.
    with suppress(OSError):
        beside.write_bytes(public)
        beside.chmod(0o644)
