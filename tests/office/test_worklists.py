"""Work lists: what is open and with whom, since when it is overdue, and what figures leave out."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from civicflow import InvalidInput, Refused

if TYPE_CHECKING:
    from tests.conftest import Town


class TestWorklist:
    """*Where each stands, with whom it is, since when it is overdue*."""

    def test_a_matter_is_with_whoever_is_asked(self, town: Town) -> None:
        """The secretary of a new one; the departments of a dispatched one, each for its share and until when."""
        new, given = town.ordered("new"), town.dispatched("health", "emergency", within="3 workdays")
        items = {item.case.id: item for item in town.office.worklist().items}
        assert set(items) == {new.id, given.id}
        assert [w.people for w in items[new.id].withs] == [(town.secretary(),)]
        bodies = {w.people[0].unit: w.case for w in items[given.id].withs if w.case != given.id}
        assert bodies == {town.office.unit(body): town.share(given, body).id for body in ("health", "emergency")}
        assert items[new.id].state.en == "ordered"
        assert all(w.until is not None and w.until.utcoffset() for w in items[new.id].withs)

    def test_a_vacant_post_is_named_though_nobody_holds_it(self, town: Town) -> None:
        """So that it shows where a matter lies."""
        ticket = town.ordered()
        register = town.register
        register["bodies"][2]["posts"]["secretary"] = {"holders": []}  # of the community's Party organisation
        town.load(register)
        (item,) = town.office.worklist().items
        assert item.case == town.now(ticket)
        assert [(w.address.partition("@")[0], w.people) for w in item.withs] == [("post:secretary", ())]

    def test_overdue_says_since_when_and_how_often_over(self, town: Town) -> None:
        """The instant promised, and how many times over the time promised has run."""
        early = town.dispatched("health", within="10 workdays", title="early")
        late = town.dispatched("health", within="1 day", title="late")
        assert not town.office.worklist(overdue=True).items
        town.clock.advance(days=3)
        (item,) = town.office.worklist(overdue=True).items
        assert item.case.id == late.id
        assert item.overdue_since == item.case.promise
        assert item.overdue_since is not None
        assert item.overdue_since.utcoffset()
        assert item.case.opened is not None
        assert item.case.promise is not None
        promised = item.case.promise - item.case.opened
        passed = town.clock() - item.case.opened
        assert item.lateness == Fraction(passed // passed.resolution, promised // promised.resolution)
        assert item.lateness > 1
        assert {item.case.id: item.overdue_since for item in town.office.worklist().items}[early.id] is None

    def test_what_is_handled_is_overdue_no_more(self, town: Town) -> None:
        """However late it was; and what ended leaves the list for that of the ended ones."""
        late = town.dispatched("health", within="1 day")
        town.clock.advance(days=3)
        town.done(late, "health")
        assert not town.office.worklist(overdue=True).items
        ticket = town.office.tickets.answer(late, "done", by=town.secretary())
        town.office.tickets.evaluate(ticket, resolved=True, by=town.resident)
        assert not town.office.worklist().items
        (ended,) = town.office.worklist(ended=True).items
        assert (ended.case.id, ended.withs, ended.overdue_since) == (ticket.id, (), None)

    def test_a_department_lists_its_shares(self, town: Town) -> None:
        """Along its own line, for whoever may read them."""
        town.dispatched("health", "emergency")
        (item,) = town.office.worklist("share", under="health", by=town.officer("health")).items
        assert item.case.body == town.office.unit("health")
        assert not town.office.worklist("share", under="health", by=town.officer("traffic-police")).items

    def test_pages_hold(self, town: Town) -> None:
        """Each matter once, however small the pages."""
        wanted = {town.ordered(f"lamp {number}").id for number in range(5)}
        seen, after = [], ""
        for size in (2, 2, 1):
            page = town.office.worklist(limit=2, after=after)
            assert len(page.items) == size
            seen += [item.case.id for item in page.items]
            after = page.next
        assert (len(seen), set(seen), after) == (5, wanted, "")


class TestExcluding:
    """*The level above decides, never whoever is measured; figures leave nothing out by themselves*."""

    def test_only_the_level_above_leaves_out(self, town: Town) -> None:
        """Neither the department nor the secretary who is measured."""
        ticket = town.ordered()
        for by in (town.secretary(), town.officer("health"), town.resident):
            with pytest.raises(Refused) as refused:
                town.office.tickets.exclude(ticket, "out-of-scope", by=by)
            assert refused.value.refusal.rules == ("authority",)
        with pytest.raises(Refused) as refused:
            town.office.tickets.exclude(ticket, " ", by=town.secretary("subdistrict"))
        assert refused.value.refusal.rules == ("names-reason",)

    def test_whoever_counts_says_what_is_left_out(self, town: Town) -> None:
        """The figures say how many that were; it can be taken back, and it stays in the ledger."""
        above = town.secretary("subdistrict")
        scope, gone, _ = town.ordered("scope"), town.ordered("gone"), town.ordered("kept")
        town.office.tickets.exclude(scope, "out-of-scope", note="a neighbour's cat", by=above)
        town.office.tickets.exclude(gone, "unreachable", by=above)
        rates = town.office.ledger.rates
        assert (rates().cases, dict(rates().excluded)) == (3, {})
        found = rates(exclude=("out-of-scope", "unreachable", "duplicate"))
        assert (found.cases, dict(found.excluded)) == (1, {"out-of-scope": 1, "unreachable": 1})
        assert found.settled.counted.en == "all cases; left out: out-of-scope 1, unreachable 1"
        assert found.settled.counted.zh == "全部事项；已剔除：out-of-scope 1, unreachable 1"
        assert rates(exclude=("unreachable",)).cases == 2
        assert [case.id for case in town.office.find(excluded="out-of-scope").cases] == [scope.id]
        town.office.tickets.include(scope, by=above)
        assert rates(exclude=("out-of-scope",)).cases == 3
        assert [entry.step for entry in town.office.ledger.entries(scope)] == ["order", "exclude", "include"]
        with pytest.raises(Refused):
            town.office.tickets.include(scope, by=above, key="again")

    def test_a_duplicate_says_so_by_itself(self, town: Town) -> None:
        """Until its master ends without an answer: then it counts again."""
        master, twin = town.ordered("lamp"), town.ordered("the lamp")
        town.office.tickets.merge(twin, into=master, by=town.secretary())
        rates = town.office.ledger.rates
        assert (rates().cases, rates(exclude=("duplicate",)).cases) == (2, 1)
        town.office.tickets.withdraw(master, by=town.resident)
        assert rates(exclude=("duplicate",)).cases == 2

    def test_silence_may_count_as_no(self, town: Town) -> None:
        """Of those who said so, or of all that were handled; whose share it is stands beside it."""
        loud, _ = town.answered("loud"), town.answered("silent")
        town.office.tickets.evaluate(loud, resolved=True, satisfied=5, by=town.resident)
        said, handled = town.office.ledger.rates(), town.office.ledger.rates(over="handled")
        assert [(r.resolved.n, r.resolved.of) for r in (said, handled)] == [(1, 1), (1, 2)]
        assert [(r.satisfied.n, r.satisfied.of) for r in (said, handled)] == [(1, 1), (1, 2)]
        assert "counting as unresolved" in handled.resolved.counted.en
        assert "未评价的按未解决计" in handled.resolved.counted.zh


class TestLeague:
    """*By territory, by department, by category; ``on`` ranks by the map of that day*."""

    def test_units_of_a_level_count_with_everything_below(self, town: Town) -> None:
        """A community's cases are its subdistrict's, too."""
        town.office.tickets.withdraw(town.ordered("one"), by=town.resident)
        town.ordered("two")
        (place,) = town.office.ledger.league("settled", level="subdistrict")
        assert (place.rank, place.group) == (1, town.office.unit("subdistrict"))
        assert (place.rate.n, place.rate.of) == (1, 2)
        assert [p.group for p in town.office.ledger.league("settled")] == [town.office.unit("community")]

    def test_departments_by_their_shares(self, town: Town) -> None:
        """The other axis."""
        town.done(town.dispatched("health", "emergency"), "health")
        table = town.office.ledger.league("settled", "body", flow="share")
        assert [(p.rank, p.group, p.rate.n) for p in table] == [
            (1, town.office.unit("health"), 1),
            (2, town.office.unit("emergency"), 0),
        ]
        assert [p.rank for p in town.office.ledger.league("settled", "body", flow="share", least=2)] == [None, None]

    def test_what_cannot_be_is_told(self, town: Town) -> None:
        """A level that no scheme has, and a level of departments."""
        with pytest.raises(InvalidInput, match="no scheme here has the level 'subdistrct'; did you mean"):
            town.office.ledger.league("settled", level="subdistrct")
        with pytest.raises(InvalidInput, match="a level is one of units"):
            town.office.ledger.rates_by("body", level="subdistrict")
