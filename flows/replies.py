"""What is said to messages that answer no question: the questions families ask most, swindlers, distress, "did you mean".

An operator may put words of its own in the place of each answer (`[answers]` in the profile); the ones here hold anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flows.conversation import Conversation
from flows.notices import HUMAN_CONTACT, OPEN
from flows.phrases import Button, Phrase, Screen
from flows.presses import press
from flows.questions import Question
from flows.screens import ADD_OR_CORRECT, CONTINUE, N_, PERSON, START_NEW, WISHES, YES, YES_DELETE

#: Answers to what families ask most, by intent.
ANSWERS: Mapping[str, Phrase] = {
    "faq_privacy": N_(
        "What you write is locked here. Once you send it, it is sealed for the team of {org}, and this service itself can no "
        "longer read it. Nobody else receives it unless you agree to that by name. Telegram keeps its own copy of this chat; "
        "/hide clears it. More: {privacy_url}"
    ),
    "faq_cost": N_(
        "Nothing here costs anything. The team never asks for money, gifts or bank details. Whoever does so is not from us."
    ),
    "faq_how_long": N_(
        "Nobody can say how long it takes. A search can take very long, and sometimes there is no answer; we do not want to "
        "raise a hope we cannot keep. You can ask here at any time where the request stands."
    ),
    "faq_who_are_you": N_(
        "This is the automatic service of {org}. {mandate} How to check that it is really us: {verify} People can be reached "
        "here: {contact}."
    ),
    "faq_dna": N_(
        "Sometimes a sample of saliva or blood from relatives helps a search. This service never asks for one and knows nothing "
        "about any. If a sample could help, a person of the team speaks with you first and explains what is done with it. The "
        "decision is yours, and it costs nothing."
    ),
    "faq_death_certificate": N_(
        "Questions about official papers and the civil register are best put to a person, because the answer depends on the "
        "place and on your situation. This service cannot issue or check papers. You need none to send a search request."
    ),
}
#: What a profile may put in the place of an answer: its name there, and the fact it becomes.
OVERRIDES: Mapping[str, str] = {
    intent: "answer_" + intent.removeprefix("faq_") for intent in (*ANSWERS, "report_scam", "out_of_scope")
}

SCAM_ADVICE = N_(
    "Please be careful when somebody contacts you about the person you are looking for.\n"
    "- We never ask for money, bank details, passwords or codes.\n"
    "- Please do not pay, and do not send papers or pictures to prove anything.\n"
    "- Whoever really knows something can tell the team without any payment.\n"
    "- If it is safe, keep the messages, and the name or number they came from: they can help the team to warn others."
)
SCAM_TOLD = N_("The team has been told. A person may ask you about it; you decide what you want to say.")
TELL_THE_TEAM = N_("Tell the team")
WORDS_BEFORE_CALLS = N_("When we call, we say two words that this chat shows you. Without them, please hang up.")
CHECK_MESSAGE = N_("Check a message")
CALL_WORDS = N_("Words for a call")
OUR_WORD = N_("Our word")
IMPOSTOR = N_("Somebody pretends to be you")
CRISIS = N_(
    "What you are carrying is very heavy, and nobody should have to carry it alone. The questions can wait; everything you "
    "wrote is saved.\n\n{crisis}"
)
CRISIS_TOLD = N_("A person of the team has been told. This chat is not read all the time: {contact}. Hours: {hours}.")
CARE = N_("You are not alone with this. {crisis}")
OUT_OF_SCOPE = N_(
    "This service can only help with search requests for missing relatives. For everything else please ask a person: "
    "{contact}."
)
GREETING = N_("Hello. Take the time you need.")
WELCOME = N_("Gladly. Write whenever you like.")
DID_IT_ANSWER = N_("Did this answer your question?")
IT_DID_NOT = N_("No, I'd like to ask a person")
DID_YOU_MEAN = N_("We are not sure what you mean. Is it one of these?")
NONE_OF_THESE = N_("None of these")
PERHAPS_YOU_MEAN = N_("If you meant something else, there are buttons for it below.")
STOP_HERE = N_(
    "Nothing is sent, and nothing is asked while you rest. What you wrote is saved here. You can go on later, or delete it."
)
KNOWS_SOMETHING = N_(
    "Thank you for wanting to tell this. What you know about somebody who is missing is best told to a person of the team, "
    "who will treat it with care. Please do not write names of witnesses here."
)
ANOTHER_REQUEST = N_("Your search request is with the team. You can add to it, or begin one for somebody else.")

_GO_ON = (Button(CONTINUE, press("g")),)
_A_PERSON = (Button(PERSON, press("h")),)


def answer_screen(intent: str) -> Screen:
    """The answer to a frequent question, and whether it was one."""
    answer = replace(ANSWERS[intent], fact=OVERRIDES[intent])
    return Screen((answer, DID_IT_ANSWER), ((Button(YES, press("g")),), (Button(IT_DID_NOT, press("h")),)))


def scam_screen(conversation: Conversation, *lead: Phrase) -> Screen:
    """How to deal with somebody who offers news for money or pretends to be us, and what can be checked at once."""
    advice = replace(SCAM_ADVICE, fact=OVERRIDES["report_scam"])
    tell = () if lead else ((Button(TELL_THE_TEAM, press("hs")),),)
    checks = (
        (Button(CHECK_MESSAGE, press("vf")), Button(CALL_WORDS, press("ph"))),
        (Button(OUR_WORD, press("wd")),),
        (Button(IMPOSTOR, press("im")),),
    )
    return Screen((*lead, advice, WORDS_BEFORE_CALLS), (*tell, *checks, _A_PERSON, _on(conversation)))


def distress_screen(conversation: Conversation | None) -> Screen:
    """The operator's words for somebody in danger; the questionnaire rests. Without a button where nothing can be opened."""
    return Screen((CRISIS, CRISIS_TOLD), (_on(conversation),) if conversation else ())


def stop_screen() -> Screen:
    """Stopped in the middle: nothing is decided by that."""
    return Screen((STOP_HERE,), (_GO_ON, _A_PERSON, (Button(YES_DELETE, press("x")),)))


def know_screen(conversation: Conversation) -> Screen:
    """Somebody who knows something about a missing person, theirs or another's."""
    add = ((Button(ADD_OR_CORRECT, press("m")),),) if conversation.status == "submitted" else ()
    return Screen((KNOWS_SOMETHING, HUMAN_CONTACT), (_A_PERSON, *add, _on(conversation)))


def another_screen() -> Screen:
    """Something was sent, and it sounds as if another person is looked for."""
    return Screen((ANOTHER_REQUEST,), ((Button(START_NEW, press("n")),), (Button(ADD_OR_CORRECT, press("m")),)))


def meant_screen(intents: Sequence[str], *lead: Phrase) -> Screen:
    """Up to three things the words may mean."""
    return Screen((*lead, DID_YOU_MEAN), (*wish_rows(intents), (Button(NONE_OF_THESE, press("g")),)))


def wish_rows(intents: Sequence[str]) -> tuple[tuple[Button, ...], ...]:
    return tuple((Button(WISHES[intent], press("u", word=intent)),) for intent in intents)


def languages_screen(asks: Question) -> Screen:
    """Another language while no question is open: asked in all of them, because nobody's is guessed."""
    lines = tuple(replace(asks.label, language=choice.name) for choice in asks.choices)
    rows = tuple((Button(choice.label, press("c", asks.name, choice.name)),) for choice in asks.choices)
    return Screen(lines, rows)


def _on(conversation: Conversation) -> tuple[Button, ...]:
    return _GO_ON if conversation.status == "open" else (Button(OPEN, press("g")),)
