"""A form's YAML file -> Flow. Every mistake of a form is reported at once, as `file:line: what is wrong; how to mend it`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast, get_args

import yaml

from flows.expressions import BadExpression, Expression, compile_expression
from flows.languages import own_name
from flows.phrases import Fact, Phrase, Value
from flows.presses import CHOICE, NAME
from flows.questions import About, Choice, Flow, Kind, Question
from flows.reading import READERS

FORMS = Path(__file__).parent / "forms"
SHIPPED = FORMS / "report.yml"

_FORM_KEYS = frozenset({"form", "version", "title", "choices", "questions", "note"})
_QUESTION_KEYS = frozenset(
    {"type", "name", "label", "hint", "title", "note", "required", "relevant", "constraint", "constraint_message"}
    | {"appearance", "reads", "field", "before", "thanks", "sets", "ends_unless", "ends", "for_each", "sensitivity"}
)
_GROUP_KEYS = frozenset({"type", "name", "label", "relevant", "note", "questions"})
_CHOICE_KEYS = frozenset({"name", "label", "note", "shows", "calls_person", "attention"})
_ATTENTION = frozenset({"asked_for_person", "child", "minor_enquirer", "organisation", "urgent", "recent", "crisis"})
_YES_NO = {"yes": True, "no": False}

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


def load_form(path: Path = SHIPPED, *, recipients: Sequence[str] = (), languages: Sequence[str] = ("en",)) -> Flow:
    """The flow in a form's file. `BadForm` when there is any mistake in it; OSError when it cannot be read.

    `recipients` are the codes of the bodies a question with `for_each: recipients` is asked about; `languages` are the
    choices of the list of that name.
    """
    return parse_form(path.read_text(encoding="utf-8"), file=str(path), recipients=recipients, languages=languages)


def parse_form(
    text: str, *, file: str = "form", recipients: Sequence[str] = (), languages: Sequence[str] = ("en",)
) -> Flow:
    """As `load_form`, from the text itself."""
    return _Loader(file, tuple(recipients), tuple(languages)).load(text)


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
    recipients: tuple[str, ...]
    languages: tuple[str, ...]
    mistakes: list[Mistake] = field(default_factory=list)
    lists: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)

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
        questions = tuple(self._questions(form, "questions", ()))
        if not questions and not self.mistakes:
            self.wrong(form.line, "the form asks nothing; add questions")
        self._order(questions)
        return Flow(name, form.text("version") or "0", Phrase(form.text("title") or name, name), questions)

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
            names = [choice.name for choice in choices]
            for repeated in sorted({choice for choice in names if names.count(choice) > 1}):
                self.wrong(line, f"the list {name!r} has the choice {repeated!r} twice")
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
            Phrase(entry.text("label") or "", list_name),
            shows=self._phrase(entry, "shows", list_name),
            calls_person=self._yes_no(entry, "calls_person"),
            attention=attention,
        )

    # -- questions -------------------------------------------------------------------------------------------------------

    def _questions(self, part: _Map, key: str, conditions: tuple[str, ...]) -> Iterator[Question]:
        entries = part.items.get(key, (part.line, None))[1]
        if not isinstance(entries, list):
            self.wrong(part.at(key), f"{key} is a list")
            return
        for entry in entries:
            if not isinstance(entry, _Map) or not entry.text("type"):
                self.wrong(entry.line if isinstance(entry, _Map) else part.at(key), "a question needs a type")
            elif entry.text("type") == "group":
                self._known(entry, _GROUP_KEYS, "a group")
                own = entry.text("relevant")
                yield from self._questions(entry, "questions", (*conditions, own) if own else conditions)
            elif entry.text("for_each") == "recipients":
                yield from self._for_recipients(entry, conditions)
            else:
                yield self._question(entry, conditions)

    def _for_recipients(self, entry: _Map, conditions: tuple[str, ...]) -> Iterator[Question]:
        """One question for each body the operator may share with; `{recipient}` is its name."""
        template = self._question(entry, conditions)
        for code in self.recipients:
            name: Mapping[str, Value] = {"recipient": Fact(f"recipient_{code}")}
            yield replace(
                template,
                name=f"{template.name}_{code}",
                field=f"{template.field}.{code}",
                label=replace(template.label, values=name),
                title=replace(template.title, values=name),
                recipient=code,
            )

    def _question(self, entry: _Map, conditions: tuple[str, ...]) -> Question:
        self._known(entry, _QUESTION_KEYS, "a question")
        name = entry.text("name") or ""
        self._name(entry, name)
        kind, choices = self._kind(entry)
        if not entry.text("label"):
            self.wrong(entry.line, f"the question {name!r} has no label; families need words to answer")
        about, about_field = self._about(entry, name)
        own = entry.text("relevant")
        question = Question(
            name=name,
            kind=kind,
            label=Phrase(entry.text("label") or "", name),
            title=Phrase(entry.text("title") or entry.text("label") or name, name),
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
        if question.about != "setup" and not entry.text("title"):
            self.wrong(entry.line, f"{question.name!r} has no title; the review and the desk need a short noun for it")
        if question.about == "consent" and question.kind != "select_one":
            self.wrong(entry.line, f"{question.name!r} is a consent; it must be a select_one")

    # -- expressions -----------------------------------------------------------------------------------------------------

    def _expression(self, entry: _Map, key: str) -> Expression | None:
        text = entry.text(key)
        return None if text is None else self._compile(text, entry.at(key), key)

    def _compile(self, text: str, line: int, key: str) -> Expression | None:
        try:
            return compile_expression(text)
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
            for key, expression in (("relevant", question.relevant), ("constraint", question.constraint)):
                for name in sorted(expression.names - asked if expression else ()):
                    if name in later:
                        says = f"{key} names {name!r}, which is asked later; move that question up, or this one down"
                    else:
                        says = f"{key} names {name!r}, which is no question of this form"
                    self.wrong(question.line, says)
            asked.add(question.name)

    # -- small things ----------------------------------------------------------------------------------------------------

    def _phrase(self, entry: _Map, key: str, context: str) -> Phrase | None:
        text = entry.text(key)
        return Phrase(text, context) if text else None

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
