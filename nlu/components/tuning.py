"""Tunes the encoder's upper layers to our intents, in TensorFlow. Needed while training only."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Tuple

import numpy as np
import tensorflow as tf

from nlu.components.encoder import Layer, read_layer
from nlu.components.sentences import TUNED_FROM
from nlu.components.tuned import STRETCH, Tuned
from nlu.components.weights import Packed, Shape, checked


def tune(texts: List[np.ndarray], intents: np.ndarray, config: Dict[str, Any]) -> Tuned:
    """What the first tuned layer reads of each text, (tokens, width), and its intent's number, learned."""
    tf.config.threading.set_intra_op_parallelism_threads(config["threads"])
    tf.config.threading.set_inter_op_parallelism_threads(1)
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
            yield (chosen[number], *self._padded(chosen[number]))

    def _padded(self, chosen: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
        longest = int(self._lengths[chosen].max())
        x = np.zeros((len(chosen), longest, self._texts[chosen[0]].shape[1]), np.float32)
        mask = np.zeros((len(chosen), longest), np.float32)
        for row, number in enumerate(chosen):
            x[row, : self._lengths[number]] = self._texts[number]
            mask[row, : self._lengths[number]] = 1
        return x, mask


class _Model:
    """The layers as variables."""

    def __init__(self, packed: Packed, intents: int, dropout: float, smoothing: float) -> None:
        self._shape: Shape = packed.shape
        self._dropout = dropout
        self._smoothing = smoothing
        self._layers = [
            {name: tf.Variable(array) for name, array in vars(read_layer(packed, number)).items()}
            for number in range(TUNED_FROM, packed.shape.layers)
        ]
        chance = np.random.RandomState(0)
        width = packed.shape.width
        self._weights = tf.Variable(chance.normal(0, 0.02, (width, intents)).astype(np.float32))
        self._bias = tf.Variable(np.zeros(intents, np.float32))
        self._variables = [v for layer in self._layers for v in layer.values()] + [self._weights, self._bias]

    def stepper(self, rate: float, counts: np.ndarray) -> Any:
        """A function that learns from one batch: `(x, mask, intents, pace)`."""
        optimizer = tf.keras.optimizers.experimental.AdamW(rate, weight_decay=0.01, jit_compile=False)
        optimizer.build(self._variables)
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
            x = self._layer(x, mask, layer)
        pooled = tf.reduce_sum(x * mask[:, :, None], 1) / tf.reduce_sum(mask, 1)[:, None]
        return tf.matmul(tf.math.l2_normalize(pooled, -1) * STRETCH, self._weights) + self._bias

    def _layer(self, x: Any, mask: Any, layer: Dict[str, Any]) -> Any:
        texts, tokens = tf.shape(x)[0], tf.shape(x)[1]
        width, heads = self._shape.width, self._shape.heads
        flat = tf.reshape(x, [-1, width])
        qkv = tf.reshape(tf.matmul(flat, layer["qkv"]) + layer["qkv_bias"], [texts, tokens, 3, heads, width // heads])
        q, k, v = (tf.transpose(one, [0, 2, 1, 3]) for one in tf.unstack(qkv, axis=2))
        scores = tf.matmul(q, k, transpose_b=True) * (width // heads) ** -0.5 + (mask[:, None, None, :] - 1) * 1e9
        mixed = tf.matmul(tf.nn.dropout(tf.nn.softmax(scores), self._dropout), v)
        mixed = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [-1, width])
        out = tf.nn.dropout(tf.matmul(mixed, layer["out"]) + layer["out_bias"], self._dropout)
        flat = self._normalized(flat + out, layer["norm1"], layer["norm1_bias"])
        up = tf.nn.gelu(tf.matmul(flat, layer["up"]) + layer["up_bias"], approximate=True)
        down = tf.nn.dropout(tf.matmul(up, layer["down"]) + layer["down_bias"], self._dropout)
        return tf.reshape(self._normalized(flat + down, layer["norm2"], layer["norm2_bias"]), [texts, tokens, width])

    def _normalized(self, x: Any, weight: Any, bias: Any) -> Any:
        mean, variance = tf.nn.moments(x, [-1], keepdims=True)
        return (x - mean) * tf.math.rsqrt(variance + self._shape.epsilon) * weight + bias
