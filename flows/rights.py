"""Transitions about the conversation as a whole: rest, send, add, see, take back, delete, hide, bring to another phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from flows import certified, genuine, guard
from flows import notices as tell
from flows import screens as say
from flows.answering import ended
from flows.codes import CODE_DIGITS, all_digits, is_weak, pin
from flows.conversation import Claim, Conversation, Sent, SentKind
from flows.effects import (
    CallPerson,
    Effect,
    Erase,
    Forget,
    Inquire,
    Keep,
    Lock,
    Prefer,
    Quiet,
    Recover,
    Renew,
    Show,
    Submit,
    Take,
    Tell,
    Tidy,
    Toast,
    Vanish,
    Write,
)
from flows.phrases import Button, Phrase, Screen
from flows.presses import Press, press
from flows.questions import Flow
from flows.reading.words import tidy
from flows.reminders import pressed_about_reminders, wishes_screen
from flows.report import notice, report
from flows.standing import TIME_NOTED, TIMES, Request, draft_line, status_screen
from flows.turn import Here, Turn
from flows.walk import Standing

#: How long a family can take back that it asked for everything to be deleted.
SECOND_THOUGHTS = timedelta(days=3)
#: Written alone, in the digits of any script, it empties the chat at once.
PANIC = "000"


# -- buttons about the whole conversation --------------------------------------------------------------------------------


def pressed(here: Here, press: Press) -> Turn:
    """A button that names no question."""
    match press.verb:
        case "send":
            return send(here)
        case "p":
            return pause(here)
        case "h":
            return person(here, "asked")
        case "hp":
            return person(here, "better_told")
        case "x":
            return here.show(tell.delete_screen(here.conversation))
        case "xx":
            return delete(here)
        case "v":
            return _review(here, press.word)
        case "m":
            return menu(here, press.word)
        case "k":
            return _correct(here, press.word)
        case "pt":
            return prefer(here, press.word)
        case "cp" if _is_keepable(here):
            return here.show(tell.pin_screen(), asking="pin")
        case _:
            found = pressed_about_reminders(here, press) or _of_any_time(here, press)
            return found or here.move_on(focus=None, section=None)


def _of_any_time(here: Here, pressed: Press) -> Turn | None:
    """What can be asked of a conversation in any state."""
    if (asked := guard.asks_first(here, pressed)) is not None:
        return asked
    verb, word = pressed.verb, pressed.word
    match verb:
        case "st":
            return news(here)
        case "pn" | "pd" | "px" if here.conversation.sent:
            return guard.choose(here, verb)
        case "tk":
            return Turn(here.conversation, (Take(),))
        case "rc":
            return certified.asked(here, word)
        case "md":
            return kept(here)
        case "wl":
            return agreed(here)
        case "w":
            return withdraw(here, pressed.question)
        case "rm":
            return here.show(wishes_screen(here.conversation))
        case "q":
            return quiet(here, on=True)
        case "qo":
            return quiet(here, on=False)
        case "hd":
            return hide(here)
        case "re":
            return here.show(tell.code_screen(), asking="resume")
    return genuine.pressed(here, verb, word)


def commanded(here: Here, name: str) -> Turn:
    """A command, while a draft or an addition is open."""
    match name:
        case "start":
            lead = (say.WELCOME_BACK,) if here.has_news else ()
            return here.move_on(*lead)
        case "language":
            asks = here.flow.settings.get("language")
            return here.move_on(focus=asks.name if asks else None)
        case "pause":
            return pause(here)
        case "delete":
            return here.show(tell.delete_screen(here.conversation))
    return _command_of_any_time(here, name) or here.show(tell.help_screen())


def _command_of_any_time(here: Here, name: str) -> Turn | None:
    if name == "person":
        return person(here, "asked")
    return _of_any_time(here, Press(_VERBS[name])) if name in _VERBS else None


#: command -> the press that means the same
_VERBS = {
    "mydata": "md",
    "withdraw": "wl",
    "stop": "q",
    "hide": "hd",
    "resume": "re",
    "status": "st",
    "reminders": "rm",
    "pin": "pn",
    "receipt": "rc",
    "safety": "sf",
    "verify": "vf",
}


# -- resting, reviewing, adding ------------------------------------------------------------------------------------------


def pause(here: Here) -> Turn:
    return here.show(tell.pause_screen(keepable=_is_keepable(here)), paused=True)


def _is_keepable(here: Here) -> bool:
    """There is something worth taking to another phone."""
    return here.conversation.status == "open" and here.has_news


def person(here: Here, reason: str) -> Turn:
    return here.show(tell.person_screen(here.conversation, tell.PERSON_ASKED), CallPerson(reason))


def prefer(here: Here, times: str) -> Turn:
    """The family said when it would like to be called."""
    if times not in TIMES:
        return here.move_on(focus=None) if here.conversation.status == "open" else Turn(here.conversation, ())
    noted = replace(TIME_NOTED, values={"time": TIMES[times]})
    if here.conversation.status == "submitted":
        return here.show(tell.submitted_screen(here.conversation, noted), Prefer(times))
    return here.show(Screen((noted, tell.HUMAN_CONTACT), ((Button(say.CONTINUE, press("g")),),)), Prefer(times))


def stands(here: Here, requests: Sequence[Request]) -> Turn:
    """How everything of this chat stands: what was sent, and what is being written."""
    drafted: tuple[Phrase, ...] = ()
    if here.conversation.status == "open" and here.has_news:
        still_open = sum(one.due and not one.settled for one in here.walked.standings)
        drafted = (draft_line(still_open, adds=here.conversation.adds),)
    return here.show(status_screen(requests, here.at, drafted))


def _page_of(word: str) -> int:
    return int(word[1:]) if word[:1] == "p" and word[1:].isdecimal() else 1


def _review(here: Here, word: str) -> Turn:
    here = here.now(focus=None, section=None)
    if here.asked is not None or (here.conversation.adds and not here.has_news):
        return here.move_on()
    return here.review(page=_page_of(word))


def _correct(here: Here, word: str) -> Turn:
    here = here.now(focus=None, section=None)
    return here.show(say.correct_screen(here.walked, _page_of(word))) if here.conversation.adds else here.move_on()


def menu(here: Here, word: str = "") -> Turn:
    """The menu, or a section of it; sections of a person ask first about whom, when there are several."""
    here = here.now(focus=None, section=None)
    if not word:
        return here.menu()
    if word == "told":
        return here.show(say.told_screen(here.flow.for_a_person))
    name, _, number = word.partition(".")
    section = here.flow.section_names.get(name)
    reached = [instance for known, instance in here.walked.sections if known.name == name]
    if section is None or not reached:
        return here.menu(also=(Toast(say.NOT_ASKED_NOW),))
    if section.of and here.walked.persons > 1 and not number:
        return here.show(say.whom_screen(here.walked, section, _naming(here.flow)))
    instance = int(number or 1)
    if instance not in reached:
        return here.menu(also=(Toast(say.NOT_ASKED_NOW),))
    return _open_section(here, f"{name}.{instance}")


def _open_section(here: Here, section: str) -> Turn:
    """Its first open question; when all are answered, its first one, to be changed."""
    if here.walked.next_in(section) is not None:
        return here.move_on(section=section)
    first = next(iter(here.walked.inside(section)))
    return here.move_on(section=section, focus=first.question.name)


def _naming(flow: Flow) -> str | None:
    """The question that holds a sought person's name."""
    return next((one.name for one in flow.questions if one.field == "person.name.full"), None)


def add(here: Here) -> Turn:
    """Begin an addition to something sent."""
    return menu(here.now(status="open", paused=False, focus=None, section=None))


# -- sending -------------------------------------------------------------------------------------------------------------


def send(here: Here) -> Turn:
    """Send the request, or what was added to it. What is left here knows setup and consents, and how many are sought."""
    here = here.now(focus=None, section=None)
    if here.asked is not None or not here.has_news:
        return here.move_on()
    first = not here.conversation.adds
    submitted = Submit(report(here.flow, here.conversation, here.at))
    after = _after_sending(here, "report" if first else "addition")
    if not first:
        return Turn(after, (submitted, Show(tell.submitted_screen(after, tell.ADDITION_SENT))))
    note = (tell.NOTE_IT_DOWN,) if here.is_discreet else ()
    told = Tell(Screen((tell.SUBMITTED, *note)))
    return Turn(after, (submitted, Show(tell.submitted_screen(after, tell.CANNOT_PROMISE)), told))


def _after_sending(here: Here, kind: SentKind) -> Conversation:
    number = here.conversation.revision + 1
    sent = (*here.conversation.sent, Sent(number, kind, here.at))
    return replace(here.as_sent(), revision=number, persons=here.walked.persons, sent=sent)


def _noted(here: Here, kind: SentKind, withdrawn: Sequence[Standing] = (), due_on: date | None = None) -> Effect:
    return Submit(notice(here.flow, here.conversation, here.at, kind, withdrawn, due_on))


def _numbered(here: Here, kind: SentKind) -> Here:
    """The conversation after a notice: it has used up a revision."""
    number = here.conversation.revision + 1
    return here.now(revision=number, sent=(*here.conversation.sent, Sent(number, kind, here.at)))


# -- what is kept, what was agreed to ------------------------------------------------------------------------------------


def kept(here: Here) -> Turn:
    return here.show(tell.kept_screen(here.conversation, here.walked))


def _given(here: Here) -> list[Standing]:
    """Consents given to something beyond the search by the team itself, which `/delete` takes back."""
    return [
        one
        for one in here.walked.standings
        if one.question.about == "consent"
        and not one.question.ends_unless
        and one.claim is not None
        and (one.claim.value or {}).get("code") == "yes"
    ]


def agreed(here: Here, *lead: Phrase) -> Turn:
    return here.show(tell.agreed_screen(_given(here), *lead))


def withdraw(here: Here, name: str) -> Turn:
    """Take back one consent, and say what that changes by now."""
    given = next((one for one in _given(here) if one.question.name == name), None)
    if given is None:
        return agreed(here)
    no = given.question.choice("no")
    old = given.claim.value if given.claim and given.claim.value else {}
    value = {**old, "code": "no", "label": no.label.msgid if no else "No"}
    here = here.with_claim(Claim(name, "answered", here.at, value=value))
    account = tell.taken_back(here.conversation, given.question.title)
    if not here.conversation.sent:
        return agreed(here, *account)
    changed = here.walked.standing(name)
    noted = _noted(here, "withdrawal", [changed] if changed else [])
    return agreed(_numbered(here, "withdrawal"), *account).after(noted)


def quiet(here: Here, *, on: bool) -> Turn:
    return here.show(tell.quiet_screen(here.conversation, on=on), Quiet(on))


# -- deleting ------------------------------------------------------------------------------------------------------------


def delete(here: Here) -> Turn:
    """The unsent part, at once and for good."""
    return ended(here, tell.ADDITION_DELETED if here.conversation.adds else tell.DELETED)


def ask_erasure(here: Here) -> Turn:
    """Ask the team to delete what was sent; for a while it can be taken back, because somebody may have been forced."""
    if here.conversation.erase_on is not None:
        return here.show(tell.submitted_screen(here.conversation))
    due_on = (here.at + SECOND_THOUGHTS).date()
    noted = _noted(here, "erasure_request", due_on=due_on)
    after = _numbered(here, "erasure_request").now(erase_on=due_on)
    return after.show(tell.submitted_screen(after.conversation), noted)


def take_back_erasure(here: Here) -> Turn:
    if here.conversation.erase_on is None:
        return here.show(tell.submitted_screen(here.conversation, tell.ALREADY_SENT))
    noted = _noted(here, "erasure_cancelled")
    after = _numbered(here, "erasure_cancelled").now(erase_on=None)
    return after.show(tell.submitted_screen(after.conversation, tell.ERASURE_TAKEN_BACK), noted)


# -- leaving no trace ----------------------------------------------------------------------------------------------------


def is_panic(text: str) -> bool:
    """The word that empties the chat."""
    return tidy(text) == PANIC


def panic(here: Here) -> Turn:
    """Empty the chat and forget it. What was sent stays with the team; what was not is erased."""
    ended_ = Conversation(
        here.conversation.id, here.conversation.language, here.conversation.started_at, status="ended"
    )
    erased = (Erase(),) if here.conversation.status == "open" else ()
    return Turn(ended_, (*erased, Vanish()))


def hide(here: Here) -> Turn:
    """Empty the chat but for one neutral line; the draft is locked away in its button."""
    return _rest(here, lock=True)


def fell_silent(here: Here, *, short: bool) -> Turn:
    """After half an hour a discreet chat is tidied; after some hours a draft is locked away."""
    if not short and here.conversation.status == "open" and here.has_news:
        return _rest(here, lock=True, tidies=here.is_discreet)
    if short and here.is_discreet:
        return _rest(here, lock=False)
    return Turn(here.conversation, ())


def _rest(here: Here, *, lock: bool, tidies: bool = True) -> Turn:
    conversation = replace(here.conversation, asking=None)
    if conversation.status == "open":
        conversation = replace(conversation, paused=True)
    tidied: tuple[Effect, ...] = (Tidy(),) if tidies else ()
    if lock and conversation.status == "open" and here.has_news:
        return Turn(conversation, (Lock(), Show(tell.locked_screen()), *tidied))
    return Turn(conversation, (Show(tell.resting_screen(conversation)), *tidied))


# -- another phone -------------------------------------------------------------------------------------------------------


def said_beside(here: Here, text: str, message: int) -> Turn:
    """Words that are a PIN, a code and a PIN, or somebody else's. They leave the chat whatever they are."""
    gone = Forget(message)
    match here.conversation.asking:
        case "resume":
            return Turn(here.conversation, (gone, Recover(all_digits(text))))
        case "message" | "impostor":
            return genuine.said(here, text, message)
        case asking if asking != "pin":
            return guard.said(here, text, message)
    digits = pin(text)
    if digits is None:
        return here.show(tell.pin_screen(guard.NOT_A_PIN), gone)
    if is_weak(digits):
        return here.show(tell.pin_screen(guard.WEAK_PIN), gone)
    note = (tell.NOTE_IT_DOWN,) if here.is_discreet else ()
    rest = here.show(tell.pause_screen(keepable=False), asking=None, paused=True)
    return rest.after(gone, Keep(digits), Tell(Screen((tell.DRAFT_CODE, *note))))


def secret_said(here: Here, text: str, message: int) -> Turn:
    """A code, or a code and a PIN, written where nobody asked: it leaves the chat, and means what it always means."""
    found = all_digits(text)
    if len(found) > CODE_DIGITS:
        return Turn(here.now(asking="resume").conversation, (Forget(message), Recover(found)))
    return here.show(tell.code_screen(), Forget(message), asking="resume")


def not_recovered(here: Here, reason: str) -> Turn:
    lead = {"too_often": tell.CODE_TOO_OFTEN, "busy": tell.CODE_BUSY}.get(reason, tell.CODE_WRONG)
    return here.show(tell.code_screen(lead))


def news(here: Here) -> Turn:
    """How everything of this chat stands; behind the PIN, where what was sent has one."""
    return guard.asks_first(here, Press("st")) or Turn(here.conversation, (Inquire(),))


def not_taken(here: Here, reason: str) -> Turn:
    """What was opened with code and PIN stays where it is."""
    if reason == "over":
        return here.show(tell.code_screen(guard.NO_LONGER_OPEN), asking="resume")
    line = tell.CODE_BUSY if reason == "busy" else guard.NOT_SENT_THERE
    return here.show(Screen((line,), ((Button(say.CONTINUE, press("g")),),)))


def proved(here: Here) -> Turn:
    """The PIN was right: what it was asked for."""
    meant = Press(guard.proves(here.conversation.asking) or "g", here.conversation.taking_back or "")
    here = here.now(asking=None, taking_back=None, guarded=False)
    return pressed(here, meant) if here.conversation.status == "open" else pressed_after(here, meant)


# -- after the end -------------------------------------------------------------------------------------------------------


def pressed_after(here: Here, press: Press | None) -> Turn:
    """A button while nothing is open: something was sent, or all was ended."""
    meant = press or Press("")
    verb = meant.verb
    if verb == "n":
        return Turn(here.conversation, (Renew(),))
    if verb == "h":
        return person(here, "asked")
    if verb == "pt" and press is not None:
        return prefer(here, press.word)
    if here.conversation.status != "submitted":
        return (_of_any_time(here, meant) if verb in _ALWAYS else None) or Turn(here.conversation, (Renew(),))
    if (asked := guard.asks_first(here, meant)) is not None:
        return asked
    match verb:
        case "m" | "e" if here.conversation.erase_on is None:
            return add(here)
        case "ea":
            return ask_erasure(here)
        case "ek":
            return take_back_erasure(here)
        case "wt" if here.conversation.erase_on is None:
            return Turn(here.conversation, (Write(),))
    if press is not None and (about_reminders := pressed_about_reminders(here, press)) is not None:
        return about_reminders
    found = _of_any_time(here, meant)
    return found or here.show(tell.submitted_screen(here.conversation, tell.ALREADY_SENT))


#: Presses that mean something even where nothing is open and nothing was sent.
_ALWAYS = ("re", "hd", "q", "qo", "st", "tk", "sf", "vf", "im", "wd")
_ALWAYS_COMMANDS = ("person", "resume", "hide", "stop", "status", "safety", "verify")


def commanded_after(here: Here, name: str) -> Turn:
    """A command while nothing is open."""
    submitted = here.conversation.status == "submitted"
    if name == "new" or (name == "start" and not submitted):
        return Turn(here.conversation, (Renew(),))
    if name == "delete" and submitted:
        due_on = (here.at + SECOND_THOUGHTS).date()
        return here.show(tell.erasure_screen(here.conversation, due_on))
    found = _command_of_any_time(here, name) if submitted or name in _ALWAYS_COMMANDS else None
    if found is not None:
        return found
    if submitted:
        return here.show(tell.submitted_screen(here.conversation, tell.ALREADY_SENT))
    return Turn(here.conversation, (Renew(),))
