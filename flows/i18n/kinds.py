"""Which messages are buttons, titles, toasts or commands: read from the form and from the code that speaks them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from flows.load import SHIPPED, load_form
from flows.questions import Flow

Key = tuple[str, str]
#: call -> kind; where a message is both, the last, which is the stricter
_MAKERS = {"Toast": "toast", "Button": "button"}


#: somebody to share with for each purpose, so that every question is there
_ONE_OF_EACH = {"one": "search", "two": "justice", "three": "publication"}


def kinds(root: Path, form: Path = SHIPPED) -> Mapping[Key, str]:
    """(context, message id) -> what it is on a phone; everything else is a plain message."""
    flow = load_form(form, recipients=_ONE_OF_EACH, languages=("en",))
    return {**_of_form(flow), **of_code(root)}


def _of_form(flow: Flow) -> dict[Key, str]:
    found: dict[Key, str] = {}
    for question in flow.questions:
        found[_key(question.title.context, question.title.msgid)] = "title"
        for choice in question.choices:
            ticked = question.kind == "select_multiple"
            found[_key(choice.label.context, choice.label.msgid)] = "title" if ticked else "button"
    for section in flow.sections:
        found[_key(section.title.context, section.title.msgid)] = "title"
    return found


def _key(context: str | None, msgid: str) -> Key:
    return context or "", msgid


def of_code(root: Path) -> dict[Key, str]:
    """What the engine puts into `Button(…)` and `Toast(…)`, and the commands of the chat's menu."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted((root / "flows").rglob("*.py"))]
    constants = {name: ids for tree in trees for name, ids in _constants(tree)}
    found: dict[Key, str] = {("engine", message): "command" for tree in trees for message in _commands(tree)}
    for maker, kind in _MAKERS.items():
        found.update({("engine", message): kind for tree in trees for message in _given_to(maker, tree, constants)})
    return found


def _given_to(maker: str, tree: ast.Module, constants: Mapping[str, frozenset[str]]) -> Iterator[str]:
    for scope in _scopes(tree):
        names = {**constants, **dict(_assigned(scope, constants))}
        for node in ast.walk(scope):
            if isinstance(node, ast.Call) and _name(node.func) == maker:
                yield from _messages(node.args[:1], names)


def _constants(tree: ast.Module) -> Iterator[tuple[str, frozenset[str]]]:
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.expr):
            yield target.id, frozenset(_messages([value], {}))


def _scopes(tree: ast.Module) -> Iterator[ast.AST]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _assigned(scope: ast.AST, constants: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, frozenset[str]]]:
    """Local names that stand for phrases: `label = N_("…") if name else A_PERSON`, `for code, label in TIMES.items()`."""
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, frozenset(_messages([node.value], constants))
        elif isinstance(node, ast.For | ast.comprehension):
            held = [name for name in ast.walk(node.iter) if isinstance(name, ast.Name | ast.Attribute)]
            found = frozenset(_messages(held, constants))
            targets = [name.id for name in ast.walk(node.target) if isinstance(name, ast.Name)]
            yield from ((name, found) for name in targets if found)


def _messages(nodes: Iterable[ast.AST], names: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Message ids that an expression may be: literals given to `N_`, and names or attributes that hold such."""
    for node in nodes:
        match node:
            case ast.Call(func=func) if _name(func) == "N_" and node.args:
                yield str(ast.literal_eval(node.args[0]))
            case ast.Call():
                yield from _messages(node.args[:1], names)
            case ast.IfExp(body=body, orelse=orelse):
                yield from _messages([body, orelse], names)
            case ast.Subscript(value=table):
                yield from _messages([table], names)
            case ast.Dict(values=values):
                yield from _messages(values, names)
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield from names.get(name, ())


def _name(node: ast.expr) -> str:
    return getattr(node, "id", "") or getattr(node, "attr", "")


def _commands(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "COMMANDS":
            yield from _messages([node.value] if node.value else [], {})
