"""Rows of letter sequences and of word pairs: what was learned is found again, what is new adds nothing."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path
from typing import Type

import numpy as np
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.ngrams import CharTfidfFeaturizer, WordPairFeaturizer
from nlu.components.tokenizer import NormalizingTokenizer

LEARNED = ["is there any news", "there is news", "any news is good", "wie lange dauert es", "wie lange noch"]


def row(kind: Type[CharTfidfFeaturizer], text: str) -> np.ndarray:
    """The row of a text when LEARNED was learned."""
    tokenizer = NormalizingTokenizer(NormalizingTokenizer.get_default_config())
    messages = [Message({TEXT: one, "intent": "x"}) for one in (*LEARNED, text)]
    tokenizer.process(messages)
    with tempfile.TemporaryDirectory() as folder:
        storage = LocalModelStorage(Path(folder))
        featurizer = kind(kind.get_default_config(), "it", storage, Resource("it"), {})
        featurizer.train(TrainingData(messages[:-1]))
    featurizer.process(messages[-1:])
    (features,) = messages[-1].features
    assert features.type == FEATURE_TYPE_SENTENCE
    return features.features.toarray()[0]


class Rows(unittest.TestCase):
    """Both kinds."""

    def test_a_known_text_has_the_length_asked_for(self) -> None:
        for kind in (CharTfidfFeaturizer, WordPairFeaturizer):
            length = kind.get_default_config()["scale"]
            self.assertAlmostEqual(float(np.linalg.norm(row(kind, "wie lange"))), length, places=5)

    def test_pairs_know_the_order(self) -> None:
        self.assertGreater(np.linalg.norm(row(WordPairFeaturizer, "wie lange")), 0)
        self.assertEqual(np.linalg.norm(row(WordPairFeaturizer, "lange wie")), 0)

    def test_what_nobody_wrote_and_nothing_visible_are_empty(self) -> None:
        for kind in (CharTfidfFeaturizer, WordPairFeaturizer):
            for text in ("ξψω", "", "\u200f", "😀"):
                self.assertEqual(np.linalg.norm(row(kind, text)), 0, (kind.__name__, text))


if __name__ == "__main__":
    unittest.main()
