"""The questions a reader asks back, each decides one thing. The extractor finds them by `N_`."""

from __future__ import annotations

from flows.phrases import Phrase, Value


def N_(msgid: str, **values: Value) -> Phrase:  # noqa: N802  (gettext's own name for "mark for translation")
    """A question of a reader."""
    return Phrase(msgid, "engine", values)


WHICH_YEAR = N_("Which year was that? A guess is fine.")
WHICH_EID = N_("Which Eid was it?")
WHICH_DATE = N_("Which of these dates do you mean?")
WHICH_MONTH = N_("Which of these months do you mean?")
WHICH_COUNTRY = N_("Which country is this number from?")
WHICH_NUMBER = N_("Which of these numbers do you mean?")
WHICH_AGE = N_("Which of these ages is right?")
WHICH_RELATIVE = N_("Which of these is meant?")
