"""A form's YAML file -> Flow. Every mistake of a form is reported at once, as `file:line: what is wrong; how to mend it`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias, cast, get_args

import yaml

from flows.expressions import BadExpression, Expression, compile_expression
from flows.languages import own_name
from flows.own_words import OwnWords, own_words
from flows.phrases import Fact, Phrase, Value
from flows.presses import CHOICE, NAME
from flows.questions import About, Choice, Flow, Kind, Question, Section
from flows.reading import READERS

FORMS = Path(__file__).parent / "forms"
SHIPPED = FORMS / "report.yml"

_FORM_KEYS = frozenset({"form", "version", "title", "choices", "questions", "note"})
_QUESTION_KEYS = frozenset(
    {"type", "name", "label", "hint", "title", "note", "required", "relevant", "constraint", "constraint_message"}
    | {"appearance", "reads", "field", "before", "thanks", "sets", "ends_unless", "ends", "for_each", "sensitivity"}
    | {"adds", "calculation", "purpose", "choice_filter", "sheet"}
)
_AUDIO = "media::audio"
_GROUP_KEYS = frozenset({"type", "name", "label", "relevant", "note", "questions", "menu", "sheet"})
_REPEAT_KEYS = frozenset({"type", "name", "label", "note", "relevant", "questions", "sheet"})
_CHOICE_KEYS = frozenset(
    {"name", "label", "note", "shows", "calls_person", "attention", "ends", "thanks"} | {"columns", "sheet"}
)
_ANSWER = re.compile(r"\$\{([^}]*)\}")
#: What a question's answer may do when it leaks; the highest is told to a person, not asked in a chat.
_SENSITIVITY = ("1", "2", "3", "4")
TOLD_TO_A_PERSON = 4
#: What a body the family may agree to share with does with the answers, when the operator does not say.
SEARCH = "search"
_ATTENTION = frozenset({"asked_for_person", "child", "minor_enquirer", "organisation", "urgent", "recent", "crisis"})
_YES_NO = {"yes": True, "no": False}

_NOTHING_OWN: Mapping[str, str] = {}

#: what a question's words are read as when it does not say so itself
_READS: Mapping[str, str] = {"integer": "integer", "decimal": "decimal", "date": "date"}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong with a form, and where."""

    file: str
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.says}"


class BadForm(Exception):  # noqa: N818
    """A form that cannot be used. `mistakes` holds all of them, in the order of the file."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: mistake.line))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


#: Codes of the bodies the family may agree to share with; as a mapping, each with what it does with the answers.
Recipients: TypeAlias = "Sequence[str] | Mapping[str, str]"
Facts: TypeAlias = "Callable[[str], Mapping[str, str]]"


def load_form(
    path: Path = SHIPPED,
    *,
    recipients: Recipients = (),
    languages: Sequence[str] = ("en",),
    facts: Facts | None = None,
) -> Flow:
    """The flow in a form's file. `BadForm` when there is any mistake in it; OSError when it cannot be read.

    A question with `for_each: recipients` is asked about each of those that serve its `purpose`; `languages` are the
    choices of the list of that name; `facts` fill a consent's text, so that a change of the operator's name is seen.
    """
    text = path.read_text(encoding="utf-8")
    own = own_words(path)
    return parse_form(text, file=str(path), recipients=recipients, languages=languages, facts=facts, own=own)


def parse_form(
    text: str,
    *,
    file: str = "form",
    recipients: Recipients = (),
    languages: Sequence[str] = ("en",),
    facts: Facts | None = None,
    own: OwnWords | None = None,
) -> Flow:
    """As `load_form`, from the text itself."""
    purposes = recipients if isinstance(recipients, Mapping) else dict.fromkeys(recipients, SEARCH)
    return replace(_Loader(file, dict(purposes), tuple(languages), own or {}).load(text), facts=facts)


@dataclass(frozen=True, slots=True)
class _Around:
    """What lies around a question in the form: conditions of its groups, a section of the menu, a repeat."""

    conditions: tuple[str, ...] = ()
    section: str | None = None
    repeat: str | None = None


# A YAML mapping whose keys and values remember their line. All scalars are strings: in YAML `no`, `on` and 1.10 are traps.
@dataclass(frozen=True, slots=True)
class _Map:
    line: int
    items: Mapping[str, tuple[int, Any]]

    def text(self, key: str) -> str | None:
        found = self.items.get(key)
        return found[1] if found and isinstance(found[1], str) else None

    def at(self, key: str) -> int:
        return self.items[key][0] if key in self.items else self.line


@dataclass
class _Loader:
    file: str
    recipients: Mapping[str, str]
    languages: tuple[str, ...]
    own: OwnWords
    mistakes: list[Mistake] = field(default_factory=list)
    lists: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    sections: list[Section] = field(default_factory=list)
    repeats: dict[str, int] = field(default_factory=dict)
    for_a_person: list[Phrase] = field(default_factory=list)

    def load(self, text: str) -> Flow:
        try:
            node = yaml.compose(text, Loader=yaml.BaseLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise BadForm([Mistake(self.file, line, f"this is not YAML: {error.problem or error.context}")]) from None
        except (yaml.YAMLError, RecursionError):
            raise BadForm([Mistake(self.file, 1, "this is not YAML")]) from None
        form = self._plain(node) if node else None
        if not isinstance(form, _Map):
            raise BadForm([Mistake(self.file, 1, "a form is a mapping with form, version, title, choices, questions")])
        flow = self._flow(form)
        if self.mistakes:
            raise BadForm(self.mistakes)
        return flow

    def wrong(self, line: int, says: str) -> None:
        self.mistakes.append(Mistake(self.file, line, says))

    def _plain(self, node: yaml.Node) -> Any:
        """The node as strings, lists and `_Map`s."""
        if isinstance(node, yaml.MappingNode):
            items: dict[str, tuple[int, Any]] = {}
            for key, value in node.value:
                line = key.start_mark.line + 1
                if key.value in items:
                    self.wrong(line, f"{key.value!r} stands here twice; keep one")
                items[str(key.value)] = (line, self._plain(value))
            return _Map(node.start_mark.line + 1, items)
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(item) for item in node.value]
        return str(node.value)

    def _flow(self, form: _Map) -> Flow:
        self._known(form, _FORM_KEYS, "a form")
        for key in ("form", "version", "title"):
            if not form.text(key):
                self.wrong(form.line, f"the form has no {key}; add a line '{key}: …'")
        name = form.text("form") or "form"
        self._choice_lists(form)
        questions = tuple(self._questions(form, "questions", _Around()))
        if not questions and not self.mistakes:
            self.wrong(form.line, "the form asks nothing; add questions")
        self._order(questions)
        self._added(questions)
        return Flow(
            name,
            form.text("version") or "0",
            self._words(form.text("title") or name, name),
            questions,
            tuple(self.sections),
            tuple(self.for_a_person),
        )

    def _known(self, part: _Map, keys: frozenset[str], what: str) -> None:
        for key, (line, _) in part.items.items():
            if key not in keys:
                self.wrong(line, f"{what} has no key {key!r}; known: {', '.join(sorted(keys))}")

    # -- choices ---------------------------------------------------------------------------------------------------------

    def _choice_lists(self, form: _Map) -> None:
        self.lists["languages"] = tuple(Choice(code, Phrase(own_name(code))) for code in self.languages)
        lists = form.items.get("choices", (0, None))[1]
        if lists is None:
            return
        if not isinstance(lists, _Map):
            self.wrong(form.at("choices"), "choices is a mapping of list names to lists of choices")
            return
        for name, (line, entries) in lists.items.items():
            if not isinstance(entries, list) or not entries:
                self.wrong(line, f"the list {name!r} holds no choices")
                continue
            choices = [self._choice(name, entry, line) for entry in entries]
            alike = [(choice.name, sorted(choice.columns.items())) for choice in choices]  # a filter tells others apart
            for repeated in sorted({name for name, columns in alike if alike.count((name, columns)) > 1}):
                self.wrong(line, f"the list {name!r} has the choice {repeated!r} twice; keep one")
            self.lists[name] = tuple(choices)

    def _choice(self, list_name: str, entry: Any, line: int) -> Choice:
        if not isinstance(entry, _Map) or not entry.text("name") or not entry.text("label"):
            self.wrong(entry.line if isinstance(entry, _Map) else line, "a choice needs a name and a label")
            return Choice("x", Phrase(""))
        self._known(entry, _CHOICE_KEYS, "a choice")
        name = entry.text("name") or ""
        if not CHOICE.fullmatch(name):
            self.wrong(entry.at("name"), f"the choice {name!r} needs a name of 1-24 letters, digits, '_' or '-'")
        attention = entry.text("attention")
        if attention is not None and attention not in _ATTENTION:
            self.wrong(entry.at("attention"), f"attention is one of {', '.join(sorted(_ATTENTION))}")
        return Choice(
            name,
            self._words(entry.text("label") or "", list_name),
            shows=self._phrase(entry, "shows", list_name),
            calls_person=self._yes_no(entry, "calls_person"),
            attention=attention,
            ends=self._phrase(entry, "ends", list_name),
            thanks=self._phrase(entry, "thanks", list_name),
            columns=self._row(entry),
        )

    def _row(self, entry: _Map) -> Mapping[str, str]:
        """The columns of a choice that a `choice_filter` looks at; its name is one of them."""
        columns = entry.items.get("columns", (0, None))[1]
        if columns is not None and not isinstance(columns, _Map):
            self.wrong(entry.at("columns"), "columns is a mapping of column names to texts")
        own = columns.items if isinstance(columns, _Map) else {}
        return {"name": entry.text("name") or "", **{key: str(value) for key, (_, value) in own.items()}}

    # -- questions -------------------------------------------------------------------------------------------------------

    def _questions(self, part: _Map, key: str, around: _Around) -> Iterator[Question]:
        entries = part.items.get(key, (part.line, None))[1]
        if not isinstance(entries, list):
            self.wrong(part.at(key), f"{key} is a list")
            return
        for entry in entries:
            if not isinstance(entry, _Map) or not entry.text("type"):
                self.wrong(entry.line if isinstance(entry, _Map) else part.at(key), "a question needs a type")
            elif entry.text("type") == "group":
                yield from self._group(entry, around)
            elif entry.text("type") == "repeat":
                yield from self._repeat(entry, around)
            elif entry.text("for_each") == "recipients":
                yield from self._for_recipients(entry, around)
            else:
                question = self._question(entry, around)
                if question.sensitivity == TOLD_TO_A_PERSON:
                    self.for_a_person.append(question.title)
                else:
                    yield question

    def _group(self, entry: _Map, around: _Around) -> Iterator[Question]:
        self._known(entry, _GROUP_KEYS, "a group")
        own = entry.text("relevant")
        inside = replace(around, conditions=(*around.conditions, own)) if own else around
        if self._yes_no(entry, "menu"):
            inside = replace(inside, section=self._section(entry, inside))
        yield from self._questions(entry, "questions", inside)

    def _section(self, entry: _Map, around: _Around) -> str:
        name = entry.text("name") or ""
        self._name(entry, name)
        if around.section:
            self.wrong(entry.line, f"the section {name!r} lies in the section {around.section!r}; take it out")
        if not entry.text("label"):
            self.wrong(entry.line, f"the section {name!r} has no label; the menu's button needs words")
        title = self._words(entry.text("label") or name, name)
        relevant = self._all(around.conditions, entry)
        self.sections.append(Section(name, title, relevant, around.repeat, entry.line))
        return name

    def _repeat(self, entry: _Map, around: _Around) -> Iterator[Question]:
        self._known(entry, _REPEAT_KEYS, "a repeat")
        name = entry.text("name") or ""
        self._name(entry, name)
        if around.repeat or around.section:
            where = f"the repeat {around.repeat!r}" if around.repeat else f"the menu's section {around.section!r}"
            self.wrong(
                entry.line, f"the repeat {name!r} lies in {where}; take it out, or ask for it in one text question"
            )
        self.repeats[name] = entry.line
        own = entry.text("relevant")
        inside = replace(around, conditions=(*around.conditions, own)) if own else around
        yield from self._questions(entry, "questions", replace(inside, repeat=name))

    def _for_recipients(self, entry: _Map, around: _Around) -> Iterator[Question]:
        """One question for each body the operator may share with for this purpose; `{recipient}` is its name."""
        template = self._question(entry, around)
        wanted = entry.text("purpose") or SEARCH
        for code in (code for code, purpose in self.recipients.items() if purpose == wanted):
            name: Mapping[str, Value] = {"recipient": Fact(f"recipient_{code}")}
            yield replace(
                template,
                name=f"{template.name}_{code}",
                field=f"{template.field}.{code}",
                label=replace(template.label, values=name),
                title=replace(template.title, values=name),
                hint=template.hint and replace(template.hint, values=name),
                recipient=code,
            )

    def _question(self, entry: _Map, around: _Around) -> Question:
        keys = _QUESTION_KEYS | {key for key in entry.items if key == _AUDIO or key.startswith(f"{_AUDIO}::")}
        self._known(entry, keys, "a question")
        name = entry.text("name") or ""
        self._name(entry, name)
        kind, choices = self._kind(entry)
        if not entry.text("label") and kind != "calculate":
            self.wrong(entry.line, f"the question {name!r} has no label; families need words to answer")
        about, about_field = self._about(entry, name)
        own, conditions = entry.text("relevant"), around.conditions
        question = Question(
            name=name,
            kind=kind,
            label=self._words(entry.text("label") or "", name),
            title=self._words(entry.text("title") or entry.text("label") or name, name),
            about=about,
            field=about_field,
            hint=self._phrase(entry, "hint", name),
            before=self._phrase(entry, "before", name),
            thanks=self._phrase(entry, "thanks", name),
            choices=choices,
            columns=self._columns(entry),
            required=self._yes_no(entry, "required"),
            relevant=self._all((*conditions, own) if own else conditions, entry),
            constraint=self._expression(entry, "constraint"),
            constraint_message=self._phrase(entry, "constraint_message", name),
            reads=entry.text("reads") or _READS.get(kind, "text"),
            sets=self._one_of(entry, "sets", ("language", "discreet")),
            ends_unless=tuple((entry.text("ends_unless") or "").split()),
            ends=self._phrase(entry, "ends", name),
            section=around.section,
            of=around.repeat,
            adds=entry.text("adds"),
            sensitivity=int(self._one_of(entry, "sensitivity", _SENSITIVITY) or 2),
            calculation=self._expression(entry, "calculation"),
            choice_filter=self._expression(entry, "choice_filter"),
            repeats_answers=self._repeats_answers(entry),
            audio=self._audio(entry),
            line=entry.line,
        )
        self._sensible(entry, question)
        return question

    def _name(self, entry: _Map, name: str) -> None:
        if not NAME.fullmatch(name):
            says = f"{name!r} cannot name a question; use 1-24 small letters, digits and '_', a letter first"
            self.wrong(entry.at("name"), says)
        elif name in self.seen:
            self.wrong(entry.at("name"), f"a question {name!r} stands already at line {self.seen[name]}; rename one")
        self.seen.setdefault(name, entry.line)

    def _kind(self, entry: _Map) -> tuple[Kind, tuple[Choice, ...]]:
        kind, _, list_name = (entry.text("type") or "").partition(" ")
        if kind not in get_args(Kind):
            self.wrong(entry.at("type"), f"type {kind!r} is not known; known: {', '.join(get_args(Kind))}, group")
            return "text", ()
        if list_name and list_name not in self.lists:
            known = ", ".join(sorted(self.lists))
            self.wrong(entry.at("type"), f"there is no list of choices {list_name!r}; lists here: {known}")
        elif kind.startswith("select") and not list_name:
            self.wrong(entry.at("type"), f"{kind} needs the name of a list of choices: '{kind} LIST'")
        return cast(Kind, kind), self.lists.get(list_name, ())

    def _audio(self, entry: _Map) -> tuple[tuple[str, str], ...]:
        """`media::audio` (for every language) and `media::audio::ar`, as XLSForm writes them."""
        found = []
        for key, (line, path) in entry.items.items():
            if key != _AUDIO and not key.startswith(f"{_AUDIO}::"):
                continue
            if not isinstance(path, str) or not path.endswith((".ogg", ".oga")):
                self.wrong(line, f"{key} names an OGG file (Opus), the only kind Telegram plays as a voice message")
            else:
                found.append((key.removeprefix(_AUDIO).removeprefix("::"), path))
        return tuple(found)

    def _about(self, entry: _Map, name: str) -> tuple[About, str]:
        where = entry.text("field") or f"setup.{name}"
        about = where.partition(".")[0]
        if about not in get_args(About):
            self.wrong(
                entry.at("field"), f"a field begins with one of {', '.join(get_args(About))}: '{about}' does not"
            )
            about = "setup"
        return cast(About, about), where

    def _columns(self, entry: _Map) -> int:
        appearance = entry.text("appearance") or "columns-1"
        columns = appearance.removeprefix("columns-")
        if columns not in ("1", "2", "3", "4"):
            self.wrong(entry.at("appearance"), "appearance here is columns-1 … columns-4")
            return 1
        return int(columns)

    def _sensible(self, entry: _Map, question: Question) -> None:
        """What a key means only together with others."""
        if question.reads not in READERS:
            self.wrong(entry.at("reads"), f"reads {question.reads!r} is not known; known: {', '.join(READERS)}")
        names = {choice.name for choice in question.choices}
        for choice in question.ends_unless:
            if choice not in names:
                self.wrong(entry.at("ends_unless"), f"ends_unless names {choice!r}, which is not among the choices")
        if bool(question.ends_unless) != (question.ends is not None):
            self.wrong(entry.line, f"{question.name!r} needs both ends_unless and ends, or neither")
        if question.required and not question.choices and question.kind != "note":
            says = (
                f"{question.name!r} is required but has no choices; only a question answered by buttons can be required"
            )
            self.wrong(entry.at("required"), says)
        if (question.kind == "calculate") != (entry.text("calculation") is not None):
            self.wrong(entry.line, f"{question.name!r}: type calculate and the key calculation go together")
        if question.adds and (question.kind != "select_one" or not {"yes", "no"} <= names):
            self.wrong(entry.at("adds"), f"{question.name!r} adds to a repeat; it must be a select_one of yes and no")
        if question.sensitivity == TOLD_TO_A_PERSON and question.required:
            self.wrong(entry.at("sensitivity"), "what is told to a person (sensitivity 4) cannot be required")
        if question.about != "setup" and not entry.text("title"):
            self.wrong(entry.line, f"{question.name!r} has no title; the review and the desk need a short noun for it")
        if question.about == "consent" and question.kind != "select_one":
            self.wrong(entry.line, f"{question.name!r} is a consent; it must be a select_one")

    def _repeats_answers(self, entry: _Map) -> frozenset[str]:
        """The questions whose answers the texts of this one repeat."""
        texts = (entry.text(key) or "" for key in ("label", "hint", "before", "constraint_message"))
        return frozenset(name for text in texts for name in _ANSWER.findall(text))

    # -- expressions -----------------------------------------------------------------------------------------------------

    def _expression(self, entry: _Map, key: str) -> Expression | None:
        text = entry.text(key)
        return None if text is None else self._compile(text, entry.at(key), key)

    def _compile(self, text: str, line: int, key: str) -> Expression | None:
        try:
            return compile_expression(text, of_choices=key == "choice_filter")
        except BadExpression as error:
            self.wrong(line, f"{key}: {error}")
            return None

    def _all(self, conditions: tuple[str, ...], entry: _Map) -> Expression | None:
        """The conditions of the groups around a question and its own, as one."""
        if not conditions:
            return None
        text = conditions[0] if len(conditions) == 1 else " and ".join(f"({condition})" for condition in conditions)
        return self._compile(text, entry.at("relevant"), "relevant")

    def _order(self, questions: Iterable[Question]) -> None:
        """A condition may look back only: that is what makes one pass enough and a dead end impossible."""
        asked: set[str] = set()
        later = {question.name for question in questions}
        for question in questions:
            expressions = (
                ("relevant", question.relevant),
                ("constraint", question.constraint),
                ("calculation", question.calculation),
                ("choice_filter", question.choice_filter),
            )
            named = [(key, expression.names) for key, expression in expressions if expression]
            for key, names in (*named, ("its text", question.repeats_answers)):
                for name in sorted(names - asked - ({question.name} if key == "constraint" else set())):
                    if name in later:
                        says = f"{key} names {name!r}, which is asked later; move that question up, or this one down"
                    else:
                        says = f"{key} names {name!r}, which is no question of this form"
                    self.wrong(question.line, says)
            asked.add(question.name)

    def _added(self, questions: Iterable[Question]) -> None:
        """A repeat has just one question that adds to it, and that stands after the repeat."""
        adding: dict[str, str] = {}
        last: dict[str, int] = {}
        for place, question in enumerate(questions):
            if question.of:
                last[question.of] = place
            if not question.adds:
                continue
            if question.adds not in self.repeats:
                known = ", ".join(sorted(self.repeats)) or "none"
                self.wrong(question.line, f"adds names the repeat {question.adds!r}; repeats here: {known}")
            elif question.adds in adding:
                says = f"{adding[question.adds]!r} adds to the repeat {question.adds!r} already"
                self.wrong(question.line, says)
            elif question.of not in (None, question.adds) or question.section or question.adds not in last:
                self.wrong(
                    question.line, f"{question.name!r} must stand after its repeat, outside of it and of the menu"
                )
            adding.setdefault(question.adds, question.name)
        for name, line in self.repeats.items():
            if name not in adding:
                self.wrong(line, f"nothing adds to the repeat {name!r}; give a yes/no question 'adds: {name}'")

    # -- small things ----------------------------------------------------------------------------------------------------

    def _phrase(self, entry: _Map, key: str, context: str) -> Phrase | None:
        text = entry.text(key)
        return self._words(text, context) if text else None

    def _words(self, text: str, context: str) -> Phrase:
        return Phrase(text, context, told=self.own.get((context, text), _NOTHING_OWN))

    def _yes_no(self, entry: _Map, key: str) -> bool:
        text = entry.text(key) or "no"
        if text not in _YES_NO:
            self.wrong(entry.at(key), f"{key} is yes or no")
        return _YES_NO.get(text, False)

    def _one_of(self, entry: _Map, key: str, known: tuple[str, ...]) -> Any:
        text = entry.text(key)
        if text is not None and text not in known:
            self.wrong(entry.at(key), f"{key} is one of {', '.join(known)}")
        return text
