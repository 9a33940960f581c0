"""What we say by ourselves, and where families choose whether we may. Nothing here says what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Literal

from flows.conversation import Conversation
from flows.effects import CallPerson, Inform, Quiet, Remind, Toast
from flows.notices import OPEN, submitted_screen
from flows.phrases import Button, Phrase, Screen, day
from flows.presses import Press, press
from flows.screens import CONTINUE, N_
from flows.standing import SEE, SOMETHING_WAITS
from flows.turn import Here, Turn

STOP_MESSAGES = N_("Stop messages")
REMIND_ME = N_("Remind me")
DO_NOT_REMIND = N_("Do not remind me")
#: Months between two regular updates that can be chosen.
OFTEN: Mapping[int, Phrase] = {3: N_("Every 3 months"), 6: N_("Every 6 months"), 12: N_("Once a year")}
NO_UPDATES = N_("No regular update")
STILL_GOOD = N_("Yes")
HAS_CHANGED = N_("It has changed")
CONFIRM = N_("I will be there")
ANOTHER_TIME = N_("Another time, please")
CANCEL = N_("I cannot come")

UNFINISHED = N_("Your notes are still saved here. Continue whenever you like.")
UNFINISHED_ABOVE = N_(
    "Your notes are still saved here. The button under the message this one refers to opens them, whenever you like."
)
ERASURE_NEAR = N_(
    "What is saved here will be deleted on {day} unless it is opened before. If that is all right, nothing has to be done."
)
QUESTION = N_("There is a question waiting for you.")
APPOINTMENT = N_("Reminder: there is an appointment on {day}.")
APPOINTMENT_AT = N_("Reminder: there is an appointment on {day} at {time}.")
CONTACT = N_("Is this still a good way to reach you?")
DIGEST = N_("Your regular update: nothing new has arrived here.")
DIGEST_WAITS = N_("Your regular update: {waits}", waits=SOMETHING_WAITS)
DIGEST_STATUS = N_("Your regular update: there is a newer note here on how the work stands.")
SAFETY = N_(
    "We never ask for money, passwords or codes. If somebody does so in our name, please do not pay and do not answer."
)
DECISION = N_("Something needs your decision.")

HOW_WE_WRITE = N_(
    "We can remind you of what you have begun here. We do so only in the daytime, at most once in seven days, without a sound, "
    "and never say what it is about."
)
REMINDED = N_("Reminders: yes.")
NOT_REMINDED = N_("Reminders: no.")
UPDATED = N_("A regular update: {often}")
NOT_UPDATED = N_("A regular update: no.")
ALL_STOPPED = N_("All our messages are stopped; only answers come.")
NOTED = N_("Noted")
WAY_NOTED = N_("Thank you. That is noted.")
PERSON_WILL_ASK = N_("Thank you. A person of the team has been told and will look after it.")
_TEXTS: Mapping[str, Phrase] = {
    "unfinished": UNFINISHED,
    "erasure_near": ERASURE_NEAR,
    "question": QUESTION,
    "appointment": APPOINTMENT,
    "contact": CONTACT,
    "digest": DIGEST,
    "safety": SAFETY,
    "decision": DECISION,
    "trial": SAFETY,
}


#: What has come since the last regular update: a letter that is not opened, another sentence about the work, or neither.
News = Literal["nothing", "status", "letter"]
DIGESTS: Mapping[News, Phrase] = {"nothing": DIGEST, "status": DIGEST_STATUS, "letter": DIGEST_WAITS}


def reminder_screen(
    kind: str, *, on: date | None = None, at: str | Phrase | None = None, above: bool = False, news: News = "nothing"
) -> Screen:
    """What is said by ourselves.

    `on`, `at`: the day (and hour) it speaks of; `above`: it points at the message with the key; `news`: what a regular update
    has to say.
    """
    text = UNFINISHED_ABOVE if above and kind == "unfinished" else _TEXTS[kind]
    if kind == "digest":
        text = DIGESTS[news]
    if kind == "appointment" and at is not None:
        text = replace(APPOINTMENT_AT, values={"time": at})
    if on is not None:
        text = replace(text, values={**text.values, "day": day(on)})
    rows = ((Button(SEE, press("st")),),) if kind == "digest" and news != "nothing" else _buttons(kind, above=above)
    return Screen((text,), (*rows, (Button(STOP_MESSAGES, press("q")),)))


def _buttons(kind: str, *, above: bool) -> tuple[tuple[Button, ...], ...]:
    match kind:
        case "contact":
            return ((Button(STILL_GOOD, press("ct", word="yes")), Button(HAS_CHANGED, press("ct", word="changed"))),)
        case "appointment":
            return (
                (Button(CONFIRM, press("ap", word="yes")),),
                (Button(ANOTHER_TIME, press("ap", word="other")), Button(CANCEL, press("ap", word="no"))),
            )
        case "decision":
            return ((Button(SEE, press("g")),),)
        case "unfinished" | "erasure_near":
            return () if above else ((Button(CONTINUE, press("g")),),)
    return ((Button(OPEN, press("g")),),)


def wishes_screen(conversation: Conversation, *lead: Phrase) -> Screen:
    """What we may say by ourselves, as it is now, and how to change it."""
    wishes = conversation.wishes
    stands = [REMINDED if wishes.reminded else NOT_REMINDED]
    rows = [(Button(DO_NOT_REMIND, press("rn")) if wishes.reminded else Button(REMIND_ME, press("ry")),)]
    if conversation.sent:
        stands.append(replace(UPDATED, values={"often": OFTEN[wishes.digest]}) if wishes.digest else NOT_UPDATED)
        rows += [
            (Button(often, press("rd", word=f"m{months}")),)
            for months, often in OFTEN.items()
            if months != wishes.digest
        ]
        if wishes.digest:
            rows.append((Button(NO_UPDATES, press("rd", word="m0")),))
    if wishes.quiet:
        stands = [ALL_STOPPED]
    else:
        rows.append((Button(STOP_MESSAGES, press("q")),))
    return Screen((*lead, HOW_WE_WRITE, *stands), (*rows, (Button(CONTINUE, press("g")),)))


def pressed_about_reminders(here: Here, pressed: Press) -> Turn | None:
    """A button about what we say by ourselves; None when it is about something else."""
    wishes = here.conversation.wishes
    match pressed.verb, pressed.word:
        case "ry" | "rn", _:
            on = pressed.verb == "ry"
            changed = here.now(wishes=replace(wishes, reminded=on, quiet=wishes.quiet and not on))
            effects = (Remind(on), *((Quiet(False),) if on and wishes.quiet else ()), Toast(NOTED))
            return changed.show(wishes_screen(changed.conversation), *effects)
        case "rd", word if word[1:].isdecimal() and int(word[1:]) in (0, *OFTEN):
            months = int(word[1:]) if here.conversation.sent else 0
            changed = here.now(wishes=replace(wishes, digest=months, quiet=wishes.quiet and not months))
            effects = (Inform(months), *((Quiet(False),) if months and wishes.quiet else ()), Toast(NOTED))
            return changed.show(wishes_screen(changed.conversation), *effects)
        case "ct", "yes":
            return _noted(here, WAY_NOTED)
        case "ct", _:
            return _noted(here, PERSON_WILL_ASK, CallPerson("contact_changed"))
        case "ap", "yes":
            return _noted(here, WAY_NOTED, CallPerson("appointment_confirmed"))
        case "ap", "other":
            return _noted(here, PERSON_WILL_ASK, CallPerson("appointment_change"))
        case "ap", _:
            return _noted(here, PERSON_WILL_ASK, CallPerson("appointment_cancelled"))
    return None


def _noted(here: Here, line: Phrase, *effects: CallPerson) -> Turn:
    if here.conversation.status == "submitted":
        return here.show(submitted_screen(here.conversation, line), *effects)
    return here.move_on(line, also=effects)
