"""1+6+X as a value: who has to be there, who is excused, and what the minutes say of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow import InvalidInput
from civicflow.workflows.councils.composition import KINDS, ONE_SIX_X, Composition

SOME = st.sets(st.sampled_from(list(KINDS)))
COMPOSITIONS = st.tuples(SOME, SOME).map(
    lambda two: Composition(kinds=tuple(sorted(two[0])), excusable=tuple(sorted(two[0] & two[1])))
)


class TestOneSixX:
    """Six standing kinds; a kind that does not exist there is excused by rule."""

    @given(COMPOSITIONS, SOME, SOME)
    def test_each_standing_kind_is_there_missing_or_excused(
        self, composition: Composition, exist: set[str], there: set[str]
    ) -> None:
        """Exactly one of the three, whatever the rule, the place and whoever comes."""
        found = composition.of(exist, there)
        assert sorted((*found.there, *found.missing, *found.excused)) == sorted(composition.kinds)
        assert set(found.excused) == set(composition.excusable) - exist
        assert set(found.there) == (set(composition.kinds) - set(found.excused)) & there
        assert found.reached == (not found.missing)

    @given(COMPOSITIONS, SOME, SOME)
    def test_more_people_never_break_it(self, composition: Composition, exist: set[str], there: set[str]) -> None:
        """What is composed stays so when another kind comes."""
        if composition.of(exist, there).reached:
            assert all(composition.of(exist, there | {kind}).reached for kind in KINDS)

    @given(COMPOSITIONS, SOME)
    def test_what_lacks_can_never_be_there(self, composition: Composition, exist: set[str]) -> None:
        """A kind that does not exist and is not excusable is missing, even if all who exist come."""
        assert set(composition.lacking(exist)) == set(composition.of(exist, exist).missing)

    def test_five_kinds_sit_and_the_sixth_is_named(self) -> None:
        """A compound without a property company, in both languages."""
        five = [kind for kind in KINDS if kind != "property-company"]
        text = ONE_SIX_X.of(five, five).text
        assert text.en.endswith("excused, does not exist here: property company")
        assert text.zh.endswith("依规免到（本地未设）：物业企业")
        assert "legal adviser" not in text.en.partition("excused")[2]

    def test_whoever_is_away_is_named_and_so_is_nobody(self) -> None:
        """The minutes of a sitting that was adjourned."""
        assert "not there: legal adviser" in ONE_SIX_X.of(KINDS, set(KINDS) - {"legal-adviser"}).text.en
        assert ONE_SIX_X.of(KINDS, ()).text.en.startswith("none of the kinds is there")

    @pytest.mark.parametrize(
        "fields",
        [{"kinds": ("mayor",)}, {"kinds": ("partners", "partners")}, {"kinds": ("partners",)}],
        ids=["unknown", "twice", "excusable and not standing"],
    )
    def test_a_rule_of_unknown_kinds_is_none(self, fields: dict[str, tuple[str, ...]]) -> None:
        """Said at once, with those that there are."""
        with pytest.raises(InvalidInput):
            Composition(**fields)
