"""Words that are people's names: many a village is called like one, and a person's name must not become a place."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from flows.reading.places.keys import bare, parts


def is_person(word: str) -> bool:
    """Whether a folded word is a given or family name, the article aside."""
    return bare(word) in _names() or word.startswith(_SERVANT)


#: عبد and what follows it, written as one word
_SERVANT = ("عبدال", "abdel", "abdul", "abdal", "abdou", "abdü", "ebdul", "ebdil", "evdil", "abdell")


@cache
def _names() -> frozenset[str]:
    """Single words of `flows/data/name_variants.tsv`, all spellings."""
    lines = (files("flows") / "data" / "name_variants.tsv").read_text("utf-8").splitlines()[1:]
    said = ", ".join(f"{name}, {spellings}" for name, _, _, spellings in (line.split("\t") for line in lines))
    folded = (parts(name) for name in said.replace("+", "").replace("~", "").split(","))
    return frozenset({bare(words[0]) for words in folded if len(words) == 1} | {"ابو", "ام", "abu", "abo", "umm"})
