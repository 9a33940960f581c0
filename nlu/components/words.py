"""What letters a message has: its folded words, and the sequences in them."""

from __future__ import annotations

from typing import Iterator

from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message


def lemmas(message: Message) -> str:
    """The folded words of a message, one space between."""
    return " ".join(token.lemma for token in message.get(TOKENS_NAMES[TEXT]) or ())


def ngrams(text: str, shortest: int, longest: int) -> Iterator[str]:
    """Letter sequences inside each word, a space on both its sides."""
    for word in text.split():
        padded = " %s " % word
        for size in range(shortest, longest + 1):
            if size >= len(padded):
                yield padded
                break
            for begin in range(len(padded) - size + 1):
                yield padded[begin : begin + size]
