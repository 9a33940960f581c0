"""What an operator can set: environment variables with the prefix `WASL_`, or the same names in a file `.env`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ground.complaints import Complaint
from ground.keyfiles import read_secret

HERE = Path(__file__).parent


class Settings(BaseSettings):
    """Every field is one row of `docs/settings.md`. Secrets are in no `repr`."""

    model_config = SettingsConfigDict(
        env_prefix="WASL_", env_file=".env", extra="ignore", hide_input_in_errors=True, populate_by_name=True
    )

    token: SecretStr | None = Field(
        None, validation_alias="TELEGRAM_BOT_TOKEN", description="The bot's token. Better in a file: see below."
    )
    token_file: Path | None = Field(
        None,
        validation_alias="TELEGRAM_BOT_TOKEN_FILE",
        description="A file that holds the token and that only the bot can read (0600).",
    )
    bot_api: str = Field(
        "https://api.telegram.org", description="Address of the Bot API; the sandbox's address without a token."
    )
    bot_data: Path = Field(Path("data/bot"), description="Directory for the database, the keys and the lock.")
    bot_database: SecretStr | None = Field(
        None, description="SQLAlchemy URL; by default SQLite in the data directory. `postgresql+psycopg://…` works too."
    )
    key_file: Path | None = Field(
        None,
        description="The root key; by default the systemd credential `wasl-root-key`, else `keys/root.key` in the "
        "data directory.",
    )
    signing_key_file: Path | None = Field(
        None,
        description="The Ed25519 signing key (PEM); by default the systemd credential `wasl-signing-key`, else "
        "`keys/signing.pem` in the data directory.",
    )
    credentials: Path | None = Field(
        None, validation_alias="CREDENTIALS_DIRECTORY", description="Set by systemd's `LoadCredential=`."
    )
    profile: Path = Field(
        HERE / "profiles" / "demonstration.toml", description="The operator profile: who runs this bot, for whom."
    )
    form: Path = Field(HERE.parent / "flows" / "forms" / "report.yml", description="The questionnaire.")
    production: bool = Field(False, description="Refuse what is only fit for a demonstration.")
    handoff_host: str = Field("127.0.0.1", description="Where the desk fetches sealed reports: address.")
    handoff_port: int = Field(8081, description="Where the desk fetches sealed reports: port.")
    handoff_token_file: Path | None = Field(
        None, description="The desk's bearer token; by default `keys/handoff.token` in the data directory."
    )
    return_secret_file: Path | None = Field(
        None,
        description="The secret that what the case team says is signed with (`whsec_…`, one a line; two while one is "
        "replaced); by default `keys/return.secret` in the data directory.",
    )
    case_team_key_file: Path | None = Field(
        None,
        description="The case team's Ed25519 public key (PEM), with which the desk signs instead; by default "
        "`keys/case-team.pem` in the data directory, if it is there.",
    )
    keep_sealed_hours: float = Field(72, ge=0, description="How long a sealed report stays after its acknowledgement.")
    tidy_minutes: float = Field(
        30, gt=0, description="After so much silence a discreet chat is emptied but for one plain line."
    )
    lock_hours: float = Field(
        6, gt=0, le=72, description="After so much silence a draft's key moves into the family's own chat."
    )
    sends_per_second: float = Field(30, gt=0, description="Messages to all chats together (Telegram's limit is 30).")
    sends_per_chat: float = Field(1, gt=0, description="Messages per second to one chat (Telegram's limit is 1).")
    chat_burst: int = Field(5, ge=1, description="Messages one chat may get at once before that rate holds.")
    backlog: int = Field(20_000, ge=100, description="Updates waiting here above which polling pauses.")
    poll_seconds: int = Field(30, ge=0, le=50, description="How long one poll waits at Telegram for news.")
    nlu_url: str = Field(
        "http://127.0.0.1:8083", description="Where Rasa is asked (`wasl nlu serve`); on this machine."
    )
    nlu_token_file: Path | None = Field(
        None,
        description="Where `wasl nlu serve` leaves its token at each start; by default `token` in `nlu` beside the bot's "
        "data directory.",
    )
    log_format: Literal["lines", "json"] = Field("lines", description="How log lines look.")

    @property
    def bot_token(self) -> SecretStr:
        """The token; a Complaint when there is none. The sandbox takes any, so there a stand-in will do."""
        if self.token is not None and self.token.get_secret_value():
            return self.token
        if self.token_file is not None:
            return SecretStr(read_secret(self.token_file).decode())
        if "api.telegram.org" in self.bot_api:
            raise Complaint("There is no bot token. Set TELEGRAM_BOT_TOKEN_FILE, or `make run` to use the sandbox.")
        return SecretStr("1:sandbox")

    @property
    def database_url(self) -> str:
        """Where the rows are kept. May hold a password."""
        if self.bot_database is not None:
            return self.bot_database.get_secret_value()
        return f"sqlite:///{self.bot_data / 'bot.sqlite3'}"

    @property
    def root_key_path(self) -> Path:
        return self.key_file or self._credential("wasl-root-key") or self.bot_data / "keys" / "root.key"

    @property
    def signing_key_path(self) -> Path:
        return self.signing_key_file or self._credential("wasl-signing-key") or self.bot_data / "keys" / "signing.pem"

    @property
    def handoff_token_path(self) -> Path:
        return self.handoff_token_file or self.bot_data / "keys" / "handoff.token"

    @property
    def return_secret_path(self) -> Path:
        return self.return_secret_file or self.bot_data / "keys" / "return.secret"

    @property
    def case_team_key_path(self) -> Path:
        return self.case_team_key_file or self.bot_data / "keys" / "case-team.pem"

    @property
    def nlu_token_path(self) -> Path:
        return self.nlu_token_file or self.bot_data.parent / "nlu" / "token"

    def _credential(self, name: str) -> Path | None:
        path = self.credentials and self.credentials / name
        return path if path and path.exists() else None


def read_settings(**given: object) -> Settings:
    """The settings of this environment; a Complaint that names the variable, never its value."""
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise Complaint(f"The setting {variable(str(first['loc'][0]))} is not valid: {first['msg']}.") from None


def variable(field: str) -> str:
    """The environment variable of a field."""
    known = Settings.model_fields.get(field)
    alias = known and known.validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return str(alias) if alias else field if field.isupper() else f"WASL_{field.upper()}"
