"""The scenes in which a fund is explored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from civicflow.money import Money
from civicflow.workflows.engine.exploring.scene import Incident, Scene
from civicflow.workflows.funds.fund import Deposit, Earmark, GiveBack, OpenFund, Pay, Release, Reserve

FUND_OPENED: Final = Incident(
    case="fund", flow="fund", step="open", by="secretary@low", data=OpenFund(title="Fund", source="budget")
)
PAID_IN: Final = Incident(case="fund", step="deposit", by="secretary@low", data=Deposit(Money(1)))
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
}
