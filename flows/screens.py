"""What the engine itself says while it asks: a question with its buttons, the menu, the review. Around them: `flows.notices`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from flows.conversation import Claim, files_of
from flows.phrases import Button, Phrase, Screen, Shown, Value
from flows.presses import press
from flows.questions import MEDIA, Flow, Question, Section
from flows.reading import Ambiguous
from flows.walk import Standing, Walk

#: a family's answer in the review is cut after this many characters, so that a page of it fits one message
CLIP = 120
#: answers on one page of the review
PAGE = 18
#: how a person is called in a button, at most
NAME_CLIP = 24

_Item = TypeVar("_Item")


def N_(msgid: str, **values: Value) -> Phrase:  # noqa: N802  (gettext's own name for "mark for translation")
    """A phrase of the engine; the extractor finds it by this name."""
    return Phrase(msgid, "engine", values)


# -- buttons, in the same place on every question ------------------------------------------------------------------------

DONT_KNOW = N_("I don't know")
RATHER_NOT = N_("I'd rather not say")
LATER = N_("Later")
HAVE_NONE = N_("I have none")
BACK = N_("Back")
PAUSE = N_("Pause")
CONTINUE = N_("Continue")
CHANGE = N_("Change")
YES = N_("Yes")
SEND = N_("Send")
DONE = N_("Done")
REMOVE = N_("Remove what I sent")
YES_DELETE = N_("Delete everything")
PERSON = N_("Talk to a person")
START_NEW = N_("New search request")
ADD_OR_CORRECT = N_("Add or correct something")
NO = N_("No")
ADD_MORE = N_("Add more")
REVIEW_BUTTON = N_("Check and send")
CORRECT = N_("Correct an answer")
OTHER_TOPICS = N_("Other topics")
ONE_MORE_PERSON = N_("Another person taken along")
BETTER_TOLD = N_("Better told to a person")
NEXT_PAGE = N_("More ▸")
PREVIOUS_PAGE = N_("◂ Before")

#: What each wish is called on a button.
WISHES: Mapping[str, Phrase] = {
    "report_missing": START_NEW,
    "check_status": N_("Ask for news"),
    "add_information": ADD_OR_CORRECT,
    "have_information": N_("I know something"),
    "withdraw_report": N_("Delete what I wrote"),
    "talk_to_person": PERSON,
    "help": N_("Help"),
    "change_language": N_("Another language"),
    "affirm": YES,
    "deny": NO,
    "dont_know": DONT_KNOW,
    "skip": LATER,
    "go_back": BACK,
    "pause": N_("Take a break"),
    "cancel": N_("Stop here"),
    "faq_privacy": N_("Who can see this?"),
    "faq_cost": N_("What does it cost?"),
    "faq_how_long": N_("How long does it take?"),
    "faq_who_are_you": N_("Who are you?"),
    "faq_dna": N_("About a sample (DNA)"),
    "faq_death_certificate": N_("About official papers"),
    "report_scam": N_("Somebody asks for money"),
    "distress": N_("I need help now"),
}

# -- sentences -----------------------------------------------------------------------------------------------------------

KEPT_NO_DATE = N_(
    "We kept your words as you wrote them, but could not turn them into a date. Could you write at least the year? "
    "If not, that is fine too."
)
KEPT_CHOOSE = N_(
    "We kept your words. Which of these comes closest? If none does, write it again and we keep it as it is."
)
KEPT_AGAIN = N_("We kept your words, but are not sure what they mean here. Could you write it another way?")
KEPT_FOR_A_PERSON = N_("We kept your words just as they are. A person will read them.")
USE_BUTTONS = N_("Please choose one of the buttons below.")
WELCOME_BACK = N_("Welcome back. Everything you wrote is still here.")
TEXT_ONLY = N_("This cannot be read here. Could you write it in a few words, or record a voice message?")
SEND_IT_HERE = N_("Please send it here as a picture, a file or a recording, or choose a button below.")
NOT_ASKED_FOR = N_(
    "Pictures and papers are only kept when we ask for them. This one was not kept. You can add one later under "
    '"Add more". Please do not send identity papers here.'
)
TOO_MANY_FILES = N_(
    "There is room for {files} files in one request. This one was not kept. A person can help with more."
)
REFUSED = {
    "kind": N_("This kind of file cannot be kept here. Pictures (JPEG, PNG), PDF and voice messages can."),
    "too_big": N_("This file is too large. Up to 20 megabytes can be kept."),
    "damaged": N_("This file could not be opened; it seems to be damaged. Could you send it again?"),
    "empty": N_("This file is empty. Could you send it again?"),
    "not_fetched": N_("This file did not reach us. Could you send it again?"),
}
RECEIVED = N_("Received.")
RECEIVED_SO_FAR = N_("Received here so far: {number}. You can send more.")
VOICE_KEPT = N_("Your recording was kept. A person will listen to it.")
SHARPER = N_('If you can, you may also send the picture as a file ("send without compression"): then it is sharper.')
OLD_BUTTON = N_("This button belongs to an earlier conversation.")
NOT_ASKED_NOW = N_("This question does not apply any more, given your other answers. What you wrote is not lost.")
CHANGED = N_("Changed.")
SAVED = N_("Saved.")
UNDERSTOOD = N_("We understood: {value}. Is that right?")
YOUR_ANSWER = N_("Is what you wrote the answer to this, or would you like something else?")
YOUR_WORDS = N_("You wrote: {words}")
IT_IS_MY_ANSWER = N_("Yes, my answer")
WORDING_CHANGED = N_("The wording of this question has changed since you answered it. Please look at it once more.")
REVIEW = N_(
    'Please check what you wrote:\n{summary}\nYou can change any answer. Nothing is sent until you press "Send".'
)
REVIEW_PAGE = N_("Page {page} of {pages}.")
TO_CHANGE = N_("To change an answer, press its button below.")
NUMBERED = N_("{title} (person {number})")
ABOUT_PERSON = N_("About person {number}:")
ANSWERED = N_("answered")
VOICE_OR_FILES = N_("{number} sent")
MENU = N_("What would you like to add? Anything here helps, and it is fine to leave it out. You can come back any day.")
MENU_OF_ADDITION = N_(
    "What was sent before can no longer be shown here: only the team can open it. You can add to it or correct it; the "
    "team puts both together."
)
WHOM = N_("About whom?")
A_PERSON = N_("Person {number}")
WHICH_ANSWER = N_("Which answer would you like to correct? Your earlier answer cannot be shown any more.")
BETTER_TOLD_LIST = N_(
    "Some things should not be written in a chat:\n{list}\nIf they matter for the search, a person of the team will ask "
    "you about them in a safe way."
)


@dataclass(frozen=True, slots=True)
class Seen:
    """How a question is shown: what it knows of its answer, and what stands around it."""

    claim: Claim | None = None
    can_go_back: bool = False
    lead: Sequence[Phrase] = ()
    #: the one thing we ask back
    ask: Ambiguous | None = None


def question_screen(question: Question, seen: Seen) -> Screen:
    """A question as the family sees it."""
    if seen.ask is not None:
        rows = (*_option_rows(question, seen.ask), *_standard_rows(question, seen.can_go_back))
        return Screen((*seen.lead, *_whose(question), seen.ask.ask), rows)
    if seen.claim is not None and seen.claim.waits:
        waiting = _doubt_screen if seen.claim.instead else _understood_screen
        return waiting(question, seen.claim, seen.lead)
    label = _in_every_language(question) if question.sets == "language" else (question.label,)
    count = len(files_of(seen.claim)) if question.kind in MEDIA else 0
    so_far = replace(RECEIVED_SO_FAR, values={"number": count}) if count else None
    lines = (question.before, *label, question.hint, so_far)
    shown = (*seen.lead, *_whose(question), *(line for line in lines if line is not None))
    rows = (*_choice_rows(question, seen.claim), *_standard_rows(question, seen.can_go_back, has_files=count > 0))
    return Screen(shown, rows)


def _whose(question: Question) -> tuple[Phrase, ...]:
    return (replace(ABOUT_PERSON, values={"number": question.instance}),) if question.instance > 1 else ()


def _understood_screen(question: Question, claim: Claim, lead: Sequence[Phrase]) -> Screen:
    """What was understood of the words, to be agreed to."""
    text = replace(UNDERSTOOD, values={"value": Shown(claim.value or {})})
    rows = (
        (Button(YES, press("y", question.name)), Button(CHANGE, press("e", question.name))),
        (Button(DONT_KNOW, press("s", question.name, "unknown")),),
    )
    return Screen((*lead, *_whose(question), text), rows)


def _doubt_screen(question: Question, claim: Claim, lead: Sequence[Phrase]) -> Screen:
    """Whether words are the answer to this question or a wish. The wish is one press away, the answer is kept meanwhile."""
    words = replace(YOUR_WORDS, values={"words": clip(claim.raw.text) if claim.raw else ""})
    wish = WISHES[claim.instead or "help"]
    rows = (
        (Button(IT_IS_MY_ANSWER, press("y", question.name)),),
        (Button(wish, press("i", question.name)),),
        (Button(CHANGE, press("e", question.name)),),
    )
    return Screen((*lead, *_whose(question), question.label, words, YOUR_ANSWER), rows)


def _option_rows(question: Question, ask: Ambiguous) -> Iterator[tuple[Button, ...]]:
    for option in ask.options:
        label = option.label if isinstance(option.label, Phrase) else N_("{name}", name=option.label)
        yield (Button(label, press("o", question.name, option.token)),)


def more_screen(question: Question, more: Phrase) -> Screen:
    """A longer text in place of the question's own, with the same buttons."""
    lines = (more, question.label) if question.before else (more,)
    return Screen(lines, (*_choice_rows(question, None), *_standard_rows(question, can_go_back=True)))


def _in_every_language(question: Question) -> tuple[Phrase, ...]:
    """The language question speaks all of them: nobody is addressed in a language on a guess."""
    return tuple(replace(question.label, language=choice.name) for choice in question.choices)


def _choice_rows(question: Question, claim: Claim | None) -> Iterator[tuple[Button, ...]]:
    if question.kind == "note":
        yield (Button(CONTINUE, press("c", question.name, "ok")),)
        return
    if question.kind in MEDIA and files_of(claim):
        yield (Button(DONE, press("d", question.name)), Button(REMOVE, press("r", question.name)))
        return
    ticked = set(claim.value["codes"]) if claim and claim.value and claim.value["type"] == "choices" else set()
    multiple = question.kind == "select_multiple"
    buttons = [
        Button(
            N_("✓ {choice}", choice=choice.label) if choice.name in ticked else choice.label,
            press("t" if multiple else "c", question.name, choice.name),
        )
        for choice in question.choices
    ]
    yield from _rows(buttons, question.columns)
    if multiple:
        yield (Button(DONE, press("d", question.name)),)


def _standard_rows(question: Question, can_go_back: bool, *, has_files: bool = False) -> Iterator[tuple[Button, ...]]:
    back = (Button(BACK, press("b", question.name)),) if can_go_back else ()
    topics = (Button(OTHER_TOPICS, press("m")),) if question.section else ()
    if question.required or question.kind == "note" or has_files:
        if back or topics:
            yield (*back, *topics, Button(PAUSE, press("p")))
        return
    unknown = HAVE_NONE if question.kind in MEDIA else DONT_KNOW
    yield (
        Button(unknown, press("s", question.name, "unknown")),
        Button(RATHER_NOT, press("s", question.name, "refused")),
    )
    yield (Button(LATER, press("s", question.name, "deferred")), *back, Button(PAUSE, press("p")))
    if topics:
        yield topics


# -- the menu of what can be added ---------------------------------------------------------------------------------------


def menu_screen(flow: Flow, walked: Walk, *, adds: bool, new: bool, lead: Sequence[Phrase] = ()) -> Screen:
    """The sections that apply, whatever their order; `adds` after something was sent, `new` when there is news to send."""
    names = dict.fromkeys(section.name for section, _ in walked.sections)
    sections = [flow.section_names[name] for name in names]
    buttons = [Button(_section_label(walked, section), press("m", word=section.name)) for section in sections]
    adding = _asks_for_more(flow, walked)
    more = [Button(ONE_MORE_PERSON, press("e", adding))] if adding else []
    ends: list[tuple[Button, ...]] = []
    if flow.for_a_person:
        more.append(Button(BETTER_TOLD, press("m", word="told")))
    if adds:
        more.append(Button(CORRECT, press("k", word="p1")))
        if new:
            ends.append((Button(REVIEW_BUTTON, press("v")),))
        ends.append((Button(PAUSE, press("p")), Button(YES_DELETE, press("x"))) if new else (Button(DONE, press("g")),))
    else:
        ends += [(Button(REVIEW_BUTTON, press("v")),), (Button(PAUSE, press("p")),)]
    lines = (*lead, *((MENU_OF_ADDITION,) if adds else ()), MENU)
    return Screen(lines, (*_rows(buttons, 2), *_rows(more, 1), *ends))


def _section_label(walked: Walk, section: Section) -> Phrase:
    claimed = any(one.claim for one in walked.standings if one.question.section == section.name)
    return N_("✓ {choice}", choice=section.title) if claimed else section.title


def _asks_for_more(flow: Flow, walked: Walk) -> str | None:
    """The question that adds one more person, as it stands after the last one."""
    adding = next((question for question in flow.questions if question.adds), None)
    return flow.instance(adding, walked.persons).name if adding else None


def whom_screen(walked: Walk, section: Section, naming: str | None) -> Screen:
    """Which of several persons a section is about; `naming` is the question that holds their names."""
    buttons = []
    for number in range(1, walked.persons + 1):
        name = walked.answers.get(naming if number == 1 else f"{naming}.{number}", "") if naming else ""
        label = N_("{name}", name=clip(name, NAME_CLIP)) if name else replace(A_PERSON, values={"number": number})
        buttons.append(Button(label, press("m", word=f"{section.name}.{number}")))
    return Screen((section.title, WHOM), (*_rows(buttons, 1), (Button(OTHER_TOPICS, press("m")),)))


def told_screen(titles: Sequence[Phrase]) -> Screen:
    """What should be told to a person and not written here."""
    listed = tuple(N_("- {title}", title=title) for title in titles)
    text = replace(BETTER_TOLD_LIST, values={"list": listed})
    return Screen((text,), ((Button(PERSON, press("hp")),), (Button(OTHER_TOPICS, press("m")),)))


def correct_screen(walked: Walk, page: int) -> Screen:
    """The titles of what was asked of everybody, to correct an answer that can no longer be shown."""
    core = [
        one
        for one in walked.standings
        if one.question.section is None and one.question.about not in ("setup", "consent") and not one.question.adds
    ]
    shown, pages = _page(core, page)
    pencils = [Button(_title(one.question, walked), press("e", one.question.name)) for one in shown]
    turning = _turning("k", page, pages)
    return Screen((WHICH_ANSWER,), (*_rows(pencils, 2), *turning, (Button(OTHER_TOPICS, press("m")),)))


# -- the review ----------------------------------------------------------------------------------------------------------


def review_screen(walked: Walk, *, page: int = 1, discreet: bool, menu: bool, lead: Sequence[Phrase] = ()) -> Screen:
    """Every reportable answer on a line, each with its pencil, page by page; then Send."""
    standings, pages = _page([one for one in walked.standings if one.claim and _is_reviewed(one.question)], page)
    summary = tuple(
        N_("- {title}: {answer}", title=_title(one.question, walked), answer=_answer(one, discreet))
        for one in standings
    )
    pencils = [
        Button(N_("{title} ✎", title=_title(one.question, walked)), press("e", one.question.name)) for one in standings
    ]
    lines = [replace(REVIEW, values={"summary": summary})]
    if pages > 1:
        lines.append(replace(REVIEW_PAGE, values={"page": min(page, pages), "pages": pages}))
    add = ((Button(ADD_MORE, press("m")),),) if menu else ()
    ends = ((Button(SEND, press("send")),), *add, (Button(PAUSE, press("p")), Button(YES_DELETE, press("x"))))
    return Screen((*lead, *lines), (*_rows(pencils, 2), *_turning("v", page, pages), *ends))


def _is_reviewed(question: Question) -> bool:
    """The setup is changed by commands, and the consent everything rests on is not one answer among others."""
    return question.about != "setup" and not question.ends_unless


def _title(question: Question, walked: Walk) -> Phrase:
    if walked.persons == 1 or not (question.of or question.instance > 1):
        return question.title
    return replace(NUMBERED, values={"title": question.title, "number": question.instance})


def _page(items: list[_Item], page: int) -> tuple[list[_Item], int]:
    """The items of a page (1, 2, …; the last one when there are fewer) and how many pages there are."""
    pages = max(1, -(-len(items) // PAGE))
    start = (min(max(page, 1), pages) - 1) * PAGE
    return items[start : start + PAGE], pages


def _turning(verb: str, page: int, pages: int) -> Iterator[tuple[Button, ...]]:
    before = (Button(PREVIOUS_PAGE, press(verb, word=f"p{page - 1}")),) if 1 < page <= pages else ()
    after = (Button(NEXT_PAGE, press(verb, word=f"p{page + 1}")),) if page < pages else ()
    if before or after:
        yield (*before, *after)


def answer_of(standing: Standing) -> Value:
    """One answer, as the review has it for somebody who alone sees the phone."""
    return _answer(standing, discreet=False)


def _answer(standing: Standing, discreet: bool) -> Value:
    claim = standing.claim
    assert claim is not None  # noqa: S101  (review_screen shows answered questions only)
    match claim.status:
        case "unknown":
            return HAVE_NONE if standing.question.kind in MEDIA else DONT_KNOW
        case "refused":
            return RATHER_NOT
        case "deferred":
            return LATER
    if files := files_of(claim):
        return replace(VOICE_OR_FILES, values={"number": len(files)})
    if discreet and standing.question.sensitivity >= _HIDDEN and claim.raw is not None:
        return ANSWERED
    if claim.raw is not None:
        return clip(claim.raw.text)
    value: Mapping[str, object] = claim.value or {}
    if value.get("type") == "choices":
        codes = (claim.value or {})["codes"]
        labels = [choice.label for code in codes if (choice := standing.question.choice(code))]
        return _listed(labels)
    choice = standing.question.choice(str(value.get("code")))
    return choice.label if choice else clip(str(value.get("text", "")))


#: From this sensitivity on, words are not repeated on a phone that others see.
_HIDDEN = 3


def _listed(labels: list[Phrase]) -> Value:
    if len(labels) <= 1:
        return labels[0] if labels else DONT_KNOW
    return N_("{first}, {rest}", first=labels[0], rest=_listed(labels[1:]))


def clip(words: str, most: int = CLIP) -> str:
    """The beginning of long words, on one line."""
    line = " ".join(words.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _rows(items: list[_Item], columns: int) -> Iterator[tuple[_Item, ...]]:
    for start in range(0, len(items), columns):
        yield tuple(items[start : start + columns])
