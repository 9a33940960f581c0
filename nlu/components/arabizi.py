"""Arabic written in Latin letters and digits, read back into Arabic letters: "baddi e7ki ma3 7ada" as "بدي احكي مع حدا".

Which messages are Arabizi, and which Arabic words there are, is learned from the training sentences: those marked
`language: ar-Latn`, and those in Arabic letters. A word is looked up by its consonants, since vowels are written as anybody
likes; of the words that share them the one spelt most alike is taken, and a word nobody knows is spelt out.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from difflib import SequenceMatcher
from typing import Any, Dict, Iterator, List, Text, Tuple, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.words import lemmas, ngrams

#: where a message keeps its text in Arabic letters; None unless it is Arabizi
IN_ARABIC = "in_arabic"
#: the mark in nlu/data
MARK = "ar-Latn"
#: a known word less alike than this (0 to 1, the common ones a little sooner) is another word
LEAST_ALIKE = 0.6
_FILE = "arabizi.json"

_ARABIC_WORD = re.compile("[\u0621-\u064a]+")
_TWICE = re.compile(r"(.)\1+")
#: one sign for each consonant, the same for both scripts; what dialects confuse is one
_CONSONANTS = dict(zip("بتثجحخدذرزسشصضطظعغفقكلمنه", "bttj75ddrzs$sdtd38f2klmnh"))
_PAIRS = (("3'", "8"), ("7'", "5"), ("kh", "5"), ("gh", "8"), ("sh", "$"), ("ch", "$"), ("th", "t"), ("dh", "d"))
_SINGLE = {"q": "2", "9": "s", "6": "t", "g": "j", "v": "f", "p": "b", "c": "k", "x": "ks"}
_KEPT = frozenset("bdfhjklmnrstz$23578")
_LONG = (("aa", "ا"), ("ee", "ي"), ("oo", "و"), ("ou", "و"), ("ei", "ي"), ("ai", "ي"), ("ay", "ي"), ("aw", "و"))
_SPELT_PAIRS = (
    *(("3'", "غ"), ("7'", "خ"), ("kh", "خ"), ("gh", "غ"), ("sh", "ش"), ("ch", "ش"), ("th", "ث"), ("dh", "ض")),
    *_LONG,
)
# A hamza is left out by the folding of Arabic, so that 2 stands for the qaf that most dialects speak like one.
_SPELT = dict(zip("2356789qbtjgdrzsfklmnhwyvpc", "قعخطحغصقبتججدرزسفكلمنهويفبك"))
_SPELT["x"] = "كس"
_VOWELS = {"a": "ا", "i": "ي", "u": "و", "o": "و", "e": ""}
_INSIDE = dict.fromkeys(_VOWELS, "")
#: the commonest words, too short to be found by their consonants
_WORDS = {
    **{"w": "و", "b": "ب", "la": "لا", "la2": "لا", "laa": "لا", "no": "لا", "eh": "اي", "ee": "اي", "ey": "اي"},
    **{"sa7": "صح", "ya": "يا", "hal": "هال", "shi": "شي", "fi": "في", "iza": "اذا", "aw": "او", "ana": "انا"},
}
_PARTICLES = re.compile(r"\b(w|b|l|f|3)?(?:el|al|il)[ -]+(?=\w)|\b(bel|bil|3al|lal|wel|fel)[ -]+(?=\w)")
_JOINED = {"w": "وال", "b": "بال", "l": "لل", "f": "بال", "3": "عال"}


def consonants_of_arabic(word: str) -> str:
    """What is heard as a consonant in a folded Arabic word; alef, waw and ya, which may be vowels, are left out."""
    return _TWICE.sub(r"\1", "".join(_CONSONANTS.get(sign, "") for sign in word))


def consonants_of_latin(word: str) -> str:
    """The same of a folded Arabizi word."""
    for pair, sign in _PAIRS:
        word = word.replace(pair, sign)
    return _TWICE.sub(r"\1", "".join(s for sign in word for s in _SINGLE.get(sign, sign) if s in _KEPT))


def spelt(word: str) -> Tuple[str, str]:
    """An Arabizi word letter by letter: with every vowel written, and with none that stands inside the word."""
    for pair, sign in _SPELT_PAIRS:
        word = word.replace(pair, sign)
    signs = [_SPELT.get(sign, sign) for sign in word]
    full = "".join(_VOWELS.get(sign, sign) for sign in signs)
    last = len(signs) - 1
    return full, "".join(
        _VOWELS.get(sign, sign) if at in (0, last) else _INSIDE.get(sign, sign) for at, sign in enumerate(signs)
    )


class Reader:
    """Tells Arabizi from other Latin writing by its letter sequences, and reads it. Learned, kept as JSON."""

    def __init__(self, odds: Dict[str, float], words: Dict[str, int]) -> None:
        self.odds = odds
        self.words = words
        self._known: Dict[str, List[Tuple[str, float]]] = defaultdict(list)
        for word, count in words.items():
            self._known[consonants_of_arabic(word)].append((word, 0.05 * math.log(1 + count)))

    @classmethod
    def learned(cls, arabizi: List[str], latin: List[str], arabic: List[str]) -> Reader:
        """From folded texts: Arabizi, other Latin writing, Arabic."""
        ours, others = (Counter(s for text in texts for s in set(_traits(text))) for texts in (arabizi, latin))
        odds = {}
        for trait in sorted(ours.keys() | others.keys()):
            if ours[trait] + others[trait] < 3:
                continue
            share, rest = (ours[trait] + 0.5) / (len(arabizi) + 1), (others[trait] + 0.5) / (len(latin) + 1)
            odds[trait] = round(math.log(share / rest), 3)
        words = Counter(word for text in arabic for word in _ARABIC_WORD.findall(text))
        return cls(odds, {word: words[word] for word in sorted(words)})

    def is_arabizi(self, text: str) -> bool:
        """Whether a folded text looks more like Arabizi than like any other Latin writing."""
        if not self.odds or _ARABIC_WORD.search(text):
            return False
        return sum(self.odds.get(trait, 0.0) for trait in set(_traits(text))) > 0

    def read(self, text: str) -> str:
        """A folded Arabizi text in Arabic letters."""
        joined = _PARTICLES.sub(lambda found: _article(found) + "+", text)
        return " ".join(self._read_word(word) for word in joined.split())

    def _read_word(self, word: str) -> str:
        before, _, bare = word.rpartition("+")
        bare = re.sub(r"[^\w']", "", bare)
        if not before and bare in _WORDS:
            return _WORDS[bare]
        # 2 is a qaf or a hamza, and of a hamza nothing is left in folded Arabic.
        ways = [bare, bare.replace("2", "")] if "2" in bare else [bare]
        spellings = [spelling for way in ways for spelling in spelt(way)]
        best, known = LEAST_ALIKE, ""
        for way in ways:
            for word, bonus in self._known.get(consonants_of_latin(way), ()):
                alike = max(_alike(word, spelling) for spelling in spellings) + bonus
                if alike > best:
                    best, known = alike, word
        return before + (known or spellings[1])


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()


def _article(found: Any) -> str:
    letter = found.group(1) or (found.group(2) or "")[:1]
    return _JOINED.get(letter, "ال")


def _traits(text: str) -> Iterator[str]:
    return ngrams(text, 2, 4)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class ArabiziReader(GraphComponent):
    """Gives an Arabizi message its text in Arabic letters as IN_ARABIC. Stands between tokenizer and featurizers."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """Lemmas come from a tokenizer."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Nothing to choose."""
        return {}

    def __init__(self, model_storage: ModelStorage, resource: Resource, reader: Reader) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._reader = reader

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ArabiziReader:
        """A reader that has learned nothing yet."""
        return cls(model_storage, resource, Reader({}, {}))

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ArabiziReader:
        """The reader as it was trained. Missing files are an error, never an untrained reader."""
        with model_storage.read_from(resource) as folder:
            kept = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return cls(model_storage, resource, Reader(kept["odds"], kept["words"]))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn what Arabizi looks like and which Arabic words there are."""
        texts: Dict[str, List[str]] = {"arabizi": [], "latin": [], "arabic": []}
        for message in training_data.training_examples:
            text = lemmas(message)
            kind = "arabizi" if _is_marked(message) else "arabic" if _ARABIC_WORD.search(text) else "latin"
            texts[kind].append(text)
        self._reader = Reader.learned(**texts)
        with self._model_storage.write_to(self._resource) as folder:
            kept = {"odds": self._reader.odds, "words": self._reader.words}
            (folder / _FILE).write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """As `process`; a sentence marked as Arabizi is read as such whatever it looks like."""
        for message in training_data.training_examples:
            self._set(message, _is_marked(message))
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Texts in Arabic letters for these messages, in place."""
        for message in messages:
            self._set(message, self._reader.is_arabizi(lemmas(message)))
        return messages

    def _set(self, message: Message, arabizi: bool) -> None:
        if arabizi:
            message.set(IN_ARABIC, self._reader.read(lemmas(message)))


def _is_marked(message: Message) -> bool:
    marks = (message.get("metadata") or {}).get("intent") or {}
    return bool(marks.get("language") == MARK)
