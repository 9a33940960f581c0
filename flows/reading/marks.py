"""Turns a phrase into marks: what each word, number and sign of it may say about a date. Marks know nothing of grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flows.reading.counting import Number, composed
from flows.reading.lexicon import Entry, Lexicon, apart, endings
from flows.reading.words import letters

#: in order: a time of day, numbers set apart by signs, a run of letters and digits, any other sign
_PIECE = re.compile(
    r"(?P<time>\b\d{1,2}:\d{2}\b)"
    r"|(?P<numeric>(?<![\d.])\d{1,4}(?P<s1> ?[/\\–—-] ?|\. ?)\d{1,4}(?:(?: ?[/\\–—-] ?|\. ?)\d{1,4})?(?!\d))"
    r"|(?P<run>[^\W_]+(?:'[^\W_]+)*)"
    r"|(?P<sign>\S)"
)
#: words, numbers and signs; what has more is no date
MOST_PIECES = 40
#: what follows an apostrophe after a number is its ending, when it is no longer than this
_LONGEST_ENDING = 6
_DIGITS_OR_NOT = re.compile(r"\d+|\D+")
_NUMBERS = re.compile(r"\d+")
_SIGNS = {
    "~": "approx",
    "≈": "approx",
    "?": "unsure",
    "؟": "unsure",
    "-": "dash",
    "–": "dash",
    "—": "dash",
    "/": "slash",
}
#: Arabizi writes sounds as these digits, at the beginning of a word too
_SOUNDS = frozenset("23567890")
_ARABIC = re.compile("[\u0620-\u064a]+")


@dataclass(frozen=True, slots=True)
class Mark:
    """One piece of meaning. `kind` is a lexicon kind, or `number`, `numeric`, `dash`, `slash`, `comma`, `word`."""

    kind: str
    value: Any = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word, number or sign as typed."""

    text: str = field(repr=False)
    kind: str
    #: written to the piece before it
    leans: bool = False


def marks(words: str, lexicon: Lexicon) -> list[Mark]:
    """The marks of a phrase, in order. Numbers said in words are composed to one."""
    pieces = _pieces(letters(words), lexicon)
    if len(pieces) > MOST_PIECES:
        return []
    return composed_numbers(list(_read(pieces, lexicon)), lexicon.language)


def composed_numbers(found: Sequence[Mark], language: str) -> list[Mark]:
    """Runs of number words, with "and" between them, as one number each."""
    done: list[Mark] = []
    at = 0
    while at < len(found):
        mark = found[at]
        if mark.kind != "number" or mark.value.digits:
            done.append(mark)
            at += 1
            continue
        run = [mark.value]
        end = at + 1
        while end < len(found):
            skipped = 1 if found[end].kind in ("and", "dash") else 0
            if end + skipped >= len(found):
                break
            beside = found[end + skipped]
            if beside.kind != "number" or beside.value.digits:
                break
            longer = composed([*run, beside.value], joined=bool(skipped), language=language)
            if longer is None:
                break
            run = [longer]
            end += 1 + skipped
        broken = run[0].value % 1000 == 0 and [mark.kind for mark in found[end : end + 2]] == ["and", "word"]
        done.append(Mark("badnumber" if broken else "number", run[0]))  # "two thousand and" something unread is no year
        at = end
    return done


def _pieces(text: str, lexicon: Lexicon) -> list[_Piece]:
    found: list[_Piece] = []
    ended = -1
    for match in _PIECE.finditer(text):
        leans = match.start() == ended
        ended = match.end()
        kind = match.lastgroup or "sign"
        if match["time"]:
            continue
        if match["numeric"]:
            found.extend(_numeric(match["numeric"], leans))
        elif match["run"]:
            found.extend(_run(match[0], leans))
        else:
            found.append(_Piece(match[0], kind, leans))
    return [part for piece in found for part in _parts(piece, lexicon)]


def _run(text: str, leans: bool) -> Iterator[_Piece]:
    """The words of a run; a number keeps its apostrophe apart ("7'sinde")."""
    head, mark, tail = text.partition("'")
    if mark and head.isdecimal():
        yield from (_Piece(head, "word", leans), _Piece("'", "sign", True), _Piece(tail.replace("'", ""), "word", True))
    else:
        yield from (_Piece(word, "word", leans) for word in apart(text))


def _numeric(text: str, leans: bool) -> list[_Piece]:
    """A numeric date; two numbers with a full stop and a space between are two numbers."""
    numbers = _NUMBERS.findall(text)
    if len(numbers) == 2 and ". " in text:
        return [_Piece(numbers[0], "word", leans), _Piece(".", "sign", True), _Piece(numbers[1], "word")]
    return [_Piece(text, "numeric", leans)]


def _parts(piece: _Piece, lexicon: Lexicon) -> Iterator[_Piece]:
    """Letters and digits written together, taken apart unless the whole is a word."""
    text = piece.text
    mixed = piece.kind == "word" and not text.isdecimal() and any(letter.isdecimal() for letter in text)
    if not mixed or lexicon.find([text], 0):
        yield piece
        return
    parts = _DIGITS_OR_NOT.findall(text)
    if len(parts[0]) == 1 and parts[0] in _SOUNDS and len(parts) > 1 and not _speaks(parts[1], lexicon):
        yield _Piece(text, "word", piece.leans)
        return
    if len(parts) > 3:
        yield _Piece(text, "word", piece.leans)
        return
    yield _Piece(parts[0], "word", piece.leans)
    yield from (_Piece(part, "word", True) for part in parts[1:])


def _speaks(text: str, lexicon: Lexicon) -> bool:
    return text in endings("case") or text in endings("ordinal") or lexicon.find([text], 0) is not None


def _read(pieces: Sequence[_Piece], lexicon: Lexicon) -> Iterator[Mark]:
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        if piece.kind == "numeric":
            yield from _numeric_marks(piece.text, pieces[at - 1] if piece.leans and at else None)
            at += 1
        elif piece.kind == "sign":
            if piece.text in _SIGNS:
                yield Mark(_SIGNS[piece.text])
            elif piece.text in ",،;":
                yield Mark("comma")
            at += 1
        else:
            words, ends = _words_from(pieces, at)
            match = lexicon.find(words, 0)
            if match:
                yield from _leading(match.lead)
                if match.entry.kind == "unitago":
                    yield Mark("unit", match.entry.value)
                yield _mark(match.entry)
                at = ends[match.length - 1]
            elif piece.text.isdecimal():
                taken, mark = _number(pieces, at, lexicon)
                yield mark
                at += taken
            else:
                yield from _clitic(pieces, at)
                at += 1


def _words_from(pieces: Sequence[_Piece], start: int) -> tuple[list[str], list[int]]:
    """Up to seven words from here, hyphens and full stops between them left out; and where each of them ends."""
    words, ends = [], []
    for at in range(start, min(start + 12, len(pieces))):
        piece = pieces[at]
        if piece.kind == "word":
            words.append(piece.text)
            ends.append(at + 1)
        elif piece.kind == "numeric" or piece.text not in "-.":
            break
        if len(words) == 7:
            break
    return words, ends


def _number(pieces: Sequence[_Piece], at: int, lexicon: Lexicon) -> tuple[int, Mark]:
    """A number in digits with what is written to it: (pieces taken, mark)."""
    text = pieces[at].text
    if len(text) > 4:
        return 1, Mark("word")
    number = Number(int(text), digits=len(text), leans=_leans(pieces, at))
    beside = pieces[at + 1] if at + 1 < len(pieces) and pieces[at + 1].leans else None
    if beside is None:
        return 1, Mark("number", number)
    if beside.text == ".":
        return 2, Mark("number", replace(number, ordinal=True))
    apostrophe = 1 if beside.text == "'" else 0
    words = [piece.text for piece in pieces[at + 1 + apostrophe : at + 4 + apostrophe] if piece.kind == "word"]
    if not words:
        return 1 + apostrophe, Mark("number", number)
    match = lexicon.find(words, 0)
    decade = _decade(int(text)) if match and match.entry.kind == "decadesuffix" else 0
    if match and decade:
        return 1 + apostrophe + match.length, Mark("decade", decade)
    if words[0] in endings("ordinal") and number.value <= 31:
        return 2 + apostrophe, Mark("number", replace(number, ordinal=True))
    ends = words[0] in endings("case") or (apostrophe and match is None and len(words[0]) <= _LONGEST_ENDING)
    return (2 if ends else 1) + apostrophe, Mark("number", number)


def _leans(pieces: Sequence[_Piece], at: int) -> bool:
    """Whether an Arabic particle or an apostrophe is written to the number ("بال12", "'12")."""
    return at > 0 and pieces[at].leans and (pieces[at - 1].text == "'" or bool(_ARABIC.fullmatch(pieces[at - 1].text)))


def _decade(number: int) -> int:
    """1980 of 80 or 1980; 0 where it is no decade a person of today was born in or lived through."""
    if number % 10:
        return 0
    if 1900 <= number <= 2020:
        return number
    return 1900 + number if 30 <= number <= 90 else 0


def _numeric_marks(text: str, before: _Piece | None) -> Iterator[Mark]:
    numbers = [Number(int(part), digits=len(part)) for part in _NUMBERS.findall(text)]
    sign = next(letter for letter in text if not letter.isdecimal() and letter != " ")
    if before is not None and before.kind == "word":
        yield from _clitic([before], 0, quiet=True)
    yield Mark("numeric", (tuple(numbers), "-" if sign in "–—" else sign))


def _clitic(pieces: Sequence[_Piece], at: int, quiet: bool = False) -> Iterator[Mark]:
    """A word of no list; an Arabic particle written to a number is what it says."""
    text = pieces[at].text
    if at + 1 < len(pieces) and pieces[at + 1].leans and _ARABIC.fullmatch(text) and len(text) <= 4:
        if text.startswith("و"):
            yield Mark("and")
        elif text in ("ل", "لل"):
            yield Mark("to")
        else:
            yield Mark("skip")
    elif not quiet:
        yield Mark("word")


def _leading(lead: str) -> Iterator[Mark]:
    if lead:
        yield Mark(lead)


def _mark(entry: Entry) -> Mark:
    match entry.kind:
        case "number":
            value = float(entry.value)
            return Mark("number", Number(int(value) if value == int(value) else value))
        case (
            "month"
            | "hijrimonth"
            | "season"
            | "ordinal"
            | "half"
            | "last"
            | "relyear"
            | "relday"
            | "decade"
            | "weekday"
        ):
            return Mark(entry.kind, int(entry.value))
        case "eithermonth":
            return Mark("eithermonth", tuple(int(part) for part in entry.value.split(",")))
        case "seasonpart":
            which, part = entry.value.split(",")
            return Mark("seasonpart", (int(which), part))
        case _:
            return Mark(entry.kind, entry.value)
