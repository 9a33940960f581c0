"""Which language and script an answer is written in: by script, common words and letters. It orders guesses, it decides nothing.

No statistical detector knows Kurmanji, and answers are a few words long.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from flows.reading.words import tidy

_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_ARABIC = re.compile("[\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff]")
#: letters of Kurdish in Arabic script that Arabic has not
_SORANI = re.compile("[ڵۆێڕە]")
_WORD = re.compile(r"[^\W_]+")
_ARABIZI = re.compile(r"\b(?:[a-z]+[23579][a-z]*|[23579][a-z]{2,})\b")
_LETTERS: Mapping[str, str] = {"ku": "êîû", "tr": "ğı", "de": "äß", "fr": "éèàùœëïô"}
_COMMON: Mapping[str, str] = {
    "en": "the a of in on at and or i my is was he she they not dont know year years ago last before after yes no when",
    "de": "der die das den dem ein eine ich mein meine ist war und oder im am um vor nach nicht weiß jahr jahre bin er",
    "fr": "le la les un une de du des et ou je mon ma est était en au il elle ans mois an avant après pas ne sais vers oui",
    "tr": "ve bir bu ben yıl yılında ay önce sonra benim oğlum kızım kardeşim değil bilmiyorum evet hayır gün doğumlu",
    "ku": "ez min li di ji û ku de bi sal sala salê berî piştî meha me tu ne na erê belê bû ye bavê diya birayê xwe an heta",
    "ar": "ana men mn bi w ya ma la ibni akhi 3id fi kan ken ba3d 2abl snin sene allah wallah abi",
}


def script(words: str) -> str:
    """`Arab`, `Latn`, or `Zyyy` when there are no letters of either; of two, the one with more letters."""
    plain = tidy(words[:_SEEN])
    latin, arabic = len(_LATIN.findall(plain)), len(_ARABIC.findall(plain))
    return "Zyyy" if latin == arabic == 0 else "Arab" if arabic >= latin else "Latn"


#: enough to tell a language by
_SEEN = 1000


def guess(words: str) -> tuple[str, ...]:
    """Languages the words may be in, the likeliest first; empty where nothing tells. `ckb` for Sorani."""
    plain = tidy(words[:_SEEN])
    if script(plain) == "Arab":
        return ("ckb",) if _SORANI.search(plain) else ("ar",)
    lowered = plain.replace("I", "ı").lower() if "ı" in plain or "ğ" in plain else plain.lower()
    said = set(_WORD.findall(lowered.replace("'", "").replace("’", "")))
    points = {
        code: 2 * len(said & set(common.split()))
        + 3 * sum(lowered.count(letter) > 0 for letter in _LETTERS.get(code, ""))
        for code, common in _COMMON.items()
    }
    points["ar"] += 3 * bool(_ARABIZI.search(lowered))
    return tuple(code for code in sorted(points, key=lambda code: -points[code]) if points[code])
