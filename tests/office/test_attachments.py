"""Attachments: bytes beside the ledger, named by an entry; erased for good, and missed when they are gone."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import attrs
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from civicflow import Conflict, IdempotencyMismatch, InvalidInput, NotFound, Refused, StorageError
from civicflow.hierarchy.authority import ANYONE, Actor
from civicflow.ledger.canonical import decode
from civicflow.plugins.backends import open_blobs, open_storage
from civicflow.plugins.blobs.contract import Blobs
from civicflow.plugins.storage.contract import Batch, Commit, Storage
from civicflow.workflows.engine.attachments import Attachment
from civicflow.workflows.engine.flow import NEW, STAY, Flow, State, Step

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

PHOTO = b"\x89PNG a hole in the road"
DAY = timedelta(days=1)


def digest(body: bytes) -> str:
    """The name of some bytes."""
    return hashlib.sha256(body).hexdigest()


@pytest.fixture(params=["memory", "folder"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """Each of the built-in blob stores, fresh."""
    return open_blobs("memory://" if request.param == "memory" else f"folder://{tmp_path}/blobs")


@pytest.fixture
def town(open_town: OpenTown, storage: Storage, blobs: Blobs) -> Town:
    """The town, with a place for files."""
    return open_town(storage, blobs=blobs)


def attach(town: Town, case: Any, content: bytes | BinaryIO = PHOTO, **more: Any) -> Attachment:
    """Attach a photo, or something else."""
    given: dict[str, Any] = {"name": "hole.png", "type": "image/png", "by": town.resident, **more}
    return town.office.attach(case, content, **given)


def read(town: Town, attachment: Attachment) -> bytes:
    """The bytes of an attachment."""
    with town.office.open_attachment(attachment) as stream:
        return stream.read()


class Meddled:
    """A storage before whose next commits somebody else does something."""

    def __init__(self, inner: Storage) -> None:
        self.inner, self.meddle = inner, list[Callable[[], object]]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def commit(self, batch: Batch) -> Commit:
        """Let somebody else go first."""
        if batch.writes and self.meddle:
            self.meddle.pop(0)()
        return self.inner.commit(batch)


class TestAttach:
    """Bytes are safe before the entry says so, and the case stays where it is."""

    def test_the_case_stays_where_it_is(self, town: Town) -> None:
        """One entry more, with who, when and why; nobody else is asked to act than before."""
        ticket = town.dispatched("health")
        asked = town.asked(ticket)
        made = attach(town, ticket, why="as asked for")
        after = town.office.case(ticket)
        assert (after.state, after.version) == (ticket.state, ticket.version + 1)
        assert town.asked(ticket) == asked
        entry = town.office.ledger.entries(ticket)[-1]
        assert (entry.step, entry.source, entry.target, entry.why) == (
            "attach",
            "dispatched",
            "dispatched",
            "as asked for",
        )
        assert (made.ref, made.by, made.at, made.why) == (entry.ref, town.resident, entry.recorded, "as asked for")
        assert town.office.ledger.verify()

    def test_name_and_digest_are_private(self, town: Town) -> None:
        """What kind of file it is and how large may be seen by all; the digest of a short text could be guessed."""
        ticket = town.ordered()
        made = attach(town, ticket)
        entry = town.office.ledger.entries(ticket)[-1]
        assert entry.data == {"type": "image/png", "size": len(PHOTO)}
        assert town.office.ledger.private(entry) == {"name": "hole.png", "digest": digest(PHOTO)}
        assert (made.name, made.digest, made.public) == ("hole.png", digest(PHOTO), False)

    def test_a_public_one_is_public_as_a_whole(self, town: Town) -> None:
        """Nothing of it is private."""
        ticket = town.ordered()
        made = attach(town, ticket, public=True)
        entry = town.office.ledger.entries(ticket)[-1]
        wanted = {"name": "hole.png", "digest": digest(PHOTO), "type": "image/png", "size": len(PHOTO)}
        assert (entry.data, entry.private, made.public) == (wanted, "", True)

    def test_they_are_listed_and_opened(self, town: Town) -> None:
        """Of the whole matter, or of one share; also of a case that ended."""
        ticket = town.dispatched("health")
        share = town.share(ticket, "health")
        first = attach(town, ticket)
        second = attach(
            town, share, b"report", name="报告.txt", type="text/plain; charset=utf-8", by=town.officer("health")
        )
        town.office.tickets.withdraw(ticket, by=town.resident)
        third = attach(town, ticket, b"", name="empty", type="application/octet-stream")
        assert town.office.attachments(ticket) == (first, second, third)
        assert town.office.attachments(share) == (second,)
        assert [read(town, one) for one in (first, second, third)] == [PHOTO, b"report", b""]
        assert town.office.ledger.verify().attachments == 3

    def test_a_stream_will_do(self, town: Town, tmp_path: Path) -> None:
        """A file, from where it stands, and what can be read but once; it is not closed."""

        class Once(io.BytesIO):
            def seekable(self) -> bool:
                return False

        ticket = town.ordered()
        (tmp_path / "hole.png").write_bytes(PHOTO)
        with (tmp_path / "hole.png").open("rb") as file:
            assert read(town, attach(town, ticket, file)) == PHOTO
            assert not file.closed
        behind = io.BytesIO(b"head" + PHOTO)
        behind.seek(4)
        assert read(town, attach(town, ticket, behind)) == PHOTO
        assert read(town, attach(town, ticket, Once(PHOTO))) == PHOTO

    @pytest.mark.parametrize("content", ["text", io.StringIO("text"), None, 3])
    def test_what_is_no_bytes_is_refused(self, town: Town, content: Any) -> None:
        """The message says what will do."""
        with pytest.raises(InvalidInput, match="opened as 'rb'"):
            attach(town, town.ordered(), content)

    @pytest.mark.parametrize(
        ("name", "type", "paths"),
        [
            ("", "image/png", ["name"]),
            ("../hole.png", "png", ["name", "type"]),
            ("C:\\hole.png", "image/", ["name", "type"]),
            ("..", "image/png; q", ["name", "type"]),
            ("photo\u202egnp.exe", "image/png\n", ["name", "type"]),
            ("a\0b", "ïmage/png", ["name", "type"]),
            ("x" * 256, "a/b/c", ["name", "type"]),
        ],
    )
    def test_what_cannot_be_a_file_is_refused(self, town: Town, name: str, type: str, paths: list[str]) -> None:
        """Both faults at once; neither bytes nor an entry are left."""
        ticket, before = town.ordered(), town.position()
        with pytest.raises(InvalidInput) as raised:
            attach(town, ticket, name=name, type=type)
        assert [fault.path for fault in raised.value.faults] == paths
        assert town.position() == before
        assert town.office.orphaned_attachments(older=-DAY) == ()

    def test_there_must_be_such_a_case(self, town: Town) -> None:
        """Neither a matter nor a share is invented, and no bytes are left."""
        ticket = town.ordered()
        for case in ("T-none", f"{ticket.id}/health@2"):
            with pytest.raises(NotFound, match=r"there is no case"):
                attach(town, case)
        assert town.office.orphaned_attachments(older=-DAY) == ()

    def test_who_may_not_read_the_matter_may_not_attach(self, town: Town) -> None:
        """A neighbour's secretary is refused, in both languages; neither bytes nor an entry are left."""
        ticket, before = town.ordered(), town.position()
        with pytest.raises(Refused) as raised:
            attach(town, ticket, by=town.secretary("neighbour"))
        assert (raised.value.refusal.rules, raised.value.refusal.step) == (("reading",), "attach")
        assert town.position() == before
        assert town.office.orphaned_attachments(older=-DAY) == ()

    def test_without_a_blob_store_nothing_can_be_attached(self, open_town: OpenTown) -> None:
        """The message says how it is opened with one."""
        town = open_town()
        ticket = town.ordered()
        with pytest.raises(InvalidInput, match=r"blobs=\"folder:///srv/attachments\""):
            attach(town, ticket)
        assert len(town.office.ledger.entries(ticket)) == 1

    def test_a_flow_that_is_not_in_use_is_no_obstacle(
        self, open_town: OpenTown, storage: Storage, blobs: Blobs
    ) -> None:
        """Whoever holds the store can attach, write down and erase: none of it decides anything."""
        errand = Flow(
            "errand",
            1,
            "errand | 差事",
            (State("kept", "kept | 在册", standing=True),),
            (Step("begin", "begin | 开始", NEW, "kept", ANYONE), Step("look", "look | 查看", "kept", STAY, ANYONE)),
        )
        town = open_town(storage, flows=(errand,))
        case = town.office.begin("errand", "begin", None, by=town.resident, unit="community")
        other = open_town(storage, blobs=blobs, load=False, seed=b"other")
        assert read(other, attach(other, case)) == PHOTO
        other.office.note(case, "x", by=other.resident)
        assert other.office.erase(case, by=other.secretary(), why="asked for") == 2


class TestKeys:
    """The same command under the same key acts once."""

    def test_it_acts_once(self, town: Town) -> None:
        """The attachment of the first time is given back, and no entry is added."""
        ticket = town.ordered()
        first = attach(town, ticket, key="photo")
        before = town.position()
        town.clock.advance(days=1)
        assert attach(town, ticket, key="photo") == first
        assert town.position() == before

    @pytest.mark.parametrize(
        "other", [{"type": "image/jpeg"}, {"public": True}, {"why": "x"}, {"content": b"longer " * 9}]
    )
    def test_another_command_under_it_is_an_error(self, town: Town, other: dict[str, Any]) -> None:
        """What is public of it is compared; so is who acts."""
        ticket = town.ordered()
        attach(town, ticket, key="photo")
        with pytest.raises(IdempotencyMismatch):
            attach(town, ticket, **{"key": "photo", **other})
        with pytest.raises(IdempotencyMismatch):
            attach(town, ticket, key="photo", by=town.secretary())

    def test_name_and_bytes_of_a_private_one_are_not_kept_with_the_key(self, town: Town) -> None:
        """Their digest would outlive their erasing: of the same size and type, the first one is given back."""
        ticket = town.ordered()
        first = attach(town, ticket, b"one", key="photo")
        assert attach(town, ticket, b"two", name="other.png", key="photo") == first
        attach(town, ticket, b"one", key="public", public=True)
        with pytest.raises(IdempotencyMismatch):
            attach(town, ticket, b"two", key="public", public=True)

    def test_corrections_and_erasures_have_keys_too(self, town: Town) -> None:
        """Done again, they answer as they did, and enter nothing."""
        ticket = town.ordered(category="nosie", contact="door 3")
        order = town.office.ledger.entries(ticket)[0]
        for _ in range(2):
            right = {"category": "noise"}
            town.office.correct(order, right, by=town.secretary(), why="misspelt", key="right")
            assert town.office.erase(ticket, by=town.secretary(), why="asked for", key="gone") == 1
        steps = [entry.step for entry in town.office.ledger.entries(ticket)]
        assert steps == ["order", "correct", "erase"]
        with pytest.raises(IdempotencyMismatch):
            town.office.correct(order, {"category": "dust"}, by=town.secretary(), why="misspelt", key="right")


class TestOrphans:
    """A commit that failed leaves at most bytes that nobody names."""

    def test_they_are_named_and_swept_after_a_day(self, open_town: OpenTown, storage: Storage, blobs: Blobs) -> None:
        """Not before: a commit may still be on its way."""

        class Full(Meddled):
            def commit(self, batch: Batch) -> Commit:
                if batch.private:
                    msg = "the disk is full"
                    raise StorageError(msg)
                return super().commit(batch)

        full: Any = Full(storage)
        town = open_town(full, blobs=blobs)
        ticket = town.ordered()
        with pytest.raises(StorageError, match="full"):
            attach(town, ticket)
        assert town.office.attachments(ticket) == ()
        assert town.office.orphaned_attachments() == town.office.sweep_attachments() == ()
        town.clock.advance(days=1, seconds=1)
        (orphan,) = town.office.orphaned_attachments()
        assert (orphan.matter, orphan.digest) == (ticket.id, digest(PHOTO))
        assert town.office.sweep_attachments() == (orphan,)
        assert town.office.orphaned_attachments(older=-DAY) == ()

    def test_what_is_attached_is_none(self, town: Town) -> None:
        """However old; in many matters at once."""
        tickets = [town.ordered(title=str(n)) for n in range(3)]
        made = [attach(town, ticket, PHOTO + bytes([n])) for n, ticket in enumerate(tickets)]
        attach(town, tickets[0], public=True)
        town.clock.advance(days=400)
        assert town.office.sweep_attachments() == ()
        assert [len(read(town, one)) for one in made] == [len(PHOTO) + 1] * 3

    def test_what_is_put_again_is_young(self, town: Town, blobs: Blobs) -> None:
        """Whoever attaches what an old orphan holds does not lose it to a sweep on its way."""
        ticket = town.ordered()
        blobs.put(ticket.id, digest(PHOTO), io.BytesIO(PHOTO), at=0)
        assert len(town.office.orphaned_attachments()) == 1
        made = attach(town, ticket)
        assert town.office.sweep_attachments() == ()
        assert read(town, made) == PHOTO


class TestErase:
    """Erasing a matter takes the bytes of its private attachments, and nothing else."""

    def test_the_bytes_are_gone_before_the_entry_says_so(self, town: Town, blobs: Blobs) -> None:
        """A tombstone stays, with type, size and who; the ledger verifies."""
        ticket = town.ordered()
        made = attach(town, ticket)
        assert town.office.erase(ticket, by=town.secretary(), why="asked for") == 1
        (tombstone,) = town.office.attachments(ticket)
        assert tombstone.erased
        assert tombstone == attrs.evolve(made, name="", digest="")
        for one in (made, tombstone):
            with pytest.raises(NotFound, match="was erased"):
                town.office.open_attachment(one)
        assert list(blobs.page()) == []
        found = town.office.ledger.verify()
        assert (found.ok, found.attachments, found.unseen) == (True, 0, 0)

    def test_public_ones_stay(self, town: Town, blobs: Blobs) -> None:
        """Also where the same bytes were attached in private, too: their digest stands in the ledger for ever."""
        ticket = town.ordered()
        attach(town, ticket)
        public = attach(town, ticket, public=True)
        private = attach(town, ticket, b"a name")
        assert town.office.erase(ticket, by=town.secretary(), why="asked for") == 2
        assert read(town, public) == PHOTO
        assert [blob.digest for blob in blobs.page()] == [digest(PHOTO)]
        assert private.digest != digest(PHOTO)
        assert town.office.ledger.verify()

    def test_another_matter_s_same_bytes_stay(self, town: Town) -> None:
        """Each matter has a shelf of its own."""
        one, other = town.ordered(title="one"), town.ordered(title="other")
        attach(town, one)
        kept = attach(town, other)
        town.office.erase(one, by=town.secretary(), why="asked for")
        assert read(town, kept) == PHOTO

    def test_they_can_be_attached_again(self, town: Town) -> None:
        """And erased again; each erasure answers for its own."""
        ticket = town.ordered()
        for _ in range(2):
            attach(town, ticket)
            assert town.office.erase(ticket, by=town.secretary(), why="asked for") == 1
            assert town.office.ledger.verify()
        assert [one.erased for one in town.office.attachments(ticket)] == [True, True]

    def test_without_the_blob_store_nothing_is_erased(self, town: Town, open_town: OpenTown) -> None:
        """An office that cannot reach the bytes must not say that they are gone."""
        ticket = town.ordered(contact="door 3")
        attach(town, ticket)
        before = town.position()
        blind = open_town(town.storage, load=False)
        with pytest.raises(InvalidInput, match="open it with blobs="):
            blind.office.erase(ticket, by=blind.secretary(), why="asked for")
        assert town.position() == before
        assert town.office.attachments(ticket)[0].name == "hole.png"

    def test_dying_in_between_is_named_and_done_again(
        self, open_town: OpenTown, storage: Storage, blobs: Blobs
    ) -> None:
        """The bytes are gone and no entry says so yet: that is damage, until it is erased again."""

        class Killed(BaseException):
            """The process ends here."""

        def die() -> None:
            raise Killed

        meddled: Any = Meddled(storage)
        town = open_town(meddled, blobs=blobs)
        ticket = town.ordered()
        made = attach(town, ticket)
        meddled.meddle = [die]
        with pytest.raises(Killed):
            town.office.erase(ticket, by=town.secretary(), why="asked for")
        (damage,) = town.office.ledger.verify().faults
        assert (damage.rule, damage.key) == ("attachment.missing", f"{ticket.id} 2")
        with pytest.raises(StorageError, match="are gone"):
            town.office.open_attachment(made)
        assert town.office.erase(ticket, by=town.secretary(), why="asked for") == 1
        assert town.office.ledger.verify()

    def test_a_group_that_is_taken_back_does_not_bring_them_back(self, town: Town) -> None:
        """It is as if the process had died in between: named, until it is erased again."""
        ticket = town.ordered()
        attach(town, ticket)

        def change_one_s_mind() -> None:
            with town.office.together() as group:
                group.erase(ticket, by=town.secretary(), why="asked for")
                msg = "on second thoughts"
                raise LookupError(msg)

        with pytest.raises(LookupError):
            change_one_s_mind()
        assert [damage.rule for damage in town.office.ledger.verify().faults] == ["attachment.missing"]
        assert town.office.erase(ticket, by=town.secretary(), why="asked for") == 1
        assert town.office.ledger.verify()


class TestRaces:
    """Somebody erases while somebody attaches."""

    def test_bytes_attached_in_public_meanwhile_are_put_back(
        self, open_town: OpenTown, storage: Storage, blobs: Blobs
    ) -> None:
        """The erasure had let go of them already when it lost the race."""
        meddled: Any = Meddled(storage)
        town, other = open_town(meddled, blobs=blobs), open_town(storage, blobs=blobs, load=False, seed=b"other")
        ticket = town.ordered()
        attach(town, ticket)
        made: list[Attachment] = []

        def attach_in_public() -> None:
            # As if its bytes had been put before the erasure let go of them.
            made.append(attach(other, ticket, public=True))
            blobs.delete(ticket.id, digest(PHOTO))

        meddled.meddle = [attach_in_public]
        assert town.office.erase(ticket, by=town.secretary(), why="asked for") == 1
        assert read(town, made[0]) == PHOTO
        assert town.office.ledger.verify()

    def test_bytes_erased_meanwhile_are_put_again(self, open_town: OpenTown, storage: Storage, blobs: Blobs) -> None:
        """Whoever attached lost the race, and decides and puts again."""
        meddled: Any = Meddled(storage)
        town, other = open_town(meddled, blobs=blobs), open_town(storage, blobs=blobs, load=False, seed=b"other")
        ticket = town.ordered()
        first = attach(town, ticket)
        meddled.meddle = [lambda: other.office.erase(ticket, by=other.secretary(), why="asked for")]
        second = attach(town, ticket)
        assert read(town, second) == PHOTO
        assert [one.erased for one in town.office.attachments(ticket)] == [True, False]
        assert first.digest == second.digest
        assert town.office.ledger.verify()

    def test_it_gives_up_after_five_times(self, open_town: OpenTown, storage: Storage, blobs: Blobs) -> None:
        """And leaves an orphan, which nobody sees."""
        meddled: Any = Meddled(storage)
        town, other = open_town(meddled, blobs=blobs), open_town(storage, blobs=blobs, load=False, seed=b"other")
        ticket = town.ordered()
        meddled.meddle = [lambda: other.office.note(ticket, "x", by=other.resident)] * 5
        with pytest.raises(Conflict):
            attach(town, ticket)
        assert town.office.attachments(ticket) == ()
        assert len(town.office.orphaned_attachments(older=-DAY)) == 1


class TestDamage:
    """What lies in the blob store is compared with what the ledger says."""

    def test_other_bytes_are_not_given_out(self, open_town: OpenTown, storage: Storage, tmp_path: Path) -> None:
        """Opening says so, and so does verify, in both languages."""
        town = open_town(storage, blobs=f"folder://{tmp_path}/blobs")
        ticket = town.ordered()
        made = attach(town, ticket)
        (file,) = list(tmp_path.rglob(digest(PHOTO)))
        file.write_bytes(PHOTO + b"!")
        with pytest.raises(StorageError, match=r"are damaged: their SHA-256 is .*; restore"):
            town.office.open_attachment(made)
        (damage,) = town.office.ledger.verify().faults
        assert (damage.table, damage.rule) == ("attachments", "attachment.digest")
        assert "附件" in damage.text.zh
        assert "not those whose digest was recorded" in damage.text.en

    def test_bytes_that_are_gone_are_missed(self, town: Town, blobs: Blobs) -> None:
        """Private and public ones."""
        ticket = town.ordered()
        made = [attach(town, ticket), attach(town, ticket, b"plan", public=True)]
        for one in made:
            blobs.delete(ticket.id, one.digest)
            with pytest.raises(StorageError, match="are gone"):
                town.office.open_attachment(one)
        faults = town.office.ledger.verify().faults
        assert [(fault.rule, fault.key) for fault in faults] == [
            ("attachment.missing", f"{ticket.id} 2"),
            ("attachment.missing", f"{ticket.id} 3"),
        ]

    def test_a_store_that_does_not_answer_is_named(self, town: Town, blobs: Blobs) -> None:
        """Verification goes on."""
        ticket = town.ordered()
        attach(town, ticket)
        blobs.close()
        (damage,) = town.office.ledger.verify().faults
        assert (damage.table, damage.rule) == ("attachments", "unreadable")

    def test_without_a_blob_store_it_says_what_it_did_not_see(self, town: Town, open_town: OpenTown) -> None:
        """How many, in both languages; that is no damage."""
        ticket = town.ordered()
        attach(town, ticket)
        attach(town, ticket, public=True)
        found = open_town(town.storage, load=False).office.ledger.verify()
        assert (found.ok, found.attachments, found.unseen) == (True, 2, 2)
        assert "the bytes of 2 attachments were not looked at" in found.text.en
        assert "2个附件的内容未核对" in found.text.zh


class Archive(RuleBasedStateMachine):
    """Attaching, erasing and sweeping in any order, against a model of what is there."""

    open_town: Callable[..., Any]

    @initialize()
    def begin(self) -> None:
        """Two matters."""
        self.blobs = open_blobs("memory://")
        self.town = self.open_town(open_storage("memory://"), blobs=self.blobs)
        self.tickets = [self.town.ordered(title=str(n)) for n in range(2)]
        self.model: dict[str, list[tuple[bytes, bool, bool]]] = {ticket.id: [] for ticket in self.tickets}

    @property
    def clerk(self) -> Actor:
        """Whoever erases."""
        secretary: Actor = self.town.secretary()
        return secretary

    @rule(n=st.integers(0, 1), body=st.sampled_from([b"", b"a", b"b"]), public=st.booleans())
    def attach(self, n: int, body: bytes, public: bool) -> None:  # noqa: FBT001 - hypothesis calls it by name
        """One more."""
        attach(self.town, self.tickets[n], body, public=public)
        self.model[self.tickets[n].id].append((body, public, False))

    @rule(n=st.integers(0, 1))
    def erase(self, n: int) -> None:
        """Every private one, and what else is private."""
        model = self.model[self.tickets[n].id]
        there = sum(not public and not erased for _, public, erased in model)
        assert self.town.office.erase(self.tickets[n], by=self.clerk, why="asked for") == there
        model[:] = [(body, public, erased or not public) for body, public, erased in model]

    @rule(n=st.integers(0, 1), body=st.sampled_from([b"a", b"c"]))
    def leave_an_orphan(self, n: int, body: bytes) -> None:
        """Bytes without an entry; or an attachment's, put once more."""
        self.blobs.put(self.tickets[n].id, digest(body), io.BytesIO(body), at=0)

    @rule(days=st.integers(0, 2))
    def sweep(self, days: int) -> None:
        """Afterwards there is nothing that is old and named by nobody."""
        self.town.clock.advance(days=days)
        self.town.office.sweep_attachments()
        assert self.town.office.orphaned_attachments() == ()
        named = {
            (matter, digest(body)) for matter, model in self.model.items() for body, _, erased in model if not erased
        }
        assert {(blob.matter, blob.digest) for blob in self.blobs.page()} == named

    @invariant()
    def what_is_there_can_be_read(self) -> None:
        """And what was erased cannot; the ledger verifies."""
        if not hasattr(self, "model"):
            return
        for ticket in self.tickets:
            found = self.town.office.attachments(ticket)
            wanted = self.model[ticket.id]
            assert [(one.public, one.erased) for one in found] == [(public, erased) for _, public, erased in wanted]
            for one, (body, _, erased) in zip(found, wanted, strict=True):
                if not erased:
                    assert read(self.town, one) == body
        verified = self.town.office.ledger.verify()
        assert verified.ok, verified
        assert verified.attachments == sum(not erased for model in self.model.values() for _, _, erased in model)


def test_any_sequence(open_town: OpenTown) -> None:
    """Whatever was done before."""

    class Machine(Archive):
        pass

    Machine.open_town = staticmethod(open_town)
    quick = settings(
        deadline=None, max_examples=15, stateful_step_count=15, suppress_health_check=[HealthCheck.too_slow]
    )
    run_state_machine_as_test(Machine, settings=quick)


def test_the_key_row_holds_no_private_word(town: Town) -> None:
    """Neither name nor digest: only the case and the entry's number."""
    ticket = town.ordered()
    attach(town, ticket, key="photo")
    stored = town.storage.load((), key="photo").key
    assert stored is not None
    assert decode(stored.answer) == {"case": ticket.id, "version": 2}
