"""Quotes and award (询价比选) as a stage: called for, sealed until they are opened, compared, awarded within the budget.

Rules
-----
- The office calls for quotes until the end of a closing day, three working days later or more, and says by what they are
  compared: the price alone, or a price and named criteria with their points.
- A bidder hands in one quote, which is not changed: a body of the register by its officer; anybody else in writing, through the
  office. It is sealed: until it is opened the ledger holds who quoted and a digest (`comparing.seal_quote`), or that an envelope of
  paper lies with the office. So nobody reads an amount before the closing day; *that* somebody quoted is public.
- After the closing day each quote is opened: by its bidder or the office with its secret; an envelope by the office, beside a
  witness who sits at the body that asked for the work. What is not opened in time is out.
- Three quotes are needed, of bidders that are not excluded. With fewer there is a second call, or the office goes on and
  says why, in public.
- A bidder with a conflict of interest gets nothing: whom the register shows to hold posts on both sides, by rule; what the register does
  not know, by exclusion through the level above, with its reason (see `civicflow.workflows.excluding`).
- The best quote is awarded, any other one only with a reason, and none above the budget: where all of them are, the question goes
  back to who decided it. The award names the decision that it carries out. Every bidder is told.

Source: Chengdu: after the vote quotes are compared, and a plan and a contractor chosen, in five sittings. Government Procurement
Law of China, article 40: no fewer than three suppliers; a price that is quoted once and not changed; who was not chosen is told.
Ministry of Finance order no. 74, article 45: three working days or more to quote. (Laws were read in a copy of April 2025; they
bind public purchases above a limit, and are a pattern for what a compound buys.) Ours: sealing by a digest, who opens and who excludes, the
second call, and the other limits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

import attrs

from civicflow.calendars import TimeLimit, day, time_limit
from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import BY_CLOCK, BY_RULE, AnyOf, Who
from civicflow.ids import PersonId, UnitId
from civicflow.ledger.canonical import plain
from civicflow.money import Money, positive
from civicflow.texts import Text
from civicflow.workflows.engine.clocks import anchors_of
from civicflow.workflows.engine.effects import Compute, Keep
from civicflow.workflows.engine.fields import unit_ids
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Kept, Limit, Named, State, Step
from civicflow.workflows.engine.situation import Change, Situation
from civicflow.workflows.engine.telling import Tell, TellEach, TellRequester
from civicflow.workflows.excluding import NAMES_REASON, Exclude
from civicflow.workflows.pressing import SUPERVISOR, reminds
from civicflow.workflows.reasons import HAS_REASON
from civicflow.workflows.works.comparing import Criterion, Points, best, complete, is_sealed, points, seal_quote
from civicflow.workflows.works.decision import AS_DECIDED, Execute
from civicflow.workflows.works.roles import (
    BIDDER,
    SECRETARY,
    GiveUp,
    TellBidders,
    entangled,
    money_of,
    presses,
    waiting,
)

UNOPENED: Final = "unopened"
"""The reason for which the clock leaves out a quote that was not opened in time."""

CONFLICT_OF_INTEREST: Final = "conflict-of-interest"
"""The reason of an exclusion: whoever decides has a part in the bidder."""


def _criteria(given: Iterable[Criterion]) -> tuple[Criterion, ...]:
    return tuple(given)


def _each_once(_: object, __: object, value: tuple[Criterion, ...]) -> None:
    names = [criterion.name for criterion in value]
    if len(set(names)) < len(names):
        msg = f"each criterion has a name of its own; got {names}"
        raise InvalidInput(msg)


def _points(given: Iterable[Points]) -> tuple[Points, ...]:
    return tuple(given)


@attrs.frozen(kw_only=True)
class Call:
    """A call for quotes.

    Attributes:
        closing: the day by whose end they are handed in.
        wanted: what is to be built, public.
        price: how many points the price gives at most.
        criteria: what else gives points; none where the lowest price is best.
        invited: bodies whose officers are told of the call; anybody else may quote, too.
    """

    closing: date = attrs.field(converter=day)
    wanted: str = ""
    price: int = attrs.field(default=100, validator=points)
    criteria: tuple[Criterion, ...] = attrs.field(default=(), converter=_criteria, validator=_each_once)
    invited: tuple[UnitId, ...] = attrs.field(default=(), converter=unit_ids)


@attrs.frozen(kw_only=True)
class HandIn:
    """A sealed quote.

    Attributes:
        bidder: whose it is: a body's id or a name; empty for the actor's own body.
        sealed: its digest, see `comparing.seal_quote`; empty for an envelope of paper, which the office keeps unopened.
    """

    bidder: str = ""
    sealed: str = attrs.field(default="", validator=is_sealed)


@attrs.frozen(kw_only=True)
class Open:
    """A quote that is opened.

    Attributes:
        bidder: whose it is; empty for the actor's own body.
        amount: what they ask for.
        secret: with which it was sealed; empty for an envelope of paper.
        witness: who saw the envelope opened, beside the office.
        terms: what else they offer, public.
    """

    bidder: str = ""
    amount: Money = attrs.field(validator=positive)
    secret: str = ""
    witness: PersonId | None = None
    terms: str = ""


@attrs.frozen(kw_only=True)
class ExcludeBidder(Exclude):
    """Why a bidder is left out.

    Attributes:
        bidder: who.
    """

    bidder: str


@attrs.frozen(kw_only=True)
class IncludeBidder:
    """A bidder who is not left out after all.

    Attributes:
        bidder: who.
        note: why, public.
    """

    bidder: str
    note: str = ""


@attrs.frozen
class GoOn:
    """Why fewer quotes are enough.

    Attributes:
        reason: public.
    """

    reason: str


@attrs.frozen(kw_only=True)
class Award(Execute):
    """Who gets the work.

    Attributes:
        bidder: whose quote is taken.
        reason: why this one, where it is not the best.
        points: what each quote gets for each criterion of the call.
    """

    bidder: str
    reason: str = ""
    points: tuple[Points, ...] = attrs.field(default=(), converter=_points)


# -- what the case keeps ---------------------------------------------------------------------------------------------------


def quotes_of(data: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """The quotes of the present call, by the bidder's id or name."""
    return tuple(data.get("quotes", ()))


def compared(data: Mapping[str, Any]) -> dict[str, Money]:
    """The amounts that are compared: of every quote that was opened and is not excluded, by bidder."""
    return {q["bidder"]: money_of(q["amount"]) for q in quotes_of(data) if q["amount"] and not q["excluded"]}


def _bidder(situation: Situation) -> str:
    """Whose quote is meant: the one named, else the actor's own body."""
    return situation.data.bidder.strip() or str(situation.actor.unit)


def _is_own(situation: Situation) -> bool:
    """Whether an officer acts for their own body."""
    return situation.actor.post == BIDDER.post and _bidder(situation) == situation.actor.unit


def _meant(situation: Situation) -> Mapping[str, Any] | None:
    bidder = _bidder(situation)
    return next((quote for quote in quotes_of(situation.case.data) if quote["bidder"] == bidder), None)


def _with(situation: Situation, **values: Any) -> dict[str, Any]:
    """The quotes, with something else in the one that is meant."""
    meant = _meant(situation)
    changed = plain(values)
    return {"quotes": [{**q, **changed} if q is meant else q for q in quotes_of(situation.case.data)]}


def _called(_: Situation) -> dict[str, Any]:
    return {"quotes": [], "fewer": ""}


def _handed_in(situation: Situation) -> dict[str, Any]:
    quote = {"bidder": _bidder(situation), "sealed": situation.data.sealed, "amount": None, "excluded": ""}
    quotes = [*quotes_of(situation.case.data), quote]
    return {"quotes": sorted(quotes, key=lambda one: str(one["bidder"]))}


def _opened(situation: Situation) -> dict[str, Any]:
    return _with(situation, amount=situation.data.amount, terms=situation.data.terms)


def _excluded(situation: Situation) -> dict[str, Any]:
    return _with(situation, excluded=situation.data.excluded, note=situation.data.note)


def _included(situation: Situation) -> dict[str, Any]:
    return _with(situation, excluded="", note=situation.data.note)


def _out(situation: Situation) -> dict[str, Any]:
    quotes = quotes_of(situation.case.data)
    return {"quotes": [q if q["amount"] or q["excluded"] else {**q, "excluded": UNOPENED} for q in quotes]}


def _awarded(situation: Situation) -> dict[str, Any]:
    given, data = situation.data, situation.case.data
    winner = given.bidder.strip()
    is_best = winner in best(compared(data), data["price"], given.points)
    ground = "reason" if not is_best else "best-score" if data["criteria"] else "lowest-price"
    award = {
        "bidder": winner,
        "amount": compared(data)[winner],
        "ground": ground,
        "reason": given.reason,
        "decision": given.decision,
    }
    return {"award": award}


@attrs.frozen
class HandToBidder:
    """The bidder to whom the work is awarded has to act from now on, where it is a body of the register."""

    def apply(self, situation: Situation, change: Change) -> None:
        """Note it."""
        bidder = situation.data.bidder.strip()
        body = UnitId(bidder) if bidder in situation.world.chart else None
        if body != situation.case.body:
            change.set["body"] = body


# -- the rules -------------------------------------------------------------------------------------------------------------

ONE_QUOTE: Final = Guard(
    "one-quote",
    lambda s: _meant(s) is None,
    "a bidder hands in one quote, which is not changed | 每家只报价一次，报价不得更改",
    asks_data=True,
)
SEALED: Final = Guard(
    "sealed",
    lambda s: bool(s.data.sealed) or not _is_own(s),
    "a quote is sealed: give its sealed digest, or hand an envelope of paper in at the office"
    " | 报价须密封：请提交密封码，或向工作人员递交密封纸质报价",
    asks_data=True,
)
HANDED_IN: Final = Guard(
    "handed-in",
    lambda s: (meant := _meant(s)) is not None and meant["amount"] is None,
    "there is no such quote that is still unopened | 没有该单位尚未开启的报价",
    asks_data=True,
)


def _is_what_was_sealed(situation: Situation) -> bool:
    meant, given = _meant(situation), situation.data
    if meant is None or not meant["sealed"]:
        return not given.secret
    try:
        return seal_quote(meant["bidder"], given.amount, given.secret) == str(meant["sealed"])
    except InvalidInput:
        return False


UNBROKEN: Final = Guard(
    "unbroken",
    _is_what_was_sealed,
    "amount and secret are not what was sealed; an envelope of paper has no secret"
    " | 金额、密语与密封码不符；纸质报价无密语",
    asks_data=True,
)
IN_CURRENCY: Final = Guard(
    "in-currency",
    lambda s: s.data.amount.currency == s.case.data["budget"]["currency"],
    "the amount is in another currency than the budget | 报价币种与预算不一致",
    asks_data=True,
)
LAST_UNOPENED: Final = Guard(
    "last-unopened",
    lambda s: all(q["amount"] or q["bidder"] == _bidder(s) for q in quotes_of(s.case.data)),
    "other quotes are not opened yet | 尚有报价未开启",
    asks_data=True,
)
SOME_OPENED: Final = Guard(
    "some-opened",
    lambda s: bool(compared(s.case.data)),
    "no quote was opened | 没有开启任何报价",
)
IS_COMPARED: Final = Guard(
    "is-compared",
    lambda s: s.data.bidder.strip() in compared(s.case.data),
    "that bidder has no quote that was opened and is not excluded | 该单位没有已开启且未被排除的报价",
    asks_data=True,
)
IS_LEFT_OUT: Final = Guard(
    "is-left-out",
    lambda s: (meant := _meant(s)) is not None and meant["excluded"] not in ("", UNOPENED),
    "that bidder is not excluded | 该单位未被排除",
    asks_data=True,
)
NONE_UNOPENED: Final = Guard(
    "none-unopened",
    lambda s: all(q["amount"] or q["excluded"] for q in quotes_of(s.case.data)),
    "some quotes are not opened yet | 尚有报价未开启",
)
SOME_LEFT: Final = Guard(
    "some-left",
    lambda s: any(not q["excluded"] for q in quotes_of(s.case.data)),
    "there is no quote to go on with | 没有可用的报价",
)
WAS_OPENED: Final = Guard(
    "was-opened",
    lambda s: (meant := _meant(s)) is not None and meant["amount"] is not None,
    "that bidder has no quote that was opened | 该单位没有已开启的报价",
    asks_data=True,
)
SCORED: Final = Guard(
    "scored",
    lambda s: complete(compared(s.case.data), s.case.data["criteria"], s.data.points),
    "each quote gets points for each criterion of the call, once, and no more than it gives"
    " | 每份报价须按公布的每项评分标准计分一次，且不得超过该项满分",
    asks_data=True,
)
BEST_OR_SAID: Final = Guard(
    "best-or-said",
    lambda s: (
        s.data.bidder.strip() in best(compared(s.case.data), s.case.data["price"], s.data.points)
        or bool(s.data.reason.strip())
    ),
    "this is not the best quote: give the reason why it is taken | 该报价并非最优，请说明选择理由",
    asks_data=True,
)


def _is_within(situation: Situation) -> bool:
    amount = compared(situation.case.data).get(situation.data.bidder.strip())
    return amount is None or amount <= money_of(situation.case.data["budget"])


WITHIN_BUDGET: Final = Guard(
    "within-budget",
    _is_within,
    "the quote is above the budget: take another one, or send the question back for more money"
    " | 报价超出预算：请另选，或退回追加预算",
    asks_data=True,
)
ALL_TOO_DEAR: Final = Guard(
    "all-too-dear",
    lambda s: bool(amounts := compared(s.case.data)) and min(amounts.values()) > money_of(s.case.data["budget"]),
    "a quote is within the budget | 有报价在预算之内",
)


def _enough(least: int) -> Guard:
    return Guard(
        f"at-least-{least}",
        lambda s: len([q for q in quotes_of(s.case.data) if not q["excluded"]]) >= least or bool(s.case.data["fewer"]),
        Text(
            f"fewer than {least} quotes that are not excluded: call again, or go on and say why",
            f"未被排除的报价不足{least}家：请再次询价，或说明理由后继续",
        ),
    )


def _time_to_quote(notice: TimeLimit) -> Guard:
    def leaves_time(situation: Situation) -> bool:
        calendar = situation.world.calendar
        return bool(situation.data.closing >= calendar.local_date(calendar.due(notice, situation.happened).at))

    return Guard(
        f"time-to-quote-{notice}".replace(" ", "-"),
        leaves_time,
        Text(
            f"bidders have at least {notice} to quote: close later", f"报价时间不得少于{notice.text.zh}：请推迟截止日"
        ),
        asks_data=True,
    )


def _names_bidder(office: Who) -> Guard:
    def may_quote(situation: Situation) -> bool:
        actor, chart = situation.actor, situation.world.chart
        named = bool(situation.data.bidder.strip())
        return _is_own(situation) or (named and office.allows(actor, anchors_of(situation.case, chart), chart))

    return Guard(
        "names-bidder",
        may_quote,
        "the office names the bidder; an officer quotes for their own body alone"
        " | 工作人员须注明报价单位；单位经办人只能代表本单位",
        asks_data=True,
    )


def _no_conflict(office: Who) -> Guard:
    return Guard(
        "no-conflict",
        lambda s: not entangled(s.case, s.world.chart, s.data.bidder.strip(), office),
        "somebody holds a post with the bidder and another with whoever decides here: a conflict of interest"
        " | 有人同时在报价单位与决策方任职，存在利益冲突",
        asks_data=True,
    )


def _witnessed(post: str, at: str) -> Guard:
    def was_seen(situation: Situation) -> bool:
        meant, witness = _meant(situation), situation.data.witness
        if meant is None or meant["sealed"]:
            return True  # for other guards to refuse, or opened by its secret, which needs no witness
        chart, body = situation.world.chart, situation.case.anchors.get(at)
        return (
            witness is not None
            and witness != situation.actor.person
            and body is not None
            and chart.holds(witness, post, body)
        )

    return Guard(
        f"witnessed-by-{post}-at-{at}",
        was_seen,
        "an envelope of paper is opened beside a witness who sits at the body that asked for the work"
        " | 开启纸质报价须有提出方成员在场见证",
        asks_data=True,
    )


_PLEASE_OPEN: Final = TellBidders("open", "please open your quote for “{title}” | 请开启“{title}”报价")


def quoting(
    *,
    at: str,
    post: str = "delegate",
    office: Who = SECRETARY,
    excluder: Who = SUPERVISOR,
    least: int = 3,
    notice: str = "3 workdays",
    opening: str = "2 workdays",
) -> Flow:
    """Quotes are called for, opened, compared, and one is awarded. Its outcomes: ``awarded``, ``too-dear``, ``no-quotes``.

    It reads ``title``, ``budget``, ``sources`` and ``decision`` of the case, and keeps ``quotes`` and ``award``.

    Args:
        at: the anchor of the body that asked for the work.
        post: whose holders witness that envelopes are opened.
        office: who calls, enters what was handed in in writing, and awards.
        excluder: who leaves a bidder out, and takes that back.
        least: how many quotes there have to be, unless the office says why fewer are enough.
        notice: how long bidders have at least, for instance ``"3 workdays"``.
        opening: how long the opening may take.
    """
    enough, open_to_call = _enough(least), ("due", "few", "comparing")
    return Flow(
        "quoting",
        1,
        "quotes and award | 询价比选",
        (
            State("due", "quotes to be called for | 待询价", waiting()),
            State(
                "calling",
                "quotes are being handed in | 报价中",
                (Limit(Kept("closing", "at the end of the closing day | 截止日结束时"), "close"),),
            ),
            State("opening", "quotes are being opened | 开启报价", (Limit(opening, "end-opening"),)),
            State("few", "too few quotes | 报价不足", waiting()),
            State("comparing", "quotes are compared | 比选中", waiting("5 workdays")),
            State("awarded", "awarded | 已确定承办方", final="awarded"),
            State("too-dear", "above the budget | 超出预算", final="too-dear"),
            State("no-quotes", "no quote was taken | 无成交", final="no-quotes"),
        ),
        (
            Step("begin", "begin | 开始", NEW, "due", BY_RULE),
            Step(
                "call",
                "call for quotes | 发出询价",
                open_to_call,
                "calling",
                office,
                Call,
                (_time_to_quote(time_limit(notice)),),
                (
                    Keep(("closing", "wanted", "price", "criteria", "invited")),
                    TellBidders("called-again", "quotes for “{title}” are called for anew | “{title}”重新询价"),
                    Compute(Named("call-for-quotes", _called)),
                    TellEach("invited", "called", "please quote for “{title}” | 请对“{title}”报价", "officer"),
                    TellRequester("called", "quotes are called for: “{title}” | “{title}”已发出询价"),
                ),
            ),
            Step(
                "quote",
                "hand in a quote | 递交报价",
                "calling",
                STAY,
                AnyOf(office, BIDDER),
                HandIn,
                (_names_bidder(office), ONE_QUOTE, SEALED),
                (Compute(Named("hand-in", _handed_in)),),
                asks=False,
            ),
            Step(
                "close",
                "the closing day is over | 报价截止",
                "calling",
                (
                    Branch(enough, "opening", (_PLEASE_OPEN,)),
                    Branch(ELSE, "few", (Tell(office, "few", "too few quotes for “{title}” | “{title}”报价不足"),)),
                ),
                BY_CLOCK,
            ),
            Step(
                "go-on",
                "go on with fewer | 说明理由后继续",
                ("few", "comparing"),
                (Branch(NONE_UNOPENED, "comparing"), Branch(ELSE, "opening", (_PLEASE_OPEN,))),
                office,
                GoOn,
                (HAS_REASON, SOME_LEFT),
                (Compute(Named("go-on-with-fewer", lambda s: {"fewer": s.data.reason})),),
                asks=False,
            ),
            Step(
                "open",
                "open a quote | 开启报价",
                "opening",
                (Branch(LAST_UNOPENED, "comparing"), Branch(ELSE, STAY)),
                AnyOf(office, BIDDER),
                Open,
                (_names_bidder(office), HANDED_IN, UNBROKEN, IN_CURRENCY, _witnessed(post, at)),
                (Compute(Named("open-quote", _opened)),),
            ),
            Step(
                "end-opening",
                "the opening is over | 开启结束",
                "opening",
                (Branch(SOME_OPENED, "comparing"), Branch(ELSE, "few")),
                BY_CLOCK,
                does=(
                    Compute(Named("leave-out-unopened", _out)),
                    Tell(office, "opened", "quotes for “{title}” are to be compared | “{title}”报价待比选"),
                ),
            ),
            Step(
                "exclude",
                "exclude a bidder | 排除报价单位",
                "comparing",
                STAY,
                excluder,
                ExcludeBidder,
                (NAMES_REASON, WAS_OPENED),
                (Compute(Named("exclude-bidder", _excluded)),),
                asks=False,
            ),
            Step(
                "include",
                "take an exclusion back | 撤销排除",
                "comparing",
                STAY,
                excluder,
                IncludeBidder,
                (IS_LEFT_OUT,),
                (Compute(Named("include-bidder", _included)),),
                asks=False,
            ),
            Step(
                "award",
                "award | 确定承办方",
                "comparing",
                "awarded",
                office,
                Award,
                (AS_DECIDED, enough, IS_COMPARED, _no_conflict(office), SCORED, BEST_OR_SAID, WITHIN_BUDGET),
                (
                    Compute(Named("award", _awarded)),
                    HandToBidder(),
                    TellBidders("awarded", "the work “{title}” was awarded; see the notice | “{title}”比选结果已公布"),
                    TellRequester("awarded", "the work “{title}” was awarded | “{title}”已确定承办方"),
                ),
            ),
            Step(
                "ask-for-more",
                "ask for more money | 退回追加预算",
                "comparing",
                "too-dear",
                office,
                guards=(ALL_TOO_DEAR,),
                does=(
                    TellRequester("too-dear", "every quote for “{title}” is above its budget | “{title}”报价均超预算"),
                ),
                asks=False,
            ),
            Step(
                "give-up",
                "give up | 终止询价",
                open_to_call,
                "no-quotes",
                office,
                GiveUp,
                (HAS_REASON,),
                (
                    TellBidders("given-up", "no quote was taken for “{title}” | “{title}”询价终止"),
                    TellRequester("given-up", "no quote was taken for “{title}” | “{title}”询价终止"),
                ),
                asks=False,
            ),
            reminds(*open_to_call, who=office, text="quotes for “{title}” wait for you | “{title}”询价比选待您办理"),
            presses(*open_to_call, who=office, text="quotes for “{title}” are overdue | “{title}”询价比选逾期"),
        ),
        anchors=(at,),
    )
