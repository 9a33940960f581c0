"""Conversation -> the structured tracing request of `flows/schemas/`. Only claims in force, exactly as they were stated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from flows.conversation import Claim, Conversation
from flows.languages import fingerprint
from flows.questions import Flow, Question
from flows.walk import Standing, Walk, walk

SCHEMA_FILE = Path(__file__).parent / "schemas" / "tracing-request-1.json"
SCHEMA = "urn:wasl:schema:tracing-request:1"

_CONSENT = {"yes": "granted", "no": "denied"}


@cache
def schema() -> Mapping[str, Any]:
    """The published JSON Schema (draft 2020-12) every report follows."""
    loaded: Mapping[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return loaded


def report(flow: Flow, conversation: Conversation, at: datetime) -> dict[str, Any]:
    """The report as JSON values. Superseded and parked claims stay behind: a corrected word is not handed on."""
    walked = walk(flow, conversation, at.date())
    claims: dict[str, list[dict[str, Any]]] = {"enquirer": [], "person": [], "event": []}
    for standing in walked.standings:
        if standing.claim is not None and standing.question.about in claims:
            claims[standing.question.about].append(_claim(standing, standing.claim))
    return {
        "schema": SCHEMA,
        "id": conversation.id,
        "revision": conversation.revision + 1,
        "form": {"name": flow.name, "version": flow.version},
        "language": conversation.language,
        "started_on": conversation.started_at.date().isoformat(),
        "submitted_on": at.date().isoformat(),
        "enquirer": {"id": "enquirer", "claims": claims["enquirer"]},
        "sought_persons": [{"id": "person-1", "claims": claims["person"]}],
        "events": [{"id": "event-1", "concerns": ["person-1"], "claims": claims["event"]}],
        "consents": [
            _consent(standing.question, standing.claim, conversation.language)
            for standing in walked.standings
            if standing.question.about == "consent" and standing.claim is not None and standing.claim.value
        ],
        "attention": sorted(_attention(walked)),
    }


def _claim(standing: Standing, claim: Claim) -> dict[str, Any]:
    keeps_value = claim.status == "answered"
    return {
        "field": standing.question.field,
        "question": standing.question.name,
        "title": standing.question.title.msgid,
        "status": "needs_human" if standing.needs_human and claim.raw else claim.status,
        "raw": claim.raw and {"text": claim.raw.text, "language": claim.raw.language},
        "value": dict(claim.value) if claim.value is not None and keeps_value else None,
        "at": _moment(claim.at),
    }


def _consent(question: Question, claim: Claim, language: str) -> dict[str, Any]:
    code = claim.value["code"] if claim.value else ""
    return {
        "purpose": question.field.split(".")[1],
        "recipient": question.recipient,
        "answer": _CONSENT.get(code, "later"),
        "text_sha256": fingerprint(question.label, language),
        "language": language,
        "answered_at": _moment(claim.at),
    }


def _attention(walked: Walk) -> set[str]:
    flags = set()
    for standing in walked.standings:
        claim = standing.claim
        if claim is None:
            continue
        if standing.needs_human:
            flags.add("needs_human")
        if claim.status == "answered" and claim.value and claim.value["type"] == "choice":
            choice = standing.question.choice(claim.value["code"])
            if choice and choice.attention:
                flags.add(choice.attention)
            if choice and choice.calls_person:
                flags.add("asked_for_person")
    return flags


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
