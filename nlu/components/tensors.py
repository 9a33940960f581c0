"""The encoder's layers over many texts at once, in TensorFlow. Needed while training only: a message is computed in NumPy."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List, Sequence, Tuple

import numpy as np
import tensorflow as tf

from nlu.components.encoder import Encoder, Layer
from nlu.components.weights import Shape

#: texts computed together where nothing is learned
_TOGETHER = 64


def halves(encoder: Encoder, texts: Sequence[List[int]], at: int) -> List[Tuple[np.ndarray, np.ndarray]]:
    """Of each text, given as pieces, what `Encoder.halves` gives, the first in half precision."""
    through = _through([vars(layer) for layer in encoder.layers], encoder.shape, at)
    found: List[Any] = [None] * len(texts)
    for chosen in _alike([len(text) for text in texts], _TOGETHER):
        together = [texts[number] for number in chosen]
        ends = np.cumsum([len(text) for text in together])
        x, mask = padded(np.split(encoder.embedded(*together), ends[:-1]))
        half, vectors = (array.numpy() for array in through(tf.constant(x), tf.constant(mask)))
        for row, number in enumerate(chosen):
            found[number] = half[row, : len(texts[number])].astype(np.float16), vectors[row]
    return found


def padded(texts: Sequence[np.ndarray]) -> Tuple[np.ndarray, np.ndarray]:
    """Texts of (tokens, width) as one array (texts, tokens, width), and 1 where there is a token."""
    longest = max(len(text) for text in texts)
    x = np.zeros((len(texts), longest, texts[0].shape[1]), np.float32)
    mask = np.zeros((len(texts), longest), np.float32)
    for row, text in enumerate(texts):
        x[row, : len(text)] = text
        mask[row, : len(text)] = 1
    return x, mask


def pooled(x: Any, mask: Any) -> Any:
    """The mean over the tokens that are there, made of length 1: (texts, width)."""
    return tf.math.l2_normalize(tf.reduce_sum(x * mask[:, :, None], 1) / tf.reduce_sum(mask, 1)[:, None], -1)


def layer_output(x: Any, mask: Any, layer: Dict[str, Any], shape: Shape, dropout: float = 0.0) -> Any:
    """(texts, tokens, width) through one layer, whose weights have the names of `Layer`."""
    texts, tokens, width, heads = tf.shape(x)[0], tf.shape(x)[1], shape.width, shape.heads

    def dropped(array: Any) -> Any:
        return tf.nn.dropout(array, dropout) if dropout else array

    flat = tf.reshape(x, [-1, width])
    qkv = tf.reshape(tf.matmul(flat, layer["qkv"]) + layer["qkv_bias"], [texts, tokens, 3, heads, width // heads])
    q, k, v = (tf.transpose(one, [0, 2, 1, 3]) for one in tf.unstack(qkv, axis=2))
    scores = tf.matmul(q, k, transpose_b=True) * (width // heads) ** -0.5 + (mask[:, None, None, :] - 1) * 1e9
    mixed = tf.reshape(tf.transpose(tf.matmul(dropped(tf.nn.softmax(scores)), v), [0, 2, 1, 3]), [-1, width])
    out = dropped(tf.matmul(mixed, layer["out"]) + layer["out_bias"])
    flat = _normalized(flat + out, layer["norm1"], layer["norm1_bias"], shape)
    up = tf.nn.gelu(tf.matmul(flat, layer["up"]) + layer["up_bias"], approximate=True)
    down = dropped(tf.matmul(up, layer["down"]) + layer["down_bias"])
    return tf.reshape(_normalized(flat + down, layer["norm2"], layer["norm2_bias"], shape), [texts, tokens, width])


def _normalized(x: Any, weight: Any, bias: Any, shape: Shape) -> Any:
    """Layer normalisation by the kernel made for batches, each row taken for a channel: a fifth faster than by moments."""
    rows = tf.shape(x)[0]
    normal = tf.raw_ops.FusedBatchNormV3(
        x=tf.reshape(x, [1, rows, shape.width, 1]),
        **{"scale": tf.ones([rows]), "offset": tf.zeros([rows]), "mean": tf.zeros([0]), "variance": tf.zeros([0])},
        epsilon=shape.epsilon,
        data_format="NCHW",
    )
    return tf.reshape(normal[0], [rows, shape.width]) * weight + bias


def _through(layers: List[Dict[str, np.ndarray]], shape: Shape, at: int) -> Callable[[Any, Any], Tuple[Any, Any]]:
    weights = [{name: tf.constant(array) for name, array in layer.items()} for layer in layers]

    @tf.function(input_signature=[tf.TensorSpec([None, None, shape.width]), tf.TensorSpec([None, None])])
    def through(x: Any, mask: Any) -> Tuple[Any, Any]:
        half = x
        for number, layer in enumerate(weights):
            half = x if number == at else half
            x = layer_output(x, mask, layer, shape)
        return half, pooled(x, mask)

    return through


def variables(layer: Layer) -> Dict[str, Any]:
    """A layer's weights as what can be learned, by name."""
    return {name: tf.Variable(array) for name, array in vars(layer).items()}


def _alike(lengths: Sequence[int], size: int) -> Iterator[np.ndarray]:
    """The numbers of the texts in groups of about one length."""
    order = np.argsort(lengths, kind="stable")
    return (order[begin : begin + size] for begin in range(0, len(order), size))
