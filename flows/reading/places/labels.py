"""What a button says of a place, in the family's language: `دوما - ريف دمشق`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flows.phrases import Phrase
from flows.reading.asks_places import area_of, governorate_of
from flows.reading.places.gazetteer import Place, gazetteer


def labels(places: Sequence[Place], language: str) -> list[Phrase | str]:
    """One label for each place; two that would say the same also name the subdistrict."""
    said = [label(place, language) for place in places]
    twice = Counter(map(str, said))
    return [
        _closer(place, language) if isinstance(text, str) and twice[text] > 1 else text
        for place, text in zip(places, said, strict=True)
    ]


def label(place: Place, language: str) -> Phrase | str:
    """A place's name and where it lies."""
    name = place.name(language)
    if place.kind == "governorate":
        return governorate_of(name)
    if place.kind in ("district", "subdistrict"):
        return area_of(name)
    around = _around(place, language)
    return name if not around or around in name else f"{name} - {around}"


def plain_label(place: Place, language: str) -> str:
    """As `label`, without the words that tell a governorate or district from the town of its name."""
    name, around = place.name(language), _around(place, language)
    same = place.kind in ("governorate", "district", "subdistrict") or not around or around in name
    return name if same else f"{name} - {around}"


def _around(place: Place, language: str) -> str:
    """The city of a neighbourhood, the governorate of anything else."""
    code = place.within[0] if place.kind == "neighbourhood" else place.admin1
    return gazetteer().place(code).name(language) if code else ""


def _closer(place: Place, language: str) -> str:
    subdistrict = next((code for code in place.within if code.startswith("SY")), None)
    closer = gazetteer().place(subdistrict).name(language) if subdistrict else ""
    return " - ".join(dict.fromkeys(filter(None, [place.name(language), closer, _around(place, language)])))
