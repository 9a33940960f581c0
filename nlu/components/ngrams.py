"""Counts letter sequences, weighed by how telling they are (TF-IDF). What it learns is kept as JSON: sequences and weights."""

from __future__ import annotations

import json
import math
from collections import Counter
from itertools import pairwise
from typing import Any, Dict, Iterator, List, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

from nlu.components.arabizi import IN_ARABIC
from nlu.components.words import lemmas, ngrams

_FILE = "ngrams.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class CharTfidfFeaturizer(SparseFeaturizer, GraphComponent):
    """One sparse row per message, of length `scale`."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """Lemmas come from a tokenizer."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Lengths of sequences, in how many messages one must occur to count, and the row's length."""
        return {**SparseFeaturizer.get_default_config(), "min_ngram": 2, "max_ngram": 5, "min_df": 2, "scale": 3.0}

    def __init__(
        self,
        config: Dict[Text, Any],
        name: Text,
        model_storage: ModelStorage,
        resource: Resource,
        idf: Dict[str, float],
    ) -> None:
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._learn(idf)

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CharTfidfFeaturizer:
        """A featurizer that has learned nothing yet."""
        return cls(config, execution_context.node_name, model_storage, resource, {})

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CharTfidfFeaturizer:
        """The featurizer as it was trained. Missing files are an error, never an untrained featurizer."""
        with model_storage.read_from(resource) as folder:
            idf = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return cls(config, execution_context.node_name, model_storage, resource, idf)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn which sequences occur how often."""
        counts: Counter = Counter()
        examples = [message for message in training_data.training_examples if message.get(TEXT)]
        for message in examples:
            counts.update(set(self._sequences(message)))
        kept = sorted(sequence for sequence, count in counts.items() if count >= self._config["min_df"])
        self._learn({s: round(math.log((1 + len(examples)) / (1 + counts[s])) + 1, 5) for s in kept})
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(self._idf, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Rows for the training messages, in place."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Rows for these messages, in place."""
        for message in messages:
            if message.get(TEXT) is not None:
                features = Features(self._row(message), FEATURE_TYPE_SENTENCE, TEXT, self._identifier)
                message.add_features(features)
        return messages

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Nothing to check: every value has a use."""

    def _learn(self, idf: Dict[str, float]) -> None:
        self._idf = idf
        self._columns = {sequence: column for column, sequence in enumerate(idf)}

    def _sequences(self, message: Message) -> Iterator[str]:
        text = "%s %s" % (lemmas(message), message.get(IN_ARABIC) or "")
        return ngrams(text, self._config["min_ngram"], self._config["max_ngram"])

    def _row(self, message: Message) -> csr_matrix:
        counts = Counter(s for s in self._sequences(message) if s in self._columns)
        columns = np.array([self._columns[s] for s in counts], dtype=np.int32)
        values = np.array([(1 + math.log(count)) * self._idf[s] for s, count in counts.items()], dtype=np.float64)
        values *= self._config["scale"] / max(float(np.linalg.norm(values)), 1e-9)
        return csr_matrix((values, (np.zeros_like(columns), columns)), shape=(1, max(len(self._columns), 1)))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class WordPairFeaturizer(CharTfidfFeaturizer):
    """The same of words that stand side by side: "mother is" and "is it" say more than the letters of either."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """In how many messages a pair must occur to count, and the row's length."""
        return {**SparseFeaturizer.get_default_config(), "min_df": 2, "scale": 2.0}

    def _sequences(self, message: Message) -> Iterator[str]:
        for text in filter(None, (lemmas(message), message.get(IN_ARABIC))):
            words = ["^", *text.split(), "$"]
            yield from (" ".join(pair) for pair in pairwise(words))
