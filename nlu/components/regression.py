"""Rasa's logistic regression, its rows put together all at once, and never loaded untrained."""

from __future__ import annotations

from typing import Any, Dict, List, Text

import numpy as np
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix, hstack, vstack


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Regression(LogisticRegressionClassifier):
    """Wants sparse and dense sentence features of every message."""

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Regression:
        """The classifier as it was trained. What cannot be read is an error; Rasa's own would go on knowing nothing."""
        loaded = super().load(config, model_storage, resource, execution_context, **kwargs)
        if not hasattr(loaded.clf, "classes_"):
            raise ValueError("The regression of this model cannot be read: train again (make nlu).")
        return loaded

    def _create_X(self, messages: List[Message]) -> csr_matrix:  # noqa: N802
        """One row a message, in single precision. Rasa's own makes a matrix of each, which takes longer than the regression."""
        sparse = [csr_matrix(message.get_sparse_features(TEXT)[1].features, dtype=np.float32) for message in messages]
        dense = [message.get_dense_features(TEXT)[1].features for message in messages]
        return hstack([vstack(sparse, format="csr"), csr_matrix(np.vstack(dense), dtype=np.float32)], format="csr")
