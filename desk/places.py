"""The fourteen governorates of Syria by the first four characters of an OCHA place code."""

from __future__ import annotations

GOVERNORATES = {
    "SY01": "Damascus",
    "SY02": "Aleppo",
    "SY03": "Rural Damascus",
    "SY04": "Homs",
    "SY05": "Hama",
    "SY06": "Lattakia",
    "SY07": "Idleb",
    "SY08": "Al-Hasakeh",
    "SY09": "Deir-ez-Zor",
    "SY10": "Tartous",
    "SY11": "Ar-Raqqa",
    "SY12": "Dar'a",
    "SY13": "As-Sweida",
    "SY14": "Quneitra",
}


def governorate(code: str | None) -> str | None:
    """`SY020305` -> `Aleppo`; None for anything that is no Syrian place code."""
    return GOVERNORATES.get((code or "")[:4].upper())
