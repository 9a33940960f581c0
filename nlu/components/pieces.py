"""Cuts a text into the pieces of XLM-RoBERTa's unigram vocabulary: the cut whose log probabilities add up highest."""

from __future__ import annotations

import re
from typing import List

from nlu.components.weights import Vocabulary

_SPACE = "\u2581"
_RUNS = re.compile(" {2,}")


class Pieces:
    """`ids` of a text, with the marks for its beginning and end."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._unknown = float(vocabulary.scores.min()) - 10.0
        self._scored = {
            piece.decode("utf-8"): (i, float(vocabulary.scores[i]))
            for piece, i in vocabulary.ids.items()
            if piece and i != vocabulary.unknown
        }
        self._longest = max(map(len, self._scored))

    def ids(self, text: str, most: int) -> List[int]:
        """At most `most` ids, both marks counted. Work grows with length × the longest piece (16 or so)."""
        replaced = self._vocabulary.replaced
        plain = _RUNS.sub(" ", "".join(replaced.get(ord(sign), sign) for sign in text))
        marked = (plain if plain.startswith(" ") else " " + plain).replace(" ", _SPACE)
        return [self._vocabulary.begin, *self._best_cut(marked)[: most - 2], self._vocabulary.end]

    def _best_cut(self, text: str) -> List[int]:
        length, scored, longest = len(text), self._scored, self._longest
        best = [0.0] + [float("-inf")] * length
        came_by = [(0, self._vocabulary.unknown)] * (length + 1)
        for begin in range(length):
            here = best[begin]
            for end in range(begin + 1, min(length, begin + longest) + 1):
                found = scored.get(text[begin:end])
                if found is not None and here + found[1] > best[end]:
                    best[end], came_by[end] = here + found[1], (begin, found[0])
            if here + self._unknown > best[begin + 1]:
                best[begin + 1], came_by[begin + 1] = here + self._unknown, (begin, self._vocabulary.unknown)
        ids: List[int] = []
        at = length
        while at > 0:
            at, piece = came_by[at]
            ids.append(piece)
        return ids[::-1]
