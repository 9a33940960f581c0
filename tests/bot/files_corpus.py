"""Attachments good and bad, each with its right verdict. Pictures by Pillow, everything else byte by byte."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

from PIL import Image, PngImagePlugin

FONT = b"/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
#: Planted where a phone puts place, device and author; to be found in no stripped file.
SECRET = b"Qarqashandi-33.5138N"


def picture(width: int = 64, height: int = 48) -> Image.Image:
    """Something with edges and shades, so that every coefficient has something to do."""
    return Image.frombytes("RGB", (width, height), bytes((x * 7 + x // 97) % 256 for x in range(width * height * 3)))


def exif(orientation: int = 1) -> Image.Exif:
    """As a phone writes it: device, time, comment, place."""
    made = Image.Exif()
    made[0x0112] = orientation
    made[0x010F] = SECRET.decode()
    made[0x9003] = "2026:05:03 09:30:00"
    made[0x8825] = {1: "N", 2: (33.0, 30.0, 49.0), 3: "E", 4: (36.0, 16.0, 35.0), 29: SECRET.decode()}
    return made


def jpeg(image: Image.Image | None = None, **options: Any) -> bytes:
    out = io.BytesIO()
    (image or picture()).save(out, "JPEG", **options)
    return out.getvalue()


def segment(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(payload) + 2) + payload


def with_segments(data: bytes, *segments: bytes) -> bytes:
    """A JPEG with more segments behind its first one."""
    at = 4 + struct.unpack(">H", data[4:6])[0]
    return data[:at] + b"".join(segments) + data[at:]


def png(image: Image.Image | None = None, **options: Any) -> bytes:
    out = io.BytesIO()
    (image or picture()).save(out, "PNG", **options)
    return out.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_chunks(data: bytes, *chunks: bytes) -> bytes:
    """A PNG with more chunks behind its header."""
    return data[:33] + b"".join(chunks) + data[33:]


def _png_text() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", SECRET.decode())
    info.add_text("Comment", SECRET.decode(), zip=True)
    info.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{SECRET.decode()}</x:xmpmeta>")
    return info


def ogg_page(
    packets: list[bytes], number: int, *, flags: int = 0, granule: int = 0, serial: int = 7, open_end: bool = False
) -> bytes:
    """One page that holds these packets whole (or, with `open_end`, the last one to be continued)."""
    lacing = b"".join(b"\xff" * (len(one) // 255) + bytes((len(one) % 255,)) for one in packets)
    lacing = lacing[:-1] if open_end else lacing
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, serial, number, 0, len(lacing)) + lacing
    page = head + b"".join(packets)
    return page[:22] + struct.pack("<I", _ogg_crc(page)) + page[26:]


def _ogg_crc(page: bytes) -> int:
    """Bit by bit, as RFC 3533 describes it."""
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc


OPUS_HEAD = b"OpusHead" + bytes((1, 1)) + struct.pack("<HIhB", 312, 48_000, 0, 0)


def opus_tags(comment: bytes = SECRET) -> bytes:
    return b"OpusTags" + struct.pack("<I", 4) + b"test" + struct.pack("<II", 1, len(comment)) + comment


def opus(*, tags: bytes | None = None, pages: int = 3) -> bytes:
    """A voice message of as many pages; its comment header may span several."""
    tags = opus_tags() if tags is None else tags
    out, number = [ogg_page([OPUS_HEAD], 0, flags=2)], 1
    for at in range(0, len(tags), 255 * 255):
        part = tags[at : at + 255 * 255]
        more = at + 255 * 255 < len(tags)
        out.append(ogg_page([part], number, flags=1 if at else 0, granule=-1 if more else 0, open_end=more))
        number += 1
    for nth in range(pages):
        sound = [bytes((nth % 256, packet)) * 40 for packet in range(10)]
        out.append(ogg_page(sound, number + nth, granule=960 * 10 * (nth + 1), flags=4 if nth == pages - 1 else 0))
    return b"".join(out)


def vorbis() -> bytes:
    head = b"\x01vorbis" + struct.pack("<IBIIIIBB", 0, 1, 44_100, 0, 96_000, 0, 0xB8, 1)
    comment = b"\x03vorbis" + struct.pack("<I", 4) + b"test" + struct.pack("<II", 1, len(SECRET)) + SECRET + b"\x01"
    setup = b"\x05vorbis" + bytes(range(256)) * 10
    sound = ogg_page([b"\x02" * 90, b"\x04" * 70], 2, granule=4096, flags=4)
    return ogg_page([head], 0, flags=2) + ogg_page([comment, setup], 1) + sound


#: MPEG 1, layer III, 128 kbit/s, 44.1 kHz: 417 bytes.
MP3_FRAME = b"\xff\xfb\x90\x00" + bytes(413)


def mp3(*, frames: int = 8, promised: int | None = None, before: bytes = b"", after: bytes = b"") -> bytes:
    xing = b""
    if promised is not None:
        xing = b"\xff\xfb\x90\x00" + bytes(32) + b"Xing" + struct.pack(">II", 1, promised) + bytes(369)
    return before + xing + MP3_FRAME * frames + after


def id3(size: int | None = None) -> bytes:
    body = b"TIT2" + struct.pack(">I", len(SECRET) + 1) + b"\0\0\0" + SECRET
    length = len(body) if size is None else size
    return b"ID3\x03\0\0" + bytes(length >> shift & 127 for shift in (21, 14, 7, 0)) + body


def box(name: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I", len(body) + 8) + name + body


def track(handler: bytes = b"soun") -> bytes:
    times = struct.pack(">II", 3_800_000_000, 3_800_000_001)
    hdlr = box(b"hdlr", bytes(8), handler, bytes(12), SECRET, b"\0")
    mdia = box(b"mdia", box(b"mdhd", bytes(4), times, bytes(12)), hdlr, box(b"minf", box(b"smhd", bytes(8))))
    return box(b"trak", box(b"tkhd", bytes(4), times, bytes(72)), mdia, box(b"udta", SECRET))


def m4a(*tracks: bytes, brand: bytes = b"M4A ", more: bytes = b"") -> bytes:
    times = struct.pack(">II", 3_800_000_000, 3_800_000_001)
    udta = box(b"udta", box(b"meta", bytes(4), box(b"ilst", SECRET)), box("©xyz".encode("latin-1"), SECRET))
    moov = box(b"moov", box(b"mvhd", bytes(4), times, bytes(88)), *(tracks or (track(),)), udta)
    return box(b"ftyp", brand, bytes(4), b"isom") + moov + more + box(b"mdat", b"sound" * 50)


def pdf(
    *objects: bytes,
    root: bytes = b"",
    info: bytes = b"",
    trailer: bytes = b"",
    page: bytes = b"/Resources << %s >>" % FONT,
) -> bytes:
    """A paper of one page. Objects beyond the page begin at number 5."""
    words = b"BT /F1 12 Tf 20 20 Td (To whom it may concern) Tj ET"
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R " + root + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R " + page + b" >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(words), words),
        *objects,
    ]
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s %s >>\n" % (len(bodies) + 1, info, trailer)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def stream(dictionary: bytes, body: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (dictionary, len(body), body)


def telling_pdf() -> bytes:
    """A paper with everything that tells on its author or acts by itself."""
    photo = jpeg(exif=exif(), comment=SECRET)
    return pdf(
        stream(b"/Type /Metadata /Subtype /XML", b"<x:xmpmeta>%s</x:xmpmeta>" % SECRET),
        b"<< /S /JavaScript /JS (app.alert('%s')) >>" % SECRET,
        b"<< /Author (%s) /CreationDate (D:20260503093000) >>" % SECRET,
        b"<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /T (%s) /M (D:20260503) /Contents (note) >>" % SECRET,
        stream(b"/Type /XObject /Subtype /Image /Width 64 /Height 48 /Filter /DCTDecode", photo),
        stream(b"/Type /EmbeddedFile", SECRET),
        b"<< /Type /Filespec /F (photo.jpg) /EF << /F 10 0 R >> >>",
        root=b"/Metadata 5 0 R /OpenAction 6 0 R /Names << /JavaScript << /Names [(a) 6 0 R] >>"
        b" /EmbeddedFiles << /Names [(photo.jpg) 11 0 R] >> >>",
        info=b"/Info 7 0 R",
        page=b"/Annots [8 0 R] /Resources << %s /XObject << /Im0 9 0 R >> >> /AA << /O 6 0 R >>"
        b" /PieceInfo << /X (%s) >>" % (FONT, SECRET),
    )


def a_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("run.exe", b"MZ")
    return out.getvalue()


def header_png(width: int, height: int, *chunks: bytes) -> bytes:
    """A PNG that claims a size; without chunks of its own, it has a picture that those who do not decode it take."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    picture_chunk = chunk(b"IDAT", b"\x78\x9c\x03\x00\x00\x00\x00\x01")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks or (picture_chunk,)) + chunk(b"IEND", b"")


def _sized_jpeg(height: int, width: int) -> bytes:
    data = bytearray(jpeg())
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def _many_scans() -> bytes:
    data = jpeg(progressive=True)
    at = data.index(b"\xff\xda")
    following = data.index(b"\xff\xda", at + 2)
    return data[:at] + data[at:following] * 200 + data[following:]


def _saved(form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture().save(out, form, **options)
    return out.getvalue()


def _good() -> dict[str, tuple[bytes, str]]:
    return {
        "jpeg plain": (jpeg(), "image/jpeg"),
        "jpeg with GPS": (jpeg(exif=exif()), "image/jpeg"),
        "jpeg on its side": (jpeg(exif=exif(6)), "image/jpeg"),
        "jpeg with a comment": (jpeg(comment=SECRET), "image/jpeg"),
        "jpeg with XMP": (
            with_segments(jpeg(), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET)),
            "image/jpeg",
        ),
        "jpeg with IPTC": (with_segments(jpeg(), segment(0xED, b"Photoshop 3.0\x008BIM" + SECRET)), "image/jpeg"),
        "jpeg with MPF": (with_segments(jpeg(), segment(0xE2, b"MPF\0" + SECRET)) + jpeg(comment=SECRET), "image/jpeg"),
        "jpeg with a JFXX thumbnail": (with_segments(jpeg(), segment(0xE0, b"JFXX\0\x10" + SECRET)), "image/jpeg"),
        "jpeg with padding behind": (jpeg() + bytes(4096), "image/jpeg"),
        "jpeg with a film behind": (jpeg() + box(b"ftyp", b"mp42", bytes(4)) + SECRET, "image/jpeg"),
        "jpeg progressive": (jpeg(progressive=True), "image/jpeg"),
        "jpeg grey": (jpeg(picture().convert("L")), "image/jpeg"),
        "jpeg CMYK": (jpeg(picture().convert("CMYK")), "image/jpeg"),
        "jpeg with restarts": (jpeg(restart_marker_blocks=2), "image/jpeg"),
        "jpeg with a colour profile": (jpeg(icc_profile=b"profile" * 30_000), "image/jpeg"),
        "jpeg with fill bytes": (with_segments(jpeg(), b"\xff\xff\xff"), "image/jpeg"),
        "jpeg of one pixel": (jpeg(picture(1, 1)), "image/jpeg"),
        "jpeg with a broken Exif": (
            with_segments(jpeg(), segment(0xE1, b"Exif\0\0MM\0*\xff\xff\xff\xff")),
            "image/jpeg",
        ),
        "png plain": (png(), "image/png"),
        "png with texts": (png(pnginfo=_png_text()), "image/png"),
        "png with Exif": (png(exif=exif(8)), "image/png"),
        "png with a time": (
            with_chunks(png(), chunk(b"tIME", struct.pack(">HBBBBB", 2026, 5, 3, 9, 30, 0))),
            "image/png",
        ),
        "png with a palette": (png(picture().convert("P"), transparency=3), "image/png"),
        "png grey": (png(picture().convert("L")), "image/png"),
        "png with transparency": (png(picture().convert("RGBA")), "image/png"),
        "png of 16 bits": (png(picture().convert("I;16")), "image/png"),
        "png moving": (_saved("PNG", save_all=True, append_images=[picture().rotate(90)]), "image/png"),
        "png with bytes behind": (png() + SECRET, "image/png"),
        "png with an unknown chunk": (with_chunks(png(), chunk(b"saVe", SECRET)), "image/png"),
        "opus": (opus(), "audio/ogg"),
        "opus with a long comment": (opus(tags=opus_tags(SECRET * 9000)), "audio/ogg"),
        "opus of 600 pages": (opus(pages=600), "audio/ogg"),
        "opus with bytes behind": (opus() + SECRET, "audio/ogg"),
        "vorbis": (vorbis(), "audio/ogg"),
        "mp3": (mp3(), "audio/mpeg"),
        "mp3 with tags": (mp3(before=id3(), after=b"TAG" + SECRET.ljust(125, b"\0")), "audio/mpeg"),
        "mp3 with APE behind": (mp3(after=b"APETAGEX" + SECRET * 100), "audio/mpeg"),
        "mp3 with a count": (mp3(promised=8), "audio/mpeg"),
        "m4a": (m4a(), "audio/mp4"),
        "mp4 with sound alone": (m4a(brand=b"isom"), "audio/mp4"),
        "m4a with XMP": (m4a(more=box(b"uuid", b"\xbe\x7a\xcf\xcb" + bytes(12), SECRET)), "audio/mp4"),
        "m4a with free space": (m4a(more=box(b"free", SECRET)), "audio/mp4"),
        "pdf": (pdf(), "application/pdf"),
        "pdf with everything": (telling_pdf(), "application/pdf"),
        "pdf with an update behind": (pdf() + pdf()[9:], "application/pdf"),
    }


def _bad() -> dict[str, tuple[bytes, str]]:
    whole_jpeg, whole_png, voice = jpeg(), png(), opus()
    piece = chunk(b"IDAT", b"")
    opus_head = ogg_page([OPUS_HEAD], 0, flags=2)
    return {
        "nothing": (b"", "empty"),
        "too long": (whole_jpeg + bytes(20 * 1024 * 1024), "too_big"),
        "jpeg of four billion pixels": (_sized_jpeg(65_500, 65_500), "too_big"),
        "png of ten billion pixels": (header_png(100_000, 100_000), "too_big"),
        "jpeg cut off": (whole_jpeg[: len(whole_jpeg) // 2], "damaged"),
        "jpeg without its end": (whole_jpeg[:-2], "damaged"),
        "jpeg head alone": (whole_jpeg[:20], "damaged"),
        "jpeg magic alone": (b"\xff\xd8\xff", "damaged"),
        "jpeg without a picture": (b"\xff\xd8" + segment(0xE0, b"JFIF\0\x01\x01\0\0\1\0\1\0\0") + b"\xff\xd9", "damaged"),
        "jpeg with zeros between segments": (with_segments(whole_jpeg, bytes(20)), "damaged"),
        "jpeg with a segment of no length": (with_segments(whole_jpeg, b"\xff\xfe\x00\x00"), "damaged"),
        "jpeg without a height": (_sized_jpeg(0, 48), "damaged"),
        "jpeg arithmetic": (whole_jpeg.replace(b"\xff\xc0", b"\xff\xc9", 1), "damaged"),
        "jpeg of 200 scans": (_many_scans(), "damaged"),
        "jpeg of 10,000 segments": (with_segments(whole_jpeg, segment(0xFE, b"x") * 10_000), "damaged"),
        "jpeg of fill bytes": (b"\xff\xd8" + b"\xff" * 5_000_000, "damaged"),
        "jpeg with a zip behind": (whole_jpeg + a_zip(), "damaged"),
        "jpeg with a zip in its comment": (jpeg(comment=a_zip()), "damaged"),
        "jpeg that is a pdf too": (with_segments(whole_jpeg, segment(0xFE, pdf())), "damaged"),
        "jpeg that is a page too": (jpeg(comment=b"<script>alert(1)</script>"), "damaged"),
        "jpeg with a rar behind": (whole_jpeg + b"Rar!\x1a\x07\x01\x00" + bytes(50), "damaged"),
        "png cut off": (whole_png[: len(whole_png) // 2], "damaged"),
        "png without its end": (whole_png[:-12], "damaged"),
        "png with a flipped bit": (whole_png[:60] + bytes((whole_png[60] ^ 1,)) + whole_png[61:], "damaged"),
        "png of 50,000 chunks": (with_chunks(whole_png, chunk(b"tEXt", b"a\0b") * 50_000), "damaged"),
        "png of no width": (header_png(0, 10), "damaged"),
        "png with a chunk of 4 GiB": (whole_png[:33] + b"\xff\xff\xff\xffIDAT" + whole_png[41:], "damaged"),
        "png without a picture": (header_png(5, 5, chunk(b"tEXt", b"a\0b")), "damaged"),
        "png with a picture in two places": (header_png(5, 5, piece, chunk(b"tIME", bytes(7)), piece), "damaged"),
        "png with a critical chunk of its own": (with_chunks(whole_png, chunk(b"EvIL", b"")), "damaged"),
        "png with a huge profile": (with_chunks(whole_png, chunk(b"iCCP", b"p\0\0" + bytes(5_000_000))), "damaged"),
        "png with a zip behind": (whole_png + a_zip(), "damaged"),
        "opus cut off": (voice[:-10], "damaged"),
        "opus cut in a header": (voice + voice[:10], "damaged"),
        "opus with a page missing": (opus_head + ogg_page([opus_tags()], 1) + ogg_page([b"x"], 3), "damaged"),
        "opus with a wrong checksum": (voice[:-1] + b"\0", "damaged"),
        "opus twice": (voice + voice, "damaged"),
        "opus without sound": (opus_head + ogg_page([opus_tags()], 1), "damaged"),
        "opus without a comment header": (opus_head + ogg_page([b"sound"], 1) + ogg_page([b"x"], 2), "damaged"),
        "theora": (ogg_page([b"\x80theora" + bytes(40)], 0, flags=2) + ogg_page([b"x"], 1), "kind"),
        "mp3 that breaks its promise": (mp3(frames=8, promised=800), "damaged"),
        "mp3 of one frame": (mp3(frames=1), "damaged"),
        "mp3 with a tag to nowhere": (id3(100_000) + MP3_FRAME * 5, "kind"),
        "mp3 tag and zeros": (id3() + bytes(10_000_000), "kind"),
        "mp3 of tags": (b"ID3\x03\0\0\0\0\0\0" * 500_000, "kind"),
        "mp3 with a broken tag": (b"ID3\x03\0\0\xff\xff\xff\xff" + MP3_FRAME * 5, "damaged"),
        "mp3 with something behind": (mp3(after=b"\x7fELF" + bytes(range(256)) * 20), "damaged"),
        "m4a cut off": (m4a()[:-30], "damaged"),
        "m4a without its index": (box(b"ftyp", b"M4A ", bytes(4)) + box(b"mdat", b"x" * 90), "damaged"),
        "m4a with a box longer than its parent": (m4a(box(b"trak", b"\0\0\xff\xffmdia")), "damaged"),
        "mp4 with a film": (m4a(track(b"vide"), track(), brand=b"isom"), "kind"),
        "heic": (box(b"ftyp", b"heic", bytes(4), b"mif1") + box(b"meta", bytes(40)) + box(b"mdat", b"x"), "kind"),
        "avif": (box(b"ftyp", b"avif", bytes(4), b"mif1") + box(b"meta", bytes(40)), "kind"),
        "pdf cut off": (pdf()[:-30], "damaged"),
        "pdf header alone": (b"%PDF-1.7\n", "damaged"),
        "pdf of no version": (pdf().replace(b"%PDF-1.7", b"%PDF-x.y"), "damaged"),
        "pdf with a zip behind": (pdf() + a_zip(), "damaged"),
        "gif": (_saved("GIF"), "kind"),
        "webp": (_saved("WEBP"), "kind"),
        "bmp": (_saved("BMP"), "kind"),
        "tiff": (_saved("TIFF"), "kind"),
        "zip": (a_zip(), "kind"),
        "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "kind"),
        "text": ("تفاصيل".encode(), "kind"),
        "wav": (b"RIFF\x24\0\0\0WAVEfmt " + bytes(40), "kind"),
        "program": (b"\x7fELF" + bytes(100), "kind"),
    }  # fmt: skip


@cache
def corpus() -> dict[str, tuple[bytes, str]]:
    """Name -> (bytes, MIME type or reason)."""
    return _good() | _bad()


@cache
def broken_papers() -> dict[str, bytes]:
    """PDF files that look whole from outside and are not."""
    bomb = zlib.compress(bytes(200_000_000), 9)
    loop = pdf().replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]")
    locked = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O (%s) /U (%s) /P -4 >> /ID [(a) (a)]" % (b"o" * 32, b"u" * 32)
    return {
        "no objects": b"%PDF-1.7\n" + b"junk " * 100 + b"startxref\n5\n%%EOF",
        "a page tree that holds itself": loop,
        "a password": pdf(trailer=locked),
        "deep nesting": pdf(b"[" * 200_000 + b"]" * 200_000, root=b"/X 5 0 R"),
        "a broken picture": pdf(stream(b"/Filter /DCTDecode", b"\xff\xd8\xff\xe0"), root=b"/X 5 0 R"),
        "objects in a bomb": b"%PDF-1.7\n1 0 obj\n"
        + stream(b"/Type /XRef /W [1 2 1] /Size 90000000 /Root 2 0 R /Filter /FlateDecode", bomb)
        + b"\nendobj\nstartxref\n9\n%%EOF",
    }


def stripped(data: bytes, strip: Callable[[bytes, str], bytes], mime: str) -> Image.Image:
    """The picture as it is after stripping."""
    return Image.open(io.BytesIO(strip(data, mime)))
