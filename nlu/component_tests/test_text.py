"""Folding and letter sequences: what is made the same, and what no message can break."""

from __future__ import annotations

import unittest

from nlu.components.folding import folded, tidied
from nlu.components.words import ngrams

NASTY = [
    "",
    " ",
    "\x00\x07",
    "\ud800",
    "\u200f\u202e",
    "😀" * 50,
    "ـ" * 99,
    "a" * 5000,
    "ً" * 40,
    "²①½",
    "نعم\u0000لا",
    "İıŞş",
]


class Tidying(unittest.TestCase):
    """The encoder's text keeps its spelling and loses what nobody sees."""

    def test_keeps_letters_and_accents(self) -> None:
        self.assertEqual(tidied("  Hêvîya  min\u200f çi ye?  ", 300), "Hêvîya min çi ye?")
        self.assertEqual(tidied("مُفْقُـــود", 300), "مفقود")

    def test_shortens_runs_of_a_letter_only(self) -> None:
        self.assertEqual(tidied("pleeeease 10000", 300), "pleease 10000")

    def test_is_bounded(self) -> None:
        self.assertEqual(len(tidied("ab " * 5000, 300)), 299)

    def test_can_always_be_written_as_utf8(self) -> None:
        for text in NASTY:
            tidied(text, 300).encode("utf-8")


class Folding(unittest.TestCase):
    """Letter counts see one word where people write several."""

    def test_spellings_become_one(self) -> None:
        for one, other in (
            ("إلغاء", "الغا"),
            ("مدرسة", "مدرسه"),
            ("Hêvî", "hevi"),
            ("İptal", "iptal"),
            ("٢٠١٣", "2013"),
        ):
            self.assertEqual(folded(one), folded(other), (one, other))

    def test_no_text_breaks_it(self) -> None:
        for text in NASTY:
            folded(tidied(text, 600))


class Sequences(unittest.TestCase):
    """They stay inside a word and know its ends."""

    def test_of_a_short_word(self) -> None:
        self.assertEqual(list(ngrams("no", 2, 5)), [" n", "no", "o ", " no", "no ", " no "])

    def test_of_nothing(self) -> None:
        self.assertEqual(list(ngrams("", 2, 5)), [])


if __name__ == "__main__":
    unittest.main()
