"""What the names found in a family's words mean together: one place, a few to choose from, or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from flows.reading.places.gazetteer import CAPITAL, DISTRICT_SEAT, LISTED, PLAIN, QUARTER, SEAT, Place, gazetteer
from flows.reading.places.lexicon import CAMP, CITY, EVIDENCE, GOVERNORATE, MARKERS, RURAL, SITES
from flows.reading.places.people import is_person
from flows.reading.places.spans import Span, Spotted

#: names of one text that are weighed against each other
_NAMES = 8
#: choices a family is shown
MOST = 5
CHECKPOINT = "F-XX-CHECKPOINT"
#: with that many namesakes a seat of a subdistrict is no longer simply meant
_NAMESAKES = 3
_UNITS = ("governorate", "district", "subdistrict")
#: people say "Damascus" of its countryside
_ALSO = {"SY01": "SY03"}


@dataclass(frozen=True, slots=True)
class Found:
    """The places words may mean, best first."""

    places: tuple[Place, ...]
    #: one of our words for what decides: place, city (of an institution), town-or-site, homonym; empty when nothing must be asked
    ask: str = ""
    sure: bool = True
    rule: str = ""


@dataclass(frozen=True, slots=True)
class _Name:
    """A span with the places it may mean in this company."""

    span: Span
    places: tuple[Place, ...]
    #: another name of the phrase lies in it, or it in another
    helped: bool = False


def choose(spotted: Spotted) -> Found | None:
    """Weigh names by where they stand and what lies in what; None when no place is plainly named."""
    found = _choose(spotted)
    if (
        found is None
        or not spotted.people()
        or _weight(found.places[0]) >= (LISTED if len(spotted.words) == 1 else SEAT)
    ):
        return found
    span = spotted.spans[0]
    if len(spotted.spans) == 1 and span.end - span.start == len(spotted.words):
        if span.how == "exact" and len(spotted.words) > 1:
            return found  # صلاح الدين, كرم الزيتون
        return replace(found, ask=found.ask or "place", sure=False, rule="named like a person")
    return None if len(spotted.words) > 1 and not _introduced(spotted) else found


def _introduced(spotted: Spotted) -> bool:
    return any(spotted.before(span) & EVIDENCE for span in spotted.spans)


def _choose(spotted: Spotted) -> Found | None:
    names = [_Name(span, _candidates(span)) for span in _different(spotted)]
    names = _one_in_another([_as_marked(name, spotted) for name in names], spotted)
    names = [name for name in names if name.helped or _plainly_meant(name, spotted, alone=len(names) == 1)]
    names = _without_company(names)
    if not names:
        return None
    if len(names) > 1:
        best = tuple(dict.fromkeys(name.places[0] for name in names))
        if len(best) == 1:
            return Found(best, sure=False, rule="said twice")
        return Found(best[:MOST], "place", sure=False, rule="several places")
    return _decided(names[0], spotted)


def _different(spotted: Spotted) -> list[Span]:
    """The first few names; one that is said again counts once."""
    return list({span.codes: span for span in reversed(spotted.spans)}.values())[::-1][:_NAMES]


def endpoints(spotted: Spotted) -> list[tuple[int, Place]]:
    """(position, place) of the well-known places named, none of which lies in another; for ways between them."""
    names = _one_in_another([_Name(span, _candidates(span)) for span in _different(spotted)], spotted)
    return [
        (name.span.start, name.places[0])
        for name in names
        if name.span.how == "exact" and not name.span.many and (name.helped or _weight(name.places[0]) >= LISTED)
    ]


def _candidates(span: Span) -> tuple[Place, ...]:
    shelf = gazetteer()
    places = [shelf.place(code) for code in span.codes]
    return tuple(places if span.many else sorted(_seats_first(places), key=_standing))


def _seats_first(places: Sequence[Place]) -> Iterable[Place]:
    """A unit named like its seat is left out: the seat is meant; a governorate stays beside its capital."""
    for place in places:
        seated = any(other.kind == "community" and other.lies_in(place.code) for other in places)
        if place.kind in ("district", "subdistrict") and (seated or _under(place, places)):
            continue
        yield place


def _under(unit: Place, places: Sequence[Place]) -> bool:
    """A unit inside another unit of the same name: the larger one is meant."""
    return any(
        other.kind in _UNITS and other.code != unit.code and unit.code.startswith(other.code) for other in places
    )


def _standing(place: Place) -> tuple[float, str]:
    return -_weight(place), place.code


def _weight(place: Place) -> float:
    if place.kind == "governorate":
        return 5
    if place.kind == "facility":
        return 3.5
    return {"district": 2.6, "subdistrict": 2.5}.get(place.kind, place.rank)


# -- what stands beside a name -------------------------------------------------------------------------------------------


def _as_marked(name: _Name, spotted: Spotted) -> _Name:
    """`محافظة حلب`, `Rakka ili`, `حي الميدان`: the kind said beside a name, where it fits one of its meanings."""
    said = (spotted.before(name.span) | spotted.after(name.span)) & MARKERS
    if name.span.many:
        return name
    for marker in sorted(said):
        if fitting := _fitting(name.places, marker):
            return replace(name, places=fitting)
    return name


def _fitting(places: Sequence[Place], marker: str) -> tuple[Place, ...]:
    shelf = gazetteer()
    if marker in (GOVERNORATE, RURAL) and (capital := next((place for place in places if place.rank == CAPITAL), None)):
        code = _ALSO.get(capital.admin1, capital.admin1) if marker == RURAL else capital.admin1
        return (shelf.place(code),)
    fitting = tuple(place for place in places if _fits(place, marker))
    if fitting or marker not in SITES:
        return fitting
    towns = [place for place in places if place.rank >= LISTED or place.kind == "neighbourhood"]
    return tuple(site for site in shelf.sites if site.site == marker and any(site.lies_in(town.code) for town in towns))


def _fits(place: Place, marker: str) -> bool:
    match marker:
        case "governorate" | "rural":
            return place.kind == GOVERNORATE
        case "city":
            return place.kind == "community"
        case "district":
            return place.kind in _UNITS[1:]
        case "hood":
            return place.kind == "neighbourhood"
        case "camp":
            return place.site == CAMP
        case _:
            return place.kind == "facility" and place.site != CAMP


def _one_in_another(names: list[_Name], spotted: Spotted) -> list[_Name]:
    """Where one name lies in another, the outer one only says which of several is meant."""
    outer: set[int] = set()
    for wider in (False, True):
        for inner, around in permutations(range(len(names)), 2):
            if inner in outer or around in outer or spotted.joined(names[max(inner, around)].span):
                continue
            inside = _inside(names[inner], names[around], wider)
            if inside:
                outer.add(around)
                names[inner] = replace(names[inner], places=inside, helped=True)
    return [name for at, name in enumerate(names) if at not in outer]


def _inside(inner: _Name, around: _Name, wider: bool) -> tuple[Place, ...]:
    codes = {place.code for place in around.places}
    if around.span.many or around.span.area or (inner.span.many and inner.places[0].code in codes):
        return tuple(place for place in inner.places if place.code in codes)
    regions = _regions(around.places)
    if wider:
        regions |= {_ALSO[code] for code in regions & _ALSO.keys()}
    towns = {place.code for place in around.places if place.kind == "community"}
    nearest = tuple(place for place in inner.places if _within(place, towns) and place.code not in regions)
    if nearest and nearest[0].kind == "facility":
        return nearest
    if nearest:
        others = [place for place in inner.places if _within(place, regions) and place.code not in regions]
        return tuple(dict.fromkeys([*nearest, *others]))
    for places in (inner.places, [gazetteer().place(code) for code in inner.span.farther]):
        if inside := tuple(place for place in places if _within(place, regions) and place.code not in regions):
            return inside
    return ()


def _within(place: Place, codes: Iterable[str]) -> bool:
    return any(place.lies_in(code) for code in codes)


def _regions(places: Sequence[Place]) -> set[str]:
    """The codes of the regions a name stands for: a governorate's capital stands for it, a seat for its unit."""
    found = set()
    for place in places:
        if place.kind == "facility":
            continue
        found.add(place.code)
        if place.rank == CAPITAL:
            found.add(place.admin1)
        elif place.rank >= SEAT:
            found.update(place.within if place.rank == DISTRICT_SEAT else place.within[:1])
    return found


def _plainly_meant(name: _Name, spotted: Spotted, *, alone: bool) -> bool:
    """In a longer text a word that is also some village's name must be introduced as a place, or be a well-known one."""
    rest = len(spotted.rest())
    best = max(map(_weight, name.places))
    if spotted.people() and not alone:
        return bool(spotted.before(name.span) & EVIDENCE)
    if name.span.how == "slip" and name.places[0].kind != "facility" and spotted.before(name.span) & set(SITES):
        return False  # مخيم الزعتري: another camp, not a misspelt town
    if name.span.how == "slip":
        return rest == 0 and alone and not spotted.people()
    if rest == 0 and (alone or (name.span.how == "exact" and best >= LISTED)):
        return True
    introduced = bool(spotted.before(name.span) & EVIDENCE) or name.span.clitic
    if name.span.how == "sound":
        return introduced and best >= LISTED
    if name.span.many or (best >= SEAT and not is_person(spotted.words[name.span.end - 1])):
        return True
    return introduced and (best >= (QUARTER if rest > FEW_WORDS else PLAIN))


FEW_WORDS = 3


def _without_company(names: list[_Name]) -> list[_Name]:
    """A checkpoint near a town is that town; an institution of many cities beside one of its sites is that site."""
    if len(names) < 2:
        return names
    kept = [name for name in names if name.places[0].code != CHECKPOINT] or names[:1]
    small = [name for name in kept if name.places[0].kind not in _UNITS]
    if small and small[0] is kept[0]:
        kept = small
    one = [name for name in kept if not name.span.many]
    sites = [name for name in one if name.places[0].kind == "facility"]
    return sites if sites and len(one) < len(kept) else kept


# -- one name, several meanings ------------------------------------------------------------------------------------------


def _decided(name: _Name, spotted: Spotted) -> Found:
    places, span = name.places, name.span
    sure = span.how == "exact" and not spotted.rest() and not name.helped
    if span.many:
        return Found(places[:MOST], "" if len(places) == 1 else "city", sure=sure, rule="institution of many cities")
    first, *others = places
    if first.rank == CAPITAL and CITY not in spotted.before(span) | spotted.after(span):
        governorate = gazetteer().place(first.admin1)
        others = [governorate, *(other for other in others if other != governorate)]
        return Found((first, *others)[:MOST], sure=sure, rule="city or governorate")
    if not others:
        return Found(places, sure=sure, rule=span.how)
    if name.helped and first.kind == "neighbourhood" != others[0].kind:
        return Found(places[:MOST], sure=False, rule="in the city that was named")
    if ask := _open(first, others):
        return Found(places[:MOST], ask, sure=False, rule=ask)
    return Found(places[:MOST], sure=False, rule="better known")


def _open(first: Place, others: Sequence[Place]) -> str:
    """What must be asked between namesakes, if anything."""
    second = others[0]
    if "facility" in {first.kind, second.kind} and first.kind != second.kind:
        town = second if first.kind == "facility" else first
        return "town or site" if town.rank >= QUARTER else ""
    if first.kind == "governorate" or first.rank == CAPITAL:
        return ""
    if {first.kind, second.kind} == {"district", "subdistrict"} and len(others) == 1:
        return ""
    if first.rank == DISTRICT_SEAT and second.rank < LISTED:
        return ""
    if first.rank in (SEAT, LISTED) and second.rank == PLAIN and len(others) < _NAMESAKES:
        return ""
    return "homonym"
