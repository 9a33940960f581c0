"""pyxform's word on a workbook: whether it is an XLSForm at all."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from flows.xlsform.cells import Fault, Table

_ROW = re.compile(r"\[row\s*:\s*(\d+)\]\s*", re.I)


def validated(path: Path, survey: Table) -> list[Fault]:
    """What pyxform finds wrong; it stops at the first thing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            convert(str(path), validate=False, pretty_print=False)
    except PyXFormError as error:
        says = str(error)
        row = _ROW.search(says)
        return [Fault(str(path), survey.name, int(row[1]) if row else 1, "", f"pyxform: {_ROW.sub('', says).strip()}")]
    except Exception as error:
        return [Fault(str(path), survey.name, 1, "", f"pyxform cannot read this workbook ({type(error).__name__})")]
    return []
