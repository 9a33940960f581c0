"""Teaches the encoder's upper layers our intents: the lower ones stay as they came, and are run once.

The frozen model knows what sentences share in general; which differences matter between "stop for today" and "delete my
report" it has to be told. Only training needs TensorFlow (Rasa brings it); the tuned layers are saved as plain arrays.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Iterator, List, Sequence, Tuple

import numpy as np

from nlu.components.encoder import Encoder, Layer

FIELDS = tuple(field.name for field in dataclasses.fields(Layer))


@dataclass(frozen=True)
class Plan:
    """How to tune: which layers (from `first` on), how often over all sentences, and how fast."""

    first: int
    epochs: int = 3
    batch: int = 32
    rate: float = 1e-4
    head_rate: float = 2e-3
    dropout: float = 0.1
    smoothing: float = 0.1
    decay: float = 0.01
    seed: int = 20260503


def tune(encoder: Encoder, texts: Sequence[str], labels: Sequence[int], plan: Plan, most: int = 64) -> List[Layer]:
    """The layers from `plan.first` on, tuned to tell the labels (0 … n-1) apart. Same seed, same machine, same layers."""
    import tensorflow as tf

    tf.keras.utils.set_random_seed(plan.seed)
    lower = [encoder.hidden(encoder.embedded(encoder.ids(text, most)), 0, plan.first) for text in texts]
    wanted = np.asarray(labels, np.int32)
    count = int(wanted.max()) + 1
    layers = [{name: tf.Variable(getattr(layer, name)) for name in FIELDS} for layer in encoder.layers[plan.first :]]
    head = [
        tf.Variable(tf.random.normal([encoder.shape.width, count], stddev=0.02, seed=plan.seed)),
        tf.Variable(tf.zeros([count])),
    ]
    body = [variable for layer in layers for variable in layer.values()]
    steps = plan.epochs * len(_batches(lower, plan.batch, np.random.default_rng(0)))
    slow, fast = _optimizer(tf, plan.rate, steps, plan.decay), _optimizer(tf, plan.head_rate, steps, plan.decay)
    weigh = _class_weights(wanted, count)

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, None, encoder.shape.width]),
            tf.TensorSpec([None, None]),
            tf.TensorSpec([None], tf.int32),
            tf.TensorSpec([None]),
        ]
    )
    def learn(x, mask, label, weight):  # type: ignore[no-untyped-def]
        with tf.GradientTape() as tape:
            pooled = _pooled(tf, x, mask, layers, encoder, plan.dropout)
            logits = tf.nn.dropout(pooled, plan.dropout) @ head[0] + head[1]
            goal = tf.one_hot(label, count) * (1 - plan.smoothing) + plan.smoothing / count
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(goal, logits) * weight)
        gradients, _ = tf.clip_by_global_norm(tape.gradient(loss, body + head), 1.0)
        slow.apply_gradients(zip(gradients[: len(body)], body))
        fast.apply_gradients(zip(gradients[len(body) :], head))
        return loss

    order = np.random.default_rng(plan.seed)
    for _ in range(plan.epochs):
        for chosen in _batches(lower, plan.batch, order):
            x, mask = _padded([lower[i] for i in chosen])
            learn(x, mask, wanted[chosen], weigh[wanted[chosen]])
    return [Layer(**{name: value.numpy() for name, value in layer.items()}) for layer in layers]


def _class_weights(labels: np.ndarray, count: int) -> np.ndarray:
    seen = np.bincount(labels, minlength=count)
    return (len(labels) / (count * np.maximum(seen, 1))).astype(np.float32)


def _optimizer(tf, rate: float, steps: int, decay: float):  # type: ignore[no-untyped-def]
    schedule = tf.keras.optimizers.schedules.PolynomialDecay(rate, steps, end_learning_rate=rate * 0.05)
    return tf.keras.optimizers.AdamW(schedule, weight_decay=decay, jit_compile=False)


def _pooled(tf, x, mask, layers, encoder: Encoder, dropout: float):  # type: ignore[no-untyped-def]
    hide = (mask[:, None, None, :] - 1.0) * 1e9
    for layer in layers:
        x = _layer(tf, x, hide, layer, encoder, dropout)
    pooled = tf.reduce_sum(x * mask[:, :, None], 1) / tf.reduce_sum(mask, 1, keepdims=True)
    # A vector of length 1 would make the softmax too flat to learn from.
    return tf.math.l2_normalize(pooled, -1) * float(encoder.shape.width) ** 0.5


def _layer(tf, x, hide, layer, encoder: Encoder, dropout: float):  # type: ignore[no-untyped-def]
    shape = encoder.shape
    size = shape.width // shape.heads
    batch, length = tf.shape(x)[0], tf.shape(x)[1]
    flat = tf.reshape(x, [-1, shape.width])
    qkv = tf.reshape(flat @ layer["qkv"] + layer["qkv_bias"], [batch, length, 3, shape.heads, size])
    q, k, v = tf.unstack(tf.transpose(qkv, [2, 0, 3, 1, 4]))
    scores = tf.nn.softmax(tf.matmul(q, k, transpose_b=True) * size**-0.5 + hide)
    mixed = tf.reshape(tf.transpose(tf.matmul(tf.nn.dropout(scores, dropout), v), [0, 2, 1, 3]), [-1, shape.width])
    out = tf.nn.dropout(mixed @ layer["out"] + layer["out_bias"], dropout)
    flat = _norm(tf, flat + out, layer["norm1"], layer["norm1_bias"], shape.epsilon)
    up = tf.nn.gelu(flat @ layer["up"] + layer["up_bias"])
    down = tf.nn.dropout(up @ layer["down"] + layer["down_bias"], dropout)
    flat = _norm(tf, flat + down, layer["norm2"], layer["norm2_bias"], shape.epsilon)
    return tf.reshape(flat, [batch, length, shape.width])


def _norm(tf, x, weight, bias, epsilon: float):  # type: ignore[no-untyped-def]
    mean, variance = tf.nn.moments(x, [-1], keepdims=True)
    return (x - mean) * tf.math.rsqrt(variance + epsilon) * weight + bias


def _batches(lower: Sequence[np.ndarray], size: int, order: np.random.Generator) -> List[np.ndarray]:
    """Every sentence once, like lengths together (less padding), in an order of chance."""
    shuffled = order.permutation(len(lower))
    lengths = np.array([len(lower[i]) for i in shuffled])
    pools = [
        shuffled[i : i + size * 16][np.argsort(lengths[i : i + size * 16], kind="stable")]
        for i in range(0, len(lower), size * 16)
    ]
    batches = [pool[i : i + size] for pool in pools for i in range(0, len(pool), size)]
    return [batches[i] for i in order.permutation(len(batches))]


def _padded(parts: Sequence[np.ndarray]) -> Tuple[np.ndarray, np.ndarray]:
    longest = max(map(len, parts))
    x = np.zeros((len(parts), longest, parts[0].shape[1]), np.float32)
    mask = np.zeros((len(parts), longest), np.float32)
    for row, part in enumerate(parts):
        x[row, : len(part)], mask[row, : len(part)] = part, 1
    return x, mask


def tuned_arrays(layers: Sequence[Layer]) -> Iterator[Tuple[str, np.ndarray]]:
    """Names and arrays to save; `layers_of` reads them back."""
    for number, layer in enumerate(layers):
        for name in FIELDS:
            yield "%d.%s" % (number, name), getattr(layer, name)
