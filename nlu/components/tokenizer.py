"""Rasa's first step: bounds the text, tidies it, and gives each word its folded form as lemma. Offsets stay the message's own."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from nlu.components.folding import folded, tidied

_WORD = re.compile(r"\S+")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class NormalizingTokenizer(Tokenizer):
    """Words between spaces. A text with nothing visible in it becomes one empty word, which no featurizer marks."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """`max_chars`: how much of a message is looked at."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
            "max_chars": 600,
        }

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NormalizingTokenizer:
        """A tokenizer with this configuration; nothing is learned."""
        return cls(config)

    def tokenize(self, message: Message, attribute: Text) -> List[Token]:
        """The words of an attribute with their places in it."""
        text = message.get(attribute) or ""
        most = self._config["max_chars"]
        found = [
            Token(word.group(), word.start(), lemma=folded(tidied(word.group(), most)))
            for word in _WORD.finditer(text[:most])
        ]
        return found or [Token("", 0, 0, lemma="")]
