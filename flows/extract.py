"""Finds what must be translated: a form's texts (context = the question or list of choices) and the engine's own phrases."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import IO, Any

import yaml

#: (line, gettext function, (context, message), comments for translators), as Babel's extractors yield it
Found = tuple[int, str, tuple[str, str], list[str]]

_QUESTION_TEXTS = ("label", "title", "hint", "before", "thanks", "constraint_message", "ends")
_CHOICE_TEXTS = ("label", "shows", "ends", "thanks")
#: Of what is never asked here only the noun is said.
_TITLE_ONLY = ("title",)


def extract_form(fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[Found]:
    """Babel extractor for `flows/forms/*.yml`. A question's `note` goes along as a comment."""
    node = yaml.compose(fileobj.read(), Loader=yaml.BaseLoader)
    form = _by_key(node) if node else {}
    yield from _texts({"title": form["title"]}, form["form"].value, ("title",))
    for name, choices in _by_key(form["choices"]).items() if "choices" in form else ():
        for choice in choices.value:
            yield from _texts(_by_key(choice), name, _CHOICE_TEXTS)
    yield from _questions(form["questions"])


def extract_letters(fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[Found]:
    """Babel extractor for `flows/letters/templates.yml`: all under one context; other files of the folder hold no texts."""
    node = yaml.compose(fileobj.read(), Loader=yaml.BaseLoader)
    file = _by_key(node) if node else {}
    for template in (one for kind in ("questions", "messages") if kind in file for one in file[kind].value):
        texts = _by_key(template)
        yield from _texts(texts, "letters", ("text", "title"))
        for choice in texts["choices"].value if "choices" in texts else ():
            yield from _texts(_by_key(choice), "letters", ("label",))
    if "questions" in file:
        yield 1, "pgettext", ("letters", "From the team: {words}"), ["before a caseworker's own words"]


def _questions(node: yaml.Node) -> Iterator[Found]:
    for entry in node.value:
        question = _by_key(entry)
        name = question["name"].value
        if "questions" in question:
            if "menu" in question:
                yield from _texts(question, name, ("label",))
            yield from _questions(question["questions"])
        else:
            asked = "calculation" not in question and _value(question, "sensitivity") != "4"
            yield from _texts(question, name, _QUESTION_TEXTS if asked else _TITLE_ONLY)


def _value(question: dict[str, yaml.Node], key: str) -> str:
    return str(question[key].value) if key in question else ""


def _texts(node: dict[str, yaml.Node], context: str, keys: tuple[str, ...]) -> Iterator[Found]:
    notes = [node["note"].value] if "note" in node else []
    for key in keys:
        if key in node:
            yield node[key].start_mark.line + 1, "pgettext", (context, node[key].value), notes


def _by_key(node: yaml.Node) -> dict[str, yaml.Node]:
    return {key.value: value for key, value in node.value}


def extract_engine(fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[Found]:
    """Babel extractor for what the engine and the readers say (see pyproject.toml): every literal given to `N_`."""
    for node in ast.walk(ast.parse(fileobj.read())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "N_":
            message = ast.literal_eval(node.args[0])
            yield node.lineno, "pgettext", ("engine", message), []
