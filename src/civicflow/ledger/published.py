"""Published heads: one line of JSON for each, so that a head stands somewhere else than in the store it proves.

A line says the head for people (number, size, root, instant, hash) and carries it for `civicflow.ledger.verification`:
the sealed bytes as they were signed, as text, and the signature in hexadecimal digits, empty where there is none. The
hash is SHA-256 over the sealed bytes, as it is printed on paper. A head has one spelling, so any change of a line is seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs

from civicflow.errors import Fault, InvalidInput
from civicflow.ledger.canonical import decode, encode, plain
from civicflow.ledger.heads import Head, linked, read
from civicflow.ledger.signing import Verifier
from civicflow.texts import Catalogue

_TEXTS: Final = Catalogue(
    {
        "line": "it is no published head as it was written | 不是原样公布的封签",
        "signature": "its signature is not by this key | 签名无效",
        "unsigned": "it is not signed, and heads before it are | 没有签名，而此前的封签已签名",
        "twice": "head {number} was published before, and it was another | 第{number}号封签此前已公布，且内容不同",
        "previous": "head {number} does not name the head before it | 第{number}号封签未与上一个封签相接",
    }
)


def published(head: Head, signature: bytes = b"") -> bytes:
    """A head as a line, which ends with a line feed.

    Args:
        head: as it was sealed.
        signature: over its sealed bytes, or empty.
    """
    said = {
        "at": plain(head.at),
        "hash": head.hash.hex(),
        "number": head.number,
        "root": head.root.hex(),
        "sealed": head.sealed.decode(),
        "signature": signature.hex(),
        "size": head.size,
    }
    return encode(said) + b"\n"


def read_line(line: bytes) -> tuple[Head, bytes]:
    """The head of one line and its signature.

    Args:
        line: without its line feed.

    Raises:
        InvalidInput: it is not spelled as `published` spells it.
    """
    said = decode(line)
    try:
        head, signature = read(said["sealed"].encode()), bytes.fromhex(said["signature"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InvalidInput(_TEXTS["line"].en) from error
    if published(head, signature) != line + b"\n":
        raise InvalidInput(_TEXTS["line"].en)
    return head, signature


def read_published(content: bytes, *, source: str = "", verifier: Verifier | None = None) -> tuple[Head, ...]:
    """The heads of a file of lines, by number, each once.

    A head may stand there more than once; numbers may be missing. A line that a crash tore is passed over where the whole
    line follows it, or where it was never ended.

    Args:
        content: of the whole file.
        source: its name, for faults.
        verifier: checks the signatures; without it they are not looked at. Heads from before the first signature may be
            unsigned.

    Raises:
        InvalidInput: with every line that is no head, that was changed, or whose signature is not good.
    """
    reading = _Reading(source, verifier)
    lines = content.split(b"\n")
    for number, line in enumerate(lines, 1):
        is_ended = number < len(lines)
        if line and is_ended:
            reading.take(number, line, lines[number:])
    if reading.faults:
        raise InvalidInput(
            "these are not the heads as they were published; nothing can be proved by them", reading.faults
        )
    return tuple(head for _, (head, _) in sorted(reading.found.items()))


@attrs.define
class _Reading:
    """The heads of a file, line by line."""

    source: str
    verifier: Verifier | None
    found: dict[int, tuple[Head, bytes]] = attrs.field(factory=dict)
    faults: list[Fault] = attrs.field(factory=list)
    signed: bool = False

    def take(self, number: int, line: bytes, following: list[bytes]) -> None:
        try:
            head, signature = read_line(line)
        except InvalidInput:
            if not _is_torn(line, following):
                self._fault(number, "line")
            return
        for rule in self._wrong(head, signature):
            self._fault(number, rule, number=head.number)
        self.found.setdefault(head.number, (head, signature))

    def _wrong(self, head: Head, signature: bytes) -> Iterator[str]:
        if self.found.get(head.number, (head, signature)) != (head, signature):
            yield "twice"
        before = self.found.get(head.number - 1)
        if before is not None and head.previous != linked(before[0].sealed, before[1]):
            yield "previous"
        if self.verifier is None:
            return
        if signature and not self.verifier.verify(head.sealed, signature):
            yield "signature"
        elif not signature and self.signed:
            yield "unsigned"
        self.signed = self.signed or bool(signature)

    def _fault(self, line: int, rule: str, **gaps: object) -> None:
        text = _TEXTS[rule].fill(**gaps)
        self.faults.append(Fault(reason=text.en, text=text, rule=f"published.{rule}", source=self.source, line=line))


def _is_torn(line: bytes, following: list[bytes]) -> bool:
    """Whether a line is the beginning of the next one: a write that broke off, and then was done again."""
    return next(filter(None, following), b"").startswith(line)
