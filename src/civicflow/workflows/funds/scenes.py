"""The scenes in which a fund is explored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from civicflow.money import Money
from civicflow.workflows.engine.exploring.scene import Incident, Scene
from civicflow.workflows.funds.doubles import Confirm, Reject, Suspect
from civicflow.workflows.funds.fund import Deposit, Earmark, GiveBack, OpenFund, Pay, Release, Reserve
from civicflow.workflows.funds.goods import BringBack, HandOut, Receive, WriteOff
from civicflow.workflows.funds.pledge import PayIn, Pledge, Withdraw

FUND_OPENED: Final = Incident(
    case="fund", flow="fund", step="open", by="secretary@low", data=OpenFund(title="Fund", source="budget")
)
PAID_IN: Final = Incident(case="fund", step="deposit", by="secretary@low", data=Deposit(Money(1)))
_ELSEWHERE: Final = attrs.evolve(FUND_OPENED, case="other", unit="top", by="secretary@top")
_BY_RULE: Final = ("open", "deposit", "earmark", "give-back", "close", "reserve", "pay", "release")
"""A rule tries everything, so that what only people may do is seen to be refused to it."""

FUNDS: Final[Mapping[str, tuple[Scene, ...]]] = {
    "fund": (
        Scene(
            data={
                "open": (FUND_OPENED.data,),
                "deposit": (Deposit(Money(1)), Deposit(Money(1, "EUR"))),
                "earmark": (Earmark(Money(1), "gates"), Earmark(Money(1, "EUR"), "gates")),
                "reserve": (
                    Reserve(Money(1), "P"),
                    Reserve(Money(1), "P", "gates"),
                    Reserve(Money(1, "EUR"), "P"),
                ),
                "pay": (
                    Pay(Money(1), "P", "smiths"),
                    Pay(Money(1), "Q", "smiths"),
                    Pay(Money(1, "EUR"), "P", "smiths"),
                ),
                "release": (Release(Money(1), "P"), Release(Money(2), "P"), Release(Money(1, "EUR"), "P")),
                "give-back": (
                    GiveBack(amount=Money(1), reason="r"),
                    GiveBack(amount=Money(1), source="nobody", reason="r"),
                    GiveBack(amount=Money(1, "EUR"), reason="r"),
                ),
            },
            by_rule=_BY_RULE,
            most_depth=6,
            most_states=400,
        ),
    ),
    "pledge": (
        Scene(
            data={
                "promise": (
                    Pledge(title="p", amount=Money(2), fund="fund", source="donors"),
                    Pledge(title="p", amount=Money(2), fund="fund", source="donors", binding=True),
                    Pledge(title="p", amount=Money(2, "EUR"), fund="fund", source="donors"),
                    Pledge(title="p", amount=Money(2), fund="other", source="donors"),
                    Pledge(title="p", amount=Money(2), fund="none", source="donors"),
                ),
                "pay-in": (PayIn(Money(1)), PayIn(Money(2)), PayIn(Money(1, "EUR"))),
                "withdraw": (Withdraw("r"), Withdraw(" ")),
            },
            prelude=(FUND_OPENED, _ELSEWHERE),
            incidents=(Incident(case="fund", step="close", by="secretary@low"),),
        ),
    ),
    "goods": (
        Scene(
            data={
                "receive": (
                    Receive(title="g", giver="a firm", item="rice", quantity=2, measure="bag", value=Money(1)),
                ),
                "hand-out": (
                    HandOut(household_list="1", receivers={"a": 1}),
                    HandOut(household_list="1", receivers={"a": 1, "b": 1}),
                ),
                "bring-back": (
                    BringBack(household_list="1", receivers={"a": 1}, reason="r"),
                    BringBack(household_list="2", receivers={"a": 1}, reason="r"),
                    BringBack(household_list="1", receivers={"a": 1}, reason=" "),
                ),
                "write-off": tuple(WriteOff(quantity=many, reason=why) for many, why in ((1, "r"), (1, " "), (3, "r"))),
            },
        ),
    ),
    "double-funding": (
        Scene(
            data={
                "suspect": (Suspect(title="d", one="1", other="2"), Suspect(title="d", one="1", other="1")),
                "confirm": (Confirm("water", "r"), Confirm("water", " ")),
                "reject": (Reject("r"), Reject(" ")),
            },
        ),
    ),
}
