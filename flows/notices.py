"""What the engine says around the questions: resting, sending, what is kept, taking things back, leaving no trace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from flows.conversation import Conversation, Sent
from flows.phrases import Button, Phrase, Screen, day
from flows.presses import press
from flows.screens import ADD_OR_CORRECT, CONTINUE, N_, PERSON, START_NEW, YES_DELETE
from flows.standing import IS_THERE_NEWS, SEE, TIMES_ASKED, WRITE_TO_TEAM, times_rows
from flows.walk import Standing, Walk

KEEP = N_("Keep it")
MY_DATA = N_("What is kept here")
AGREED_TO = N_("What I agreed to")
OPEN = N_("Open")
REMINDERS = N_("Reminders")
OTHER_PHONE = N_("Take it to another phone")
ASK_ERASURE = N_("Ask for deletion")
TAKE_BACK = N_("Take this back")
MESSAGES_AGAIN = N_("You may write to me again")
PIN = N_("PIN")
RECEIPT = N_("Receipt")
REALLY_YOU = N_("Is it really you?")
TAKE_CONSENT_BACK = N_("Take back: {title}")

TAKE_A_BREAK = N_(
    "There is no hurry. What you have written so far is saved, and you can continue whenever it suits you."
)
SAVED_HERE = N_("Saved. You can continue whenever it suits you.")
ALL_SAVED = N_("Everything is saved.")
NOTHING_OPEN = N_("Nothing is open here.")
LOCKED = N_("Saved. Only this button opens it again, so please keep this message.")
LOCKED_AWAY = N_(
    'What is saved here is locked, so that nobody else can read it. Please press "Continue" in the message above; then '
    "write again what you have just written. If that message is gone, what was saved cannot be opened any more. That is "
    "nobody's fault, and you can begin again whenever you feel able to."
)
WITH_CODE = N_("If you have a code and a PIN, write both here in one message.")
LOST = N_("That message is gone")
LOST_FOR_GOOD = N_(
    "Then what was saved stays locked for good, and nobody can read it. We are sorry. You can begin again whenever you feel "
    "able to, and leave out whatever you like."
)
EXPIRED = N_(
    "What was saved here has been deleted after a long time, as announced. You can begin again whenever you like."
)
HUMAN_CONTACT = N_(
    "You can speak with a person from the team: {contact}. Languages: {languages}. Hours: {hours}. "
    "This chat is automatic and is not read all the time."
)
SUBMITTED = N_(
    "Your search request has been received. Reference:\n{code}\n"
    "Please keep this reference in a safe place. If you choose a PIN as well (/pin), both together open the request on another "
    "phone: there you can ask how it stands and add to it.\n"
    "We will write to you only if there is something to ask or to tell you."
)
NOTE_IT_DOWN = N_(
    "This message will disappear from the chat in half an hour. Please write the reference down somewhere safe."
)
ADDITION_SENT = N_("What you added has been sent to the team.")
CANNOT_PROMISE = N_(
    "We take every request seriously, but we cannot promise an answer, or when one may come. If there is news that has been "
    "checked, a person from the team will tell you, not this automatic service."
)
ALREADY_SENT = N_("Your search request has been received. A person will read it.")
DELETE_DRAFT = N_(
    "Do you want everything you wrote here to be deleted? Nothing of it has been sent. This cannot be undone. "
    "It does not delete the chat on your phone; you have to do that in Telegram yourself."
)
DELETE_ADDITION = N_(
    "Do you want to delete what you have added and not yet sent? What was sent before is not touched by this."
)
DELETED = N_("Your answers have been deleted. If you wish, you can start again at any time.")
ADDITION_DELETED = N_("What you had added has been deleted. What was sent before stays with the team.")
ERASURE_QUESTION = N_(
    "Your request is no longer kept here; only the team can open it. You can ask the team to delete everything. It will do so "
    "from {day} on; until then you can take this back. Whoever received something with your agreement will be asked to delete "
    "it as well, but decides under its own rules."
)
ERASURE_ASKED = N_(
    "The team has been asked to delete everything. It will do so from {day} on. Until then you can take this back here."
)
ERASURE_TAKEN_BACK = N_("You have taken it back. Your request stays with the team.")
FETCHED = N_("The team has had it since {day}.")
NOT_FETCHED = N_("The team has not fetched it yet.")
QUIET = N_("We will not write to you by ourselves any more. What you wrote and sent stays as it is.")
NOT_QUIET = N_("We may write to you again when there is something to ask or to tell you.")
NOTHING_AGREED = N_("You have not agreed to anything being passed on, so there is nothing to take back.")
AGREED_LIST = N_("You agreed to this:\n{list}\nYou can take back each of them on its own.")
TAKEN_BACK = N_("Taken back: {title}. From now on nothing is passed on, and the team has been told so.")
PASSED_ON_PERHAPS = N_(
    "The team has had your answers since {day}. If something was passed on before today, the team asks those who have it to "
    "delete it; they decide under their own rules."
)
NOT_PASSED_ON = N_("The team has not fetched your answers yet, so nothing can have been passed on.")
NOT_SENT_YET = N_("Nothing has been sent yet.")
KEPT_HERE = N_("This is what this service keeps about this chat:\n{list}")
KEPT_LANGUAGE = N_("- the language you chose, and a locked note of how to reach this chat")
KEPT_DRAFT = N_(
    "- what you have written and not yet sent: answers: {answers}, files: {files}. You see all of it in the review."
)
KEPT_SENT = N_("- that something was sent on {day}. {fetched}")
KEPT_CONSENT = N_("- what you agreed to or not: {title}: {answer} ({day})")
KEPT_NOWHERE = N_(
    "What was sent is sealed: this service cannot read it, only the team can. To see or correct it there, ask the team: "
    "{contact}. Telegram keeps its own copy of this chat."
)
KEPT_COMMANDS = N_(
    "/withdraw takes back an agreement, /delete deletes, /stop stops our messages, /hide clears this chat."
)
CHOOSE_PIN = N_(
    "You can take what you have written to another phone, with a code and a PIN. Please write a PIN of six digits that only "
    "you know. Your message is deleted at once."
)
DRAFT_CODE = N_(
    "Your code:\n{draft_code}\nPlease write it down and keep it apart from your PIN. On another phone, open this service and "
    "write /resume. Without both, nobody can open what you wrote, we neither."
)
ASK_CODE = N_("Please write the code and after it the PIN, in one message. Digits of any script will do.")
CODE_WRONG = N_(
    "This code and PIN do not open anything here. Please check both. If it does not work, a person can help: {contact}."
)
CODE_BUSY = N_(
    "Something is already begun in this chat. Please send it or delete it first; then the other one can be brought here."
)
CODE_TOO_OFTEN = N_("This was tried too often. Please try again later, or ask a person: {contact}.")
RECOVERED = N_("Everything you wrote is here now. On the other phone it can no longer be opened.")
HELP = N_(
    "This service asks you questions about a relative who is missing. Answer with the buttons or in your own words; "
    "every question may stay open. /pause to rest, /language to change the language, /person to speak with somebody, "
    "/mydata to see what is kept, /hide to clear this chat, /delete to delete what you wrote. If somebody takes your phone, "
    "write 000: this chat is emptied at once and unfinished answers are deleted."
)
PERSON_ASKED = N_("A person of the team has been told that you would like to speak with somebody.")
STAYS = N_(
    "Some older messages could not be deleted from this chat; Telegram does not allow it after two days. You can clear the "
    "chat yourself in Telegram."
)

#: the chat's menu, as it stands beside the text field: plain words, because others may see it
COMMANDS: Mapping[str, Phrase] = {
    "start": N_("Begin or go on"),
    "pause": N_("Take a break"),
    "language": N_("Another language"),
    "person": N_("Talk to a person"),
    "status": N_("How it stands"),
    "help": N_("Help"),
    "hide": N_("Clear this chat"),
    "mydata": N_("What is kept here"),
    "reminders": N_("Reminders"),
    "stop": N_("No more messages"),
    "withdraw": N_("Take back an agreement"),
    "resume": N_("Continue from another phone"),
    "receipt": RECEIPT,
    "pin": PIN,
    "safety": REALLY_YOU,
    "delete": N_("Delete what I wrote"),
}


def pause_screen(*, keepable: bool) -> Screen:
    """Resting; with `keepable` what was written can be taken to another phone."""
    other = ((Button(OTHER_PHONE, press("cp")),),) if keepable else ()
    aside = (Button(REMINDERS, press("rm")), Button(PERSON, press("h")))
    return Screen((TAKE_A_BREAK,), ((Button(CONTINUE, press("g")),), *other, aside))


def resting_screen(conversation: Conversation) -> Screen:
    """One neutral line, for a phone that others may see."""
    if conversation.status == "open":
        return Screen((SAVED_HERE,), ((Button(CONTINUE, press("g")),),))
    return Screen((ALL_SAVED if conversation.status == "submitted" else NOTHING_OPEN,), ((Button(OPEN, press("g")),),))


def locked_screen() -> Screen:
    """The neutral line whose button holds the key; the shell puts it there."""
    return Screen((LOCKED,), ((Button(CONTINUE, press("g")),),))


def locked_away_screen(*lead: Phrase) -> Screen:
    """Said to who writes while the draft is locked. Never shown in place of the anchor, which holds the key."""
    return Screen((*lead, LOCKED_AWAY, WITH_CODE), ((Button(LOST, press("xx")),),))


def lost_screen() -> Screen:
    """The message that holds the key is gone."""
    return Screen((LOST_FOR_GOOD, WITH_CODE), ((Button(START_NEW, press("n")),),))


def person_screen(conversation: Conversation, *lead: Phrase) -> Screen:
    on = () if conversation.status == "submitted" else ((Button(CONTINUE, press("g")),),)
    return Screen((*lead, HUMAN_CONTACT, TIMES_ASKED), (*times_rows(), *on))


def help_screen() -> Screen:
    return Screen((HELP, HUMAN_CONTACT), ((Button(CONTINUE, press("g")),),))


def delete_screen(conversation: Conversation) -> Screen:
    text = DELETE_ADDITION if conversation.adds else DELETE_DRAFT
    return Screen((text,), ((Button(KEEP, press("g")),), (Button(YES_DELETE, press("xx")),)))


def erasure_screen(conversation: Conversation, due_on: date) -> Screen:
    text = replace(ERASURE_QUESTION, values={"day": day(due_on)})
    rows = ((Button(KEEP, press("g")),), (Button(ASK_ERASURE, press("ea")),))
    return Screen((text, _fetched(conversation)), rows)


def submitted_screen(conversation: Conversation, *lines: Phrase) -> Screen:
    if conversation.erase_on is not None:
        asked = replace(ERASURE_ASKED, values={"day": day(conversation.erase_on)})
        return Screen((*lines, asked), ((Button(TAKE_BACK, press("ek")),), (Button(PERSON, press("h")),)))
    rows = (
        *((Button(SEE, press("l", word=letter)),) for letter in conversation.waiting),
        (Button(IS_THERE_NEWS, press("st")),),
        (Button(ADD_OR_CORRECT, press("m")),),
        (Button(WRITE_TO_TEAM, press("wt")), Button(PERSON, press("h"))),
        (Button(MY_DATA, press("md")), Button(REMINDERS, press("rm"))),
        (Button(PIN, press("pn")), Button(RECEIPT, press("rc"))),
        (Button(REALLY_YOU, press("sf")),),
        (Button(START_NEW, press("n")),),
    )
    return Screen(lines, rows)


def ended_screen(line: Phrase) -> Screen:
    return Screen((line,), ((Button(START_NEW, press("n")),),))


def quiet_screen(conversation: Conversation, *, on: bool) -> Screen:
    if not on:
        return Screen((NOT_QUIET,), ((Button(CONTINUE, press("g")),),))
    return Screen((QUIET,), ((Button(MESSAGES_AGAIN, press("qo")),), (Button(CONTINUE, press("g")),)))


def agreed_screen(given: Sequence[Standing], *lead: Phrase) -> Screen:
    """What was agreed to, each with its way back."""
    back = (Button(CONTINUE, press("g")),)
    if not given:
        return Screen((*lead, NOTHING_AGREED), (back,))
    listed = tuple(N_("- {title}", title=one.question.title) for one in given)
    buttons = tuple(
        (Button(replace(TAKE_CONSENT_BACK, values={"title": one.question.title}), press("w", one.question.name)),)
        for one in given
    )
    return Screen((*lead, replace(AGREED_LIST, values={"list": listed})), (*buttons, back))


def taken_back(conversation: Conversation, title: Phrase) -> tuple[Phrase, ...]:
    """The truthful account of what taking it back means by now."""
    said = replace(TAKEN_BACK, values={"title": title})
    if not conversation.sent:
        return (said, NOT_SENT_YET)
    first = min((at for _, at in conversation.handed), default=None)
    if first is None:
        return (said, NOT_PASSED_ON)
    return (said, replace(PASSED_ON_PERHAPS, values={"day": day(first)}))


def kept_screen(conversation: Conversation, walked: Walk) -> Screen:
    """What this service holds about the chat, in a list: own data on request."""
    listed = (KEPT_LANGUAGE, *_draft(conversation, walked), *_sendings(conversation), *_consents(walked))
    lines = (replace(KEPT_HERE, values={"list": tuple(listed)}), KEPT_NOWHERE, KEPT_COMMANDS)
    rows = ((Button(AGREED_TO, press("wl")),), (Button(CONTINUE, press("g")),))
    return Screen(lines, rows)


def _draft(conversation: Conversation, walked: Walk) -> Iterator[Phrase]:
    told = [one for one in walked.standings if one.claim and one.question.about not in ("setup", "consent")]
    if conversation.status == "open" and told:
        yield replace(KEPT_DRAFT, values={"answers": len(told), "files": len(conversation.files())})


def _sendings(conversation: Conversation) -> Iterator[Phrase]:
    for sent in conversation.sent:
        yield replace(KEPT_SENT, values={"day": day(sent.at.date()), "fetched": _fetched(conversation, sent)})


def _consents(walked: Walk) -> Iterator[Phrase]:
    for one in walked.standings:
        claim = one.claim
        if one.question.about != "consent" or claim is None or claim.value is None:
            continue
        choice = one.question.choice(str(claim.value.get("code")))
        answer = choice.label if choice else N_("not answered")
        yield replace(KEPT_CONSENT, values={"title": one.question.title, "answer": answer, "day": day(claim.at.date())})


def _fetched(conversation: Conversation, sent: Sent | None = None) -> Phrase:
    days = [at for revision, at in conversation.handed if sent is None or revision == sent.revision]
    return replace(FETCHED, values={"day": day(min(days))}) if days else NOT_FETCHED


def pin_screen(*lead: Phrase) -> Screen:
    return Screen((*lead, CHOOSE_PIN), ((Button(CONTINUE, press("g")),),))


def code_screen(*lead: Phrase) -> Screen:
    return Screen((*lead, ASK_CODE), ((Button(CONTINUE, press("g")),),))
