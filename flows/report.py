"""Conversation -> the structured tracing request of `flows/schemas/`. Only claims in force, exactly as they were stated."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flows.conversation import Claim, Conversation, Raw, SentKind, files_of
from flows.questions import Flow, Question
from flows.reading.tongues import guess, script
from flows.walk import Standing, Walk, walk

SCHEMA_FILE = Path(__file__).parent / "schemas" / "tracing-request-2.json"
SCHEMA = "urn:wasl:schema:tracing-request:2"

#: What `written_in` may say, as in the schema.
_LANGUAGES = frozenset({"ar", "ku", "tr", "en", "de", "fr"})
_CONSENT = {"yes": "granted", "no": "denied"}
#: Somebody missing for less than this is a matter for urgent procedures (WGEID: three months).
RECENT = timedelta(days=92)


@cache
def schema() -> Mapping[str, Any]:
    """The published JSON Schema (draft 2020-12) every report follows."""
    loaded: Mapping[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return loaded


def report(flow: Flow, conversation: Conversation, at: datetime) -> dict[str, Any]:
    """The report as JSON values: whole the first time, afterwards what was added since.

    Superseded and parked claims stay behind: a corrected word is not handed on.
    """
    walked = walk(flow, conversation, at.date())
    told = [one for one in walked.standings if one.claim is not None and _is_told(one.question)]
    whole = not conversation.adds
    persons = [_person(number, told, walked, at) for number in range(1, walked.persons + 1)]
    event = {
        "id": "event-1",
        "concerns": [f"person-{number}" for number in range(1, walked.persons + 1)],
        "claims": _claims(told, walked, at, "event"),
    }
    return {
        **_frame(flow, conversation, at, "report" if whole else "addition"),
        "enquirer": {"id": "enquirer", "claims": _claims(told, walked, at, "enquirer")},
        "sought_persons": [person for person in persons if whole or person["claims"]],
        "events": [event] if whole or event["claims"] or walked.persons > conversation.persons else [],
        "consents": consents(walked),
        "files": [dict(file) for one in told for file in files_of(one.claim)],
        "attention": sorted(_attention(walked, at)),
    }


def _is_told(question: Question) -> bool:
    """Consents stand on their own, the setup is ours, and how many are sought is seen from the persons themselves."""
    return question.about not in ("consent", "setup") and not question.adds


def notice(
    flow: Flow,
    conversation: Conversation,
    at: datetime,
    kind: SentKind,
    withdrawn: Sequence[Standing] = (),
    due_on: date | None = None,
) -> dict[str, Any]:
    """A sending that carries no claims: what is no longer agreed to, or a wish about all of it."""
    return {
        **_frame(flow, conversation, at, kind),
        **({"due_on": due_on.isoformat()} if due_on else {}),
        "enquirer": {"id": "enquirer", "claims": []},
        "sought_persons": [],
        "events": [],
        "consents": [_consent(one.question, one.claim) for one in withdrawn if one.claim is not None],
        "files": [],
        "attention": [],
    }


def answer(
    flow: Flow, sent: Conversation, walked: Walk, at: datetime, kind: SentKind, letter: str = ""
) -> dict[str, Any]:
    """An answer to a letter of the team, or a note to it: the one claim of a little form, as a revision of what was sent.

    `letter` is the id of what is answered. An answer left open says so too.
    """
    told = [one for one in walked.standings if one.claim is not None]
    question = walked.standings[0].question
    claims = _claims(told, walked, at, question.about, question.instance if question.about == "person" else None)
    persons = [{"id": f"person-{question.instance}", "claims": claims}] if question.about == "person" else []
    concerned = [f"person-{number}" for number in range(1, sent.persons + 1)]
    events = [{"id": "event-1", "concerns": concerned, "claims": claims}] if question.about == "event" else []
    return {
        **_frame(flow, sent, at, kind),
        **({"answers": letter} if letter else {}),
        "enquirer": {"id": "enquirer", "claims": claims if question.about == "enquirer" else []},
        "sought_persons": persons,
        "events": events,
        "consents": [],
        "files": [dict(file) for one in told for file in files_of(one.claim)],
        "attention": sorted(_attention(walked, at)),
    }


def consents(walked: Walk) -> list[dict[str, Any]]:
    """Every consent that was asked for and answered."""
    return [
        _consent(one.question, one.claim)
        for one in walked.standings
        if one.question.about == "consent" and one.claim is not None and one.claim.value
    ]


def _frame(flow: Flow, conversation: Conversation, at: datetime, kind: SentKind) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "id": conversation.id,
        "revision": conversation.revision + 1,
        "kind": kind,
        "form": {"name": flow.name, "version": flow.version},
        "language": conversation.language,
        "started_on": conversation.started_at.date().isoformat(),
        "submitted_on": at.date().isoformat(),
    }


def _person(number: int, told: Sequence[Standing], walked: Walk, at: datetime) -> dict[str, Any]:
    return {"id": f"person-{number}", "claims": _claims(told, walked, at, "person", number)}


def _claims(
    told: Sequence[Standing], walked: Walk, at: datetime, about: str, person: int | None = None
) -> list[dict[str, Any]]:
    """The claims about one holder, then what follows from them."""
    stated = [
        _claim(one, one.claim)
        for one in told
        if one.claim and one.question.about == about and (person is None or one.question.instance == person)
    ]
    if not stated:
        return []
    return stated + [
        _computed(question, value, at)
        for question, value in walked.computed
        if value and question.about == about and (person is None or question.instance == person)
    ]


def _claim(standing: Standing, claim: Claim) -> dict[str, Any]:
    keeps_value = claim.status == "answered" or bool(files_of(claim))
    return {
        **_head(standing.question),
        "status": "needs_human" if standing.needs_human and (claim.raw or files_of(claim)) else claim.status,
        "raw": claim.raw and _raw(claim.raw),
        "value": _value(claim) if keeps_value else None,
        "at": _moment(claim.at),
        "sensitivity": standing.question.sensitivity,
    }


def _raw(raw: Raw) -> dict[str, Any]:
    """The words, the language the bot spoke then, and what they are written in as far as one can tell."""
    likely = [language for language in guess(raw.text) if language in _LANGUAGES]
    return {
        "text": raw.text,
        "language": raw.language,
        "script": script(raw.text),
        "written_in": raw.language if raw.language in likely else next(iter(likely), None),
    }


def _computed(question: Question, value: str, at: datetime) -> dict[str, Any]:
    return {
        **_head(question),
        "status": "answered",
        "raw": None,
        "value": {"type": "text", "text": value},
        "at": _moment(at),
        "sensitivity": question.sensitivity,
        "derived": True,
    }


def _head(question: Question) -> dict[str, Any]:
    return {"field": question.field, "question": question.base, "title": question.title.msgid}


def _value(claim: Claim) -> dict[str, Any] | None:
    if claim.value is None:
        return None
    if claim.value["type"] == "files":
        return {"type": "files", "files": [file["id"] for file in claim.value["files"]]}
    return dict(claim.value)


def _consent(question: Question, claim: Claim) -> dict[str, Any]:
    value = claim.value or {}
    return {
        "purpose": question.field.split(".")[1],
        "recipient": question.recipient,
        "answer": _CONSENT.get(value.get("code", ""), "later"),
        "text_sha256": value["text_sha256"],
        "language": value["language"],
        "answered_at": _moment(claim.at),
    }


def _attention(walked: Walk, at: datetime) -> set[str]:
    flags = set()
    for standing in walked.standings:
        claim = standing.claim
        if claim is None:
            continue
        if standing.needs_human:
            flags.add("needs_human")
        if any(file["kind"] == "audio" for file in files_of(claim)):
            flags.add("voice")
        if claim.status == "answered" and claim.value:
            flags |= _flags_of(standing.question, claim.value, at)
    return flags


def _flags_of(question: Question, value: Mapping[str, Any], at: datetime) -> set[str]:
    flags = set()
    if value["type"] == "choice" and (choice := question.choice(value["code"])):
        if choice.attention:
            flags.add(choice.attention)
        if choice.calls_person:
            flags.add("asked_for_person")
    latest = value.get("latest") if question.field == "event.last_seen" else None
    if latest and date.fromisoformat(latest) >= at.date() - RECENT:
        flags.add("recent")
    return flags


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
