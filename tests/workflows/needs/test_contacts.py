"""To whom residents can turn, and where nobody is."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from civicflow import InvalidInput, NotFound

if TYPE_CHECKING:
    from tests.conftest import Town

ZONE = ZoneInfo("Asia/Shanghai")


class TestContacts:
    """An area has a contact where somebody holds the post in a body of it, or where a contact point is within reach."""

    def test_a_contact_in_person(self, town: Town) -> None:
        """The community has one, and the point of its group is at its door."""
        found = town.office.needs.contacts("community")
        assert found.people == ("contact-1",)
        assert [(walk.site.code, walk.minutes) for walk in found.points] == [("point", 0)]
        assert found

    def test_nobody(self, town: Town) -> None:
        """The neighbour has none; it is listed, and no other."""
        assert not town.office.needs.contacts("neighbour")
        office = town.office
        assert office.needs.without_contact("community") == (office.unit("neighbour"),)
        assert office.needs.without_contact("community", under="group") == ()
        assert office.needs.without_contact("residents-group") == ()

    def test_who_leaves_the_post_leaves_a_gap(self, town: Town) -> None:
        """Without contact and point the community is listed, too."""
        town.load(town.register)
        assert len(town.office.needs.without_contact("community")) == 2
        assert town.office.needs.without_contact("residents-group") == (town.office.unit("group"),)

    def test_at_night_only_people_count(self, town: Town) -> None:
        """The group has nobody at night, the community its contact; at ten in the morning both have somebody."""
        night, morning = (datetime(2026, 3, 3, hour, tzinfo=ZONE) for hour in (23, 10))
        needs = town.office.needs
        assert not needs.contacts("group", at=night)
        assert needs.contacts("group", at=morning)
        assert needs.without_contact("residents-group", at=night) == (town.office.unit("group"),)
        assert needs.contacts("community", at=night).people == ("contact-1",)

    def test_what_makes_no_sense_is_refused(self, town: Town) -> None:
        """An unknown area, and an instant without a zone."""
        with pytest.raises(NotFound):
            town.office.needs.contacts("nowhere")
        with pytest.raises(InvalidInput, match="zone"):
            town.office.needs.contacts("group", at=datetime(2026, 3, 3, 10))  # that is the fault
