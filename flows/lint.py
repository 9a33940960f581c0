"""What a form that loads may still get wrong on a phone: too long for a message or a button, or not translated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from flows.languages import SOURCE_LANGUAGE, missing, say, utf16_length
from flows.load import Mistake
from flows.phrases import Phrase
from flows.presses import press
from flows.questions import Flow, Question, Section
from flows.reach import dead_ends, unreachable, unsendable

#: Telegram's limits (core.telegram.org/bots/api): a message in UTF-16 units, button data in bytes
MESSAGE_UNITS = 4096
PRESS_BYTES = 64
#: the conversation's tag and a dot stand before every press
TAG_BYTES = 7
#: longer labels are cut on narrow phones
BUTTON_UNITS = 32
#: choices under one message, so that the buttons that stand under every question fit too
MOST_CHOICES = 90
#: stands before a section that has answers
_TICK = "✓ "
#: how long an inserted name, link or contact may grow
LONGEST_FACT = 120


class _LongFacts(Mapping[str, str]):
    """Every placeholder filled as long as it may get."""

    def __getitem__(self, name: str) -> str:
        return "x" * LONGEST_FACT

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def lint(flow: Flow, file: str, languages: Sequence[str]) -> list[Mistake]:
    """Everything that would fail or look broken on a phone, in each language given."""
    mistakes = [mistake for question in flow.questions for mistake in _question(question, file, languages)]
    mistakes += [mistake for section in flow.sections for mistake in _section(section, file, languages)]
    mistakes += [Mistake(file, question.line, says) for question, says in _of_all(flow)]
    mistakes += _untranslated(flow, file, languages)
    mistakes += [mistake for question in flow.questions for mistake in _many(question, file)]
    wanted = {(context, message) for question in flow.questions for context, message in _messages(question)}
    for language in languages:
        for context, message in missing(language) if language != "en" else ():
            if (context, message) in wanted:
                line = next(q.line for q in flow.questions if (context, message) in set(_messages(q)))
                mistakes.append(Mistake(file, line, f"{language}: not translated: {message.splitlines()[0]!r}"))
    return mistakes


def _of_all(flow: Flow) -> Iterator[tuple[Question, str]]:
    """What only shows when all questions are looked at together."""
    yield from unsendable(flow)
    yield from dead_ends(flow)
    yield from unreachable(flow)


def _untranslated(flow: Flow, file: str, languages: Sequence[str]) -> Iterator[Mistake]:
    """Gaps in a form's own catalogs: what is said in one language there must be said in all of them that are offered."""
    spoken = {language for question in flow.questions for text in _phrases(question) for language in text.told}
    for language in sorted(spoken & set(languages) - {SOURCE_LANGUAGE}):
        for question in flow.questions:
            for text in _phrases(question):
                if (
                    text.context
                    and text.msgid.strip()
                    and language not in text.told
                    and any(one.isalpha() for one in text.msgid)
                ):
                    says = f"{language}: not translated: {text.msgid.splitlines()[0]!r}; add it to the catalog beside the form"
                    yield Mistake(file, question.line, says)


def _many(question: Question, file: str) -> Iterator[Mistake]:
    """Telegram draws at most 100 buttons under a message; some are the standing ones."""
    if len(question.choices) > MOST_CHOICES and question.choice_filter is None:
        says = f"{question.name!r} has {len(question.choices)} choices, more than {MOST_CHOICES} buttons fit"
        yield Mistake(file, question.line, f"{says}; ask for a region first and use choice_filter, or ask in words")


def _section(section: Section, file: str, languages: Sequence[str]) -> Iterator[Mistake]:
    for language in languages:
        label = say(section.title, language, _LongFacts())
        if utf16_length(label) + len(_TICK) > BUTTON_UNITS:
            says = f"{language}: the menu's button {label!r} is longer than {BUTTON_UNITS - len(_TICK)} characters"
            yield Mistake(file, section.line, says)


def _messages(question: Question) -> Iterator[tuple[str | None, str]]:
    for phrase in _phrases(question):
        yield phrase.context, phrase.msgid


def _phrases(question: Question) -> Iterator[Phrase]:
    texts = (question.before, question.label, question.hint, question.title, question.thanks, question.ends)
    for phrase in (*texts, question.constraint_message):
        if phrase is not None:
            yield phrase
    for choice in question.choices:
        yield choice.label
        yield from (text for text in (choice.shows, choice.ends, choice.thanks) if text is not None)


def _question(question: Question, file: str, languages: Sequence[str]) -> Iterator[Mistake]:
    facts = _LongFacts()
    for language in languages:
        shown = [phrase for phrase in (question.before, question.label, question.hint) if phrase is not None]
        units = sum(utf16_length(say(phrase, language, facts)) + 2 for phrase in shown)
        if units > MESSAGE_UNITS:
            says = f"{language}: {units} of {MESSAGE_UNITS} characters; split the question or shorten its texts"
            yield Mistake(file, question.line, says)
        for choice in question.choices:
            label = say(choice.label, language, facts)
            if utf16_length(label) > BUTTON_UNITS and not choice.label.values:
                says = (
                    f"{language}: the button {label!r} has {utf16_length(label)} characters, more than {BUTTON_UNITS}"
                )
                yield Mistake(file, question.line, says)
    for token in [press("s", question.name, "unknown"), *(press("c", question.name, c.name) for c in question.choices)]:
        if len(token.encode()) + TAG_BYTES > PRESS_BYTES:
            says = f"the button data {token!r} is too long for Telegram's {PRESS_BYTES} bytes; shorten the names"
            yield Mistake(file, question.line, says)
