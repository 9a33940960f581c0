"""A structured value said in a language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import format_date


def shown(value: Mapping[str, Any], language: str) -> str:
    """The value as a family reads it."""
    if value["type"] == "date" and value["earliest"] == value["latest"] and value["earliest"]:
        locale = "ar_SY" if language == "ar" else language
        return format_date(date.fromisoformat(value["earliest"]), "d MMMM y", locale=locale)
    return str(value.get("edtf") or value.get("name") or value.get("text") or value.get("years") or "")
