"""Lists of whom a matter concerns, of who is asked and of units that find too much or too little."""

from __future__ import annotations

import attrs
from tests.testing.planted.sound import Sound, caught

from civicflow.errors import UnsupportedQuery
from civicflow.plugins.storage.contract import Batch, Commit, Page, Query


@caught("test_parties_only_grow")
class PartiesReplaced(Sound):
    """Whom a matter concerned before is forgotten when it concerns somebody else."""

    def commit(self, batch: Batch) -> Commit:
        with self.rows.turn:
            for party in batch.parties:
                self.rows.parties.pop(party.matter, None)
            return super().commit(batch)


@caught("test_what_concerns_somebody_is_found_with_all_its_cases")
class PartiesOfTheRootAlone(Sound):
    """What concerns somebody is found without its shares."""

    def find(self, query: Query) -> Page:
        page = super().find(query)
        if query.parties is None:
            return page
        return Page(tuple(case for case in page.items if case.case == case.matter), page.next)


@caught("test_an_empty_list_finds_nothing")
class EmptyListIsOpen(Sound):
    """An empty list is taken for none: whoever may read nothing is shown everything."""

    def find(self, query: Query) -> Page:
        return super().find(
            attrs.evolve(query, within=query.within or None, parties=query.parties or None, asked=query.asked or None)
        )


@caught("test_within_is_the_unit_or_the_body")
class WithinIsTheUnitAlone(Sound):
    """Within a unit only its own matters are found, and not what its bodies do for others."""

    def find(self, query: Query) -> Page:
        page = super().find(query)
        if query.within is None:
            return page
        units = [self.rows.cases[case.case].facts[3] for case in page.items]
        return Page(
            tuple(case for case, unit in zip(page.items, units, strict=True) if unit in query.within), page.next
        )


@caught("test_a_cursor_belongs_to_its_lists")
class CursorOfAnyList(Sound):
    """A cursor goes on in whatever list it is shown to."""

    def find(self, query: Query) -> Page:
        try:
            return super().find(query)
        except UnsupportedQuery:
            return super().find(attrs.evolve(query, after=""))


@caught("test_a_list_may_be_very_long")
class ListsCutShort(Sound):
    """Of a long list only the first thousands of values are looked for."""

    def find(self, query: Query) -> Page:
        parties = query.parties and query.parties[:32_000]
        return super().find(attrs.evolve(query, parties=parties))


@caught("test_a_list_shows_what_its_reader_may_read_and_nothing_else")
class ShowsWhateverIsAskedFor(Sound):
    """Whom a matter concerns is kept, and lists do not look at it."""

    def find(self, query: Query) -> Page:
        return super().find(attrs.evolve(query, parties=query.parties and None))
