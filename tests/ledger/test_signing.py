"""Signatures over heads, by a shared secret and by a pair of keys."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import CivicflowError, InvalidInput
from civicflow.ledger.signing import Signer, Verifier, ed25519_signer, ed25519_verifier, hmac_signer

_PEM = serialization.Encoding.PEM
_PKCS8 = serialization.PrivateFormat.PKCS8
_PUBLIC = serialization.PublicFormat.SubjectPublicKeyInfo


@cache
def _pair(seed: int = 1) -> tuple[bytes, bytes]:
    """A private and a public key in PEM."""
    key = Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32))
    private = key.private_bytes(_PEM, _PKCS8, serialization.NoEncryption())
    return private, key.public_key().public_bytes(_PEM, _PUBLIC)


_KINDS: dict[str, Callable[[int], tuple[Signer, Verifier]]] = {
    "hmac": lambda seed: (hmac_signer(bytes([seed] * 16)), hmac_signer(bytes([seed] * 16))),
    "ed25519": lambda seed: (ed25519_signer(_pair(seed)[0]), ed25519_verifier(_pair(seed)[1])),
}


@pytest.mark.parametrize("kind", _KINDS)
class TestEverySigner:
    """What holds for any of them."""

    @given(message=st.binary(max_size=64), bit=st.integers(0), seed=st.integers(2, 5))
    def test_any_changed_bit_is_seen(self, kind: str, message: bytes, bit: int, seed: int) -> None:
        """In the message or in the signature; and another key is another key."""
        signer, verifier = _KINDS[kind](1)
        signature = signer.sign(message)
        assert verifier.verify(message, signature)
        assert signer.verify(message, signature)
        whole = bytearray(message + signature)
        whole[bit // 8 % len(whole)] ^= 1 << bit % 8
        assert not verifier.verify(bytes(whole[: len(message)]), bytes(whole[len(message) :]))
        assert not _KINDS[kind](seed)[1].verify(message, signature)

    @given(message=st.binary(max_size=64), signature=st.binary(max_size=70))
    def test_whatever_comes_as_a_signature_is_no_error(self, kind: str, message: bytes, signature: bytes) -> None:
        """Of any length."""
        signer, verifier = _KINDS[kind](1)
        assert not verifier.verify(message, signature)
        assert not signer.verify(message, signature)

    def test_a_signature_is_the_same_each_time(self, kind: str) -> None:
        """So a head that is published twice is one line."""
        signer, _ = _KINDS[kind](1)
        assert signer.sign(b"message") == signer.sign(b"message")

    def test_a_key_is_not_shown(self, kind: str) -> None:
        """Not when the signer is printed."""
        shown = repr(_KINDS[kind](0x6B)[0])
        assert "kkkk" not in shown
        assert "_key" not in shown


class TestHmac:
    """HMAC-SHA256 (RFC 2104)."""

    def test_a_short_key_is_refused(self) -> None:
        """It would be no secret."""
        with pytest.raises(InvalidInput, match="16 bytes"):
            hmac_signer(b"secret")

    def test_the_signature_is_that_of_the_norm(self) -> None:
        """RFC 4231, test case 1."""
        signature = hmac_signer(bytes([0x0B] * 20)).sign(b"Hi There")
        assert signature.hex() == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"


class TestEd25519:
    """RFC 8032; keys in PEM, as OpenSSL writes them."""

    def test_the_signature_is_that_of_the_norm(self) -> None:
        """RFC 8032, 7.1, test 1."""
        seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
        key = Ed25519PrivateKey.from_private_bytes(seed)
        signer = ed25519_signer(key.private_bytes(_PEM, _PKCS8, serialization.NoEncryption()))
        assert signer.sign(b"").hex() == (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b"
        )

    def test_a_key_with_a_password(self) -> None:
        """Is read with it, and with no other."""
        locked = serialization.BestAvailableEncryption(b"open")
        private = Ed25519PrivateKey.from_private_bytes(bytes([1] * 32)).private_bytes(_PEM, _PKCS8, locked)
        signed = ed25519_signer(private, password=b"open").sign(b"message")
        assert ed25519_verifier(_pair()[1]).verify(b"message", signed)
        for password in (b"shut", None):
            with pytest.raises(InvalidInput, match="password"):
                ed25519_signer(private, password=password)

    def test_what_is_no_such_key_is_refused(self) -> None:
        """Noise, a public key for a private one, another curve's; the message says how to make one."""
        curve = generate_private_key(SECP256R1())
        others = curve.private_bytes(_PEM, _PKCS8, serialization.NoEncryption())
        for wrong in (b"", b"no key", _pair()[1], others):
            with pytest.raises(InvalidInput, match="openssl genpkey -algorithm ed25519"):
                ed25519_signer(wrong)
        for wrong in (b"", b"no key", _pair()[0], curve.public_key().public_bytes(_PEM, _PUBLIC)):
            with pytest.raises(InvalidInput, match="openssl pkey"):
                ed25519_verifier(wrong)

    def test_without_the_extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The message says what to install, and HMAC goes on working."""
        for module in [name for name in sys.modules if name.partition(".")[0] == "cryptography"]:
            monkeypatch.setitem(sys.modules, module, None)
        missing = pytest.raises(CivicflowError, match=r"pip install 'civicflow\[signing\]'")
        with missing:
            ed25519_signer(_pair()[0])
        with missing:
            ed25519_verifier(_pair()[1])
        assert hmac_signer(b"k" * 16).sign(b"message")

    @pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
    def test_openssl_understands_it(self, tmp_path: Path) -> None:
        """Keys that it makes are read, and it verifies what was signed: nobody needs us to check a head."""

        def openssl(*arguments: str) -> subprocess.CompletedProcess[bytes]:
            return subprocess.run(["openssl", *arguments], cwd=tmp_path, capture_output=True, check=False)

        openssl("genpkey", "-algorithm", "ed25519", "-out", "private.pem")
        openssl("pkey", "-in", "private.pem", "-pubout", "-out", "public.pem")
        message = os.urandom(100)
        (tmp_path / "head").write_bytes(message)
        signature = ed25519_signer((tmp_path / "private.pem").read_bytes()).sign(message)
        (tmp_path / "signature").write_bytes(signature)
        assert ed25519_verifier((tmp_path / "public.pem").read_bytes()).verify(message, signature)
        checked = openssl(
            *("pkeyutl", "-verify", "-pubin", "-inkey", "public.pem"),
            *("-rawin", "-in", "head", "-sigfile", "signature"),
        )
        assert checked.stdout.strip() == b"Signature Verified Successfully"
