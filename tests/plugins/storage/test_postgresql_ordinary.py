"""The ordinary commit on PostgreSQL does what the commit function does, in a statement of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from civicflow.plugins.storage.contract import Await, Awaits, Batch, Party
from civicflow.plugins.storage.postgresql import committing, open_storage, ordinary, writing
from civicflow.testing.storage.builders import NOON, child, everything, message, put, write

if TYPE_CHECKING:
    from civicflow.plugins.storage.postgresql.session import Session
    from postgresql_server import Server

_INSTANTS = st.none() | st.integers(-(2**63), 2**63 - 1)
_TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@st.composite
def _steps(draw: st.DrawFn) -> tuple[Batch, ...]:
    """A matter that begins and moves on."""
    batches = []
    for version in range(draw(st.integers(1, 3))):
        made = write(
            "T-1",
            version,
            due=draw(_INSTANTS),
            content=draw(st.binary(max_size=9)),
            title=draw(_TEXTS),
            opened=draw(_INSTANTS),
        )
        addresses = draw(st.lists(st.sampled_from("abcd"), max_size=4, unique=True))
        asked = tuple(Await("T-1", f"person:{one}", draw(_INSTANTS)) for one in addresses)
        awaits = draw(st.sampled_from([(), (Awaits("T-1", asked),)]))
        parties = tuple(Party("T-1", f"person:{one}") for one in draw(st.lists(st.sampled_from("ab"), max_size=3)))
        batches.append(Batch(writes=(made,), awaits=awaits, parties=parties))
    return tuple(batches)


def _by_function(session: Session, batch: Batch) -> int:
    ((_outcome, _about, _expected, _actual, position, _answer),) = session.rows(
        committing.CALL, writing._arguments(batch)
    )
    return int(position)


@settings(max_examples=15)
@given(steps=_steps())
def test_both_ways_write_the_same(server: Server, steps: tuple[Batch, ...]) -> None:
    """Whatever an ordinary batch holds, its rows are those that the function would have written."""
    left: list[Any] = []
    for way in (ordinary.commit, _by_function):
        storage = open_storage(server.url())
        assert all(ordinary.is_ordinary(step) for step in steps)
        positions = [storage._pool.write(way, step) for step in steps]
        assert positions == list(range(1, len(steps) + 1))
        left.append(everything(storage))
        storage.close()
    assert left[0] == left[1]


def test_another_version_writes_nothing(server: Server) -> None:
    """Neither a row nor a position is taken; the function is left to say what is wrong."""
    storage = open_storage(server.url())
    put(storage, "T-1")
    before = everything(storage)
    parties, awaits = (Party("T-1", "person:a"),), (Awaits("T-1", (Await("T-1", "person:a", NOON),)),)
    for expected in (0, 2):
        batch = Batch(writes=(write("T-1", expected),), parties=parties, awaits=awaits)
        assert storage._pool.write(ordinary.commit, batch) is None
    assert everything(storage) == before
    put(storage, "T-1", 1)
    assert [entry.position for entry in storage.feed()] == [1, 2]
    storage.close()


def test_more_than_one_case_is_not_ordinary() -> None:
    """Children, several entries, others who are asked, and whatever else a batch may hold go the other way."""
    plain = Batch(writes=(write("T-1"),))
    assert ordinary.is_ordinary(plain)
    for other in (
        Batch(),
        Batch(writes=(write("T-1"), write("T-2"))),
        Batch(writes=(write("T-1", 0, child("T-1/a@1", 1)),)),
        Batch(writes=(write("T-1", count=2),)),
        attrs.evolve(plain, awaits=(Awaits("T-2", ()),)),
        attrs.evolve(plain, awaits=(Awaits("T-1", tuple(Await("T-1", f"person:{n}", None) for n in range(5))),)),
        attrs.evolve(plain, messages=(message("m"),)),
        attrs.evolve(plain, erase=(("T-1", 1),)),
    ):
        assert not ordinary.is_ordinary(other)
