"""A document in random hands, on every built-in storage: one version a day, and the past stays as it was told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test
from tests.workflows.documents.test_documents import ONE, TWO, adopted, drafted, today, told
from tests.workflows.test_flow_machines import TownMachine

from civicflow import Actor, Case
from civicflow.testing import FlowContract
from civicflow.workflows.documents.document import DOCUMENT, Adopt, Draft, Redraft, Repeal
from civicflow.workflows.documents.versions import digest_of

if TYPE_CHECKING:
    from tests.conftest import OpenTown

    from civicflow import Office
    from civicflow.plugins.storage.contract import Storage
    from civicflow.testing.flows.walking import Samples

DAYS = st.sampled_from([-3, -1, 0, 1, 4, 30])


class TestDocument(FlowContract):
    """Random walks, replay, authority, the clock alone, drawings."""

    flow = DOCUMENT
    golden = Path(__file__).parents[1] / "golden" / "document.txt"

    def samples(self, office: Office) -> Samples:
        """A text that says something, or nothing; decisions about it, and about another one."""
        rules = st.sampled_from([ONE, {}])
        days, digests = st.sampled_from([date(2026, 3, 1), date(2027, 1, 1)]), st.sampled_from([digest_of(ONE), ""])
        return {
            "draft": st.builds(Draft, title=st.just("Handbook"), kind=st.just("handbook"), rules=rules),
            "redraft": st.builds(Redraft, rules=rules),
            "adopt": st.builds(Adopt, text=digests, decision=st.just("minutes"), start=days),
            "repeal": st.builds(Repeal, decision=st.just("minutes"), last=days),
        }


class Archive(TownMachine):
    """A handbook that is drafted, adopted and repealed by anybody who tries."""

    @initialize(days=st.none() | DAYS)
    def begin(self, days: int | None) -> None:
        """A draft, or a version that was adopted long ago."""
        document = drafted(self.town)
        decided = today(self.town) - timedelta(9)
        self.document = (document if days is None else adopted(self.town, document, days, decided=decided)).id
        self.answered: dict[date, str] = {}

    @rule(data=st.data(), days=DAYS, ago=st.sampled_from([0, 2, 9]), text=st.sampled_from([ONE, TWO]))
    def somebody_decides(self, data: st.DataObject, days: int, ago: int, text: dict[str, str]) -> None:
        """A text is drafted or adopted, right or wrong, or the document repealed."""
        town, documents = self.town, self.town.office.documents
        by: Actor = data.draw(st.sampled_from([town.secretary(), town.secretary(), town.resident]))
        day = today(town) + timedelta(days)
        adopt = partial(documents.adopt, decided=today(town) - timedelta(ago), text=digest_of(text))
        commands: dict[str, Callable[[], Case]] = {
            "redraft": partial(documents.redraft, self.document, rules=text, by=by),
            "adopt": partial(adopt, self.document, decision="minutes", start=day, by=by),
            "repeal": partial(documents.repeal, self.document, decision="minutes", last=day, by=by),
        }
        step = data.draw(st.sampled_from(["redraft", "redraft", "adopt", "adopt", "adopt", "repeal"]))
        self.attempt(commands[step], by=by, step=step)
        self.holds()

    def holds(self) -> None:
        """The reader answers as the entries do, and no answer for a day that has passed is taken back."""
        self.check_everything()
        entries = list(self.town.office.ledger.entries(self.town.now(self.document)))
        begun = {entry.data["start"]: entry.data["text"] for entry in entries if entry.step == "adopt"}
        assert len(begun) == sum(entry.step == "adopt" for entry in entries)
        lasts = [entry.data["last"] for entry in entries if entry.step == "repeal"]
        history, now = told(self.town, self.town.now(self.document)), today(self.town)
        for day in (now + timedelta(days) for days in range(-12, 40)):
            found = history.on(day)
            before = [start for start in begun if str(start) <= str(day)]
            over = any(str(last) < str(day) for last in lasts)
            assert (found.text if found else None) == (None if over or not before else begun[max(before)])
            if day < now:
                answer = found.text if found else ""
                assert self.answered.get(day, "") in {"", answer}
                self.answered[day] = answer


def test_whatever_happens_each_day_has_one_version(
    open_town: OpenTown, reopened: Callable[[Storage | None], Storage], request: pytest.FixtureRequest
) -> None:
    """Random decisions by random actors at random moments never change what was in force."""
    on_disk = "sqlite" in request.node.name
    profile = settings()
    run_state_machine_as_test(
        type("Archive", (Archive,), {"open_town": staticmethod(open_town), "reopened": staticmethod(reopened)}),
        settings=settings(profile, max_examples=profile.max_examples // (8 if on_disk else 4)),
    )
