"""How a stranger's text is shown: escaped, and with every character that could deceive the eye made visible."""

from __future__ import annotations

import unicodedata

from markupsafe import Markup, escape

#: Characters that steer the direction of text, and the short name each is shown by.
_STEERING = {
    "\u061c": "ALM",
    "\u200e": "LRM",
    "\u200f": "RLM",
    "\u202a": "LRE",
    "\u202b": "RLE",
    "\u202c": "PDF",
    "\u202d": "LRO",
    "\u202e": "RLO",
    "\u2066": "LRI",
    "\u2067": "RLI",
    "\u2068": "FSI",
    "\u2069": "PDI",
}
#: Joiners that Arabic-script and Indic words need; invisible and harmless inside them.
_JOINERS = "\u200c\u200d"
_MOST_MARKS = 4


def visible(text: str) -> Markup:
    """The text as safe HTML; hidden characters as small labelled marks, long piles of accents cut to four."""
    shown: list[Markup] = []
    plain: list[str] = []
    pile = 0
    for letter in text:
        pile = pile + 1 if unicodedata.category(letter) in ("Mn", "Me") else 0
        if pile > _MOST_MARKS:
            continue
        label = _label(letter)
        if label is None:
            plain.append(letter)
            continue
        shown.append(escape("".join(plain)))
        plain.clear()
        name = unicodedata.name(letter, "control character")
        shown.append(
            Markup('<span class="hidden-mark" dir="ltr" lang="en" title="U+{:04X} {}">{}</span>').format(
                ord(letter), name, label
            )
        )
    shown.append(escape("".join(plain)))
    return Markup("").join(shown)


def _label(letter: str) -> str | None:
    """The short name a hidden character is shown by; None for one that is shown as it is."""
    if letter in _STEERING:
        return _STEERING[letter]
    if letter in "\n\t" or letter in _JOINERS:
        return None
    if unicodedata.category(letter) in ("Cc", "Cf", "Cn", "Co", "Cs"):
        return f"U+{ord(letter):04X}"
    return None
