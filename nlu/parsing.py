"""The trained model in this process: a text in, intents with their confidences out. Silent about what it reads."""

from __future__ import annotations

import asyncio
import logging
import os
import warnings
from pathlib import Path
from typing import List, Optional, Tuple

Ranking = List[Tuple[str, float]]

#: more of a message is not read; the bot cuts at the same length
MOST_CHARACTERS = 600


def quiet() -> None:
    """Before Rasa is imported: no telemetry, no advice from its libraries, and no log line below a warning.

    At DEBUG, and before its loggers are set up, Rasa prints every text it parses.
    """
    os.environ.update(
        RASA_TELEMETRY_ENABLED="false",
        TF_CPP_MIN_LOG_LEVEL="3",
        SQLALCHEMY_SILENCE_UBER_WARNING="1",
        LOG_LEVEL="ERROR",
        LOG_LEVEL_LIBRARIES="ERROR",
    )
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)


class Understander:
    """Loads a model file once; `ranking` may then be asked as often as one likes, from one thread."""

    def __init__(self, model: Path) -> None:
        quiet()
        from rasa.core.agent import Agent
        from rasa.utils.log_utils import configure_structlog

        configure_structlog(logging.ERROR)
        self._agent = Agent.load(str(model))
        # Made on first use: a loop must not be shared with the process this one was forked from.
        self._loop: Optional[asyncio.AbstractEventLoop] = None

    def ranking(self, text: str) -> Ranking:
        """(intent, confidence from 0 to 1), the likeliest first; nothing for a text without letters or digits.

        A leading slash would be taken by Rasa as the name of an intent and is left out.
        """
        asked = text[:MOST_CHARACTERS].encode("utf-8", "ignore").decode("utf-8").lstrip().lstrip("/").strip()
        if not any(sign.isalnum() for sign in asked):
            return []
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        parsed = self._loop.run_until_complete(self._agent.parse_message(asked))
        return [(one["name"], float(one["confidence"])) for one in parsed["intent_ranking"]]
