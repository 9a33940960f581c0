"""Words around a place's name, in six languages and Arabic in Latin letters: what kind of place is meant, and mere filling."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib.resources import files

from flows.reading.places.keys import parts

GOVERNORATE, RURAL, CITY, DISTRICT, HOOD = "governorate", "rural", "city", "district", "hood"
PRISON, BRANCH, HOSPITAL, CAMP = "prison", "branch", "hospital", "camp"
CENTRAL, BETWEEN, AND, FROM, TO, WAY, SEA = "central", "between", "and", "from", "to", "way", "sea"
FILLING, STRONG_FILLING, SIDE, NO_PLACE = "filling", "in", "side", "no place"

#: words that say which kind of institution a name belongs to; they also name its keys in the gazetteer
SITES = (PRISON, BRANCH, HOSPITAL, CAMP)
#: words that say what kind of place a name is
MARKERS = frozenset({GOVERNORATE, RURAL, CITY, DISTRICT, HOOD, *SITES})
#: a name right after one of these is a name of a place
EVIDENCE = MARKERS | {STRONG_FILLING, FROM, TO, BETWEEN}


def _rows(kind: str) -> list[tuple[str, str]]:
    """(role, words) of `flows/data/place_words.tsv`; words are separated by spaces, phrases by `|`."""
    lines = (files("flows") / "data" / "place_words.tsv").read_text("utf-8").splitlines()[1:]
    found = [line.split("\t") for line in lines]
    return [(role, words) for row, role, words in found if row == kind]


def _by_word() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for role, words in _rows("word"):
        for word in parts(words, limit=len(words)):
            found[word].add(role)
    return {word: frozenset(said) for word, said in found.items()}


_BY_WORD = _by_word()


def roles(word: str) -> frozenset[str]:
    """The roles a folded word may play; empty for most."""
    return _BY_WORD.get(word, frozenset())


#: institutions of one name in many cities -> the names families use for them
INSTITUTIONS: Mapping[str, Sequence[str]] = {group: phrases.split("|") for group, phrases in _rows("institution")}

_ANSWERS: Mapping[str, Sequence[str]] = {answer: phrases.split("|") for answer, phrases in _rows("answer")}
#: a checkpoint without a name, in every language
CHECKPOINTS = _ANSWERS["checkpoint"]
#: "I don't know" and other whole answers that name no place
NO_ANSWER = frozenset(" ".join(parts(phrase)) for phrase in _ANSWERS["none"])
