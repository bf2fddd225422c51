"""Who is competent on a day, and what a catalogue says that makes no sense."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow import InvalidInput, Money, NotFound
from civicflow.workflows.services.catalogue import Catalogue, Delegation, Document, Service

if TYPE_CHECKING:
    from tests.workflows.services.conftest import Desk

DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31))


class TestCompetent:
    """Who owns it is competent, unless it is delegated on that day, seen from the area where the applicant lives."""

    def test_the_nearest_desk_of_a_kind(self, desk: Desk) -> None:
        """The subdistrict's centre for its communities, with the reason and its basis, and the last day."""
        found, unit = desk.office.services.competent("stall", area="group"), desk.office.unit
        assert (found.body, found.owner, found.last_day) == (unit("centre"), unit("health"), date(2026, 5, 31))
        assert found.why.en == "health delegated it to Centre (District Order 3)"
        assert "已下放至便民服务中心" in found.why.zh

    def test_where_there_is_no_desk_the_owner_is(self, desk: Desk) -> None:
        """For the district itself no station is near."""
        found = desk.office.services.competent("stall", area="district")
        assert (found.body, found.last_day, found.why.en) == (found.owner, None, "health owns it")

    @pytest.mark.parametrize(
        ("on", "body"),
        [
            (date(2026, 3, 9), "emergency"),
            (date(2026, 3, 10), "party-community"),
            (date(2030, 1, 1), "party-community"),
        ],
    )
    def test_a_site_stands_for_whoever_runs_it_from_a_day_on(self, desk: Desk, on: date, body: str) -> None:
        """The hall's branch from the tenth of March on, in its community and what lies in it."""
        services, unit = desk.office.services, desk.office.unit
        assert services.competent("meals", area="group", on=on).body == unit(body)
        assert services.competent("meals", area="subdistrict", on=on).body == unit("emergency")
        assert services.competent("meals", area="neighbour", on=on).body == unit("centre")

    def test_the_last_day_is_the_last(self, desk: Desk) -> None:
        """On the day named by ``until`` the owner is competent again."""
        competent = desk.office.services.competent
        assert competent("stall", area="community", on=date(2026, 5, 31)).body == desk.office.unit("centre")
        assert competent("stall", area="community", on=date(2026, 6, 1)).body == desk.office.unit("health")

    def test_what_a_desk_offers(self, desk: Desk) -> None:
        """Today, seen from an area."""
        at = desk.office.services.at
        assert [one.name for one in at("centre", area="neighbour")] == ["stall", "meals"]
        assert [one.name for one in at("centre", area="community")] == ["stall"]

    def test_what_is_not_there(self, desk: Desk) -> None:
        """A service, an area, an owner."""
        with pytest.raises(NotFound, match="no service 'stal'"):
            desk.office.services.competent("stal", area="community")
        with pytest.raises(NotFound):
            desk.office.services.competent("stall", area="nowhere")
        lost = desk.open(Catalogue([Service(name="a", text="a | 甲", owner="nobody")]))
        with pytest.raises(NotFound, match="owner of a is not in the register"):
            lost.services.competent("a", area="community")

    def test_an_office_without_a_catalogue_offers_nothing(self, desk: Desk) -> None:
        """And says so."""
        assert desk.town.office.services.catalogue == Catalogue()


@given(since=DAYS, until=DAYS, on=st.dates(date(2025, 12, 1), date(2027, 2, 1)))
def test_a_delegation_holds_from_its_first_day_to_its_last(since: date | None, until: date | None, on: date) -> None:
    """Half-open, as every row of a register is; one that would never hold is refused."""
    if since and until and until <= since:
        with pytest.raises(InvalidInput, match="first day on which a delegation no longer holds"):
            Delegation(to="a", since=since, until=until)
        return
    delegation = Delegation(to="a", since=since, until=until)
    assert delegation.holds(on) == ((since or on) <= on < (until or on + timedelta(days=1)))


class TestMissing:
    """What a service asks for is told all at once."""

    def test_every_document_that_is_missing(self, desk: Desk) -> None:
        """In order, without what one may do without."""
        missing = desk.office.services.missing
        assert [document.name for document in missing("stall")] == ["id", "lease"]
        assert [document.name for document in missing("stall", ["lease", "photo"])] == ["id"]
        assert missing("stall", ["id", "lease"]) == ()
        assert missing("meals") == ()

    def test_what_it_does_not_ask_for_is_named(self, desk: Desk) -> None:
        """With what it asks for."""
        with pytest.raises(InvalidInput, match="does not ask for passport; it asks for id, lease, photo"):
            desk.office.services.missing("stall", ["passport"])


class TestSense:
    """Each service has a symbol of its own, and what it names is there."""

    def test_twice_is_once_too_often(self) -> None:
        """Services, and documents of one."""
        one = Service(name="a", text="a | 甲", owner="b")
        with pytest.raises(InvalidInput, match="a stands twice"):
            Catalogue((one, one))
        paper = Document(name="id", text="id | 证")
        with pytest.raises(InvalidInput, match="id stands twice"):
            attrs.evolve(one, documents=(paper, paper))

    def test_a_fee_is_more_than_nothing(self) -> None:
        """What is free of charge has none."""
        with pytest.raises(InvalidInput, match="more than zero"):
            Service(name="a", text="a | 甲", owner="b", fee=Money(0))

    def test_what_means_nothing_on_a_chart(self, desk: Desk) -> None:
        """Every owner, provider, desk, kind and area that is not there, in both languages."""
        catalogue = Catalogue(
            [
                Service(
                    name="a",
                    text="a | 甲",
                    owner="nobody",
                    provider="no-one",
                    delegations=[
                        Delegation(to="kind canteen"),
                        Delegation(to="no-desk", areas=["no-area", "community"]),
                    ],
                ),
                *desk.office.services.catalogue.services,
            ]
        )
        found = list(catalogue.faults(desk.office.chart()))
        assert [(fault.path, fault.rule, fault.value) for fault in found] == [
            ("a.owner", "no-owner", "nobody"),
            ("a.provider", "no-owner", "no-one"),
            ("a.delegations[0].to", "no-kind", "canteen"),
            ("a.delegations[1].to", "no-desk", "no-desk"),
            ("a.delegations[1].areas", "no-area", "no-area"),
        ]
        assert all(fault.text and fault.text.zh for fault in found)
