"""Standard Webhooks: the published example holds, several secrets and keys may be in force, and nonsense is only refused."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as some

from ground.complaints import Complaint
from ground.webhooks import WINDOW, Refused, Signer, Verifier, read_public_keys, read_secrets, write_secret_line

#: The example of the specification's own libraries.
SECRET = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def test_the_published_example() -> None:
    [secret] = read_secrets(SECRET)
    assert Signer(secret=secret).headers(ID, AT, BODY)["webhook-signature"] == SIGNATURE
    headers = {"webhook-id": ID, "webhook-timestamp": str(AT), "webhook-signature": f"v1,bm9uc2Vuc2U= {SIGNATURE}"}
    assert Verifier(secrets=[secret]).verify(headers, BODY, AT + WINDOW) == ID


def test_both_kinds_and_the_next_key_beside_the_present_one() -> None:
    [old], new = read_secrets(SECRET), bytes(32)
    verifier = Verifier([Ed25519PrivateKey.generate().public_key(), KEY.public_key()], [old, new])
    for signer in (Signer(KEY), Signer(secret=old), Signer(secret=new), Signer(KEY, new)):
        assert verifier.verify(signer.headers(ID, AT, BODY), BODY, AT) == ID
    for stranger in (Signer(Ed25519PrivateKey.generate()), Signer(secret=bytes(31) + b"x"), Signer()):
        with pytest.raises(Refused, match="signature"):
            verifier.verify(stranger.headers(ID, AT, BODY), BODY, AT)
    assert "102" not in repr(Signer(KEY, new))
    assert repr(new) not in repr(verifier)


@pytest.mark.parametrize("late", [WINDOW + 1, -WINDOW - 1])
def test_what_is_old_or_from_the_future_is_refused(late: int) -> None:
    with pytest.raises(Refused, match="timestamp"):
        Verifier([KEY.public_key()]).verify(Signer(KEY).headers(ID, AT, BODY), BODY, AT + late)


@given(some.text(max_size=200), some.text(max_size=20), some.text(max_size=80), some.binary(max_size=50))
def test_nonsense_is_refused_and_nothing_else(signature: str, timestamp: str, id_: str, body: bytes) -> None:
    verifier = Verifier([KEY.public_key()], [bytes(32)])
    for headers in (
        {"webhook-id": id_, "webhook-timestamp": timestamp, "webhook-signature": signature},
        {"webhook-id": ID, "webhook-timestamp": str(AT), "webhook-signature": signature},
        {"webhook-id": ID, "webhook-timestamp": str(AT), "webhook-signature": f"v1a,{signature} v1,{signature}"},
    ):
        with pytest.raises(Refused):
            verifier.verify(headers, body, AT)


def test_files_of_secrets_and_keys_are_read_or_complained_about() -> None:
    secret = bytes(range(32))
    assert read_secrets(write_secret_line(secret) + b"\n" + SECRET + b"\n")[0] == secret
    for wrong in (b"hello", b"whsec_", b"whsec_" + base64.b64encode(b"short"), b"\xff"):
        with pytest.raises(Complaint):
            read_secrets(wrong)
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert read_public_keys(pem + pem) == [KEY.public_key()] * 2
    other = generate_private_key(SECP256R1()).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for wrong in (b"no key", other, pem + other):
        with pytest.raises(Complaint):
            read_public_keys(wrong)
