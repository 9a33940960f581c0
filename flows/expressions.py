"""XLSForm expressions (`relevant`, `constraint`): parsed once by elementpath's XPath parser, compiled to plain functions.

    compile_expression("${category} = 'detained' and not(selected(${seen}, 'bus'))")

The compiled function takes a `Scope` (the answers so far as strings, the candidate answer for `.`, today's date) and
follows XPath 1.0: numbers are floats, an empty or non-numeric string is NaN, comparisons with NaN are false. As in ODK,
two ISO dates compare by time. A typical expression costs about a microsecond.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from elementpath import ElementPathError
from elementpath.tdop import Parser
from elementpath.xpath1 import XPath1Parser

Result: TypeAlias = "str | float | bool"
Evaluate: TypeAlias = "Callable[[Scope], Result]"

_REFERENCE = re.compile(r"\$\{\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*\}")
_ISO_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")

#: Functions of XLSForm that we know, with the number of arguments they take (least, most).
FUNCTIONS: Mapping[str, tuple[int, int]] = {
    "selected": (2, 2),
    "count-selected": (1, 1),
    "not": (1, 1),
    "true": (0, 0),
    "false": (0, 0),
    "if": (3, 3),
    "coalesce": (2, 2),
    "string": (1, 1),
    "number": (1, 1),
    "int": (1, 1),
    "round": (1, 1),
    "string-length": (1, 1),
    "normalize-space": (1, 1),
    "concat": (2, 20),
    "contains": (2, 2),
    "starts-with": (2, 2),
    "ends-with": (2, 2),
    "regex": (2, 2),
    "today": (0, 0),
    "position": (0, 0),
    "now": (0, 0),
    "date": (1, 1),
    "once": (1, 1),
    "boolean": (1, 1),
    "floor": (1, 1),
    "ceiling": (1, 1),
    "abs": (1, 1),
    "pow": (2, 2),
    "min": (2, 20),
    "max": (2, 20),
    "substr": (2, 3),
    "selected-at": (2, 2),
    "format-date": (2, 2),
}


class BadExpression(ValueError):  # noqa: N818
    """Why an expression cannot be used, in words for the form's author."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may look at. Holds a family's answers, so its `repr` shows none."""

    answers: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: the candidate answer, `.` in a constraint
    itself: str = field(default="", repr=False)
    today: date = date.min
    #: which instance of its repeat the question is, from 1
    position: int = 1
    #: the columns of the choice a `choice_filter` looks at
    row: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression: its text as the author wrote it, the questions it names, and how to evaluate it."""

    text: str
    names: frozenset[str]
    #: names without ${…}: columns of a choice, which only a `choice_filter` knows
    columns: frozenset[str]
    evaluate: Evaluate = field(repr=False, compare=False)

    def holds(self, scope: Scope) -> bool:
        return _truth(self.evaluate(scope))


class _Parser(XPath1Parser):
    """XPath 1.0 with XLSForm's functions. Only the grammar is used: elementpath's own evaluation is left out."""

    def parse(self, source: str) -> Any:
        return Parser.parse(self, source)


for _name, (_least, _most) in FUNCTIONS.items():
    if _name not in _Parser.symbol_table or _name in ("if", "round", "boolean", "floor", "ceiling"):
        _Parser.function(_name, nargs=_least if _least == _most else (_least, _most))
_Parser.build()


def compile_expression(text: str, *, of_choices: bool = False) -> Expression:
    """The expression, ready to evaluate; `BadExpression` says what is wrong with it.

    With `of_choices` it is a `choice_filter`, and names without ${…} are columns of the choices.
    """
    names = frozenset(_REFERENCE.findall(text))
    if "${" in _REFERENCE.sub("", text):
        raise BadExpression("a ${…} is not closed or does not hold a question's name")
    try:
        tree = _Parser().parse(_REFERENCE.sub(r"($\1)", text))
    except ElementPathError as error:
        raise BadExpression(_readable(error)) from None
    variables = [variable[0] for variable in tree.iter("$")]
    bare = (token for token in tree.iter("(name)") if not any(token is name for name in variables))
    columns = frozenset(token.value for token in bare)
    if columns and not of_choices:
        raise BadExpression(f"'{min(columns)}' is not something a form can use here; a question is named as ${{…}}")
    return Expression(text, names, columns, _compile(tree))


def _readable(error: ElementPathError) -> str:
    message = re.sub(r"^.*?\[err:\w+\] ", "", str(error)).replace("(end)", "the end")
    known = ", ".join(sorted(FUNCTIONS))
    return f"{message} (functions known here: {known})" if "unknown function" in message else message


def _compile(token: Any) -> Evaluate:
    symbol = token.symbol
    if symbol in ("(string)", "(integer)", "(decimal)", "(float)"):
        constant: Result = token.value if symbol == "(string)" else float(str(token.value))
        return lambda scope: constant
    if symbol == "$":
        name = token[0].value
        return lambda scope: scope.answers.get(name, "")
    if symbol == "(name)":
        column = token.value
        return lambda scope: scope.row.get(column, "")
    if symbol == ".":
        return lambda scope: scope.itself
    if symbol == "(":
        return _compile(token[0])
    parts = [_compile(part) for part in token]
    if symbol in _OPERATORS and len(parts) == 2:
        return _OPERATORS[symbol](*parts)
    if symbol == "-" and len(parts) == 1:
        return lambda scope: -_number(parts[0](scope))
    if symbol in _CALLS:
        return _CALLS[symbol](*parts)
    raise BadExpression(f"'{token.value}' is not something a form can use here")


def _truth(value: Result) -> bool:
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return bool(value)


def _number(value: Result) -> float:
    if isinstance(value, str):
        try:
            return float(value) if value.strip() else math.nan
        except ValueError:
            return _days(value)
    return float(value)


def _days(words: str) -> float:
    """A date as the number of days since 1970, as in ODK; NaN for any other words."""
    try:
        return float(date.fromisoformat(words).toordinal() - _EPOCH)
    except ValueError:
        return math.nan


_EPOCH = date(1970, 1, 1).toordinal()


def as_string(value: Result) -> str:
    """What an expression comes to, as an answer: whole numbers without a point, `true` and `false`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return value


def _equal(left: Result, right: Result) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return _truth(left) == _truth(right)
    if isinstance(left, float) or isinstance(right, float):
        return _number(left) == _number(right)
    return left == right


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Evaluate, Evaluate], Evaluate]:
    def build(left: Evaluate, right: Evaluate) -> Evaluate:
        def evaluate(scope: Scope) -> bool:
            a, b = left(scope), right(scope)
            if isinstance(a, str) and isinstance(b, str) and _ISO_DATE.fullmatch(a) and _ISO_DATE.fullmatch(b):
                return compare(a, b)
            return compare(_number(a), _number(b))

        return evaluate

    return build


def _arithmetic(compute: Callable[[float, float], float]) -> Callable[[Evaluate, Evaluate], Evaluate]:
    return lambda left, right: lambda scope: compute(_number(left(scope)), _number(right(scope)))


def _divide(a: float, b: float) -> float:
    return a / b if b else math.nan


def _modulo(a: float, b: float) -> float:
    return math.fmod(a, b) if b and math.isfinite(a) else math.nan


def _matches(pattern: str) -> Callable[[str], bool]:
    try:
        compiled = re.compile(
            re.sub(r"(\\[wdsWDS])-(?!\])", r"\1\\-", pattern)
        )  # `[\w-.]`: Python wants the `-` escaped
    except re.error as error:
        raise BadExpression(f"the pattern of regex() cannot be read: {error}") from None
    return lambda words: compiled.search(words) is not None


def _regex(subject: Evaluate, pattern: Evaluate) -> Evaluate:
    fixed = pattern(Scope())  # a pattern is a constant: compiling it here finds mistakes at load
    match = _matches(as_string(fixed))
    return lambda scope: match(as_string(subject(scope)))


def _rounded(whole: Callable[[float], int], part: Evaluate) -> Evaluate:
    return lambda scope: float(whole(number)) if math.isfinite(number := _number(part(scope))) else number


def _power(base: float, exponent: float) -> float:
    try:
        return float(base**exponent)
    except (ArithmeticError, TypeError):  # zero to a negative power, too large, or a root of a negative number
        return math.nan


def _index(value: Result) -> int | None:
    number = _number(value)
    return int(number) if math.isfinite(number) else None


def _nth(parts: list[str], at: float) -> str:
    return parts[int(at)] if math.isfinite(at) and 0 <= at < len(parts) else ""


def _dated(day: str, pattern: str) -> str:
    """ODK's `format-date`: %Y %m %d %y %e %n %b %a; empty for what is no whole date."""
    try:
        at = date.fromisoformat(day[:10])
    except ValueError:
        return ""
    parts = {"%Y": f"{at.year:04}", "%m": f"{at.month:02}", "%d": f"{at.day:02}", "%y": f"{at.year % 100:02}"}
    parts |= {"%e": str(at.day), "%n": str(at.month), "%b": _MONTHS[at.month - 1], "%a": _DAYS[at.weekday()]}
    return re.sub("%[YmdyenbaHMS]", lambda match: parts.get(match[0], "00"), pattern)


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_OPERATORS: Mapping[str, Callable[[Evaluate, Evaluate], Evaluate]] = {
    "or": lambda a, b: lambda scope: _truth(a(scope)) or _truth(b(scope)),
    "and": lambda a, b: lambda scope: _truth(a(scope)) and _truth(b(scope)),
    "=": lambda a, b: lambda scope: _equal(a(scope), b(scope)),
    "!=": lambda a, b: lambda scope: not _equal(a(scope), b(scope)),
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "+": _arithmetic(operator.add),
    "-": _arithmetic(operator.sub),
    "*": _arithmetic(operator.mul),
    "div": _arithmetic(_divide),
    "mod": _arithmetic(_modulo),
}

_CALLS: Mapping[str, Callable[..., Evaluate]] = {
    "selected": lambda a, b: lambda scope: as_string(b(scope)) in as_string(a(scope)).split(),
    "count-selected": lambda a: lambda scope: float(len(as_string(a(scope)).split())),
    "not": lambda a: lambda scope: not _truth(a(scope)),
    "true": lambda: lambda scope: True,
    "false": lambda: lambda scope: False,
    "if": lambda test, yes, no: lambda scope: yes(scope) if _truth(test(scope)) else no(scope),
    "coalesce": lambda a, b: lambda scope: as_string(a(scope)) or as_string(b(scope)),
    "string": lambda a: lambda scope: as_string(a(scope)),
    "number": lambda a: lambda scope: _number(a(scope)),
    "int": lambda a: lambda scope: float(math.trunc(n)) if math.isfinite(n := _number(a(scope))) else n,
    "round": lambda a: lambda scope: float(math.floor(n + 0.5)) if math.isfinite(n := _number(a(scope))) else n,
    "string-length": lambda a: lambda scope: float(len(as_string(a(scope)))),
    "normalize-space": lambda a: lambda scope: " ".join(as_string(a(scope)).split()),
    "concat": lambda *parts: lambda scope: "".join(as_string(part(scope)) for part in parts),
    "contains": lambda a, b: lambda scope: as_string(b(scope)) in as_string(a(scope)),
    "starts-with": lambda a, b: lambda scope: as_string(a(scope)).startswith(as_string(b(scope))),
    "ends-with": lambda a, b: lambda scope: as_string(a(scope)).endswith(as_string(b(scope))),
    "regex": _regex,
    "today": lambda: lambda scope: scope.today.isoformat(),
    "position": lambda: lambda scope: float(scope.position),
    "now": lambda: lambda scope: scope.today.isoformat(),
    "date": lambda a: lambda scope: as_string(a(scope))[:10],
    "once": lambda a: a,
    "boolean": lambda a: lambda scope: _truth(a(scope)),
    "floor": lambda a: _rounded(math.floor, a),
    "ceiling": lambda a: _rounded(math.ceil, a),
    "abs": lambda a: lambda scope: abs(_number(a(scope))),
    "pow": lambda a, b: lambda scope: _power(_number(a(scope)), _number(b(scope))),
    "min": lambda *parts: lambda scope: min(_number(part(scope)) for part in parts),
    "max": lambda *parts: lambda scope: max(_number(part(scope)) for part in parts),
    "substr": lambda a, *cut: lambda scope: as_string(a(scope))[slice(*(_index(part(scope)) for part in cut))],
    "selected-at": lambda a, b: lambda scope: _nth(as_string(a(scope)).split(), _number(b(scope))),
    "format-date": lambda a, b: lambda scope: _dated(as_string(a(scope)), as_string(b(scope))),
}
