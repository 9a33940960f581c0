"""The reviewed templates of letters: `templates.yml`, checked against the form whose questions they ask once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import yaml

from flows.letters import MOST_WORDS, Letter, moments
from flows.letters.wording import forbidden_in, is_plain
from flows.phrases import Phrase, Value, day
from flows.presses import NAME
from flows.questions import MOST_PERSONS, About, Choice, Flow, Kind, Question

FILE = Path(__file__).parent / "templates.yml"
#: The gettext context of every text in the file.
CONTEXT = "letters"

#: What a text may have room for, said in the reader's language, and the letter's values it is filled from: one day, or a moment
#: by the family's clock. A caseworker's words come beside it.
_DAY = frozenset({"day"})
#: What the form asks and a letter never does: consent, and what steers the conversation.
_NEVER = ("setup", "consent")
_WORDS = ("none", "may", "must")
Words = Literal["none", "may", "must"]


class BadTemplate(ValueError):  # noqa: N818
    """A mistake in the file: in which template, and what."""


@dataclass(frozen=True, slots=True)
class Template:
    """One reviewed text: of a question to be answered, or of a message."""

    name: str
    kind: Literal["question", "message"]
    text: Phrase
    #: what it is called at the desk and in the family's review
    title: Phrase
    #: the question of the form it asks once more: then the answer lands there
    asks: str | None = None
    #: for a question of its own
    type: Kind = "text"
    reads: str = "text"
    about: About = "enquirer"
    field: str = ""
    choices: tuple[Choice, ...] = ()
    #: whether a caseworker's own words may or must come with it
    words: Words = "none"
    #: names of the values it has room for: none, a day, or a moment and its clock
    values: frozenset[str] = frozenset()
    #: whether it may or must say which letter it makes untrue
    replaces: Words = "none"

    @property
    def is_appointment(self) -> bool:
        """Whether it sets a moment that the family is reminded of."""
        return self.values == moments.NAMES

    @property
    def is_about_an_appointment(self) -> bool:
        """Whether it sets, moves or calls off one."""
        return bool(self.values)

    def question(self, form: Flow, letter: Letter) -> Question:
        """The one question of a letter, ready to be asked."""
        known = form.question(self.asks) if self.asks else None
        if known is None:
            known = Question(
                # Questions in a caseworker's own words stand one beside the other, none in place of another.
                name=f"{self.name}_{letter.id[:6]}" if self.words == "must" else self.name,
                kind=self.type,
                label=self.text,
                title=self.title,
                about=self.about,
                field=self.field,
                choices=self.choices,
                reads=self.reads,
            )
        instance = letter.person if known.about == "person" else 1
        name = known.base if instance == 1 else f"{known.base}.{instance}"
        return replace(
            known,
            name=name,
            instance=instance,
            label=self.spoken(letter),
            hint=own_words(letter),
            before=None,
            thanks=None,
            required=False,
            relevant=None,
            constraint=None,
            constraint_message=None,
            sets=None,
            ends_unless=(),
            ends=None,
            section=None,
            of=None,
            adds=None,
            audio=(),
            choices=tuple(one for one in known.choices if one.shows is None and one.ends is None),
        )

    def spoken(self, letter: Letter, zones: Sequence[str] = ()) -> Phrase:
        """Its text with the values of a letter filled in; `zones` are the family's clocks."""
        given: dict[str, Value] = {}
        if self.is_appointment:
            given = moments.spoken_of(letter.values, zones)
        elif "day" in self.values:
            given = {"day": day(date.fromisoformat(letter.values["day"]))}
        return replace(self.text, values=given)


def own_words(letter: Letter) -> Phrase | None:
    """A caseworker's own words, marked as such."""
    return Phrase("From the team: {words}", CONTEXT, {"words": letter.words}) if letter.words else None


def problem(form: Flow, letter: Letter) -> str | None:
    """Why this letter may not be sent, in one of our words; None when it may."""
    if letter.kind not in ("question", "message", "call"):
        return "kind"
    if letter.kind == "call":
        return "words" if letter.words or letter.template or letter.values or letter.replaces else None
    template = templates(form).get(letter.template)
    if template is None or template.kind != letter.kind:
        return "template"
    if set(letter.values) != template.values:
        return "values"
    if template.is_appointment and moments.moment_of(letter.values) is None:
        return "values"
    if template.values == _DAY and not _is_day(letter.values["day"]):
        return "values"
    if (template.replaces == "none" and letter.replaces) or (template.replaces == "must" and not letter.replaces):
        return "replaces"
    if not 1 <= letter.person <= MOST_PERSONS:
        return "person"
    return _problem_with_words(template, letter.words)


def _problem_with_words(template: Template, words: str) -> str | None:
    if (template.words == "none" and words) or (template.words == "must" and not words.strip()):
        return "words"
    if len(words) > MOST_WORDS:
        return "words_long"
    if not is_plain(words):
        return "words_plain"
    return "words_forbidden" if forbidden_in(words) else None


def _is_day(text: object) -> bool:
    try:
        return isinstance(text, str) and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def templates(form: Flow) -> Mapping[str, Template]:
    """The templates that fit this form, by name: a form of another organisation may not have every question."""
    return {name: template for name, template in every_template().items() if _fits(form, template)}


def _fits(form: Flow, template: Template) -> bool:
    asked = form.question(template.asks) if template.asks else None
    return not template.asks or (
        asked is not None and asked.about not in _NEVER and asked.kind not in ("note", "calculate")
    )


@cache
def every_template() -> Mapping[str, Template]:
    """All reviewed templates by name; `BadTemplate` when the file has a mistake."""
    loaded = yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  (strings only)
    found: dict[str, Template] = {}
    for kind in ("question", "message"):
        for one in loaded[f"{kind}s"]:
            template = _template(cast("Any", kind), one)
            if template.name in found or not NAME.fullmatch(template.name):
                raise BadTemplate(f"{FILE.name}: {template.name}: a name stands twice or is not one")
            found[template.name] = template
    return found


def _template(kind: Literal["question", "message"], one: Mapping[str, Any]) -> Template:
    words, replaces = one.get("words", "none"), one.get("replaces", "none")
    for key, value in (("words", words), ("replaces", replaces)):
        if value not in _WORDS:
            raise BadTemplate(f"{FILE.name}: {one['name']}: `{key}` is none, may or must")
    values: frozenset[str] = (
        moments.NAMES if "{time}" in one["text"] else _DAY if "{day}" in one["text"] else frozenset()
    )
    return Template(
        name=one["name"],
        kind=kind,
        text=Phrase(one["text"], CONTEXT),
        title=Phrase(one["title"], CONTEXT),
        asks=one.get("asks"),
        type=one.get("type", "text"),
        reads=one.get("reads", "text"),
        about=one.get("about", "enquirer"),
        field=one.get("field", ""),
        choices=tuple(Choice(choice["name"], Phrase(choice["label"], CONTEXT)) for choice in one.get("choices", ())),
        words=words,
        values=values,
        replaces=replaces,
    )
