"""The ten questions every peer asks and the answers a family gives; Rasa's own files repeat them word for word."""

from __future__ import annotations

from typing import NamedTuple


class Question(NamedTuple):
    key: str
    text: str
    answer: str
    """What the family types, or the value of the button it presses."""
    choices: tuple[tuple[str, str], ...] = ()
    """Value and label of each button; none for typed answers."""


QUESTIONS = (
    Question(
        "relation",
        "Who is missing?",
        "child",
        (
            ("child", "My child"),
            ("spouse", "My husband or wife"),
            ("sibling", "My brother or sister"),
            ("other", "Other"),
        ),
    ),
    Question("name", "What is the full name, as written on the ID card?", "Amal Khaled al-Ahmad"),
    Question("mother", "What is the mother's name?", "Samira"),
    Question("sex", "Is the missing person female or male?", "female", (("female", "Female"), ("male", "Male"))),
    Question("born", "When was she or he born?", "about 1994"),
    Question("place", "Where was she or he last seen?", "Raqqa, near the clock tower"),
    Question("date", "When was that?", "summer 2014"),
    Question(
        "category",
        "What happened, as far as you know?",
        "detained",
        (
            ("detained", "Detained"),
            ("abducted", "Abducted"),
            ("fled", "Lost contact while fleeing"),
            ("unsure", "Not sure"),
        ),
    ),
    Question(
        "story", "Please tell it in your own words.", "She went to the market in the morning and did not come back."
    ),
    Question("consent", "May we pass this on to those who search?", "yes", (("yes", "Yes"), ("no", "No"))),
)

THANKS = "Thank you. We have received your report."
