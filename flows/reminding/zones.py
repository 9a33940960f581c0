"""Which clocks a family may live by: from the country it says it is in. A wide country has several, and all must agree."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from babel.core import get_global

#: Countries whose clocks lie so far apart that hardly an hour fits all: those by which nearly everybody there lives.
#: Elsewhere all clocks of the country count.
MOST_PEOPLE: Mapping[str, tuple[str, ...]] = {
    "AU": ("Australia/Perth", "Australia/Sydney"),
    "BR": ("America/Sao_Paulo", "America/Manaus"),
    "CA": ("America/Halifax", "America/Vancouver"),
    "CL": ("America/Santiago",),
    "EC": ("America/Guayaquil",),
    "ES": ("Europe/Madrid", "Atlantic/Canary"),
    "FR": ("Europe/Paris",),
    "NZ": ("Pacific/Auckland",),
    "PT": ("Europe/Lisbon", "Atlantic/Azores"),
    "RU": ("Europe/Moscow", "Asia/Novosibirsk"),
    "US": ("America/New_York", "America/Los_Angeles"),
}


@lru_cache(maxsize=512)
def zones_of(country: str | None, elsewhere: tuple[str, ...]) -> tuple[str, ...]:
    """The IANA zones of a country by its two letters; `elsewhere` when we do not know it."""
    if country is None:
        return elsewhere
    if country in MOST_PEOPLE:
        return MOST_PEOPLE[country]
    known: Mapping[str, list[str]] = get_global("territory_zones")  # type: ignore[assignment,arg-type,unused-ignore]
    return tuple(sorted(known.get(country, ()))) or elsewhere
