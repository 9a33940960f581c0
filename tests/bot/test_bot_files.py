"""Attachments: recognised by their bytes, freed of hidden details, their pictures and sound untouched."""

from __future__ import annotations

import io
import os
import struct
import time
import zlib
from pathlib import Path
from typing import Any

import files_corpus as made
import pytest
from files_corpus import SECRET, corpus
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from PIL import Image, ImageOps

from bot.files.kinds import kind_of
from bot.files.orientation import only_orientation, read_orientation
from bot.files.stripping import strip
from bot.files.verdicts import Kind, Refused, Unfit

GOOD = {name: case for name, case in corpus().items() if "/" in case[1]}
PICTURES = [name for name, (_, mime) in GOOD.items() if mime.startswith("image/")]
#: Seconds of a processor one file may take, the process for a PDF included; the best of three counts.
LONGEST = 0.2
#: A paper is read in a process of its own, whose start alone takes most of that on a busy machine.
LONGEST_PAPER = 1.0


def worked() -> float:
    """Processor seconds of this process and its children so far: what else the machine does is not counted."""
    of_children = os.times()
    return time.process_time() + of_children.children_user + of_children.children_system


def best_of_three(job: Any) -> tuple[Any, float]:
    took = []
    for _ in range(3):
        began = worked()
        result = job()
        took.append(worked() - began)
    return result, min(took)


@pytest.mark.parametrize("name", corpus())
def test_every_file_of_the_corpus_gets_its_verdict_in_time(name: str) -> None:
    data, right = corpus()[name]

    def judged() -> str:
        verdict = kind_of(data)
        if isinstance(verdict, Refused):
            return verdict.reason
        strip(data, verdict.mime)
        return verdict.mime

    verdict, seconds = best_of_three(judged)
    assert verdict == right
    assert seconds < (LONGEST_PAPER if verdict == "application/pdf" or name.startswith("pdf") else LONGEST)


def test_the_corpus_is_large() -> None:
    assert len(corpus()) >= 100
    assert {right for _, right in corpus().values()} >= {"empty", "too_big", "damaged", "kind"}


@pytest.mark.parametrize("name", GOOD)
def test_nothing_hidden_is_left_and_a_second_time_changes_nothing(name: str) -> None:
    data, mime = GOOD[name]
    kind = kind_of(data)
    clean = strip(data, mime)
    assert SECRET not in clean
    assert kind_of(clean) == kind
    if mime != "application/pdf":
        assert strip(clean, mime) == clean


@pytest.mark.filterwarnings("ignore:.*(EXIF|MPO)")  # Pillow's remarks on what is being taken out
@pytest.mark.parametrize("name", PICTURES)
def test_the_pixels_are_the_same_and_nothing_is_said_beside_them(name: str) -> None:
    data, mime = GOOD[name]
    before, after = Image.open(io.BytesIO(data)), made.stripped(data, strip, mime)
    assert (before.mode, before.size) == (after.mode, after.size)
    assert before.tobytes() == after.tobytes()
    assert set(after.getexif()) <= {0x0112}
    assert not set(after.info) & {"comment", "exif_gps", "xmp", "Author", "Comment", "XML:com.adobe.xmp", "photoshop"}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("save", [made.jpeg, made.png])
def test_a_picture_is_still_shown_the_right_way_up(orientation: int, save: Any) -> None:
    data = save(exif=made.exif(orientation))
    before = Image.open(io.BytesIO(data))
    after = made.stripped(data, strip, f"image/{before.format.lower()}" if before.format else "")
    assert after.getexif().get(0x0112, 1) == orientation
    assert ImageOps.exif_transpose(before).tobytes() == ImageOps.exif_transpose(after).tobytes()


@pytest.mark.parametrize("order", ["<", ">"])
def test_orientation_is_read_in_either_byte_order(order: str) -> None:
    head = b"II*\0" if order == "<" else b"MM\0*"
    entries = struct.pack(order + "HHHIHH", 2, 0x010F, 2, 1, 0, 0) + struct.pack(order + "HHIHH", 0x0112, 3, 1, 5, 0)
    assert read_orientation(head + struct.pack(order + "I", 8) + entries) == 5
    assert [read_orientation(only_orientation(number)) for number in range(1, 9)] == list(range(1, 9))


def test_a_colour_profile_and_adobes_colours_are_kept() -> None:
    profile = b"profile" * 30_000
    assert made.stripped(made.jpeg(icc_profile=profile), strip, "image/jpeg").info["icc_profile"] == profile
    assert made.stripped(GOOD["jpeg CMYK"][0], strip, "image/jpeg").info["adobe"] == 100


@pytest.mark.parametrize("name", ["opus", "opus with a long comment", "vorbis"])
def test_the_pages_of_sound_are_the_same(name: str) -> None:
    data, mime = GOOD[name]
    clean = strip(data, mime)
    assert b"OpusTags" + bytes(8) in clean or b"\x03vorbis" + bytes(8) + b"\x01" in clean
    sound = b"".join(bytes((nth, packet)) * 40 for nth in range(3) for packet in range(10))
    pages = clean.split(b"OggS")
    assert [struct.unpack("<I", page[14:18])[0] for page in pages[1:]] == list(range(len(pages) - 1)), "numbered anew"
    if name != "vorbis":
        assert b"".join(page[23 + page[22] :] for page in pages[3:]) == sound
    else:
        assert b"\x05vorbis" + bytes(range(256)) * 10 in clean


def test_the_sound_of_an_m4a_stays_in_its_place() -> None:
    data = GOOD["m4a"][0]
    clean = strip(data, "audio/mp4")
    assert len(clean) == len(data)
    assert clean.index(b"sound" * 50) == data.index(b"sound" * 50)
    assert struct.pack(">I", 3_800_000_000) not in clean
    assert strip(GOOD["mp3 with tags"][0], "audio/mpeg") == made.mp3()


def test_a_paper_loses_what_tells_on_its_author_and_what_acts_by_itself() -> None:
    from pypdf import PdfReader

    clean = strip(made.telling_pdf(), "application/pdf")
    for word in (
        b"/JavaScript",
        b"/Metadata",
        b"/EmbeddedFile",
        b"/OpenAction",
        b"/Author",
        b"/CreationDate",
        b"pypdf",
    ):
        assert word not in clean, word
    page = PdfReader(io.BytesIO(clean)).pages[0]
    assert page.extract_text() == "To whom it may concern"
    assert page["/Annots"][0]["/Contents"] == "note"  # type: ignore[index]
    photo = page["/Resources"]["/XObject"]["/Im0"]._data  # type: ignore[index]
    assert photo == strip(made.jpeg(exif=made.exif(), comment=SECRET), "image/jpeg")


def test_older_revisions_and_what_no_page_leads_to_are_gone() -> None:
    """A PDF that was changed keeps what it was before; so does one with objects nobody shows."""
    first = made.pdf(b"(%s)" % SECRET)
    words = b"BT /F1 12 Tf (Changed) Tj ET"
    at = len(first)
    start = at + len(b"4 0 obj\n" + made.stream(b"", words) + b"\nendobj\n")
    update = b"4 0 obj\n%s\nendobj\nxref\n4 1\n%010d 00000 n \n" % (made.stream(b"", words), at)
    old = first.rindex(b"startxref\n") + len(b"startxref\n")
    before = int(first[old:].split()[0])
    trailer = b"trailer\n<< /Size 6 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (before, start)
    clean = strip(first + update + trailer, "application/pdf")
    assert SECRET not in clean
    assert b"To whom it may concern" not in clean
    assert b"Changed" in clean


@pytest.mark.parametrize("packed", [False, True])
def test_a_photo_in_a_paper_loses_its_details(packed: bool) -> None:
    photo = made.jpeg(exif=made.exif(), comment=SECRET)
    filters = b"[/FlateDecode /DCTDecode] /DecodeParms [null null]" if packed else b"[/DCTDecode]"
    dictionary = b"/Type /XObject /Subtype /Image /Width 64 /Height 48 /Filter " + filters
    paper = made.pdf(
        made.stream(dictionary, zlib.compress(photo) if packed else photo),
        page=b"/Resources << /XObject << /Im0 5 0 R >> >>",
    )
    assert strip(photo, "image/jpeg") in strip(paper, "application/pdf")


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_paper_that_is_only_locked_against_changes_is_opened(algorithm: str) -> None:
    from pypdf import PdfReader, PdfWriter

    writer, out = PdfWriter(clone_from=io.BytesIO(made.telling_pdf())), io.BytesIO()
    writer.encrypt("", "owner", algorithm=algorithm)
    writer.write(out)
    clean = strip(out.getvalue(), "application/pdf")
    assert SECRET not in clean
    assert PdfReader(io.BytesIO(clean)).pages[0].extract_text() == "To whom it may concern"


@pytest.mark.parametrize("name", made.broken_papers())
def test_a_hostile_paper_is_damaged_and_costs_little(name: str) -> None:
    data = made.broken_papers()[name]
    assert kind_of(data) == Kind("document", "application/pdf")
    began = time.perf_counter()
    with pytest.raises(Unfit) as refused:
        strip(data, "application/pdf")
    assert refused.value.reason == "damaged"
    assert time.perf_counter() - began < 20


def test_a_paper_is_read_without_the_bots_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library planted by an environment variable or lying in the working directory is not imported."""
    monkeypatch.setenv("PYTHONPATH", "/nonexistent")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:token")
    seen: list[Any] = []
    import subprocess

    real = subprocess.Popen

    class Watched(real):  # type: ignore[misc, valid-type]
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            seen.append(Path(f"/proc/{self.pid}/environ").read_bytes())

    monkeypatch.setattr("bot.files.pdf.subprocess.Popen", Watched)
    strip(made.pdf(), "application/pdf")
    assert seen
    assert b"token" not in seen[0]


def test_a_photo_of_a_phone_takes_little_time() -> None:
    pixels = os.urandom(3000 * 2000 // 16 * 3)
    photo = made.jpeg(Image.frombytes("RGB", (750, 500), pixels).resize((3000, 2000)), quality=90, exif=made.exif())
    assert len(photo) > 1_000_000
    clean, seconds = best_of_three(lambda: strip(photo, "image/jpeg"))
    assert Image.open(io.BytesIO(clean)).tobytes() == Image.open(io.BytesIO(photo)).tobytes()
    assert seconds < 0.03


def judged(data: bytes) -> None:
    """Whatever the bytes: a verdict, and for what is taken a stripped form or `Unfit`."""
    verdict = kind_of(data)
    if isinstance(verdict, Kind) and verdict.mime != "application/pdf":
        assert kind_of(strip(data, verdict.mime)) == verdict


MAGICS = [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"OggS", b"ID3", b"\xff\xfb\x90", b"%PDF-1.7", b"\0\0\0\x18ftyp"]


@given(some.sampled_from(MAGICS), some.binary(max_size=2000))
def test_noise_gets_a_verdict(start: bytes, rest: bytes) -> None:
    judged(start + rest)


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(some.sampled_from(sorted(GOOD)), some.data())
def test_a_good_file_with_damage_gets_a_verdict(name: str, data: some.DataObject) -> None:
    whole = bytearray(GOOD[name][0])
    for _ in range(data.draw(some.integers(1, 4))):
        at = data.draw(some.integers(0, len(whole)))
        match data.draw(some.sampled_from(["flip", "cut", "insert", "tail"])):
            case "flip" if at < len(whole):
                whole[at] = data.draw(some.integers(0, 255))
            case "cut":
                del whole[at : at + data.draw(some.integers(1, 50))]
            case "insert":
                whole[at:at] = data.draw(some.binary(max_size=20))
            case "tail":
                del whole[at:]
    judged(bytes(whole))


@settings(max_examples=25, deadline=None)
@given(some.integers(0, 10**6), some.binary(min_size=1, max_size=30))
def test_a_damaged_paper_is_rewritten_or_refused(place: int, put: bytes) -> None:
    whole = made.telling_pdf()
    at = place % len(whole)
    data = whole[:at] + put + whole[at + len(put) :]
    if isinstance(kind_of(data), Kind):
        try:
            clean = strip(data, "application/pdf")
        except Unfit as unfit:
            assert unfit.reason == "damaged"  # noqa: PT017
        else:
            assert clean.startswith(b"%PDF-")
