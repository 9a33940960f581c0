"""Rankings without a server: one JSON string a line on standard input, one JSON list of [intent, confidence] a line out."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main() -> None:
    """The first argument is the model file."""
    # Whatever a library prints must not stand between the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    from nlu.parsing import Understander

    understander = Understander(Path(sys.argv[1]))
    for line in sys.stdin:
        found = [(intent, round(confidence, 6)) for intent, confidence in understander.ranking(json.loads(line))]
        answers.write(json.dumps(found) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
