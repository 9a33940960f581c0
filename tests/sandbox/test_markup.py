"""Telegram's HTML into text and entities, in UTF-16 units."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.markup import parse_html, plain
from bot.sandbox.refusals import Refusal

CASES: list[tuple[str, str, list[tuple[Any, ...]]]] = [
    ("😀<b>x</b>", "😀x", [("bold", 2, 1)]),
    ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
    ("  <b> a </b>", "a", [("bold", 0, 1)]),
    ("&lt;b&gt; &copy; &#1575;", "<b> &copy; ا", []),
    ('<a href="https://x.org/?a=1&amp;b=2">here</a>', "here", [("text_link", 0, 4)]),
    ('<a href="javascript:alert(1)">here</a>', "here", []),
    ('<pre><code class="language-py">x</code></pre>', "x", [("pre", 0, 1)]),
    ("<tg-spoiler>x</tg-spoiler>", "x", [("spoiler", 0, 1)]),
    ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
    ('<tg-time unix="1700000000" format="wDT">soon</tg-time>', "soon", [("date_time", 0, 4)]),
    ("see /help and https://x.org.", "see /help and https://x.org.", [("bot_command", 4, 5), ("url", 14, 13)]),
    ("<code>/start</code>", "/start", [("code", 0, 6)]),
]


@pytest.mark.parametrize(("source", "text", "entities"), CASES)
def test_formatted(source: str, text: str, entities: list[tuple[Any, ...]]) -> None:
    result = parse_html(source)
    assert result.text == text
    assert [(one["type"], one["offset"], one["length"]) for one in result.entities] == entities


@pytest.mark.parametrize("source", ["<", "<b", "</b>", "<b>x", "<b></i></b>", "<p>x</p>", "<span>x</span>", "<b <i>x"])
def test_refused(source: str) -> None:
    with pytest.raises(Refusal, match="can't parse entities"):
        parse_html(source)


def test_plain_text_is_left_alone() -> None:
    assert plain("<b>not bold</b>\n1/2 and/or").text == "<b>not bold</b>\n1/2 and/or"
    assert plain("1/2 and/or").entities == []
