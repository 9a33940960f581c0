"""Who runs this bot, for whom, and how a family can check it: one TOML file, validated before anything starts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from flows.languages import offered, own_name, utf16_length
from flows.replies import OVERRIDES
from ground.complaints import Complaint

#: Languages Wasl was made for; a profile may name them before their catalogs are complete.
DESIGNED_FOR = ("ar", "ku", "tr", "en", "de", "fr")
FALLBACK = "en"
ENOUGH_RECIPIENTS = 2
_ANSWER = "answer_"
#: what an answer of the operator's may name
_PLACEHOLDERS = frozenset({"org", "mandate", "verify", "contact", "hours", "crisis", "privacy_url", "languages"})
#: leaves room in one Telegram message for what stands around it
_LONGEST_ANSWER = 3000

PerLanguage = dict[str, str]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Organisation(_Table):
    #: name per language; `en` is the fallback
    name: PerLanguage
    mandate: PerLanguage
    #: how a family can check outside Telegram that this bot is really ours
    verify: PerLanguage


class Contact(_Table):
    #: a telephone number, an address or a page, as families should see it
    how: PerLanguage
    hours: PerLanguage
    privacy_url: str = Field(pattern=r"^https://\S+$")
    #: whom to turn to when somebody is in danger now
    crisis: PerLanguage


class Sealing(_Table):
    #: age X25519 recipients: the team and an offline escrow
    recipients: tuple[str, ...] = ()
    #: files with one recipient a line, relative to the profile or to the working directory
    recipients_from: tuple[Path, ...] = ()

    @field_validator("recipients")
    @classmethod
    def _age_recipients(cls, recipients: tuple[str, ...]) -> tuple[str, ...]:
        for recipient in recipients:
            if not recipient.startswith("age1"):
                raise ValueError("each recipient must be an age recipient, which begins with age1")
        return recipients


class Body(_Table):
    """A body that reports may be shared with when the family agrees; it is asked about each."""

    name: PerLanguage
    #: what it does with them: each purpose is asked for in words of its own
    purpose: Literal["search", "justice", "publication"] = "search"


class Profile(_Table):
    """The whole file."""

    demonstration: bool = False
    languages: tuple[str, ...] = Field(min_length=1)
    time_zone: str = "Asia/Damascus"
    #: how long an unfinished request is kept after the family's last message; families are told
    draft_months: int = Field(12, ge=1, le=36)
    organisation: Organisation
    contact: Contact
    sealing: Sealing
    #: code -> body, such as `icmp`
    share_with: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,15}$")], Body] = {}
    #: answers to frequent questions in the operator's own words (`privacy`, `cost`, …), where ours do not fit
    answers: dict[str, PerLanguage] = {}

    @field_validator("languages")
    @classmethod
    def _known_languages(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [language for language in languages if language not in known_languages()]:
            raise ValueError(f"{unknown[0]!r} is not one of {', '.join(known_languages())}")
        return languages

    @field_validator("answers")
    @classmethod
    def _known_answers(cls, answers: dict[str, PerLanguage]) -> dict[str, PerLanguage]:
        known = sorted(fact.removeprefix(_ANSWER) for fact in OVERRIDES.values())
        if unknown := [name for name in answers if name not in known]:
            raise ValueError(f"{unknown[0]!r} is not one of {', '.join(known)}")
        for name, texts in answers.items():
            for language, text in texts.items():
                if language not in known_languages():
                    raise ValueError(f"{name}: {language!r} is not one of {', '.join(known_languages())}")
                if wrong := sorted(set(re.findall(r"\{([^{}]*)\}", text)) - _PLACEHOLDERS):
                    raise ValueError(
                        f"{name}.{language}: {{{wrong[0]}}} cannot be filled; there are {', '.join(sorted(_PLACEHOLDERS))}"
                    )
                if not text.strip() or utf16_length(text) > _LONGEST_ANSWER:
                    raise ValueError(f"{name}.{language}: write 1 to {_LONGEST_ANSWER} characters")
        return answers

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"{zone!r} is no time zone; use a name such as Asia/Damascus") from None
        return zone

    @property
    def purposes(self) -> Mapping[str, str]:
        """Code of each body the family is asked about -> what it does with the answers."""
        return {code: body.purpose for code, body in self.share_with.items()}

    def facts(self, language: str) -> Mapping[str, str]:
        """What fills the placeholders of our phrases, in this language where the profile has it."""
        return {
            "org": _in(language, self.organisation.name),
            "mandate": _in(language, self.organisation.mandate),
            "verify": _in(language, self.organisation.verify),
            "contact": _in(language, self.contact.how),
            "hours": _in(language, self.contact.hours),
            "crisis": _in(language, self.contact.crisis),
            "privacy_url": self.contact.privacy_url,
            "draft_months": str(self.draft_months),
            "languages": ", ".join(own_name(language) for language in self.languages),
            **{f"recipient_{code}": _in(language, body.name) for code, body in self.share_with.items()},
            # Only in its own language: ours are there in every one.
            **{_ANSWER + name: texts[language] for name, texts in self.answers.items() if language in texts},
        }


def known_languages() -> tuple[str, ...]:
    """Languages a profile may name: those Wasl was made for, and any that has got a catalog since."""
    return tuple(dict.fromkeys([*DESIGNED_FOR, *offered()]))


def read_profile(path: Path) -> Profile:
    """The profile in the file; a Complaint names file, key and remedy."""
    try:
        return Profile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise Complaint(f"The profile {path} cannot be read ({error.strerror}). Set WASL_PROFILE to yours.") from None
    except tomllib.TOMLDecodeError as error:
        raise Complaint(f"The profile {path} is not valid TOML: {error}.") from None
    except ValidationError as error:
        raise Complaint(f"The profile {path} needs a change: {_sentence(error)}.") from None


def read_recipients(profile: Profile, path: Path, *, production: bool) -> tuple[str, ...]:
    """All age recipients of the profile, those in files included; a Complaint when production has too few."""
    listed = [*profile.sealing.recipients]
    for file in profile.sealing.recipients_from:
        listed += _recipients_in(file if file.exists() else path.parent / file)
    recipients = tuple(dict.fromkeys(listed))
    if production and profile.demonstration:
        raise Complaint(f"The profile {path} is a demonstration. Write your own and set WASL_PROFILE to it.")
    if len(recipients) < ENOUGH_RECIPIENTS:
        raise Complaint(
            f"The profile {path} names {len(recipients)} age recipient(s) under `sealing`; reports need two, the "
            "team's and an offline escrow's. Make each with `age-keygen` and add its public half."
        )
    return recipients


def _recipients_in(file: Path) -> list[str]:
    try:
        lines = file.read_text(encoding="ascii").splitlines()
    except OSError as error:
        raise Complaint(
            f"The recipients file {file} cannot be read ({error.strerror}). `make run` writes it; or list the "
            "recipients in the profile."
        ) from None
    return [line.strip() for line in lines if line.startswith("age1")]


def _in(language: str, texts: PerLanguage) -> str:
    return texts.get(language) or texts.get(FALLBACK) or next(iter(texts.values()), "")


def _sentence(error: ValidationError) -> str:
    first: Any = error.errors(include_url=False, include_input=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    return f"`{key}`: {first['msg']}"
