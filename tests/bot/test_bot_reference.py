"""Reference codes: typed as people type, wrong by a slip, guessed, and hashed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.reference import Code, read_code

DIGITS = ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９"]
BETWEEN = ["", " ", "-", "–", "\u00a0", "\u200f", "  "]
codes = some.integers(0, 10**14 - 1).map(lambda number: Code(f"{number:014}"[:7], f"{number:014}"[7:]))


@given(codes, some.sampled_from(DIGITS), some.lists(some.sampled_from(BETWEEN), min_size=17, max_size=17))
def test_read_in_any_script_with_anything_between(code: Code, digits: str, between: list[str]) -> None:
    plain = code.shown.replace(" ", "")
    assert len(plain) == 16
    typed = "".join(gap + digits[int(digit)] for gap, digit in zip(between, plain, strict=False)) + between[16]
    assert read_code(typed) == code


@given(codes, some.integers(0, 15), some.integers(1, 9))
def test_one_wrong_digit_is_noticed(code: Code, place: int, shift: int) -> None:
    plain = code.shown.replace(" ", "")
    wrong = plain[:place] + str((int(plain[place]) + shift) % 10) + plain[place + 1 :]
    assert read_code(wrong) is None


@given(codes, some.integers(0, 14))
def test_two_digits_swapped_are_noticed(code: Code, place: int) -> None:
    plain = code.shown.replace(" ", "")
    swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
    assert swapped == plain or read_code(swapped) is None


@given(some.text())
def test_anything_else_is_none_or_a_code(words: str) -> None:
    code = read_code(words)
    assert code is None or read_code(code.shown) == code


def test_nothing_of_it_is_shown() -> None:
    code = Code.new()
    assert repr(code) == "Code()"
    assert code.shown.count(" ") == 3


def test_a_hash_needs_the_pepper() -> None:
    code = Code.new()
    hashed = code.hashed(b"pepper")
    assert code.fits(hashed, b"pepper")
    assert not code.fits(hashed, b"salt")
    assert not Code.new().fits(hashed, b"pepper")


@pytest.mark.parametrize("words", ["", "1234", "1234 5678 9012 345x", "1" * 17])
def test_not_a_code(words: str) -> None:
    assert read_code(words) is None
