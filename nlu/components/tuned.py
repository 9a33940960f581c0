"""A second opinion: the encoder's upper layers, tuned to our intents, averaged with what the classifier before it says.

The tuning runs in TensorFlow, which Rasa brings along; what it learned is kept as arrays and computed in NumPy, like the encoder.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional, Text, Tuple, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.encoder import Layer, layer_output
from nlu.components.sentences import hidden
from nlu.components.weights import Packed, checked

_ARRAYS = "tuned.npz"
_INTENTS = "tuned.json"
#: what the vector of length 1 is stretched to before the last sum: makes its learning rate fit the layers'
STRETCH = np.float32(20.0)

Ranking = List[Dict[Text, Any]]


class Tuned:
    """The upper layers and the sum that ends in one figure per intent."""

    def __init__(self, layers: List[Layer], weights: np.ndarray, bias: np.ndarray, packed: Packed) -> None:
        self.layers = layers
        self.weights = weights
        self.bias = bias
        self._shape = packed.shape

    def shares(self, x: np.ndarray) -> np.ndarray:
        """Confidence of each intent, adding up to 1, from what the first tuned layer reads: (tokens, width)."""
        for layer in self.layers:
            x = layer_output(x, layer, self._shape)
        pooled = x.mean(axis=0)
        pooled = pooled / max(float(np.linalg.norm(pooled)), 1e-6)
        figures = (pooled * STRETCH) @ self.weights + self.bias
        figures = np.exp(figures - figures.max())
        return figures / figures.sum()

    def arrays(self) -> Dict[str, np.ndarray]:
        """Everything in half precision, by name."""
        found = {
            "%d.%s" % (n, name): array for n, layer in enumerate(self.layers) for name, array in vars(layer).items()
        }
        return {name: a.astype(np.float16) for name, a in {**found, "weights": self.weights, "bias": self.bias}.items()}

    @classmethod
    def of(cls, arrays: Dict[str, np.ndarray], packed: Packed) -> Tuned:
        """The same from `arrays`."""
        whole = {name: np.ascontiguousarray(array, np.float32) for name, array in arrays.items()}
        count = 1 + max(int(name.split(".")[0]) for name in whole if "." in name)
        names = Layer.__dataclass_fields__
        layers = [Layer(**{name: whole["%d.%s" % (n, name)] for name in names}) for n in range(count)]
        return cls(layers, whole["weights"], whole["bias"], packed)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TunedClassifier(IntentClassifier, GraphComponent):
    """Stands after another classifier and averages its confidences with its own."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """The sentence featurizer, which leaves what it has read half way."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """How long and how fast it learns; its share in the average; how much surer the average is made (1: as it is)."""
        return {
            "epochs": 2,
            "batch": 32,
            "learning_rate": 2.5e-4,
            "dropout": 0.1,
            "smoothing": 0.1,
            "random_state": 1,
            "share": 0.5,
            "sharpness": 1.05,
        }

    def __init__(
        self,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        intents: List[str],
        tuned: Optional[Tuned],
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._intents = intents
        self._tuned = tuned

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TunedClassifier:
        """A classifier that has learned nothing yet and leaves everything as it is."""
        return cls(config, model_storage, resource, [], None)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TunedClassifier:
        """The classifier as it was trained. Missing files are an error, never an untrained classifier."""
        with model_storage.read_from(resource) as folder:
            intents = json.loads((folder / _INTENTS).read_text(encoding="utf-8"))
            with np.load(folder / _ARRAYS, allow_pickle=False) as kept:
                tuned = Tuned.of(dict(kept), Packed(checked()))
        return cls(config, model_storage, resource, intents, tuned)

    def train(self, training_data: TrainingData) -> Resource:
        """Tune on all sentences."""
        from nlu.components.tuning import tune

        examples = [(hidden(m), m.get(INTENT)) for m in training_data.intent_examples if hidden(m) is not None]
        self._intents = sorted({intent for _, intent in examples})
        numbers = np.array([self._intents.index(intent) for _, intent in examples], np.int32)
        self._tuned = tune([x for x, _ in examples], numbers, self._config)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _INTENTS).write_text(json.dumps(self._intents), encoding="utf-8")
            np.savez(folder / _ARRAYS, **self._tuned.arrays())
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """The averaged ranking in place of the one that is there, in place."""
        for message in messages:
            x = hidden(message)
            ranking: Ranking = message.get("intent_ranking") or []
            if self._tuned is None or x is None or not ranking:
                continue
            ours = dict(zip(self._intents, self._tuned.shares(x.astype(np.float32)).tolist()))
            averaged = mixed({one["name"]: one["confidence"] for one in ranking}, ours, self._config["share"])
            ranked = [{"name": n, "confidence": c} for n, c in sharpened(averaged, self._config["sharpness"])]
            message.set(INTENT, ranked[0], add_to_output=True)
            message.set("intent_ranking", ranked, add_to_output=True)
        return messages


def mixed(theirs: Dict[str, float], ours: Dict[str, float], share: float) -> Dict[str, float]:
    """Each intent's confidence, `share` of it ours: their geometric mean, so that what either thinks impossible stays so."""
    names = [*theirs, *(name for name in ours if name not in theirs)]
    return {name: theirs.get(name, 0.0) ** (1 - share) * ours.get(name, 0.0) ** share for name in names}


def sharpened(confidences: Dict[str, float], power: float) -> List[Tuple[str, float]]:
    """Raised to a power and made to add up to 1, the surest first. The order is not changed by it."""
    raised = {name: confidence**power for name, confidence in confidences.items()}
    total = sum(raised.values()) or 1.0
    return sorted(((name, one / total) for name, one in raised.items()), key=lambda row: (-row[1], row[0]))
