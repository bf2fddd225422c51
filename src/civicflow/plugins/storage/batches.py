"""What makes a batch well formed, the same for every storage; whether it fits the store is for the storage to say."""

from __future__ import annotations

from operator import itemgetter

from civicflow.errors import Fault, InvalidInput, LeaseLost
from civicflow.plugins.storage.contract import FIELDS, Awaits, Batch, Claim, Expect, Message, Record, Scalar, Write

_LOWEST, _HIGHEST = -(2**63), 2**63 - 1
_TEXTS = itemgetter(*[place for place, kind in enumerate(FIELDS.values()) if kind is str])
_NUMBERS = itemgetter(*[place for place, kind in enumerate(FIELDS.values()) if kind is int])
_TEXT_TYPES = frozenset({str, type(None)})
_NUMBER_TYPES = frozenset({int})


def check(batch: Batch) -> None:
    """Look over a batch before anything of it is written.

    Raises:
        InvalidInput: with everything that is malformed.
    """
    faults: list[Fault] = []
    for write in batch.writes:
        _check_write(write, batch, faults)
    if len(batch.writes) > 1 and len({write.matter for write in batch.writes}) != len(batch.writes):
        faults.append(Fault(path="writes", reason="one matter is written twice; put its entries into one write"))
    for expect in batch.expects:
        _check_expect(expect, faults)
    for awaits in batch.awaits:
        _check_awaits(awaits, faults)
    if batch.parties:
        _check_parties(batch, faults)
    for message in batch.messages:
        _check_message(message, faults)
    if batch.key is not None:
        _check_texts("key", faults, batch.key.key)
        _check_blobs("key", faults, batch.key.digest, batch.key.answer)
    if batch.private or batch.erase or batch.rearm or batch.heads or batch.filed:
        _check_rest(batch, faults)
    if faults:
        raise InvalidInput("the batch is malformed and was not written", faults)


def fits(*values: object) -> bool:
    r"""Whether texts can be stored: any Unicode but NUL and lone surrogates.

    >>> fits("广场街道", ""), fits("nul\0"), fits("\ud800"), fits("text", 5)
    (True, False, False, False)
    """
    try:
        whole = "".join(values)  # type: ignore[arg-type]  # whatever is no text raises
    except TypeError:
        return False
    return "\0" not in whole and (whole.isascii() or _is_unicode(whole))


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def within(value: object) -> bool:
    """Whether an integer can be stored: it has at most 64 bits and is no truth value.

    >>> within(2**63 - 1), within(2**63), within(True)
    (True, False, False)
    """
    return isinstance(value, int) and not isinstance(value, bool) and _LOWEST <= value <= _HIGHEST


def _check_write(write: Write, batch: Batch, faults: list[Fault]) -> None:
    where, expected, entries = write.matter, write.expected, write.entries
    if not within(expected) or expected < 0:
        faults.append(Fault(path=where, reason="the expected version counts from 0", value=str(expected)))
        return
    if not entries:
        _check_texts("writes", faults, where)
        if write.records or not batch.rearm:
            faults.append(Fault(path=where, reason="a write without entries changes nothing; only a rearm may have it"))
        return
    number = expected
    for entry in entries:
        number += 1
        if entry.version != number:
            reason = f"versions follow the expected one without a gap; this one should be {number}"
            faults.append(Fault(path=where, reason=reason, value=str(entry.version)))
        if not fits(entry.case):
            _check_texts(where, faults, entry.case)
        if type(entry.hash) is not bytes or type(entry.body) is not bytes:
            _check_blobs(where, faults, entry.hash, entry.body)
    _check_records(write, faults)


def _check_records(write: Write, faults: list[Fault]) -> None:
    last = write.entries[-1]
    root: Record | None = None
    for record in write.records:
        _check_record(record, faults)
        if record.matter != write.matter:
            reason = f"it stands in a write of {write.matter!r}; a record belongs to the matter of its write"
            faults.append(Fault(path=record.case, reason=reason, value=record.matter))
        elif record.case == write.matter:
            root = record
        elif not write.expected < record.version <= last.version:
            reason = f"a changed record has the version of one of the new entries, up to {last.version}"
            faults.append(Fault(path=record.case, reason=reason, value=str(record.version)))
    if len(write.records) > 1 and len({record.case for record in write.records}) != len(write.records):
        faults.append(Fault(path=write.matter, reason="one case is put twice; put its last state only"))
    if root is None:
        faults.append(Fault(path=write.matter, reason="the root's record is missing; it carries the new version"))
    elif root.version != last.version or root.head != last.hash:
        reason = f"the root's record must carry the last entry's version {last.version} and its hash as head"
        faults.append(Fault(path=root.case, reason=reason, value=f"{root.version}, {root.head!r}"))


def _check_record(record: Record, faults: list[Fault]) -> None:
    where, facts = record.case, record.facts
    if len(facts) == len(FIELDS) and _is_plain(record):
        return
    if not fits(where, record.matter):
        _check_texts(where, faults, where, record.matter)
    if type(record.head) is not bytes or type(record.body) is not bytes:
        _check_blobs(where, faults, record.head, record.body)
    if not (within(record.version) and within(record.round) and (record.due is None or within(record.due))):
        _check_integers(where, faults, record.version, record.round, record.due)
    if len(facts) != len(FIELDS):
        reason = f"a record has {len(FIELDS)} facts, in the order of FIELDS"
        faults.append(Fault(path=where, reason=reason, value=str(len(facts))))
        return
    for (name, kind), value in zip(FIELDS.items(), facts, strict=True):
        if value is not None and not (fits(value) if kind is str else within(value)):
            faults.append(Fault(path=f"{where}.{name}", reason=_wanted(kind), value=repr(value)))


def _is_plain(record: Record) -> bool:
    """Whether nothing can be wrong with a record's values, told by few calls since every commit asks."""
    facts = record.facts
    texts = _TEXTS(facts)
    numbers = [record.version, record.round, *[n for n in (record.due, *_NUMBERS(facts)) if n is not None]]
    return (
        type(record.head) is type(record.body) is bytes
        and _TEXT_TYPES.issuperset(map(type, texts))
        and _NUMBER_TYPES.issuperset(map(type, numbers))
        and min(numbers) >= _LOWEST
        and max(numbers) <= _HIGHEST
        and fits(record.case, record.matter, *filter(None, texts))
    )


def _check_expect(expect: Expect, faults: list[Fault]) -> None:
    _check_texts("expects", faults, expect.matter)
    _check_integers("expects", faults, expect.version, expect.round)
    if expect.version is None and expect.round is None:
        reason = "it expects nothing; name a version or a round"
        faults.append(Fault(path="expects", reason=reason, value=expect.matter))


def _check_rest(batch: Batch, faults: list[Fault]) -> None:
    _check_private(batch, faults)
    for rearm in batch.rearm:
        _check_texts("rearm", faults, rearm.case)
        _check_integers("rearm", faults, rearm.due)
    for number, head in enumerate(batch.heads, batch.heads[0].number if batch.heads else 1):
        if head.number != number or not within(number) or number < 1:
            faults.append(Fault(path="heads", reason="heads are numbered from 1 without a gap", value=str(head.number)))
        _check_blobs("heads", faults, head.hash, head.body, head.signature)
    for filed in batch.filed:
        _check_texts("filed", faults, filed.digest)
        _check_blobs("filed", faults, filed.body)


def _check_private(batch: Batch, faults: list[Fault]) -> None:
    new = {(write.matter, entry.version) for write in batch.writes for entry in write.entries}
    seen: set[tuple[str, int]] = set()
    for part in batch.private:
        key = (part.matter, part.version)
        if key not in new or key in seen:
            reason = "a private part belongs to one new entry of the same batch, and an entry has at most one"
            faults.append(Fault(path="private", reason=reason, value=f"{part.matter} {part.version}"))
        seen.add(key)
        _check_blobs("private", faults, part.salt, part.body)
    for matter, version in batch.erase:
        _check_texts("erase", faults, matter)
        _check_integers("erase", faults, version)


def _check_awaits(awaits: Awaits, faults: list[Fault]) -> None:
    addresses = [one.address for one in awaits.asked]
    if not fits(awaits.case, *addresses):
        _check_texts("awaits", faults, awaits.case, *addresses)
    for one in awaits.asked:
        if one.until is not None and not within(one.until):
            _check_integers("awaits", faults, one.until)
        if one.case != awaits.case:
            reason = f"whoever is asked is asked in this case, {awaits.case}"
            faults.append(Fault(path="awaits", reason=reason, value=one.case))
    if len(awaits.asked) > 1 and len({one.address for one in awaits.asked}) != len(awaits.asked):
        faults.append(Fault(path="awaits", reason="one address is asked twice; name it once", value=awaits.case))


def _check_parties(batch: Batch, faults: list[Fault]) -> None:
    """A matter's parties follow from its entries, and the write that puts these keeps other writers off."""
    written = {write.matter for write in batch.writes}
    for party in batch.parties:
        _check_texts("parties", faults, party.matter, party.address)
        if party.matter not in written:
            reason = "a matter's parties are put with a write of that matter"
            faults.append(Fault(path="parties", reason=reason, value=party.matter))


def _check_message(message: Message, faults: list[Fault]) -> None:
    texts = (message.dedupe, message.case, message.recipient, message.channel, message.topic)
    _check_texts("messages", faults, *texts)
    _check_blobs("messages", faults, message.body)
    _check_integers("messages", faults, message.not_before)


def _check_texts(path: str, faults: list[Fault], *values: object) -> None:
    if not fits(*values):
        faults.extend(Fault(path=path, reason=_wanted(str), value=repr(value)) for value in values if not fits(value))


def _check_integers(path: str, faults: list[Fault], *values: Scalar) -> None:
    wrong = [value for value in values if value is not None and not within(value)]
    faults.extend(Fault(path=path, reason=_wanted(int), value=repr(value)) for value in wrong)


def _check_blobs(path: str, faults: list[Fault], *values: object) -> None:
    for value in values:
        if type(value) is not bytes:
            faults.append(Fault(path=path, reason="bytes are wanted here", value=type(value).__name__))


def _wanted(kind: type[str | int]) -> str:
    return "a text without NUL and lone surrogates" if kind is str else "an integer of at most 64 bits"


def check_rearm(batch: Batch, case: str, matter: str | None) -> None:
    """A rearm needs a known case (``matter`` is None for an unknown one) whose matter the batch names.

    Raises:
        InvalidInput: if it has not.
    """
    if matter is None:
        raise InvalidInput(f"there is no case {case!r} whose deadline could be moved")
    if matter not in {write.matter for write in batch.writes} | {expect.matter for expect in batch.expects}:
        msg = f"the deadline of {case} moves while nothing holds its matter; put {matter} into expects or writes"
        raise InvalidInput(msg)


def check_asked(case: str, matter: str) -> None:
    """`Storage.asked` looks by exactly one of the two.

    Raises:
        InvalidInput: if it is neither or both.
    """
    if bool(case) == bool(matter):
        raise InvalidInput(f"give a case or a matter, and not both; got {case!r} and {matter!r}")


def check_series(name: str) -> None:
    """A series has a name.

    Raises:
        InvalidInput: if it is empty or cannot be stored.
    """
    if not name or not fits(name):
        raise InvalidInput(f"a series is named by {_wanted(str)}, and not by an empty one; got {name!r}")


def foreign(case: str, matter: str) -> InvalidInput:
    """What is wrong with a record whose id another matter has."""
    return InvalidInput(f"the case {case!r} belongs to another matter than {matter!r}; a case never changes its matter")


def lease_lost(claim: Claim) -> LeaseLost:
    """A claim that is no longer its worker's."""
    return LeaseLost(f"the claim on {claim.message.dedupe!r} ended and was given to another worker, or was settled")
