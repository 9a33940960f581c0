"""How a spelling may have sounded, across scripts and spelling habits, and how far two spellings are from one name.

A word becomes a line of symbols: Arabic letters, or the graphemes of Latin spelling habits (`sh`, `ch`, `sch` and `ş` are one
sound and several letters). Each symbol stands for the Arabic consonants it may write, each at a cost, and for vowels.
`distance` aligns two lines; short vowels, which Arabic does not write, cost next to nothing against it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from functools import cache

#: Arabic letter -> itself for free; spelling habits that exchange two letters, and what that costs
_CONFUSED: Mapping[str, float] = {
    "ثت": 0.1, "ذد": 0.1, "ذز": 0.12, "ثس": 0.12, "ضظ": 0.1, "ظز": 0.2, "سص": 0.3, "تط": 0.35, "دض": 0.35, "كق": 0.35,
    "جژ": 0.05, "جچ": 0.05, "بپ": 0.05, "فڤ": 0.05, "وڤ": 0.1, "كگ": 0.1, "جگ": 0.2, "غگ": 0.2, "حه": 0.5, "خح": 0.6, "شچ": 0.3,
}  # fmt: skip
#: Latin grapheme -> the Arabic consonants it writes, with the cost of each; longest first when read
_GRAPHEMES: Mapping[str, str] = {
    "dsch": "ج0", "tsch": "چ0 ج1", "sch": "ش0", "tch": "چ0 ج1", "sh": "ش0", "ch": "ش0 خ0 چ0 ح1", "kh": "خ0",
    "gh": "غ0", "dh": "ذ0 ض0 ظ0", "th": "ث0 ذ1 ت1 ط1", "dj": "ج0", "zh": "ژ0 ج0", "ph": "ف0", "ck": "ك0 ق0",
    "b": "ب0", "c": "ج0 ك1 ق1", "d": "د0 ض0 ذ1 ظ2", "f": "ف0", "g": "غ0 ج1 گ0 ك2", "h": "ه0 ح0 خ1", "j": "ج0 ژ0 ي1",
    "k": "ك0 ق0", "l": "ل0", "m": "م0", "n": "ن0", "p": "ب0 پ0", "q": "ق0 ك2", "r": "ر0", "s": "س0 ص0 ث1 ز4",
    "t": "ت0 ط0 ث1 د3", "v": "و0 ڤ0 ف2 ب4", "w": "و0", "x": "خ0", "y": "ي0", "z": "ز0 ذ0 ظ0 ض1",
    "7": "ح0", "5": "خ0", "9": "ق0 ص0", "8": "غ1 ق1", "6": "ط0",
}  # fmt: skip
#: graphemes of one vowel, and digits of chat spelling for letters most spellings leave out
_VOWELS: Mapping[str, str] = {"ou": "u", "oo": "u", "ee": "i", "aa": "a", "ii": "i", "uu": "u", "3": "ع", "2": "ء"}
_LATIN_VOWEL: Mapping[str, float] = {
    "ae": 0.05, "ei": 0.1, "ou": 0.02, "ai": 0.6, "ao": 0.4, "eo": 0.4, "eu": 0.5, "iu": 0.4, "au": 0.5, "io": 0.5,
}  # fmt: skip
#: Arabic letter that writes a vowel -> Latin vowel -> cost
_WRITES: Mapping[str, Mapping[str, float]] = {
    "ا": {"a": 0, "e": 0.15, "o": 0.4, "i": 0.6, "u": 0.7},
    "^": {"a": 0, "e": 0, "i": 0, "o": 0, "u": 0},
    "و": {"u": 0, "o": 0, "a": 0.9, "e": 0.9, "i": 0.9},
    "ي": {"i": 0, "e": 0, "a": 0.8, "u": 0.8, "o": 0.9},
    "ى": {"a": 0, "e": 0.1, "i": 0.15, "o": 0.8, "u": 0.8},
    "ة": {"a": 0, "e": 0, "i": 0.3, "o": 0.6, "u": 0.7},
    "$": {"a": 0.05, "e": 0.05, "i": 0.4, "o": 0.5, "u": 0.6},
    "آ": {"a": 0, "e": 0.05, "i": 0.6, "o": 0.6, "u": 0.7},
    "ع": {"a": 0, "e": 0, "i": 0, "o": 0, "u": 0},
    "ء": {"a": 0, "e": 0, "i": 0, "o": 0, "u": 0},
}
#: pairs of Arabic vowel letters, hamza and endings that people exchange
_EXCHANGED: Mapping[str, float] = {
    "ا^": 0.0, "ىي": 0.05, "ىا": 0.05, "ة$": 0.0, "ةا": 0.1, "$ا": 0.15, "آا": 0.05, "آة": 0.35, "آ$": 0.35, "آى": 0.15,
    "ءي": 0.05, "ءو": 0.05, "ءا": 0.05,
    "ه$": 0.0, "ء^": 0.0, "ءآ": 0.3, "ع^": 0.5, "عء": 0.5, "عا": 0.5,
}  # fmt: skip
_FAR = 2.0
_WEAK = frozenset("اآويىةءع^$")
_LATIN = frozenset("aeiou")
#: coarse sound of each Arabic letter: what blocking and the quick refusal compare
_COARSE: Mapping[str, str] = {
    **dict.fromkeys(["ب", "پ"], "B"), **dict.fromkeys(["ت", "ط"], "T"), **dict.fromkeys(["س", "ص"], "S"),
    **dict.fromkeys(["د", "ذ", "ض", "ظ", "ز"], "D"), **dict.fromkeys(["ج", "ژ", "چ"], "J"), **dict.fromkeys(["ه", "ح", "خ"], "H"),
    **dict.fromkeys(["ك", "ق"], "K"), **dict.fromkeys(["ف", "ڤ"], "F"),
    "ش": "X", "غ": "G", "ر": "R", "ل": "L", "م": "M", "ن": "N",
}  # fmt: skip
_READINGS: Mapping[str, tuple[str, ...]] = {
    "ث": ("T", "S"), "th": ("T", "S"), "گ": ("K", "J", "G"), "g": ("G", "J", "K"), "c": ("J", "K"), "ch": ("X", "H", "J"),
    "j": ("J", ""), "v": ("", "F"), "ڤ": ("F", ""), "چ": ("J", "X"), "tsch": ("J",), "tch": ("J",), "t": ("T", "D"),
    "8": ("G", "K"), "9": ("K", "S"), "s": ("S", "D"),
}  # fmt: skip
_MOST_READINGS = 12

Symbols = tuple[str, ...]


def symbols(plain: str, script: str) -> Symbols:
    """The symbols of one word; Latin letters written twice are one. `^` is an initial alif, `$` a final ه, `آ` a final اء."""
    if script == "Arab":
        line = ["e" if letter == "ە" else letter.replace("ؤ", "ء").replace("ئ", "ء") for letter in plain]
        if line and line[0] == "ا":
            line[0] = "^"
        if len(line) > 2 and line[-1] == "ه":
            line[-1] = "$"
        if len(line) > 3 and line[-2:] == ["ا", "ء"]:
            line[-2:] = ["آ"]
    elif script == "Latn":
        line = [symbol for symbol, _ in itertools.groupby(_graphemes(plain))]
    else:
        line = list(plain)
    return tuple(line)


def lines(plain: str, script: str) -> tuple[Symbols, ...]:
    """The symbols of one word; a second line where `th`, `sh`, `kh` or `dj` may be two sounds (`Fathi`, `Ishak`, `Nadja`), and
    where تش may be the one sound of Armenian and Turkish names."""
    line = symbols(plain, script)
    if script == "Arab" and "تش" in plain:
        return (line, symbols(plain.replace("تش", "چ"), script))
    split = [part for symbol in line for part in (_TWO_SOUNDS.get(symbol, (symbol,)))]
    return (line,) if len(split) == len(line) or script != "Latn" else (line, tuple(split))


_TWO_SOUNDS: Mapping[str, tuple[str, str]] = {
    "th": ("t", "h"), "sh": ("s", "h"), "kh": ("k", "h"), "dh": ("d", "h"), "dj": ("d", "j"),
}  # fmt: skip


def _graphemes(plain: str) -> list[str]:
    line: list[str] = []
    index = 0
    while index < len(plain):
        for length in (4, 3, 2, 1):
            piece = plain[index : index + length]
            if len(piece) == length and (piece in _GRAPHEMES or piece in _VOWELS or length == 1):
                line.append(_VOWELS.get(piece, piece))
                index += length
                break
    return line


def skeletons(line: Symbols) -> frozenset[str]:
    """Coarse consonant skeletons, one for each way the spelling may be read (at most 12). Two spellings of one name share one.

    Vowels, glides and ع are left out; a final h may be none: `Mouhammad`, `Mihemed` and `محمد` all hold `MHMD`.
    """
    readings = [""]
    last = len(line) - 1
    for index, symbol in enumerate(line):
        if symbol in _WEAK or symbol in _LATIN or symbol in "wy":
            continue
        options = _READINGS.get(symbol) or (_coarse(symbol),)
        if index == last and symbol in ("h", "ه"):
            options = ("H", "")
        if len(readings) * len(options) > _MOST_READINGS:
            options = options[:1]
        readings = [
            reading if reading.endswith(option) else reading + option for reading in readings for option in options
        ]
    return frozenset(readings)


@cache
def _coarse(symbol: str) -> str:
    if symbol in _GRAPHEMES:
        return _COARSE.get(_GRAPHEMES[symbol][0], "")
    return _COARSE.get(symbol, symbol)


def distance(a: Symbols, b: Symbols, limit: float = 1.0) -> float:
    """How far two spellings are from being one name: 0 for the same sounds, `limit` or more for different names."""
    latin_a, latin_b = _is_latin(a), _is_latin(b)
    costs = _costs()
    drop_a = [_dropped(a, index, latin_a and latin_b) for index in range(len(a))]
    drop_b = [_dropped(b, index, latin_a and latin_b) for index in range(len(b))]
    if not latin_a and not latin_b:
        drop_a = [_dropped_from_arabic(symbol, cost) for symbol, cost in zip(a, drop_a, strict=True)]
        drop_b = [_dropped_from_arabic(symbol, cost) for symbol, cost in zip(b, drop_b, strict=True)]
    row = [0.0, *itertools.accumulate(drop_b)]
    for i, symbol in enumerate(a):
        before, row[0] = row[0], row[0] + drop_a[i]
        lowest = row[0]
        for j, other in enumerate(b):
            swap = before if symbol == other else before + costs.get((symbol, other), _FAR)
            before = row[j + 1]
            here = min(swap, before + drop_a[i], row[j] + drop_b[j])
            row[j + 1] = here
            if here < lowest:
                lowest = here
        if lowest >= limit:
            return limit
    return min(row[-1], limit)


def _is_latin(line: Symbols) -> bool:
    return bool(line) and line[0].isascii() and line[0] != "^"


def _dropped(line: Symbols, index: int, both_latin: bool) -> float:
    """What it costs that the other spelling has nothing for this symbol."""
    symbol, first, last = line[index], index == 0, index == len(line) - 1
    if not first and symbol == line[index - 1]:
        return 0.1
    if symbol in _LATIN:
        if first:
            return 0.6
        if last:
            silent = symbol == "e" and line[index - 1] in "nt"
            return 0.8 if symbol == "i" else 0.25 if silent else 0.6
        if symbol in "iu" and line[index - 1] in ("a", "e", "o"):
            return 0.45
        return 0.3 if both_latin else 0.05
    if symbol == "h":
        return 0.08 if last else 0.8
    if symbol == "^" and not last and line[1] in ("و", "ي"):
        return 0.0
    if symbol in "wy":
        return 0.25 if not first and not last else 0.8
    return _DROPPED.get(symbol, 1.0)


_DROPPED: Mapping[str, float] = {
    "ا": 0.5, "آ": 0.5, "^": 0.3, "و": 0.75, "ي": 0.65, "ى": 0.6, "ة": 0.5, "$": 0.4, "ه": 0.9, "ع": 0.05, "ء": 0.05,
}  # fmt: skip


def _dropped_from_arabic(symbol: str, cost: float) -> float:
    """Between two Arabic spellings ع is a letter like any other, and a long vowel may be forgotten in a long word only."""
    return {"ع": 1.0, "ا": 0.6, "^": 0.5, "ة": 0.7, "$": 0.6}.get(symbol, cost)


@cache
def _costs() -> Mapping[tuple[str, str], float]:
    """Substitution costs of all pairs of symbols that may write one sound."""
    letters = sorted(set("بتثجحخدذرزسشصضطظعغفقكلمنهويىةءاآپچژڤگ") | {"^", "$"})
    writes = {letter: {letter: 0.0} for letter in letters}
    for grapheme, listed in _GRAPHEMES.items():
        writes[grapheme] = {entry[0]: int(entry[1]) / 10 for entry in listed.split()}
    costs: dict[tuple[str, str], float] = {}
    for a, b in itertools.combinations_with_replacement(writes, 2):
        cost = min(x + y + _confusion(p, q) for p, x in writes[a].items() for q, y in writes[b].items())
        if cost < 1.0:
            costs[a, b] = costs[b, a] = cost
    for letter, vowels in _WRITES.items():
        for vowel, cost in vowels.items():
            costs[letter, vowel] = costs[vowel, letter] = cost
    for pair, cost in _LATIN_VOWEL.items():
        costs[pair[0], pair[1]] = costs[pair[1], pair[0]] = cost
    for vowel, glide in (("i", "y"), ("u", "w"), ("o", "w"), ("e", "y"), ("i", "j"), ("u", "v")):
        costs[vowel, glide] = costs[glide, vowel] = 0.1
    for ending in ("ة", "$"):
        costs[ending, "h"] = costs["h", ending] = 0.05
        costs[ending, "t"] = costs["t", ending] = 0.15
    return costs


def _confusion(a: str, b: str) -> float:
    if a == b:
        return 0.0
    pair = _CONFUSED.get(a + b, _CONFUSED.get(b + a))
    if pair is None:
        pair = _EXCHANGED.get(a + b, _EXCHANGED.get(b + a, _FAR))
    return pair
