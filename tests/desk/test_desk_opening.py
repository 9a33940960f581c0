"""An envelope passes every check, or is refused for the reason of the first that it fails."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.keys import Identity, new_identity
from desk.opening import Opened, Parts, Reason, Refusal, Refused, open_envelope, open_file
from flows.envelope import SealedFile, read_manifest
from tests.desk.fakes import (
    ATTACHED,
    PICTURE,
    STORY,
    VOICE,
    Sender,
    a_full_report,
    a_notice,
    a_report,
    a_withdrawal,
    an_addition,
    described,
    sender_to,
)

Forge = Callable[[Sender, dict[str, Any]], Parts]


def _opened(parts: Parts, identity: Identity, sender: Sender) -> Opened | Refusal:
    return open_envelope(parts, identity, sender.key.public_key())


def test_samiras_report_opens(identity: Identity, sender: Sender) -> None:
    report = a_report()
    opened = _opened(sender.seal(report), identity, sender)
    assert isinstance(opened, Opened)
    assert opened.report == report
    assert STORY not in repr(opened) + repr(sender.seal(report))


def test_the_first_format_still_opens(identity: Identity, sender: Sender) -> None:
    report = a_report()
    parts = sender.seal(report, format="wasl-envelope/1")
    assert b"files" not in parts.manifest
    opened = _opened(parts, identity, sender)
    assert isinstance(opened, Opened)
    assert (opened.report, opened.files) == (report, ())


@pytest.mark.parametrize("report", [a_full_report(), an_addition(), a_withdrawal(), a_notice("erasure")])
def test_every_kind_of_revision_opens_with_what_it_promises(
    report: dict[str, Any], identity: Identity, sender: Sender
) -> None:
    attached = sender.attach(report)
    opened = _opened(sender.seal_with(report, attached), identity, sender)
    assert isinstance(opened, Opened)
    assert opened.report == report
    assert [file.sealed.id for file in opened.files] == [file["id"] for file in report["files"]]
    for file in opened.files:
        assert open_file(file, attached[file.sealed.id], identity) == ATTACHED[file.sealed.id][2]


def _flip(part: bytes, at: int) -> bytes:
    return part[:at] + bytes([part[at] ^ 1]) + part[at + 1 :]


def _inner(text: str) -> Forge:
    return lambda sender, report: sender.seal(report, inner=text.encode("utf-8", "surrogatepass"))


def _changed(change: Callable[[dict[str, Any]], object]) -> Forge:
    """The report is changed after the manifest was thought of."""

    def forge(sender: Sender, report: dict[str, Any]) -> Parts:
        other = copy.deepcopy(report)
        change(other)
        return sender.seal(report, inner=json.dumps({"report": other}).encode())

    return forge


def _resigned(manifest: bytes) -> Forge:
    def forge(sender: Sender, report: dict[str, Any]) -> Parts:
        return Parts(manifest, sender.key.sign(manifest), sender.seal(report).sealed)

    return forge


def _event(report: dict[str, Any], claim: int) -> dict[str, Any]:
    found: dict[str, Any] = report["events"][0]["claims"][claim]
    return found


def _age(report: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = report["sought_persons"][0]["claims"][2]["value"]
    return found


def _with_nothing_unpadded(sender: Sender, report: dict[str, Any]) -> Parts:
    sealed = pyrage.encrypt(b"", [pyrage.x25519.Recipient.from_str(one) for one in sender.recipients])
    return sender.sign(sealed, report)


def _spoilt(sender: Sender, report: dict[str, Any]) -> Parts:
    sealed = sender.seal(report).sealed
    return sender.sign(_flip(sealed, len(sealed) - 5), report)


def _cut(sender: Sender, report: dict[str, Any]) -> Parts:
    return sender.sign(sender.seal(report).sealed[:-100], report)


def _loose_json(sender: Sender, report: dict[str, Any]) -> Parts:
    parts = sender.seal(report)
    spaced = json.dumps(json.loads(parts.manifest)).encode()
    return Parts(spaced, sender.key.sign(spaced), parts.sealed)


TAMPERED: list[tuple[str, Reason, Forge]] = [
    ("no signature", Reason.SIGNATURE, lambda s, r: replace(s.seal(r), signature=b"")),
    ("another signer", Reason.SIGNATURE, lambda s, r: Sender(Ed25519PrivateKey.generate(), s.recipients).seal(r)),
    ("a bit of the signature", Reason.SIGNATURE, lambda s, r: replace(p := s.seal(r), signature=_flip(p.signature, 3))),
    ("a bit of the manifest", Reason.SIGNATURE, lambda s, r: replace(p := s.seal(r), manifest=_flip(p.manifest, 9))),
    ("a longer manifest", Reason.SIGNATURE, lambda s, r: replace(p := s.seal(r), manifest=p.manifest + b" ")),
    ("an empty manifest", Reason.MANIFEST, _resigned(b"")),
    ("a list for a manifest", Reason.MANIFEST, _resigned(b"[]")),
    ("a number for a manifest", Reason.MANIFEST, _resigned(b"7")),
    ("a deep manifest", Reason.MANIFEST, _resigned(b"[" * 100_000)),
    ("no canonical form", Reason.MANIFEST, _loose_json),
    ("a later format", Reason.MANIFEST, lambda s, r: s.seal(r, format="wasl-envelope/3")),
    ("a revision that is text", Reason.MANIFEST, lambda s, r: s.seal(r, revision="1")),
    ("a revision that is true", Reason.MANIFEST, lambda s, r: s.seal(r, revision=True)),
    ("a digest that is a number", Reason.MANIFEST, lambda s, r: s.seal(r, sealed_sha256=7)),
    ("a digest that is no ASCII", Reason.DIGEST, lambda s, r: s.seal(r, sealed_sha256="é")),
    ("a bit of the seal", Reason.DIGEST, lambda s, r: replace(p := s.seal(r), sealed=_flip(p.sealed, 300))),
    ("a seal cut short", Reason.DIGEST, lambda s, r: replace(p := s.seal(r), sealed=p.sealed[:-1])),
    ("another report's seal", Reason.DIGEST, lambda s, r: replace(s.seal(r), sealed=s.seal(a_report(2)).sealed)),
    ("another length", Reason.DIGEST, lambda s, r: s.seal(r, sealed_bytes=12)),
    ("signed when spoilt", Reason.SEAL, _spoilt),
    ("signed when cut", Reason.SEAL, _cut),
    ("no age file", Reason.SEAL, lambda s, r: s.sign(b"hello", r)),
    ("nothing inside", Reason.NOT_JSON, _with_nothing_unpadded),
    ("text inside", Reason.NOT_JSON, _inner("salam")),
    ("a bare report", Reason.NOT_JSON, lambda s, r: s.seal(r, inner=json.dumps(r).encode())),
    ("more beside the report", Reason.NOT_JSON, _inner('{"report": {}, "x": 1}')),
    ("a list of reports", Reason.NOT_JSON, lambda s, r: s.seal(r, inner=json.dumps({"report": [r]}).encode())),
    ("not a number", Reason.NOT_JSON, _inner('{"report": {"id": NaN}}')),
    ("a key twice", Reason.NOT_JSON, _inner('{"report": {"id": 1, "id": 2}}')),
    ("too deep", Reason.NOT_JSON, _inner('{"report": ' + "[" * 200_000)),
    ("half a letter", Reason.NOT_JSON, _inner('{"report": {"id": "\\ud83d"}}')),
    ("no UTF-8", Reason.NOT_JSON, lambda s, r: s.seal(r, inner=b'{"report": {"id": "\xff"}}')),
    ("another id", Reason.OTHER_REPORT, _changed(lambda r: r.update(id="0" * 32))),
    ("another revision", Reason.OTHER_REPORT, _changed(lambda r: r.update(revision=2))),
    ("a revision with a point", Reason.OTHER_REPORT, _changed(lambda r: r.update(revision=1.0))),
    ("another schema", Reason.OTHER_REPORT, _changed(lambda r: r.update(schema="urn:wasl:schema:tracing-request:3"))),
    ("no id", Reason.OTHER_REPORT, _changed(lambda r: r.pop("id"))),
    ("no consents", Reason.SCHEMA, _changed(lambda r: r.pop("consents"))),
    ("an unknown field", Reason.SCHEMA, _changed(lambda r: r.update(extra=1))),
    ("nobody sought", Reason.SCHEMA, _changed(lambda r: r["sought_persons"].clear())),
    ("an unknown flag", Reason.SCHEMA, _changed(lambda r: r.update(attention=["rich"]))),
    ("an unknown language", Reason.SCHEMA, _changed(lambda r: r.update(language="xx"))),
    ("a day that is none", Reason.SCHEMA, _changed(lambda r: r.update(started_on="2026-02-30"))),
    ("a day in letters", Reason.SCHEMA, _changed(lambda r: r.update(started_on="yesterday"))),
    ("a moment without a zone", Reason.SCHEMA, _changed(lambda r: _event(r, 0).update(at="2026-11-20T18:04:11"))),
    ("a moment that is none", Reason.SCHEMA, _changed(lambda r: _event(r, 0).update(at="2026-11-20T28:04:11Z"))),
    ("an age of 131", Reason.SCHEMA, _changed(lambda r: _age(r).update(years=131))),
    ("an unknown with a value", Reason.SCHEMA, _changed(lambda r: _event(r, 1).update(status="unknown"))),
    ("an answer without a value", Reason.SCHEMA, _changed(lambda r: _event(r, 1).update(value=None))),
    ("empty words", Reason.SCHEMA, _changed(lambda r: _event(r, 1)["raw"].update(text=""))),
    ("too many words", Reason.SCHEMA, _changed(lambda r: _event(r, 1)["raw"].update(text="x" * 4097))),
    ("a date that ends in letters", Reason.SCHEMA, _changed(lambda r: _event(r, 1)["value"].update(latest="soon"))),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "forge"), [pytest.param(r, f, id=name) for name, r, f in TAMPERED])
def test_a_tampered_envelope_is_refused(reason: Reason, forge: Forge, identity: Identity, sender: Sender) -> None:
    refusal = _opened(forge(sender, a_report()), identity, sender)
    assert isinstance(refusal, Refusal)
    assert refusal.reason is reason
    assert STORY not in repr(refusal)


def test_a_later_schema_waits_for_an_update(identity: Identity, sender: Sender) -> None:
    report = a_report(schema="urn:wasl:schema:tracing-request:3")
    assert _opened(sender.seal(report), identity, sender) == Refusal(Reason.UNKNOWN_SCHEMA)


def test_an_envelope_for_others_is_told_from_a_damaged_one(identity: Identity, sender: Sender, tmp_path: Path) -> None:
    other = sender_to(new_identity(tmp_path / "other.key"))
    assert _opened(other.seal(a_report()), identity, other) == Refusal(Reason.NOT_FOR_US)


def test_a_refusal_names_the_place_and_not_the_words(identity: Identity, sender: Sender) -> None:
    report = a_report()
    _event(report, 3)["raw"]["secret"] = STORY
    assert _opened(sender.seal(report), identity, sender) == Refusal(Reason.SCHEMA, "$.events[0].claims[3].raw")


def _promising(change: Callable[[dict[str, Any]], object], **manifest: Any) -> Forge:
    """The manifest promises what Samira sent; the report inside was changed."""

    def forge(sender: Sender, report: dict[str, Any]) -> Parts:
        parts = sender.seal_with(report, sender.attach(report), **manifest)
        promised = read_manifest(parts.manifest).files
        change(report)
        return sender.seal(report, files=promised, **manifest)

    return forge


def _sealed(id_: Any = "a1" * 16, digest: Any = "00" * 32, length: Any = 300) -> SealedFile:
    return SealedFile(id_, digest, length)


def _many(report: dict[str, Any]) -> None:
    report["files"] = [{**described(PICTURE)[0], "id": f"{number:032x}"} for number in range(51)]


WRONG_FILES: list[tuple[str, Reason, str, Forge]] = [
    ("one more outside", Reason.FILES, "", _promising(lambda r: r["files"].pop())),
    ("one more inside", Reason.FILES, "", lambda s, r: s.seal(r, files=())),
    ("one twice inside", Reason.FILES, "", _promising(lambda r: r["files"].append(r["files"][0]))),
    ("one twice outside", Reason.FILES, "", lambda s, r: s.seal(r, files=(_sealed(), _sealed()))),
    ("another one", Reason.FILES, "", _promising(lambda r: r["files"][1].update(id="0" * 32))),
    ("the first format", Reason.FILES, "", lambda s, r: s.seal(r, format="wasl-envelope/1")),
    ("fifty-one", Reason.TOO_MANY_FILES, "", _promising(_many)),
    ("fifty-one outside", Reason.TOO_MANY_FILES, "", lambda s, r: s.seal(r, files=(_sealed(),) * 51)),
    ("too large", Reason.FILE_TOO_LARGE, "$.files[2]", _promising(lambda r: r["files"][2].update(bytes=26_214_401))),
    ("a path for an id", Reason.MANIFEST, "", lambda s, r: s.seal(r, files=(_sealed("../../../etc/passwd" * 2),))),
    ("a number for an id", Reason.MANIFEST, "", lambda s, r: s.seal(r, files=(_sealed(7),))),
    ("a digest that is none", Reason.MANIFEST, "", lambda s, r: s.seal(r, files=(_sealed(digest=None),))),
    ("a length that is text", Reason.MANIFEST, "", lambda s, r: s.seal(r, files=(_sealed(length="9"),))),
    ("no list", Reason.SCHEMA, "$", _promising(lambda r: r.pop("files"))),
    ("an empty one", Reason.SCHEMA, "$.files[0].bytes", _promising(lambda r: r["files"][0].update(bytes=0))),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "where", "forge"), [pytest.param(r, p, f, id=n) for n, r, p, f in WRONG_FILES])
def test_attachments_that_do_not_fit_the_report_are_refused(
    reason: Reason, where: str, forge: Forge, identity: Identity, sender: Sender
) -> None:
    assert _opened(forge(sender, a_full_report()), identity, sender) == Refusal(reason, where)


def test_an_odd_kind_of_file_is_taken_for_bytes(identity: Identity, sender: Sender) -> None:
    """What the enquirer's phone calls a file is never a reason to turn a report away."""
    report = a_full_report()
    for file, mime in zip(report["files"], ["Image/PNG", "audio/ogg; codecs=opus", "x", "a/b\u0000"], strict=True):
        file["mime"] = mime
    opened = _opened(sender.seal_with(report, sender.attach(report)), identity, sender)
    assert isinstance(opened, Opened)
    octets = "application/octet-stream"
    assert [file.mime for file in opened.files] == ["image/png", "audio/ogg", octets, octets]


def test_an_attachment_is_refused_for_the_first_check_that_it_fails(
    identity: Identity, sender: Sender, tmp_path: Path
) -> None:
    report = a_full_report()
    attached = sender.attach(report)
    elsewhere = sender_to(new_identity(tmp_path / "other.key")).attach(report)
    swapped = sender.attach(report, {PICTURE: b"another picture"})
    for sealed, handed_over, reason in (
        (attached, attached[VOICE], Reason.FILE_DIGEST),
        (attached, attached[PICTURE] + b" ", Reason.FILE_DIGEST),
        (elsewhere, elsewhere[PICTURE], Reason.FILE_SEAL),
        ({**attached, PICTURE: b"age"}, b"age", Reason.FILE_SEAL),
        (swapped, swapped[PICTURE], Reason.FILE_CONTENT),
    ):
        opened = _opened(sender.seal_with(report, sealed), identity, sender)
        assert isinstance(opened, Opened)
        with pytest.raises(Refused) as caught:
            open_file(opened.files[0], handed_over, identity)
        assert caught.value.refusal == Refusal(reason, "$.files[0]")


@pytest.fixture
def sealed_once(sender: Sender) -> Parts:
    return sender.seal(a_report())


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(part=st.sampled_from(["manifest", "signature", "sealed"]), at=st.floats(0, 0.999), bit=st.integers(0, 7))
def test_no_single_flipped_bit_passes(
    identity: Identity,
    sender: Sender,
    sealed_once: Parts,
    part: str,
    at: float,
    bit: int,
) -> None:
    parts = sealed_once
    old: bytes = getattr(parts, part)
    place = int(at * len(old))
    new = old[:place] + bytes([old[place] ^ (1 << bit)]) + old[place + 1 :]
    changed = replace(parts, **{part: new})
    assert isinstance(_opened(changed, identity, sender), Refusal)
