"""What a whole message means, as one dense vector from multilingual-e5-small. Nothing is learned here.

What the encoder has half way is left on the message too, for the classifier that has tuned its upper layers.
"""

from __future__ import annotations

import os
from multiprocessing import get_context
from typing import Any, Callable, Dict, Iterable, List, Optional, Text, Tuple, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.arabizi import IN_ARABIC
from nlu.components.encoder import Encoder
from nlu.components.folding import tidied
from nlu.components.weights import Packed, checked

#: the first layer that is tuned, counted from 0
TUNED_FROM = 8
_HIDDEN = "hidden"
#: of a text: what layer TUNED_FROM reads of it, and its row
Halves = Tuple[Optional[np.ndarray], np.ndarray]
#: processes that encode the training sentences
_WORKERS = 2


#: in such a process, the featurizer's way with one text: inherited, since an open file cannot be sent
_inherited: List[Callable[[str], Halves]] = []


def _begin(halves: Callable[[str], Halves]) -> None:
    _inherited.append(halves)


def _halves_of(text: str) -> Halves:
    return _inherited[-1](text)


def hidden(message: Message) -> Optional[np.ndarray]:
    """What layer TUNED_FROM reads of a message, (tokens, width) in half precision; None when nothing is visible in it."""
    found: Optional[np.ndarray] = message.get(_HIDDEN)
    return found


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEmbeddingFeaturizer(DenseFeaturizer, GraphComponent):
    """One dense row per message, of length `scale`; zeros for a message with nothing visible in it."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """None of its own, but Rasa wants a tokenizer before a featurizer."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """The row's length, and how much of a message is read, in signs and in pieces."""
        return {
            **DenseFeaturizer.get_default_config(),
            "scale": 5.0,
            "max_chars": 300,
            "max_pieces": 96,
        }

    def __init__(self, config: Dict[Text, Any], name: Text) -> None:
        super().__init__(name, config)
        self._encoder = Encoder(Packed(checked()))

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEmbeddingFeaturizer:
        """The encoder as it was shipped."""
        return cls(config, execution_context.node_name)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Rows for the training messages, in place; computed by more than one process where there are more cores."""
        messages = [message for message in training_data.training_examples if message.get(TEXT) is not None]
        texts = [self._tidied(message) for message in messages]
        workers = min(_WORKERS, os.cpu_count() or 1)
        if workers < 2:
            self._add(messages, map(self._halves, texts))
            return training_data
        with get_context("fork").Pool(workers, _begin, (self._halves,)) as pool:
            self._add(messages, pool.imap(_halves_of, texts, chunksize=64))
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Rows for these messages, in place."""
        there = [message for message in messages if message.get(TEXT) is not None]
        self._add(there, (self._halves(self._tidied(message)) for message in there))
        return messages

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Nothing to check: every value has a use."""

    def _tidied(self, message: Message) -> str:
        """The text as the encoder reads it best: Arabizi in Arabic letters."""
        return tidied(message.get(IN_ARABIC) or message.get(TEXT), self._config["max_chars"])

    def _add(self, messages: List[Message], halves: Iterable[Halves]) -> None:
        for message, (half, row) in zip(messages, halves):
            if half is not None:
                message.set(_HIDDEN, half)
            message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))

    def _halves(self, text: str) -> Halves:
        if not text:
            return None, np.zeros((1, self._encoder.shape.width), np.float32)
        half, vector = self._encoder.halves(text, self._config["max_pieces"], TUNED_FROM)
        return half.astype(np.float16), (self._config["scale"] * vector[None, :]).astype(np.float32)
