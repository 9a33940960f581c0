"""How plausible it is that two names are one person's, by the names alone: 0 to 1, 0.5 and above means plausible.

The parts are aligned in order: the given names must match; a part that only one side has (a father's name left out) costs
little; a part that differs on both sides is fatal. Two different names of the dictionary never match, however near they look.
"""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import OSA

from flows.matching.keys import Form, NameKey, Token, joined, name_key
from flows.matching.sounds import Symbols, distance
from flows.matching.variants import people

PLAUSIBLE = 0.5
_SAME_LISTED, _SAME_GUESSED, _NICKNAME, _SELDOM = 0.98, 0.9, 0.72, 0.42
_SLIP, _NEAR_SLIP = 0.6, 0.3
_ANOTHER = 0.35
#: what is left when one side leaves out a middle part, its last part, everything but the given name, or a محمد in front
_NO_MIDDLE, _NO_LAST, _ONLY_FIRST, _NO_MUHAMMAD = 0.94, 0.6, 0.44, 0.75
_UNLIKE = 0.3


def name_score(a: str, b: str) -> float:
    """The score of two names as typed; symmetric. Precompute `name_key` and use `key_score` to compare many."""
    return key_score(name_key(a), name_key(b))


def key_score(a: NameKey, b: NameKey) -> float:
    """The score of two keys. A kunya alone matches nothing but itself."""
    if a.blank or b.blank:
        if a.blank and b.blank and a.kunya and b.kunya:
            return token_score(a.kunya, b.kunya)
        return 0.0
    return max(_tokens_score(x, y) for x in a.writings for y in b.writings)


def _tokens_score(a: Sequence[Token], b: Sequence[Token]) -> float:
    if len(a) > len(b):
        a, b = b, a
    first = token_score(a[0], b[0])
    direct = _aligned(a, b, first) if first >= _SELDOM else first * _UNLIKE
    if direct >= PLAUSIBLE or len(a) == len(b):
        return direct
    return max(direct, _without_muhammad(a, b), _in_one_word(a, b))


def _without_muhammad(a: Sequence[Token], b: Sequence[Token]) -> float:
    """محمد before another given name is often left out."""
    if len(a) < 2 or len(b) < 3 or not _is_muhammad(b[0]):
        return 0.0
    first = token_score(a[0], b[1])
    return _NO_MUHAMMAD * _aligned(a, b[1:], first) if first >= PLAUSIBLE else 0.0


def _in_one_word(a: Sequence[Token], b: Sequence[Token]) -> float:
    """Two words of `b` may be one in `a`: `Oğuz Han`, `Oğuzhan`."""
    for place in range(min(len(a), len(b) - 1)):
        whole = joined(b[place], b[place + 1])
        if whole is not None and token_score(a[place], whole) >= PLAUSIBLE:
            merged = [*b[:place], whole, *b[place + 2 :]]
            return _aligned(a, merged, token_score(a[0], merged[0]))
        if token_score(a[place], b[place]) < PLAUSIBLE:
            break
    return 0.0


def _aligned(a: Sequence[Token], b: Sequence[Token], first: float) -> float:
    """`a` is the shorter; its given name matches by `first`. Every further part of `a` must find its like in `b`, in order."""
    if len(a) == 1:
        return first if len(b) == 1 else first * _ONLY_FIRST
    last = token_score(a[-1], b[-1])
    if last >= _SELDOM:
        least = min(first, last, _least(a[1:-1], b[1:-1]))
        if least >= _SELDOM:
            return least * (1.0 if len(a) == len(b) else _NO_MIDDLE)
    if len(a) < len(b):
        least = min(first, _least(a[1:], b[1:-1]))
        if least >= _SELDOM:
            return least * _NO_LAST
    return _UNLIKE * first * (0.5 + last / 2)


def _least(a: Sequence[Token], b: Sequence[Token]) -> float:
    """The best ordered alignment of all of `a` into `b`, by its weakest pair; 1 when there is nothing to align."""
    row = [1.0] * (len(b) + 1)
    for count, token in enumerate(a, 1):
        fresh = [0.0] * (len(b) + 1)
        for place in range(count, len(b) - (len(a) - count) + 1):
            fresh[place] = max(fresh[place - 1], min(row[place - 1], token_score(token, b[place - 1])))
        row = fresh
        if max(row) < _SELDOM:
            return 0.0
    return row[-1]


def _is_muhammad(token: Token) -> bool:
    muhammad = people().find("محمد").names
    return token.head == "" and any(muhammad & form.listed.names for form in token.forms)


def token_score(a: Token, b: Token) -> float:
    """How well two parts match: 1 the same word, 0 different names."""
    if a.text == b.text:
        return 1.0
    if a.whole[0] == b.whole[0]:
        return _SAME_LISTED
    keep = _heads(a, b) * _tails(a.tail, b.tail)
    if keep == 0.0:
        return 0.0
    if a.head != b.head and "abd" in (a.head, b.head):
        return keep
    return keep * max(_form_score(x, y) for x in a.forms for y in b.forms)


def _heads(a: Token, b: Token) -> float:
    """حاج and شيخ come and go; عبد and أبو make another name, but عبدو stands for any name with عبد."""
    if a.head == b.head:
        return 1.0
    if {a.head, b.head} <= {"", "haj", "sheikh"}:
        return 0.9
    if {a.head, b.head} == {"", "abd"}:
        short = a if a.head == "" else b
        return 0.62 if short.tail == "" and any(form.key in _SHORT_FOR_ABD for form in short.forms) else 0.0
    return 0.0


_SHORT_FOR_ABD = frozenset(
    ["عبدو", "عبده", "عبود", "عبوده", "abdo", "abdou", "abdu", "ebdo", "evdo", "aboud", "abboud", "abed"]
)


def _tails(a: str, b: str) -> float:
    if a == b:
        return 1.0
    return {"": 1.0, "din": 0.85, "god": 0.0}.get(a or b, 0.6) if "" in (a, b) else 0.0


def _form_score(a: Form, b: Form) -> float:
    if a.key == b.key:
        return 1.0
    if a.listed and b.listed and (known := _listed_score(a, b)) is not None:
        return known
    if not a.shapes.isdisjoint(b.shapes):
        return max(0.0, 0.97 - _nearest(a, b), _slip(a, b))
    return _slip(a, b)


def _nearest(a: Form, b: Form) -> float:
    """A listed Latin spelling is heard as the Arabic names it is listed for; that it is also another one's costs something."""
    heard = min(distance(x, y) for x in _heard(a, b) for y in _heard(b, a))
    if a.arabic is a.lines and b.arabic is b.lines:
        return heard
    return min(heard, _ANOTHER + min(distance(x, y) for x in a.lines for y in b.lines))


def _heard(form: Form, other: Form) -> tuple[Symbols, ...]:
    return form.arabic if other.script == "Arab" else form.lines


def _listed_score(a: Form, b: Form) -> float | None:
    """None when only a guess stands between the two."""
    x, y = a.listed, b.listed
    if x.names & y.names:
        return _SAME_GUESSED if x.guessed or y.guessed else _SAME_LISTED
    if x.names & y.nicknames or x.nicknames & y.names or x.nicknames & y.nicknames:
        return _NICKNAME
    if x.names & y.seldom or x.seldom & y.names:
        return _SELDOM
    return None if x.guessed and y.guessed else 0.0


#: letters of long vowels make another name (جوهري, جواهري); forgetting one is no slip
_LONG = "اوي"


def _slip(a: Form, b: Form) -> float:
    """One slip of the finger in a long word: two letters exchanged, or one too many or too few inside."""
    shorter, longer = sorted((a.key, b.key), key=len)
    if a.script != b.script or len(shorter) < 5 or len(longer) - len(shorter) > 1:
        return 0.0
    if (a.listed and not a.listed.guessed) and (b.listed and not b.listed.guessed):
        return 0.0
    if OSA.distance(shorter, longer, score_cutoff=1) > 1:
        return 0.0
    if len(shorter) == len(longer):
        return _SLIP if sorted(shorter) == sorted(longer) else _NEAR_SLIP
    inside = shorter[-1] == longer[-1] and shorter[0] == longer[0]
    return _SLIP if inside and sum(map(longer.count, _LONG)) == sum(map(shorter.count, _LONG)) else _NEAR_SLIP
