"""What was sent, behind a PIN: asked for before it is shown or deleted, set, changed, and the second one for an emergency.

Whether a PIN is right only the shell can tell (`Prove`). A wrong PIN, one for an emergency and one where there is nothing at all
are answered by the same screen; nothing here can tell them apart either.
"""

from __future__ import annotations

from flows.codes import is_weak, pin
from flows.conversation import Asking, Conversation
from flows.effects import Forget, Guard, Prove
from flows.notices import CODE_TOO_OFTEN
from flows.phrases import Button, Phrase, Screen
from flows.presses import Press, press
from flows.screens import CONTINUE, N_, PERSON
from flows.turn import Here, Turn

SECOND_PIN = N_("A second PIN")
REMOVE_PIN = N_("Remove the PIN")
GO_ON_HERE = N_("Go on with it here")

ASK_PIN = N_("Please write your PIN. Your message is deleted at once.")
NOTHING_FOUND = N_("Nothing was found with this PIN.")
ABOUT_PIN = N_(
    "A PIN of six digits protects what was sent: whoever holds this phone needs it to see how the request stands, to read what "
    "the team writes, to take back an agreement or to have everything deleted. Reference and PIN together also open it on "
    "another phone. Should the PIN be lost, only a person of the team can help."
)
CHOOSE_PIN = N_("Please write six digits that only you know. Your message is deleted at once.")
NOT_A_PIN = N_("A PIN has six digits. Please write six digits, or press a button.")
WEAK_PIN = N_("Please choose six digits that are harder to guess: no row, no repetition, no year of birth.")
PIN_SET = N_("The PIN is set. Please keep it apart from the reference.")
PIN_REMOVED = N_("There is no PIN any more.")
ABOUT_SECOND_PIN = N_(
    "A second PIN is for the moment when somebody forces you to open this. Written in place of the PIN it answers that nothing "
    "was found, as a wrong PIN does, and from then on this chat knows nothing of what was sent. What was sent stays with the "
    "team; reference and PIN open it again. Please write six other digits than those of the PIN."
)
SECOND_PIN_SET = N_("The second PIN is set.")
SAME_PIN = N_("These digits cannot be used here. Please write six others.")
OPENED = N_("This is how the request stands:")
GO_ON_QUESTION = N_(
    "You can go on with it here, to ask about it or to add something. In the chat where it was until now it can then no longer "
    "be opened."
)
NOT_SENT_THERE = N_(
    "Something was added to it on the other phone and is not sent yet. Please send or delete it there first, or ask a person: "
    "{contact}."
)
TAKEN_HERE = N_("From now on you can ask about it and add to it here. On the other phone it can no longer be opened.")
TAKEN_AWAY = N_(
    "What was sent from here is continued on another phone. If that was not you, a person can help: {contact}."
)
NO_LONGER_OPEN = N_("Please write the reference and the PIN once more.")
TRIED_OFTEN = N_(
    "There were several wrong attempts to open something. Nothing was opened, and for a while nobody can try again. Nothing has "
    "to be done. If this worries you, a person can help: {contact}."
)

#: Presses that need the PIN, where one is set, after something was sent.
GATED = frozenset({"st", "md", "ea", "pn", "pd", "px", "wl", "w"})
#: Verbs under the screen that a right PIN opened: pressed there and then, they do not ask for it once more.
_UNDER = {"md": "wl", "wl": "w", "w": "w"}


def asks_first(here: Here, pressed: Press) -> Turn | None:
    """The PIN, please, before this is done; None when there is none, or it need not be."""
    if not here.conversation.guarded or pressed.verb not in GATED:
        return None
    back = pressed.question if pressed.verb == "w" else None
    return here.show(_pin_screen(ASK_PIN), asking=_proof(pressed.verb), taking_back=back)


def stands_under(opened: str, verb: str) -> bool:
    """Whether a button of this verb is under the screen that the PIN was just written for (`opened`, a verb)."""
    return bool(opened) and _UNDER.get(opened) == verb


def proves(asking: Asking | None) -> str | None:
    """What is done once the PIN that is asked for is right; None when none is asked for."""
    return asking.removeprefix("proof_") if asking and asking.startswith("proof_") else None


def said(here: Here, text: str, message: int) -> Turn:
    """Words while a PIN is asked for. They leave the chat whatever they are."""
    gone, found, asking = Forget(message), pin(text), here.conversation.asking
    if found is None:
        return here.show(_pin_screen(NOT_A_PIN), gone)
    if proves(asking):
        return Turn(here.conversation, (gone, Prove(found)))
    if is_weak(found):
        return here.show(_pin_screen(WEAK_PIN), gone)
    return Turn(here.conversation, (gone, Guard("duress" if asking == "new_duress" else "pin", found)))


def choose(here: Here, verb: str) -> Turn:
    """A new PIN, a second one, or none any more."""
    if verb == "px" and here.conversation.has_pin:
        return Turn(here.conversation, (Guard("none", ""),))
    if verb == "pd" and here.conversation.has_pin:
        return here.show(_pin_screen(ABOUT_SECOND_PIN), asking="new_duress")
    more = ((Button(SECOND_PIN, press("pd")), Button(REMOVE_PIN, press("px"))),) if here.conversation.has_pin else ()
    return here.show(Screen((ABOUT_PIN, CHOOSE_PIN), (*more, (Button(CONTINUE, press("g")),))), asking="new_pin")


def kept(here: Here, kind: str) -> Turn:
    """It is set, or taken away."""
    line = {"pin": PIN_SET, "duress": SECOND_PIN_SET}.get(kind, PIN_REMOVED)
    more = ((Button(SECOND_PIN, press("pd")),),) if kind == "pin" else ()
    return here.show(Screen((line,), (*more, (Button(CONTINUE, press("g")),))), asking=None)


def not_kept(here: Here) -> Turn:
    return here.show(_pin_screen(SAME_PIN))


def not_proved(conversation: Conversation, reason: str) -> Screen:
    """Nothing was found; or too often, and it was not even tried."""
    line = CODE_TOO_OFTEN if reason == "too_often" else NOTHING_FOUND
    return Screen((line,), ((Button(CONTINUE, press("g")),), (Button(PERSON, press("h")),)))


def opened_screen(lines: tuple[Phrase, ...], *, movable: bool) -> Screen:
    """How a request stands, for somebody who opened it with reference and PIN elsewhere than in its chat."""
    asked = (GO_ON_QUESTION,) if movable else ()
    here = ((Button(GO_ON_HERE, press("tk")),),) if movable else ()
    return Screen((OPENED, *lines, *asked), (*here, (Button(CONTINUE, press("g")),)))


def pin_screen() -> Screen:
    """The PIN, please, beside a draft that is locked away."""
    return Screen((ASK_PIN,))


def _pin_screen(*lines: Phrase) -> Screen:
    return Screen(lines, ((Button(CONTINUE, press("g")),),))


def _proof(verb: str) -> Asking:
    asking: dict[str, Asking] = {
        "st": "proof_st",
        "md": "proof_md",
        "ea": "proof_ea",
        "pn": "proof_pn",
        "pd": "proof_pd",
        "px": "proof_px",
        "wl": "proof_wl",
        "w": "proof_w",
    }
    return asking[verb]
