"""What a whole message means, as one dense vector: the encoder, its upper layers tuned on the training sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from safetensors.numpy import load_file, save_file

from nlu.components.encoder import Encoder, Layer
from nlu.components.folding import tidied
from nlu.components.tuning import FIELDS, Plan, tune, tuned_arrays
from nlu.components.weights import Packed, checked

_FILE = "layers.safetensors"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceEmbeddingFeaturizer(DenseFeaturizer, GraphComponent):
    """One dense row per message, of length `scale`; zeros for a message with nothing visible in it."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """None of its own, but Rasa wants a tokenizer before a featurizer."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """`tune_from`: the first layer that learns (12: none does). The rest as in `Plan`; lengths in signs and pieces."""
        return {
            **DenseFeaturizer.get_default_config(),
            "scale": 5.0,
            "max_chars": 300,
            "max_pieces": 96,
            "tune_from": 12,
            "epochs": 3,
            "rate": 1e-4,
            "random_seed": 20260503,
        }

    def __init__(
        self,
        config: Dict[Text, Any],
        name: Text,
        model_storage: ModelStorage,
        resource: Resource,
        layers: Optional[Sequence[Layer]] = None,
    ) -> None:
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._encoder = Encoder(Packed(checked()))
        if layers:
            self._encoder.layers[-len(layers) :] = layers

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEmbeddingFeaturizer:
        """The encoder as it was shipped."""
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceEmbeddingFeaturizer:
        """The encoder as it was tuned. Missing files are an error, never an untuned encoder."""
        with model_storage.read_from(resource) as folder:
            layers = _read(folder / _FILE)
        return cls(config, execution_context.node_name, model_storage, resource, layers)

    def train(self, training_data: TrainingData) -> Resource:
        """Tune the layers from `tune_from` on, if there are any."""
        first = self._config["tune_from"]
        layers: List[Layer] = []
        if first < len(self._encoder.layers):
            examples = [m for m in training_data.intent_examples if m.get(TEXT) and m.get(INTENT)]
            names = sorted({message.get(INTENT) for message in examples})
            labels = [names.index(message.get(INTENT)) for message in examples]
            plan = Plan(first, self._config["epochs"], rate=self._config["rate"], seed=self._config["random_seed"])
            layers = tune(self._encoder, [self._tidied(message) for message in examples], labels, plan)
            self._encoder.layers[first:] = layers
        with self._model_storage.write_to(self._resource) as folder:
            save_file(dict(tuned_arrays(layers)), str(folder / _FILE))
        return self._resource

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


def _read(path: Path) -> List[Layer]:
    arrays = load_file(str(path))
    count = 1 + max((int(name.split(".")[0]) for name in arrays), default=-1)
    return [Layer(**{name: arrays["%d.%s" % (number, name)] for name in FIELDS}) for number in range(count)]
