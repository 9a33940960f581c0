"""The questions a place's name may raise; each decides one thing. The extractor finds them by `N_`."""

from __future__ import annotations

from flows.phrases import Phrase, Value


def N_(msgid: str, **values: Value) -> Phrase:  # noqa: N802  (gettext's own name for "mark for translation")
    """A question of the readers of places."""
    return Phrase(msgid, "engine", values)


WHICH_PLACE = N_("Which of these places do you mean?")
WHICH_NAMESAKE = N_("There are several places of this name. Which one do you mean? You can also write the governorate.")
WHICH_CITY = N_("In which city was that?")
TOWN_OR_SITE = N_("Do you mean the town itself, or the prison, branch or camp there?")


def governorate_of(name: str) -> Phrase:
    """What a button says of a whole governorate."""
    return N_("{place} governorate", place=name)


def area_of(name: str) -> Phrase:
    """What a button says of a district or subdistrict."""
    return N_("{place} and surroundings", place=name)
