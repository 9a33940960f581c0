"""Pages about what is said between the desk and a family: how a request stands, questions, messages, tasks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from desk import appointments, audit, caseworkers, erasure, reports, sayings, tasks
from desk.gate import Access, Page, Visit, report_id
from desk.rendering import render
from desk.sayings import NotAllowed, Saying
from desk.withdrawal import consents_in
from flows.asking import preview
from flows.languages import Spoken, offered, say
from flows.letters import Letter, LetterKind
from flows.letters.moments import day_of, moment_of
from flows.letters.templates import Template, problem, templates
from flows.merge import merged
from flows.phrases import Phrase
from flows.questions import Flow
from flows.reading.display import city_of
from flows.reminding.clocks import by
from flows.standing import Progress, Request, progress_line

_SAYING = re.compile("[0-9a-f]{32}")
_REFERENCE = re.compile("[A-Za-z0-9 ./_-]{0,40}")
#: A preview shows names of the operator's own as placeholders would be filled.
_NO_FACTS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Shown:
    """One saying on the page."""

    saying: Saying
    #: the template's title, or what the status says
    title: str
    #: as the family sees it, in their language
    spoken: Spoken = field(repr=False)
    language: str
    #: what the family answered, as they said it
    answer: str = field(default="", repr=False)
    revision: int = 0
    #: an appointment's moment, by the clock it was set by: (day, hour, city)
    appointment: tuple[str, str, str] | None = None
    #: what a form to move it begins with; None for what is no appointment, or stands no longer
    again: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Note:
    """Words a family wrote to the team by itself."""

    revision: int
    day: str
    words: str = field(repr=False)


def talk(visit: Visit) -> Response:
    """What was said to a family and by it, and what can be said. Being seen is recorded."""
    return _talk(visit)


def _talk(visit: Visit, status: int = 200, failed: str = "", kept: Mapping[str, str] | None = None) -> Response:
    """`kept`: what was written about an appointment and could not be taken so."""
    report, store, form = report_id(visit), visit.desk.store, _form(visit)
    with store.engine.begin() as connection:
        if erasure.erased_on(connection, report):
            return RedirectResponse(f"/cases/{report}", 303)
        known = [one.body for one in reports.open_revisions(connection, store, report)]
        if not known:
            raise HTTPException(404)
        audit.record(connection, store, visit.signed_in.caseworker.id, audit.Action.TALK_VIEWED, report)
        said = sayings.of(connection, store, report)
        names = caseworkers.names(connection)
        asked = tasks.open_tasks(connection, report)
    language = _language(known)
    now, clocks = appointments.now_of(store.now()), appointments.family_clocks(known)
    shown = [_appointed(visit, _shown(visit, one, known, language, now), said, now) for one in said]
    texts = templates(form)
    return render(
        visit,
        "talk.html",
        status,
        report=report,
        shown=shown,
        current=sayings.current_status(said),
        questions=[(one.name, _in(visit, one.title)) for one in texts.values() if one.kind == "question"],
        messages=[
            (one.name, _in(visit, one.title)) for one in texts.values() if one.kind == "message" and not one.values
        ],
        clocks=appointments.offered(clocks, visit.desk.words.language),
        own_clocks=len(clocks),
        kept=kept or {},
        statuses=sayings.STATUSES,
        recipients=_agreed_to(known),
        persons=len(merged(known)["sought_persons"]),
        language=language,
        notes=_notes(known),
        tasks=asked,
        names=names,
        failed=failed,
        me=visit.signed_in.caseworker.id,
    )


def set_status(visit: Visit) -> Response:
    """Propose how a request stands; it goes out after a second look."""
    report, store, form = report_id(visit), visit.desk.store, visit.form
    status = form.get("status", "")
    body: dict[str, Any] = {"status": status}
    with store.engine.begin() as connection:
        known = [one.body for one in reports.open_revisions(connection, store, report)]
    if not known:
        raise HTTPException(404)
    if status not in sayings.STATUSES:
        return _talk(visit, 422, "status")
    if status == "no_news":
        body["since"] = form.get("since", "")
        if not _is_past_day(body["since"], store.now()):
            return _talk(visit, 422, "since")
    if status == "handed_to":
        body |= {"recipient": form.get("recipient", ""), "reference": form.get("reference", "").strip()}
        if body["recipient"] not in _agreed_to(known):
            return _talk(visit, 422, "recipient")
        if not _REFERENCE.fullmatch(body["reference"]):
            return _talk(visit, 422, "reference")
    if status == "please_call":
        body["grave"] = form.get("grave") == "yes"
    return _proposed(visit, report, "status", body)


def write_letter(visit: Visit) -> Response:
    """Propose a question or a message from a reviewed text; it goes out after a second look."""
    report, given, form = report_id(visit), visit.form, _form(visit)
    person = given.get("person", "1")
    kind: LetterKind = "question" if given.get("kind") == "question" else "message"
    template = templates(form).get(given.get("template", ""))
    values = {"day": given.get("day", "")} if template is not None and "day" in template.values else {}
    words = " ".join(given.get("words", "").split())
    number = int(person) if person.isascii() and person.isdecimal() and len(person) < 3 else 0
    letter = Letter("0" * 32, report, kind, given.get("template", ""), values, words, number)
    refused = problem(form, letter)
    if refused is None:
        with visit.desk.store.engine.begin() as connection:
            known = [one.body for one in reports.open_revisions(connection, visit.desk.store, report)]
        if not known:
            raise HTTPException(404)
        if number > max(1, len(merged(known)["sought_persons"])):
            refused = "person"
    if refused is not None:
        return _talk(visit, 422, refused)
    body = {"template": letter.template, "values": dict(values), "words": words, "person": number}
    return _proposed(visit, report, kind, body)


def set_appointment(visit: Visit) -> Response:
    """Propose a call or a visit at a day and hour, or another one in place of it; it goes out after a second look."""
    report, given, store, form = report_id(visit), visit.form, visit.desk.store, _form(visit)
    now, replaces = appointments.now_of(store.now()), given.get("replaces", "")
    written = appointments.read(given, now, moves=bool(replaces))
    problem_ = written.problem
    letter = Letter("0" * 32, report, "message", written.template, written.values, written.words, replaces=replaces)
    with store.engine.begin() as connection:
        if not reports.open_revisions(connection, store, report):
            raise HTTPException(404)
        said = sayings.of(connection, store, report)
    earlier = next((one for one in said if one.id == replaces), None)
    if replaces and (earlier is None or not appointments.can_change(earlier, said, now)):
        problem_ = "changed_since"
    problem_ = problem_ or problem(form, letter) or ""
    if problem_:
        return _talk(visit, 422, problem_, given)
    body = {"template": written.template, "values": dict(written.values), "words": written.words, "person": 1}
    return _proposed(visit, report, "message", {**body, "replaces": replaces} if replaces else body)


def call_off(visit: Visit) -> Response:
    """Propose to tell the family that an appointment does not take place; once that is let go, nothing reminds of it."""
    saying, store = _saying(visit), visit.desk.store
    report, now = str(saying.report), appointments.now_of(visit.desk.store.now())
    with store.engine.begin() as connection:
        known = [one.body for one in reports.open_revisions(connection, store, report)]
        said = sayings.of(connection, store, report)
    if not appointments.can_change(saying, said, now):
        return _talk(visit, 409, "changed_since")
    day = day_of(saying.body["values"], appointments.family_clocks(known))
    body: dict[str, Any] = {"template": appointments.OFF, "values": {"day": str(day)}, "words": "", "person": 1}
    return _proposed(visit, report, "message", body | {"replaces": saying.id})


def release(visit: Visit) -> Response:
    """It was seen as the family will see it: let it go."""
    return _decided(visit, sayings.release)


def drop(visit: Visit) -> Response:
    """Give up what was proposed."""
    return _decided(visit, sayings.drop)


def revoke(visit: Visit) -> Response:
    """Take back a letter that is not answered yet."""
    return _decided(visit, sayings.revoke)


def task_list(visit: Visit) -> Response:
    """What is to be done for families, oldest first."""
    with visit.desk.store.engine.begin() as connection:
        found = tasks.open_tasks(connection)
        names = caseworkers.names(connection)
    return render(visit, "tasks.html", tasks=found, names=names, me=visit.signed_in.caseworker.id)


def take_task(visit: Visit) -> Response:
    """See to it oneself."""
    return _task(visit, tasks.take)


def close_task(visit: Visit) -> Response:
    """It is done."""
    return _task(visit, tasks.close)


TALK_PAGES = (
    Page("/cases/{report}/talk", "GET", Access.CASEWORKER, talk),
    Page("/cases/{report}/status", "POST", Access.CASEWORKER, set_status),
    Page("/cases/{report}/letters", "POST", Access.CASEWORKER, write_letter),
    Page("/cases/{report}/appointments", "POST", Access.CASEWORKER, set_appointment),
    Page("/sayings/{saying}/call-off", "POST", Access.CASEWORKER, call_off),
    Page("/sayings/{saying}/release", "POST", Access.CASEWORKER, release),
    Page("/sayings/{saying}/drop", "POST", Access.CASEWORKER, drop),
    Page("/sayings/{saying}/revoke", "POST", Access.CASEWORKER, revoke),
    Page("/tasks", "GET", Access.CASEWORKER, task_list),
    Page("/tasks/{task:int}/take", "POST", Access.CASEWORKER, take_task),
    Page("/tasks/{task:int}/close", "POST", Access.CASEWORKER, close_task),
)


def _form(visit: Visit) -> Flow:
    if visit.desk.form is None:
        raise HTTPException(404)
    return visit.desk.form


def _proposed(visit: Visit, report: str, kind: str, body: Mapping[str, Any]) -> Response:
    _form(visit)
    store = visit.desk.store
    with store.engine.begin() as connection:
        erasure.alone(connection)
        if erasure.erased_on(connection, report):
            raise HTTPException(404)
        id_ = sayings.propose(connection, store, visit.signed_in.caseworker.id, report, kind, body)
    return RedirectResponse(f"/cases/{report}/talk#s-{id_[:8]}", 303)


def _saying(visit: Visit) -> Saying:
    """The saying of the address; the page that is shown from here on is its case's."""
    id_, store = str(visit.request.path_params["saying"]), visit.desk.store
    if not _SAYING.fullmatch(id_):
        raise HTTPException(404)
    with store.engine.begin() as connection:
        saying = sayings.find(connection, store, id_)
    if saying is None or saying.report is None:
        raise HTTPException(404)
    visit.request.path_params["report"] = saying.report
    return saying


def _decided(visit: Visit, decide: Any) -> Response:
    saying, store = _saying(visit), visit.desk.store
    try:
        with store.engine.begin() as connection:
            decide(connection, store, saying.id, visit.signed_in.caseworker.id)
    except NotAllowed as refused:
        return _talk(visit, 409, refused.reason)
    visit.desk.nudge()
    return RedirectResponse(f"/cases/{saying.report}/talk#s-{saying.id[:8]}", 303)


def _task(visit: Visit, change: Any) -> Response:
    with visit.desk.store.engine.begin() as connection:
        number = int(visit.request.path_params["task"])
        if not change(connection, visit.desk.store, number, visit.signed_in.caseworker.id):
            raise HTTPException(404)
    visit.desk.nudge()
    return RedirectResponse("/tasks", 303)


def _in(visit: Visit, phrase: Phrase) -> str:
    """A title in the console's language."""
    return say(phrase, visit.desk.words.locale.partition("_")[0], _NO_FACTS)


def _shown(visit: Visit, saying: Saying, known: Sequence[dict[str, Any]], language: str, now: datetime) -> Shown:
    letter, form = saying.letter, _form(visit)
    if letter is None:
        body = saying.body
        since = date.fromisoformat(body["since"]) if body.get("since") else _day(saying.proposed_at)
        recipient = str(body.get("recipient", ""))
        progress = Progress(body["status"], since, _name_of(recipient), str(body.get("reference", "")))
        line = progress_line(Request("", since, progress), since)
        return Shown(saying, body["status"], Spoken(say(line, language, _NO_FACTS)), language)
    template: Template | None = templates(form).get(letter.template)
    if template is None:
        return Shown(saying, letter.template, Spoken(letter.words), language)
    spoken = preview(form, letter, language, now, _NO_FACTS, appointments.family_clocks(known))
    answer, revision = _answer(known, saying.id)
    return Shown(saying, _in(visit, template.title), spoken, language, answer, revision)


def _appointed(visit: Visit, shown: Shown, said: Sequence[Saying], now: datetime) -> Shown:
    """With what a caseworker wants to know of an appointment."""
    values = shown.saying.body.get("values", {})
    moment = moment_of(values)
    if moment is None:
        return shown
    day, at = by(moment, values["zone"])
    appointment = (day.isoformat(), at, city_of(values["zone"], visit.desk.words.language))
    changes = appointments.can_change(shown.saying, said, now)
    return replace(shown, appointment=appointment, again=appointments.as_written(shown.saying) if changes else None)


def _answer(known: Sequence[dict[str, Any]], letter: str) -> tuple[str, int]:
    """What the family answered to a letter, and in which revision."""
    body = next((one for one in known if one.get("answers") == letter), None)
    if body is None:
        return "", 0
    claims = [
        claim for holder in (body["enquirer"], *body["sought_persons"], *body["events"]) for claim in holder["claims"]
    ]
    stated = next((claim for claim in claims if not claim.get("derived")), None)
    return (_words(stated) if stated else ""), int(body["revision"])


def _words(claim: Mapping[str, Any]) -> str:
    """An answer in a line: the family's words, else the choice, else its status."""
    raw, value = claim["raw"] or {}, claim["value"] or {}
    if raw.get("text"):
        return str(raw["text"])
    if value.get("type") == "files":
        return f"{len(value['files'])} ×"
    return str(value.get("label") or "; ".join(value.get("labels", ())) or claim["status"])


def _notes(known: Sequence[dict[str, Any]]) -> list[Note]:
    """What the family wrote by itself, newest first."""
    found = []
    for body in reversed(known):
        if body.get("kind") == "note":
            found += [Note(body["revision"], body["submitted_on"], _words(one)) for one in body["enquirer"]["claims"]]
    return found


def _language(known: Sequence[dict[str, Any]]) -> str:
    """The language the bot spoke last with this family; English where it has no catalog."""
    language = str(merged(known)["language"])
    return language if language in offered() else "en"


def _agreed_to(known: Sequence[dict[str, Any]]) -> list[str]:
    """Names of the bodies the family agrees to share with now."""
    granted = [one for one in consents_in(known) if not one.withdrawn and one.newest["answer"] == "granted"]
    return sorted({str(one.newest["recipient"]) for one in granted if one.newest["recipient"]})


def _name_of(code: str) -> str:
    return code.replace("_", " ").upper()


def _is_past_day(text: str, now: int) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text and date.fromisoformat(text) <= _day(now)
    except ValueError:
        return False


def _day(seconds: int) -> date:
    return datetime.fromtimestamp(seconds, UTC).date()
