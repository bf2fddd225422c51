"""Signatures over heads: by a secret that both sides share, or by a pair of keys of which one is public.

HMAC-SHA256 (RFC 2104) needs nothing installed, and only whoever has the secret can verify. Ed25519 (RFC 8032) lets
anybody verify who has the public key, and nobody sign with it; it needs the extra ``civicflow[signing]``. Both give the
same signature each time.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final, Protocol

import attrs

from civicflow.errors import CivicflowError, InvalidInput

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_SHORTEST_KEY: Final = 16
_MAKE: Final = "openssl genpkey -algorithm ed25519 -out private.pem"
_SHOW: Final = "openssl pkey -in private.pem -pubout -out public.pem"
_MISSING: Final = (
    "signing with Ed25519 needs cryptography, which is not installed; run pip install 'civicflow[signing]', or use HMAC"
)


class Verifier(Protocol):
    """Checks signatures over heads."""

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether a signature is one over these bytes."""
        ...


class Signer(Verifier, Protocol):
    """Signs heads. What the key is and where it lies is its own affair."""

    def sign(self, message: bytes) -> bytes:
        """A signature over these bytes."""
        ...


def hmac_signer(key: bytes) -> Signer:
    """A signer with a secret key of at least 16 bytes (HMAC-SHA256, RFC 2104).

    Raises:
        InvalidInput: the key is too short to be a secret.
    """
    if len(key) < _SHORTEST_KEY:
        msg = f"a key has at least {_SHORTEST_KEY} bytes; this one has {len(key)}"
        raise InvalidInput(msg)
    return _Hmac(key)


def ed25519_signer(private_key: bytes, *, password: bytes | None = None) -> Signer:
    """A signer whose signatures anybody can check who has the public key (Ed25519, RFC 8032).

    Args:
        private_key: in PEM (PKCS #8), as ``openssl genpkey -algorithm ed25519`` writes it.
        password: of the key, where it is encrypted.

    Raises:
        InvalidInput: it is no such key, or the password is wrong or missing.
        CivicflowError: the extra ``civicflow[signing]`` is not installed.
    """
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError:
        raise CivicflowError(_MISSING) from None
    try:
        key = serialization.load_pem_private_key(private_key, password)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        msg = f"this is no private key in PEM, or its password is another: {error}; make one: {_MAKE}"
        raise InvalidInput(msg) from None
    if not isinstance(key, Ed25519PrivateKey):
        msg = f"heads are signed with Ed25519, this key is of another kind ({type(key).__name__}); make one: {_MAKE}"
        raise InvalidInput(msg)
    return _Ed25519(key)


def ed25519_verifier(public_key: bytes) -> Verifier:
    """Checks what `ed25519_signer` signed, without a secret.

    Args:
        public_key: in PEM, as ``openssl pkey -in private.pem -pubout`` writes it.

    Raises:
        InvalidInput: it is no such key.
        CivicflowError: the extra ``civicflow[signing]`` is not installed.
    """
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise CivicflowError(_MISSING) from None
    try:
        key = serialization.load_pem_public_key(public_key)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        msg = f"this is no public key in PEM: {error}; write it with {_SHOW}"
        raise InvalidInput(msg) from None
    if not isinstance(key, Ed25519PublicKey):
        msg = (
            f"heads are signed with Ed25519, this key is of another kind ({type(key).__name__}); write it with {_SHOW}"
        )
        raise InvalidInput(msg)
    return _Ed25519Verifier(key)


@attrs.frozen(repr=False)
class _Hmac:
    """Shows no key when it is printed."""

    _key: bytes

    def sign(self, message: bytes) -> bytes:
        return hmac.digest(self._key, message, "sha256")

    def verify(self, message: bytes, signature: bytes) -> bool:
        return hmac.compare_digest(self.sign(message), signature)


@attrs.frozen(repr=False)
class _Ed25519Verifier:
    _key: Ed25519PublicKey

    def verify(self, message: bytes, signature: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature

        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


@attrs.frozen(repr=False)
class _Ed25519:
    _key: Ed25519PrivateKey

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)

    def verify(self, message: bytes, signature: bytes) -> bool:
        return _Ed25519Verifier(self._key.public_key()).verify(message, signature)
