"""The tuned layers: learned in TensorFlow, computed in NumPy, the same in both and at every training."""

from __future__ import annotations

import unittest

import numpy as np

from nlu.components.encoder import Encoder
from nlu.components.sentences import TUNED_FROM
from nlu.components.tuned import Tuned, mixed, sharpened
from nlu.components.tuning import tune
from nlu.components.weights import Packed, checked

CONFIG = {
    **{"epochs": 5, "batch": 4, "learning_rate": 3e-4, "dropout": 0.1, "smoothing": 0.1},
    **{"random_state": 7},
}
MONEY = ["What does it cost?", "Was kostet das?", "combien ça coûte", "ücret ne kadar", "بكم هاد", "is it free"]
PERSON = [
    "I want a human",
    "bir insanla konuşmak istiyorum",
    "je veux parler à quelqu'un",
    "بدي احكي مع حدا",
    "ruft mich an",
]


class Tuning(unittest.TestCase):
    """Trained once on eleven sentences."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.packed = Packed(checked())
        encoder = Encoder(cls.packed)
        cls.texts = [encoder.halves(encoder.ids(text), TUNED_FROM)[0] for text in MONEY + PERSON]
        cls.intents = np.array([0] * len(MONEY) + [1] * len(PERSON), np.int32)
        cls.tuned = tune(cls.texts, cls.intents, CONFIG)

    def test_it_learns(self) -> None:
        found = [int(self.tuned.shares(text).argmax()) for text in self.texts]
        self.assertEqual(found, self.intents.tolist())

    def test_shares_add_up(self) -> None:
        for text in self.texts:
            self.assertAlmostEqual(float(self.tuned.shares(text).sum()), 1.0, places=5)

    def test_the_same_is_learned_again(self) -> None:
        again = tune(self.texts, self.intents, CONFIG)
        for name, array in self.tuned.arrays().items():
            np.testing.assert_array_equal(array, again.arrays()[name], name)

    def test_what_is_kept_says_the_same(self) -> None:
        kept = Tuned.of(self.tuned.arrays(), self.packed)
        for text in self.texts:
            np.testing.assert_allclose(kept.shares(text), self.tuned.shares(text), atol=5e-3)


class Averaging(unittest.TestCase):
    """Two opinions become one."""

    def test_what_either_thinks_impossible_stays_so(self) -> None:
        self.assertEqual(mixed({"a": 0.9, "b": 0.0}, {"a": 0.1, "b": 0.9}, 0.5)["b"], 0.0)

    def test_sharpening_keeps_the_order_and_adds_up(self) -> None:
        ranked = sharpened({"a": 0.2, "b": 0.5, "c": 0.3}, 1.5)
        self.assertEqual([name for name, _ in ranked], ["b", "c", "a"])
        self.assertAlmostEqual(sum(one for _, one in ranked), 1.0)
        self.assertGreater(ranked[0][1], 0.5)


if __name__ == "__main__":
    unittest.main()
