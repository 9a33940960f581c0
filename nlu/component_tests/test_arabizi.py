"""Arabizi: told from its neighbours in Latin letters, and read back into Arabic letters."""

from __future__ import annotations

import unittest

from nlu.component_tests.test_text import NASTY
from nlu.components.arabizi import Reader, consonants_of_arabic, consonants_of_latin
from nlu.components.folding import folded, tidied

ARABIZI = ["baddi e7ki ma3 7ada", "shu sar b talabi", "wen 3enwankon", "ma ba3ref emta", "3am dawwer 3ala akhi"]
LATIN = [
    "I want to talk to a person",
    "ne zaman cevap gelir",
    "ez li birayê xwe digerim",
    "wo ist mein Antrag",
    "je veux",
]
ARABIC = ["بدي احكي مع حدا", "شو صار بطلبي", "وين عنوانكم", "ما بعرف ايمت", "عم دور علي اخي", "عندي سوال"]


class Reading(unittest.TestCase):
    """A reader that has learned from a handful of sentences."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.reader = Reader.learned(*([folded(text) for text in texts] for texts in (ARABIZI * 3, LATIN * 3, ARABIC)))

    def test_consonants_are_the_same_in_both_scripts(self) -> None:
        for latin, arabic in (
            ("e7ki", "احكي"),
            ("khabar", "خبر"),
            ("sho", "شو"),
            ("ta3mlu", "تعملوا"),
            ("8arib", "غريب"),
        ):
            self.assertEqual(consonants_of_latin(latin), consonants_of_arabic(arabic), (latin, arabic))

    def test_tells_arabizi_from_other_languages(self) -> None:
        for text in ARABIZI:
            self.assertTrue(self.reader.is_arabizi(folded(text)), text)
        for text in LATIN + ARABIC:
            self.assertFalse(self.reader.is_arabizi(folded(text)), text)

    def test_reads_known_words_however_their_vowels_are_written(self) -> None:
        self.assertEqual(self.reader.read("baddi e7ki ma3 7ada"), "بدي احكي مع حدا")
        self.assertEqual(self.reader.read("badde 7ki ma3 7ada"), "بدي احكي مع حدا")

    def test_two_is_a_hamza_or_a_qaf(self) -> None:
        self.assertEqual(self.reader.read("3endi so2al"), "عندي سوال")
        self.assertEqual(self.reader.read("2alb"), "قلب")

    def test_spells_out_what_it_does_not_know(self) -> None:
        self.assertEqual(self.reader.read("zeitoun"), "زيتون")

    def test_joins_the_article(self) -> None:
        self.assertEqual(self.reader.read("el zeitoun"), "الزيتون")

    def test_no_text_breaks_it(self) -> None:
        for text in NASTY:
            self.reader.read(folded(tidied(text, 600)))
            self.reader.is_arabizi(folded(tidied(text, 600)))

    def test_one_that_has_learned_nothing_reads_nothing(self) -> None:
        self.assertFalse(Reader({}, {}).is_arabizi("baddi e7ki"))


if __name__ == "__main__":
    unittest.main()
