"""What a whole message means, as one dense vector from multilingual-e5-small. Nothing is learned here."""

from __future__ import annotations

from typing import Any, Dict, List, Text, Type

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

from nlu.components.encoder import Encoder
from nlu.components.folding import tidied
from nlu.components.weights import Packed, checked


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
        """Rows for the training messages, in place."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Rows for these messages, in place."""
        for message in messages:
            if message.get(TEXT) is not None:
                features = Features(self._row(self._tidied(message)), FEATURE_TYPE_SENTENCE, TEXT, self._identifier)
                message.add_features(features)
        return messages

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Nothing to check: every value has a use."""

    def _tidied(self, message: Message) -> str:
        return tidied(message.get(TEXT), self._config["max_chars"])

    def _row(self, text: str) -> np.ndarray:
        if not text:
            return np.zeros((1, self._encoder.shape.width), np.float32)
        vector = self._encoder.encode(text, self._config["max_pieces"])
        return (self._config["scale"] * vector[None, :]).astype(np.float32)
