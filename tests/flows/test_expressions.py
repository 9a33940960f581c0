"""XLSForm expressions: the semantics ODK gives them, and refusals an author can act on."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.expressions import BadExpression, Scope, compile_expression

SCOPE = Scope(
    {"sex": "male", "needs": "papers advice", "age": "17", "seen": "2013-06", "none": ""}, "12", date(2026, 5, 3)
)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("${sex} = 'male' and not(selected(${needs}, 'money'))", True),
        ("selected(${needs}, 'advice')", True),
        ("count-selected(${needs}) = 2", True),
        (". > 10 and . < 20", True),
        ("${age} < 18", True),
        ("${age} = 17 and ${age} = '17'", True),
        ("${none} < 5", False),
        ("${none} > 5", False),
        ("${none} = ''", True),
        ("${never_asked} != ''", False),
        ("${seen} <= today()", True),
        ("${seen} > '2013-05-31'", True),
        ("if(${age} >= 18, 'adult', 'child') = 'child'", True),
        ("coalesce(${none}, ${sex}) = 'male'", True),
        ("string-length(concat(${sex}, 'x')) = 5", True),
        ("regex(., '^[0-9]+$')", True),
        ("contains(${sex}, 'al') and starts-with(${sex}, 'm') and ends-with(${sex}, 'e')", True),
        ("(1 + 2) * 3 - 4 div 2 = 7 and 7 mod 4 = 3", True),
        ("-(2) < 0 and int(2.9) = 2 and round(2.5) = 3", True),
        ("1 div 0 = 1", False),
        (f"{'9' * 400} mod 2 = 0", False),
        ("number('inf') mod 2 = 0", False),
        ("normalize-space('  a  b ') = 'a b'", True),
        ("number('x') = number('x')", False),
        ("true() or false()", True),
        ("not(true())", False),
        ("${age}-1 = 16", True),
    ],
)
def test_meaning(text: str, *, holds: bool) -> None:
    assert compile_expression(text).holds(SCOPE) is holds


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("selectd(${a}, 'b')", "unknown function 'selectd'"),
        ("${a", "is not closed"),
        ("${a} = ", "unexpected end"),
        ("/data/a = 1", "not something a form can use"),
        ("position(..)", "position"),
        ("selected(${a})", "arguments"),
        ("regex(., '[')", "cannot be read"),
        ("", ""),
    ],
)
def test_refusals(text: str, says: str) -> None:
    with pytest.raises(BadExpression, match=None) as refused:
        compile_expression(text)
    assert says in str(refused.value)


@given(st.text(max_size=40))
def test_any_text_compiles_or_is_refused(text: str) -> None:
    with contextlib.suppress(BadExpression):
        compile_expression(text)


@given(st.dictionaries(st.sampled_from(["sex", "needs", "age", "seen"]), st.text(max_size=20)), st.text(max_size=20))
def test_evaluation_never_fails(answers: dict[str, str], itself: str) -> None:
    scope = Scope(answers, itself, date(2026, 5, 3))
    for text in (
        "${age} < 18 or ${seen} >= '2013'",
        "int(${age}) + round(.) * 2 > count-selected(${needs})",
        ". mod ${age} = 1",
    ):
        compile_expression(text).holds(scope)
