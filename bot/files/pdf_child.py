"""A process of its own for one PDF file: standard input to standard output, without hidden details; exit code 1 if not.

pypdf is pure Python: a hostile file can waste this process's time and memory, which are limited, but not take it over.
"""

from __future__ import annotations

import io
import resource
import sys
import zlib
from typing import Any

_SECONDS = 15
_MEMORY = 768 * 1024 * 1024
#: Of a picture that is compressed once more.
_MOST_PACKED = 64 * 1024 * 1024
#: Hidden details and things that act by themselves, wherever they stand.
_OUT_ANYWHERE = (
    "/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/AA", "/OpenAction", "/JavaScript", "/JS", "/EmbeddedFiles",
    "/AF", "/EF", "/Collection", "/SpiderInfo",
)  # fmt: skip
_ACTIONS = ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR", "/Rendition")
#: Who wrote a note on a page, and when. (Of a form's field, /T is the name.)
_OUT_OF_NOTES = ("/T", "/M", "/CreationDate", "/NM")


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _spare_imports(data: bytes) -> None:
    """pypdf looks for libraries that only some files need, and that take longer to import than most files to rewrite."""
    blocked: dict[str, Any] = {"PIL": None}
    if b"/Encrypt" not in data:
        blocked |= {"cryptography": None, "Crypto": None}
    sys.modules.update(blocked)


def cleaned(data: bytes) -> bytes:
    """The file with only what can be reached from its pages, hidden details taken out; any exception when it is broken."""
    from pypdf import PdfReader, PdfWriter

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise ValueError("needs a password")
    for key in ("/Info", "/ID"):
        reader.trailer.pop(key, None)
    _clean(reader.trailer.raw_get("/Root"))
    if not len(reader.pages):
        raise ValueError("has no pages")
    writer = PdfWriter(clone_from=reader)
    writer.metadata = None
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _clean(root: Any) -> None:
    """Take out what is to go of every object that can be reached; the reader keeps them as they are then."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    seen: set[tuple[int, int]] = set()
    waiting = [root]
    while waiting:
        one = waiting.pop()
        if isinstance(one, IndirectObject):
            place = (one.idnum, one.generation)
            if place in seen:
                continue
            seen.add(place)
            one = one.get_object()
        if isinstance(one, DictionaryObject):
            _clean_one(one)
            waiting.extend(one.values())
        elif isinstance(one, ArrayObject):
            waiting.extend(one)


def _clean_one(one: Any) -> None:
    for key in _OUT_ANYWHERE:
        one.pop(key, None)
    action = one.get("/A")
    if hasattr(action, "get") and action.get("/S") in _ACTIONS:
        del one["/A"]
    if "/Rect" in one and one.get("/Subtype") != "/Widget":
        for key in _OUT_OF_NOTES:
            one.pop(key, None)
    filters = one.get("/Filter")
    if filters in ("/DCTDecode", ["/DCTDecode"], ["/FlateDecode", "/DCTDecode"]):
        _clean_picture(one, packed=len(filters) == 2)


def _clean_picture(one: Any, *, packed: bool) -> None:
    """A JPEG inside a paper knows the place it was taken at as well as any other."""
    from pypdf.generic import NameObject

    from bot.files import jpeg

    data = one._data  # there is no public way to read and replace encoded bytes
    if packed:
        data = zlib.decompressobj().decompress(data, _MOST_PACKED)
        one[NameObject("/Filter")] = NameObject("/DCTDecode")
        one.pop("/DecodeParms", None)
    one._data = jpeg.strip(data)


def main() -> None:
    """One file."""
    _limit()
    data = sys.stdin.buffer.read()
    _spare_imports(data)
    sys.setrecursionlimit(2000)
    try:
        out = cleaned(data)
    except Exception:
        sys.exit(1)
    sys.stdout.buffer.write(out)


if __name__ == "__main__":
    main()
