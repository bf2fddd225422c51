"""Values: what goes in comes out, and what cannot is refused at once."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civicflow.errors import InvalidInput
from civicflow.plugins.storage.contract import (
    Await,
    Awaits,
    Batch,
    Expect,
    Filed,
    Key,
    Party,
    Private,
    Query,
    Rearm,
    Write,
)
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import NOON, by, entries, head, message, put, root, write

_TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
_LIMITS = (-(2**63), -1, 0, 2**53 + 1, 2**63 - 1)


class ValueSuite(StorageSuite):
    """Any Unicode but NUL, integers of 64 bits, any bytes."""

    concern = "values"

    def test_any_text_comes_back(self) -> None:
        """Astral characters, both directions of writing, combining marks, line ends: nothing is normalised."""

        @given(texts=st.lists(_TEXTS, min_size=1, max_size=8))
        @settings(deadline=None)
        def check(texts: list[str]) -> None:
            with self.storage() as storage:
                for number, text in enumerate(texts):
                    put(storage, f"T-{number}", title=text, requester=text)
                for number, text in enumerate(texts):
                    found = storage.find(by("title", text)).items
                    assert f"T-{number}" in [case.case for case in found]
                    assert all(text in case.facts for case in found)

        check()

    def test_ids_may_be_any_text(self) -> None:
        """Cases, addresses and keys are not only ASCII."""
        with self.storage() as storage:
            matter, address = "工单-𠮷🏮\u202e\r\n'\"%_\\", "person:居民 e\u0301"
            key = Key("键\t", b"digest", b"answer")
            asked = Awaits(matter, (Await(matter, address, None),))
            party = Party(matter, address)
            storage.commit(Batch(writes=(write(matter),), awaits=(asked,), parties=(party,), key=key))
            assert storage.history(matter)[0].matter == storage.load([matter]).cases[matter].case == matter
            for query in (Query(asked=(address,)), Query(parties=(address,))):
                assert [case.case for case in storage.find(query).items] == [matter]
            assert storage.asked(case=matter) == asked.asked
            assert storage.parties(matter) == (address,)
            assert storage.load([], key=key.key).key == key

    def test_texts_that_look_alike_are_different(self) -> None:
        """Composed or not, half or full width, upper or lower case, with or without a space at the end."""
        texts = ["\u00e9", "e\u0301", "\u00c9", "\u212b", "\u00c5", "A", "a", "\uff21", "a ", " a", "a\n", "a\r\n"]
        with self.storage() as storage:
            for number, text in enumerate(texts):
                put(storage, f"T-{text}", title=text)
                storage.commit(Batch(key=Key(text, b"%d" % number, b"")))
            for number, text in enumerate(texts):
                assert [case.case for case in storage.find(by("title", text)).items] == [f"T-{text}"]
                assert storage.load([], key=text).key == Key(text, b"%d" % number, b"")
            assert [case.case for case in storage.find(by("case", "T-a")).items] == ["T-a"]
            assert len(storage.feed()) == len(texts)

    def test_a_title_may_be_long(self) -> None:
        """No index sets a limit to it."""
        title = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(20_000))
        with self.storage() as storage:
            put(storage, "T-1", title=title)
            assert [case.case for case in storage.find(by("title", title)).items] == ["T-1"]

    def test_an_empty_text_is_not_none(self) -> None:
        """Both are found, each by itself."""
        with self.storage() as storage:
            put(storage, "T-1", title="")
            put(storage, "T-2", title=None)
            assert [case.case for case in storage.find(by("title", "")).items] == ["T-1"]
            assert [case.case for case in storage.find(by("title", None)).items] == ["T-2"]

    @pytest.mark.parametrize("value", _LIMITS)
    def test_integers_have_64_bits(self, value: int) -> None:
        """None of them is rounded."""
        with self.storage() as storage:
            put(storage, "T-1", opened=value, due=value)
            found = storage.find(by("opened", value)).items
            assert [case.due for case in found] == [value]
            assert storage.due(value) == (("T-1", value),)

    def test_any_bytes_come_back(self) -> None:
        """Bodies are opaque."""

        @given(body=st.binary(max_size=200))
        @settings(deadline=None)
        def check(body: bytes) -> None:
            new = write("T-1", content=body)
            batch = Batch(
                writes=(attrs.evolve(new, entries=(attrs.evolve(new.entries[0], body=body),)),),
                private=(Private("T-1", 1, body, body),),
                filed=(Filed("d", body),),
                heads=(attrs.evolve(head(1), signature=body),),
                messages=(attrs.evolve(message("m"), body=body),),
                key=Key("k", body, body),
            )
            with self.storage() as storage:
                storage.commit(batch)
                assert storage.feed()[0].body == storage.load(["T-1"]).cases["T-1"].body == body
                assert storage.private("T-1", 1) == Private("T-1", 1, body, body)
                assert storage.filed("d") == storage.heads()[0].signature == body
                assert storage.load([], key="k").key == Key("k", body, body)
                assert storage.claim(worker="w", now=NOON, lease=1)[0].message.body == body

        check()

    def test_a_body_may_have_a_megabyte(self) -> None:
        """And more."""
        with self.storage() as storage:
            body = bytes(range(256)) * 6000
            storage.commit(Batch(writes=(write("T-1", content=body),), filed=(Filed("d", body),)))
            assert storage.load(["T-1"]).cases["T-1"].body == storage.filed("d") == body

    @pytest.mark.parametrize("text", ["a\0b", "\0", "\ud800", "x\udfffy"])
    def test_nul_and_lone_surrogates_are_refused(self, text: str) -> None:
        """Wherever a text stands; the batch names the fault and nothing is written."""
        good = write("T-1")
        top = good.records[0]
        batches = (
            Batch(writes=(write(text),)),
            Batch(writes=(write("T-1", title=text),)),
            Batch(writes=(attrs.evolve(good, entries=(attrs.evolve(good.entries[0], case=text),)),)),
            Batch(writes=(attrs.evolve(good, records=(top, attrs.evolve(top, case=text, head=b""))),)),
            Batch(expects=(Expect(text, version=0),)),
            Batch(awaits=(Awaits(text, ()),)),
            Batch(awaits=(Awaits("T-1", (Await("T-1", text, None),)),)),
            Batch(writes=(good,), parties=(Party("T-1", text),)),
            Batch(messages=(attrs.evolve(message("m"), recipient=text),)),
            Batch(key=Key(text, b"", b"")),
            Batch(filed=(Filed(text, b""),)),
            Batch(erase=((text, 1),)),
            Batch(rearm=(Rearm(text, None),), expects=(Expect("T-1", version=0),)),
            Batch(writes=(Write(matter=text, expected=0, entries=(), records=()),), rearm=(Rearm("T-1", None),)),
        )
        with self.storage() as storage:
            for batch in batches:
                with pytest.raises(InvalidInput) as refused:
                    storage.commit(batch)
                assert refused.value.faults
            assert storage.feed() == ()

    @pytest.mark.parametrize(
        "facts",
        [
            {"title": 5},
            {"title": b"bytes"},
            {"opened": "text"},
            {"opened": 2**63},
            {"opened": -(2**63) - 1},
            {"opened": True},
            {"opened": 1.5},
        ],
    )
    def test_a_fact_of_another_type_is_refused(self, facts: dict[str, Any]) -> None:
        """Texts stay texts, integers stay within 64 bits, and there are no floats."""
        with self.storage() as storage:
            with pytest.raises(InvalidInput) as refused:
                put(storage, "T-1", **facts)
            assert str(refused.value).count("T-1.") == 1

    def test_columns_of_another_type_are_refused(self) -> None:
        """Before anything is written."""
        new = entries("T-1", 0)
        top: Any = root("T-1", 1)
        wrong: tuple[Any, ...] = (
            attrs.evolve(top, body="text"),
            attrs.evolve(top, due=2**63),
            attrs.evolve(top, round="1"),
            attrs.evolve(top, facts=top.facts[:-1]),
        )
        with self.storage() as storage:
            for record in wrong:
                with pytest.raises(InvalidInput):
                    storage.commit(Batch(writes=(Write(matter="T-1", expected=0, entries=new, records=(record,)),)))
            body: Any = bytearray(b"x")
            entry = attrs.evolve(new[0], body=body)
            with pytest.raises(InvalidInput):
                storage.commit(Batch(writes=(Write(matter="T-1", expected=0, entries=(entry,), records=(top,)),)))
            assert storage.feed() == ()
