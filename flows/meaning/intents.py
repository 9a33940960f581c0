"""The intents: everything a message can be taken for that is not the answer to a question."""

from __future__ import annotations

#: The order is that of nlu/data. `nlu/check.py` and the training data must know exactly these.
INTENTS: tuple[str, ...] = (
    "report_missing",
    "check_status",
    "add_information",
    "have_information",
    "withdraw_report",
    "talk_to_person",
    "help",
    "change_language",
    "affirm",
    "deny",
    "dont_know",
    "skip",
    "go_back",
    "pause",
    "cancel",
    "greet",
    "thanks",
    "faq_privacy",
    "faq_cost",
    "faq_how_long",
    "faq_who_are_you",
    "faq_dna",
    "faq_death_certificate",
    "report_scam",
    "distress",
    "out_of_scope",
)
