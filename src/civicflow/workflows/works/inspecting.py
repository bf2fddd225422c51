"""Acceptance of the whole (竣工验收) as a stage: by delegates and residents who did not build it.

Rules
-----
- The whole is inspected by delegates of the body that asked for it and by residents, so many of each at least; each signs once, and
  names the defects that they find, or none. Nobody who works for the contractor, or who reported a part of it, signs.
- When enough have signed: without a defect it is accepted; with any it goes back to the contractor with the list, and after
  mending it is inspected anew by as many.
- From the second inspection on the delegates may refuse it for good, with the reason; what was retained is not paid then.

Source: Chengdu tells that what was voted on is built; that residents accept it, and in this way, is ours, as are the limits.
"""

from __future__ import annotations

from typing import Any, Final

import attrs

from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, BY_RULE, AnyOf, Holder, Who
from civicflow.texts import Text
from civicflow.workflows.engine.clocks import anchors_of
from civicflow.workflows.engine.effects import Compute, Stamp
from civicflow.workflows.engine.fields import texts
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Limit, Named, State, Step
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.reasons import HAS_REASON
from civicflow.workflows.works.building import HAS_EVIDENCE, Report, reporting
from civicflow.workflows.works.roles import CONTRACTOR, NOT_THE_BUILDER, SECRETARY, GiveUp, presses


@attrs.frozen
class Inspect:
    """What somebody found who inspected the whole.

    Attributes:
        defects: one by one, public; none where everything is as it should be.
    """

    defects: tuple[str, ...] = attrs.field(default=(), converter=texts)


def _signed(situation: Situation, delegate: Who) -> list[dict[str, Any]]:
    """Who signed in this round, with whoever signs now."""
    actor, chart = situation.actor, situation.world.chart
    sits = delegate.allows(actor, anchors_of(situation.case, chart), chart)
    now = {"person": actor.person, "delegate": sits, "defects": list(situation.data.defects)}
    return [*situation.case.data.get("signed", ()), now]


ONCE_EACH: Final = Guard(
    "signs-once",
    lambda s: s.actor.person not in [one["person"] for one in s.case.data.get("signed", ())],
    "each signs once in an inspection | 每人每次验收只签署一次",
)
INSPECTED_AGAIN: Final = Guard(
    "inspected-again",
    lambda s: bool(s.case.data.get("mended")),
    "it is refused only after a second inspection: let it be mended first | 须先整改并再次验收，方可认定不合格",
)


def _enough(delegate: Who, delegates: int, residents: int, *, clean: bool) -> Guard:
    def complete(situation: Situation) -> bool:
        signed = _signed(situation, delegate)
        sat = sum(one["delegate"] for one in signed)
        is_clean = not any(one["defects"] for one in signed)
        return sat >= delegates and len(signed) - sat >= residents and (is_clean or not clean)

    number = f"signed-by-{delegates}-and-{residents}"
    return Guard(
        f"{number}-without-defects" if clean else number,
        complete,
        Text("defects were found", "发现问题") if clean else Text("not enough have signed yet", "签署人数不足"),
        asks_data=True,
    )


def inspecting(
    *,
    at: str,
    post: str = "delegate",
    office: Who = SECRETARY,
    delegates: int = 1,
    residents: int = 1,
    mend: str = "20 workdays",
) -> Flow:
    """The whole is inspected and accepted. Its outcomes: ``accepted``, ``rejected``.

    It reads ``award`` and ``reporters`` of the case and keeps ``signed``, ``defects`` and ``mended``.

    Args:
        at: the anchor of the body that asked for the work.
        post: whose holders inspect as delegates.
        office: who enters what a contractor says in writing, and who is pressed.
        delegates: how many of them sign at least.
        residents: how many others sign at least.
        mend: how long mending may take before the level above hears of it.
    """
    delegate = Holder(post, at)

    def found(situation: Situation) -> dict[str, Any]:
        signed = _signed(situation, delegate)
        return {"signed": signed, "defects": [defect for one in signed for defect in one["defects"]]}

    return Flow(
        "inspecting",
        1,
        "acceptance | 竣工验收",
        (
            State(
                "awaited",
                "to be accepted | 待验收",
                (Limit("5 workdays", "remind"), Limit("10 workdays", "press", again=True)),
            ),
            State(
                "defective",
                "defects to be mended | 待整改",
                (Limit("5 workdays", "remind-builder"), Limit(mend, "press", again=True)),
            ),
            State("accepted", "accepted | 验收合格", final="accepted"),
            State("rejected", "not accepted | 验收不合格", final="rejected"),
        ),
        (
            Step("begin", "begin | 开始", NEW, "awaited", BY_RULE),
            Step(
                "inspect",
                "inspect and sign | 验收签署",
                "awaited",
                (
                    Branch(
                        _enough(delegate, delegates, residents, clean=True),
                        "accepted",
                        (Stamp(), TellRequester("accepted", "“{title}” was accepted | “{title}”验收合格")),
                    ),
                    Branch(
                        _enough(delegate, delegates, residents, clean=False),
                        "defective",
                        (
                            Tell(CONTRACTOR, "defective", "“{title}” has defects to be mended | “{title}”有问题需整改"),
                            TellRequester("defective", "defects were found in “{title}” | “{title}”验收发现问题"),
                        ),
                    ),
                    Branch(ELSE, STAY),
                ),
                AnyOf(delegate, ANYONE),
                Inspect,
                (NOT_THE_BUILDER, ONCE_EACH),
                (Compute(Named("sign", found)),),
            ),
            Step(
                "mend",
                "report the defects mended | 报告整改完成",
                "defective",
                "awaited",
                AnyOf(CONTRACTOR, office),
                Report,
                (HAS_EVIDENCE,),
                (
                    Compute(
                        Named(
                            "mend",
                            lambda s: {**reporting(s), "mended": True, "signed": []},
                        )
                    ),
                    Tell(delegate, "inspect", "please inspect “{title}” again | 请再次验收“{title}”"),
                ),
            ),
            Step(
                "reject",
                "refuse it for good | 认定不合格",
                "defective",
                "rejected",
                delegate,
                GiveUp,
                (HAS_REASON, INSPECTED_AGAIN),
                (
                    Tell(CONTRACTOR, "rejected", "“{title}” was not accepted | “{title}”验收不合格"),
                    TellRequester("rejected", "“{title}” was not accepted | “{title}”验收不合格"),
                ),
                asks=False,
            ),
            Step(
                "remind",
                "remind | 催办",
                "awaited",
                STAY,
                BY_CLOCK,
                does=(Tell(delegate, "reminder", "“{title}” is to be accepted | “{title}”待验收"),),
            ),
            Step(
                "remind-builder",
                "remind | 催办",
                "defective",
                STAY,
                BY_CLOCK,
                does=(Tell(AnyOf(CONTRACTOR, office), "reminder", "“{title}” is to be mended | “{title}”待整改"),),
            ),
            presses("awaited", "defective", who=office, text="“{title}” is not accepted yet | “{title}”逾期未验收"),
        ),
        anchors=(at,),
    )
