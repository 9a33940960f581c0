"""What a whole message means, as one dense vector from multilingual-e5-small. Nothing is learned here.

What the encoder has half way is left on the message too, for the classifier that has tuned its upper layers.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Optional, Text, Tuple, Type

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
        """Rows for the training messages, in place; many at once, in TensorFlow."""
        from nlu.components.tensors import halves

        messages = [message for message in training_data.training_examples if message.get(TEXT) is not None]
        ids = [self._ids(message) for message in messages]
        found = iter(halves(self._encoder, [one for one in ids if one is not None], TUNED_FROM))
        self._add(messages, (self._scaled(*next(found)) if one is not None else self._blank() for one in ids))
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Rows for these messages, in place."""
        there = [message for message in messages if message.get(TEXT) is not None]
        self._add(there, map(self._halves, there))
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

    def _halves(self, message: Message) -> Halves:
        ids = self._ids(message)
        return self._blank() if ids is None else self._scaled(*self._encoder.halves(ids, TUNED_FROM))

    def _ids(self, message: Message) -> Optional[List[int]]:
        """A message's pieces; None when nothing in it is visible."""
        text = self._tidied(message)
        return self._encoder.ids(text, self._config["max_pieces"]) if text else None

    def _scaled(self, half: np.ndarray, vector: np.ndarray) -> Halves:
        return half.astype(np.float16), (self._config["scale"] * vector[None, :]).astype(np.float32)

    def _blank(self) -> Halves:
        return None, np.zeros((1, self._encoder.shape.width), np.float32)
