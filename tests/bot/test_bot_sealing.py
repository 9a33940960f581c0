"""Sealed reports: opened by each recipient, by nobody else, and not changed on the way."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pyrage
import pytest
from conftest import Team
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as some

from bot.sealing import Sealer, fingerprint
from flows.envelope import BUCKETS, SealedFile, read_manifest
from ground.complaints import Complaint

AT = datetime(2026, 5, 3, 23, 59, tzinfo=UTC)
KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def report(**more: Any) -> dict[str, Any]:
    return {"id": "a" * 32, "revision": 1, "schema": "urn:wasl:schema:tracing-request:1", "name": "آمال", **more}


def test_each_recipient_opens_it_and_a_stranger_does_not(team: Team) -> None:
    envelope = Sealer(team.recipients, KEY).seal(report(), AT)
    assert team.open(envelope, PUBLIC, 0) == team.open(envelope, PUBLIC, 1) == report()
    assert envelope.sealed is not None
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(envelope.sealed, [pyrage.x25519.Identity.generate()])
    manifest = read_manifest(envelope.manifest)
    assert manifest.sealed_on == "2026-05-03"
    assert manifest.recipients == tuple(fingerprint(one) for one in team.recipients)
    assert "آمال".encode() not in envelope.sealed + envelope.manifest
    assert "آمال" not in json.dumps(repr(envelope), ensure_ascii=False)


def test_an_attachment_is_opened_by_each_recipient_and_named_in_the_signed_manifest(team: Team) -> None:
    sealer = Sealer(team.recipients, KEY)
    sealed = sealer.seal_file(b"a photo")
    for identity in team.identities:
        assert pyrage.decrypt(sealed, [identity]) == b"a photo"
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [pyrage.x25519.Identity.generate()])
    assert b"photo" not in sealed
    assert sealer.seal_file(b"a photo") != sealed, "equal photos cannot be told to be equal"
    listed = (SealedFile("a" * 32, "b" * 64, len(sealed)), SealedFile("c" * 32, "d" * 64, 5))
    assert read_manifest(sealer.seal(report(), AT, listed).manifest).files == listed
    assert read_manifest(sealer.seal(report(), AT).manifest).files == ()


@given(some.integers(0, 10**6), some.sampled_from(["manifest", "signature", "sealed"]))
def test_a_changed_byte_is_noticed(place: int, part: str) -> None:
    team = Team()
    envelope = Sealer(team.recipients, KEY).seal(report(), AT)
    whole = getattr(envelope, part)
    at = place % len(whole)
    changed = replace(envelope, **{part: whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]})
    with pytest.raises((InvalidSignature, AssertionError)):
        team.open(changed, PUBLIC)


@given(some.integers(0, 40_000))
def test_its_size_tells_only_the_bucket(length: int) -> None:
    team = Team()
    envelope = Sealer(team.recipients, KEY).seal(report(more="x" * length), AT)
    assert envelope.sealed is not None
    assert any(bucket < len(envelope.sealed) < bucket + 1024 for bucket in BUCKETS[:3])  # age's header varies


def test_one_recipient_is_not_enough(team: Team) -> None:
    with pytest.raises(Complaint, match="two age recipients"):
        Sealer(team.recipients[:1], KEY)
    with pytest.raises(Complaint, match="not an age recipient"):
        Sealer([team.recipients[0], "age1nonsense"], KEY)
