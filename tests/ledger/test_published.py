"""Published heads: lines that carry them, and a file of which every change is seen."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput
from civicflow.ledger.heads import Head, grow, linked
from civicflow.ledger.published import published, read_line, read_published
from civicflow.ledger.signing import hmac_signer

_AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
_SIGNER = hmac_signer(b"the office's key")


@attrs.frozen
class _Entry:
    position: int
    matter: str = "T-1"
    version: int = 1

    @property
    def hash(self) -> bytes:
        return hashlib.sha256(bytes([self.position])).digest()


def _heads(count: int, *, signed: bool = True) -> list[tuple[Head, bytes]]:
    """Heads that follow on one another, with their signatures."""
    heads: list[tuple[Head, bytes]] = []
    for number in range(1, count + 1):
        before, signature = heads[-1] if heads else (None, b"")
        after = b"" if before is None else linked(before.sealed, signature)
        head = grow(before, [_Entry(number)], _AT + timedelta(days=number), after=after)
        heads.append((head, _SIGNER.sign(head.sealed) if signed else b""))
    return heads


def _lines(*heads: tuple[Head, bytes]) -> bytes:
    return b"".join(published(*head) for head in heads)


def _rules(content: bytes, **more: object) -> list[tuple[int, str]]:
    """The line and the rule of each fault."""
    with pytest.raises(InvalidInput) as caught:
        read_published(content, source="heads.jsonl", **more)  # type: ignore[arg-type]
    assert all(fault.source == "heads.jsonl" and fault.text is not None for fault in caught.value.faults)
    return [(fault.line, fault.rule) for fault in caught.value.faults]


def test_a_line_says_the_head() -> None:
    """Golden bytes: what was published must be readable for ever, and a person reads it as JSON."""
    head = grow(None, [], _AT)
    line = published(head, b"\x01\x02")
    assert line == (
        b'{"at":"2026-03-02T01:00:00Z","hash":"' + head.hash.hex().encode() + b'","number":1,"root":"'
        b'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","sealed":"{\\"at\\":'
        b'\\"2026-03-02T01:00:00Z\\",\\"head\\":1,\\"peaks\\":[],\\"position\\":0,\\"previous\\":\\"'
        + b"0"
        * 64
        + b'\\",\\"root\\":\\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\\",\\"size\\":0}",'
        b'"signature":"0102","size":0}\n'
    )
    assert json.loads(line)["sealed"].encode() == head.sealed
    assert read_line(line[:-1]) == (head, b"\x01\x02")


@given(count=st.integers(0, 5), signed=st.booleans(), extra=st.lists(st.integers(0, 9), max_size=3))
def test_what_was_published_is_read(*, count: int, signed: bool, extra: list[int]) -> None:
    """By number, each once; a head may have been published again, and lines may be empty."""
    heads = _heads(count, signed=signed)
    again = [heads[number % count] for number in extra] if count else []
    content = _lines(*heads) + b"\n" + _lines(*again)
    assert read_published(content, verifier=_SIGNER) == tuple(head for head, _ in heads)


@given(number=st.integers(0), bit=st.integers(0, 7))
def test_any_changed_bit_is_seen(number: int, bit: int) -> None:
    """Of a head or its signature, without the key; a file that was cut off holds less, and never something else."""
    heads = _heads(3)
    content = bytearray(_lines(*heads))
    content[number % len(content)] ^= 1 << bit
    try:
        read = read_published(bytes(content), verifier=_SIGNER)
    except InvalidInput:
        return
    assert number % len(content) == len(content) - 1, "only the end of the last line can be changed into no line at all"
    assert read == tuple(head for head, _ in heads[:-1])


@given(cut=st.integers(0))
def test_a_line_that_a_crash_tore_is_passed_over(cut: int) -> None:
    """At the end of the file, and where it was written again afterwards."""
    first, second = _heads(2)
    torn = _lines(second)[: cut % len(_lines(second))]
    assert read_published(_lines(first) + torn) == (first[0],)
    assert read_published(_lines(first) + torn + b"\n" + _lines(second)) == (first[0], second[0])


class TestForgery:
    """Each with its line."""

    def test_another_head_of_the_same_number(self) -> None:
        """Whoever seals a rewritten store must not publish beside what was published."""
        (first, _), (second, _) = _heads(2, signed=False)
        forged = attrs.evolve(first, at=_AT)
        assert _rules(_lines((first, b""), (second, b""), (forged, b""))) == [(3, "published.twice")]

    def test_a_head_that_does_not_follow(self) -> None:
        """The chain of heads is looked at, signatures included."""
        heads = _heads(3, signed=False)
        resigned = [heads[0], (heads[1][0], b"another"), heads[2]]
        assert _rules(_lines(*resigned)) == [(3, "published.previous")]
        assert len(read_published(_lines(heads[0], heads[2]))) == 2

    def test_a_signature_of_another_key(self) -> None:
        """Or none, once heads are signed."""
        heads = _heads(3)
        last = heads[2][0]
        forged = hmac_signer(b"another, forged key").sign(last.sealed)
        assert _rules(_lines(*heads[:2], (last, forged)), verifier=_SIGNER) == [(3, "published.signature")]
        assert _rules(_lines(*heads[:2], (last, b"")), verifier=_SIGNER) == [(3, "published.unsigned")]

    @pytest.mark.parametrize(
        "line", [b"{}", b"5", b"no json", b'{"sealed":5}', b'{"sealed":"{}","signature":""}', b"\xff"]
    )
    def test_what_is_no_head(self, line: bytes) -> None:
        """And every such line is named."""
        assert _rules(line + b"\n" + _lines(*_heads(1)) + line + b"\n") == [
            (1, "published.line"),
            (3, "published.line"),
        ]

    def test_another_spelling_is_no_head(self) -> None:
        """Fields for people must say what the sealed bytes say."""
        ((head, signature),) = _heads(1)
        said = json.loads(published(head, signature))
        for changed in ({**said, "size": 9}, {**said, "hash": "00" * 32}, {**said, "more": 1}):
            assert _rules(json.dumps(changed).encode() + b"\n") == [(1, "published.line")]
