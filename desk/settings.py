"""What an operator may set, from the environment (`WASL_DESK_…`) or a `.env` file."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ground.complaints import Complaint

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class Settings(BaseSettings):
    """Every default is for one machine; `docs/desk.md` says what each one means."""

    model_config = SettingsConfigDict(
        env_prefix="WASL_DESK_", env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    data: Path = Path("data/desk")
    database_url: SecretStr | None = None
    handoff_url: str | None = None
    handoff_token: SecretStr | None = None
    handoff_token_file: Path | None = None
    sender_key_file: Path | None = None
    identity_file: Path | None = None
    storage_key_file: Path | None = None
    signing_key_file: Path | None = None
    return_secret_file: Path | None = None
    form: Path = Path(__file__).parent.parent / "flows" / "forms" / "report.yml"
    host: str = "127.0.0.1"
    port: int = Field(default=8082, ge=0, le=65535)
    poll_seconds: float = Field(default=20, gt=0, le=3600)
    session_minutes: int = Field(default=15, ge=1, le=480)
    session_hours: int = Field(default=8, ge=1, le=24)
    language: str = "en"
    log_json: bool = False
    production: bool = False

    @model_validator(mode="after")
    def _only_loopback_without_tls(self) -> Self:
        if self.host not in _LOOPBACK and not self.production:
            raise ValueError(
                "the desk listens beyond this machine only with WASL_DESK_PRODUCTION=true, behind a proxy with TLS"
            )
        return self

    @property
    def url(self) -> str:
        """Where the tables are (a SQLAlchemy URL; may hold a password)."""
        return self.database_url.get_secret_value() if self.database_url else f"sqlite:///{self.data / 'desk.sqlite3'}"

    @property
    def identity(self) -> Path:
        """The age secret key that opens reports."""
        return self.identity_file or self.data / "identity.key"

    @property
    def storage_key(self) -> Path:
        """The key of everything the desk keeps at rest."""
        return self.storage_key_file or self.data / "storage.key"

    @property
    def sender_key(self) -> Path:
        """The families' side's pinned Ed25519 public key."""
        return self.sender_key_file or self.data / "sender.pem"

    @property
    def signing_key(self) -> Path:
        """The Ed25519 key that signs what the desk says."""
        return self.signing_key_file or self.data / "signing.pem"

    @property
    def public_signing_key(self) -> Path:
        """Its public half, for the families' side."""
        return self.data / "signing.pub.pem"

    @property
    def recipient(self) -> Path:
        """Where the public half of the identity is written, for the families' side."""
        return self.data / "recipient.txt"


def read_settings() -> Settings:
    """The settings in force; a Complaint naming each one that is wrong, never quoting its value."""
    try:
        return Settings()
    except ValidationError as error:
        raise Complaint("; ".join(_sentence(part["loc"], part["msg"]) for part in error.errors())) from None


def _sentence(place: tuple[int | str, ...], message: str) -> str:
    if not place:
        return message.removeprefix("Value error, ")
    return f"WASL_DESK_{str(place[0]).upper()}: {message.removeprefix('Value error, ')}"
