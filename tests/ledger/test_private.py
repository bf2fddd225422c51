"""Private parts and their erasure."""

from __future__ import annotations

import hashlib

import attrs

from civicflow.ledger.private import ERASE, PrivatePart, digest, erased_by, erasure


@attrs.frozen
class _Entry:
    step: str
    delta: dict[str, object]


def test_the_digest_covers_salt_and_body() -> None:
    """SHA-256 in hexadecimal."""
    assert digest(b"salt", b"body") == hashlib.sha256(b"saltbody").hexdigest()
    assert PrivatePart(b"salt", b"body").digest == digest(b"salt", b"body")


def test_an_entry_names_what_it_erased() -> None:
    """Only the step that erases does, whatever another one's delta holds."""
    parts = (("T-1", 4), ("T-2", 1))
    assert erased_by(_Entry(ERASE, erasure(parts))) == parts
    assert erased_by(_Entry("accept", erasure(parts))) == ()
    assert erased_by(_Entry(ERASE, {})) == ()
