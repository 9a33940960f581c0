"""Files that are two things at once: a picture that another program takes for an archive, a paper or a page."""

from __future__ import annotations

import re

from bot.files.verdicts import damaged

#: A ZIP file is read from its end: this record, then a comment of the length it says (APPNOTE 4.3.16).
_ZIP_END = b"PK\x05\x06"
_ZIP_END_BYTES = 22
_LONGEST_ZIP_COMMENT = 65_535
#: Archives that their programs look for anywhere.
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c\x00")
#: PDF viewers take a file whose header is among the first 1,024 bytes; browsers look as far for a page.
_HEAD_BYTES = 1024
_PAGE = re.compile(rb"<(?:!doctype|html|head|body|script|iframe|svg|\?php)", re.IGNORECASE)


def check(data: bytes, mime: str) -> None:
    """`Unfit` when another program would take this for something else."""
    if _is_zip(data) or any(archive in data for archive in _ARCHIVES):
        raise damaged("an archive in disguise")
    head = data[:_HEAD_BYTES]
    if head.find(b"%PDF-", 1) > 0 or (mime != "application/pdf" and _PAGE.search(head)):
        raise damaged("two formats in one")


def _is_zip(data: bytes) -> bool:
    at = data.rfind(_ZIP_END, max(0, len(data) - _ZIP_END_BYTES - _LONGEST_ZIP_COMMENT))
    return at >= 0 and len(data) - at >= _ZIP_END_BYTES
