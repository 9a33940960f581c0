"""Tunes the encoder's upper layers to our intents, in TensorFlow. Needed while training only."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Tuple

import numpy as np
import tensorflow as tf

from nlu.components.encoder import Layer, read_layer
from nlu.components.sentences import TUNED_FROM
from nlu.components.tensors import layer_output, padded, pooled, variables
from nlu.components.tuned import STRETCH, Tuned
from nlu.components.weights import Packed, Shape, checked


def tune(texts: List[np.ndarray], intents: np.ndarray, config: Dict[str, Any]) -> Tuned:
    """What the first tuned layer reads of each text, (tokens, width), and its intent's number, learned."""
    tf.config.experimental.enable_op_determinism()
    tf.keras.utils.set_random_seed(config["random_state"])
    packed = Packed(checked())
    model = _Model(packed, int(intents.max()) + 1, config["dropout"], config["smoothing"])
    batches = _Batches(texts, config["batch"], config["random_state"])
    steps = config["epochs"] * batches.count
    step, done = model.stepper(config["learning_rate"], _weights(intents)), 0
    for _ in range(config["epochs"]):
        for chosen, x, mask in batches.once():
            step(tf.constant(x), tf.constant(mask), tf.constant(intents[chosen]), tf.constant(_pace(done / steps)))
            done += 1
    return model.tuned(packed)


def _pace(done: float) -> np.float32:
    """The learning rate's share when this share of the steps is done: up for a tenth, then down to nothing."""
    return np.float32(min(done / 0.1, (1 - done) / 0.9))


def _weights(intents: np.ndarray) -> np.ndarray:
    """What each intent's sentences count, so that all intents count alike."""
    counts = np.bincount(intents)
    return (len(intents) / len(counts) / counts).astype(np.float32)


class _Batches:
    """Texts of about one length together: less is computed for nothing."""

    def __init__(self, texts: List[np.ndarray], size: int, seed: int) -> None:
        self._texts = texts
        self._lengths = np.array([len(text) for text in texts])
        self._size = size
        self._chance = np.random.RandomState(seed)
        self.count = -(-len(texts) // size) + 1

    def once(self) -> Iterator[Tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Every text once: their numbers, (texts, tokens, width), and 1 where there is a token."""
        order, size = self._chance.permutation(len(self._texts)), self._size
        chosen: List[np.ndarray] = []
        for begin in range(0, len(order), size * 20):
            pile = order[begin : begin + size * 20]
            pile = pile[np.argsort(self._lengths[pile], kind="stable")]
            chosen += [pile[at : at + size] for at in range(0, len(pile), size)]
        for number in self._chance.permutation(len(chosen)):
            yield (chosen[number], *padded([self._texts[one] for one in chosen[number]]))


class _Model:
    """The layers as variables."""

    def __init__(self, packed: Packed, intents: int, dropout: float, smoothing: float) -> None:
        self._shape: Shape = packed.shape
        self._dropout = dropout
        self._smoothing = smoothing
        self._layers = [variables(read_layer(packed, number)) for number in range(TUNED_FROM, packed.shape.layers)]
        chance = np.random.RandomState(0)
        width = packed.shape.width
        self._weights = tf.Variable(chance.normal(0, 0.02, (width, intents)).astype(np.float32))
        self._bias = tf.Variable(np.zeros(intents, np.float32))
        self._variables = [v for layer in self._layers for v in layer.values()] + [self._weights, self._bias]

    def stepper(self, rate: float, counts: np.ndarray) -> Any:
        """A function that learns from one batch: `(x, mask, intents, pace)`."""
        # The older of Keras' two: one kernel for each variable, where the newer spends as long as the layers themselves.
        optimizer = tf.keras.optimizers.legacy.Adam(rate)
        width, count = self._shape.width, len(counts)
        specs = ([None, None, width], tf.float32), ([None, None], tf.float32), ([None], tf.int32), ([], tf.float32)

        @tf.function(input_signature=[tf.TensorSpec(shape, kind) for shape, kind in specs])
        def step(x: Any, mask: Any, intents: Any, pace: Any) -> None:
            with tf.GradientTape() as tape:
                figures = self._figures(x, mask)
                wanted = tf.one_hot(intents, count) * (1 - self._smoothing) + self._smoothing / count
                losses = tf.nn.softmax_cross_entropy_with_logits(wanted, figures)
                loss = tf.reduce_mean(tf.gather(counts, intents) * losses)
            slopes, _ = tf.clip_by_global_norm(tape.gradient(loss, self._variables), 1.0)
            optimizer.learning_rate.assign(rate * pace)
            optimizer.apply_gradients(zip(slopes, self._variables))

        return step

    def tuned(self, packed: Packed) -> Tuned:
        """What was learned, in NumPy."""
        layers = [Layer(**{name: variable.numpy() for name, variable in layer.items()}) for layer in self._layers]
        return Tuned(layers, self._weights.numpy(), self._bias.numpy(), packed)

    def _figures(self, x: Any, mask: Any) -> Any:
        for layer in self._layers:
            x = layer_output(x, mask, layer, self._shape, self._dropout)
        return tf.matmul(pooled(x, mask) * STRETCH, self._weights) + self._bias
