"""A request for a service (办件): applied for at one desk, decided by whoever is competent, picked up where it was applied for.

Rules
-----
- Anyone applies. The request goes to the desk that is competent on that day, or to the owner of the service; why stands in its entry.
- What documents are missing is told all at once (一次性告知), on applying or within five working days; a request that nobody said anything
  of by then counts as accepted from that day. What is missing has to come within 15 days, or the request lapses.
- From acceptance the promised time runs; what is late is put under supervision, and is decided still.
- It is granted, or refused with the legal ground and where one may object. What was granted is handed over; what is to be paid for it is
  paid then. The applicant is reminded to pick it up.
- Whoever applied evaluates; who does not within ten days has not.
- When a delegation ends, what is still open goes to the owner on that day, by an entry that says so; or wherever the catalogue of the day
  leads, by an entry that says why. Its times run on.

Source: Administrative Licensing Law (行政许可法): Article 32 for documents that are missing, all at once and within five days, and what follows
when nothing is said; Article 38 for refusals in writing, with reasons, and the right to apply for reconsideration or to sue; Article 42
for 20 days where nothing else is promised; Article 44 for handing over within 10 days; Article 82: days are working days. Leshan,
Tongjiang centre: application and pick-up at one desk. Ours: 15 days for what is missing, reminders and supervision, that evaluation lapses, and
what becomes of open requests when a delegation ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import attrs

from civicflow.calendars import TimeLimit, time_limit
from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, REQUESTER, AnyOf, Holder
from civicflow.ids import UnitId
from civicflow.money import Money
from civicflow.workflows.engine.effects import Compute, Count, HandTo, Keep, Promise, Stamp
from civicflow.workflows.engine.fields import private
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Kept, Limit, Named, Span, State, Step
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.evaluating import FULL_RANGE, Evaluate
from civicflow.workflows.pressing import SUPERVISED, SUPERVISOR, escalates, reminds

OFFICER = AnyOf(Holder("officer", "body"), Holder("clerk", "body"))
OWNER = Holder("officer", "owner")


def _words(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _some(_: object, attribute: attrs.Attribute[str], value: str) -> None:
    if not value.strip():
        msg = f"{attribute.name} is never empty; say what the law asks for"
        raise InvalidInput(msg)


@attrs.frozen(kw_only=True)
class Apply:
    """An application, as the catalogue of the day routes it.

    Attributes:
        title: the public headline: what the service is called.
        service: its symbol.
        desk: the body that is competent.
        because: why that one, public.
        category: the kind of service, an approval or one for everyday life.
        within: the time promised, counted from acceptance.
        fee: what is to be paid; None where it is free of charge.
        last_day: the last day on which the desk is competent; None where it is open.
        provider: whoever does it for the desk; None where it does so itself.
        channel: how one applied.
        documents: the symbols of what was handed in.
        missing: the symbols of what is missing.
        details: private: what the desk needs to know.
        contact: private: how to reach the applicant.
    """

    title: str
    service: str
    desk: UnitId
    because: str = ""
    category: str = ""
    within: TimeLimit = attrs.field(converter=time_limit)
    fee: Money | None = None
    last_day: date | None
    provider: UnitId | None = None
    channel: str = ""
    documents: tuple[str, ...] = attrs.field(default=(), converter=_words)
    missing: tuple[str, ...] = attrs.field(default=(), converter=_words)
    details: str = private(default="")
    contact: str = private(default="")


@attrs.frozen
class AskForDocuments:
    """What an officer finds missing, all of it.

    Attributes:
        missing: the symbols of the documents, or what is wrong with them.
    """

    missing: tuple[str, ...] = attrs.field(converter=_words)


@attrs.frozen
class Supply:
    """What an applicant hands in later.

    Attributes:
        documents: the symbols of the documents.
    """

    documents: tuple[str, ...] = attrs.field(converter=_words)


@attrs.frozen
class Grant:
    """What was decided in the applicant's favour.

    Attributes:
        result: what there is to pick up, public.
    """

    result: str = ""


@attrs.frozen(kw_only=True)
class Refuse:
    """Why a request is refused (Article 38).

    Attributes:
        ground: the provision, public.
        reason: why it applies here, public.
        remedy: where one may object, and until when, public.
    """

    ground: str = attrs.field(validator=_some)
    reason: str = attrs.field(validator=_some)
    remedy: str = attrs.field(validator=_some)


@attrs.frozen
class HandOver:
    """How a result came to whoever applied.

    Attributes:
        paid: what was paid; None where it is free of charge.
        how: ``pick-up`` or ``post``.
    """

    paid: Money | None = None
    how: str = "pick-up"


@attrs.frozen(kw_only=True)
class Reroute:
    """Who is competent from now on.

    Attributes:
        desk: the body.
        because: why, public.
        last_day: the last day on which it is; None where it is open.
    """

    desk: UnitId
    because: str
    last_day: date | None


def _still_missing(situation: Situation) -> list[str]:
    return [name for name in situation.case.data.get("missing", ()) if name not in situation.data.documents]


COMPLETE = Guard("complete", lambda s: not s.data.missing, "documents are missing | 材料不齐", asks_data=True)
SUPPLIED = Guard("supplied", lambda s: not _still_missing(s), "documents are still missing | 仍缺材料", asks_data=True)
NAMES_SOME = Guard(
    "names-some",
    lambda s: bool(s.data.missing) and all(s.data.missing),
    "say which documents are missing, all of them at once | 请一次性告知需补正的全部材料",
    asks_data=True,
)
TOLD_ONCE = Guard(
    "told-once",
    lambda s: not s.case.data.get("asked"),
    "what is missing was told once already | 已一次性告知过需补正的材料",
)
IS_PAID = Guard(
    "is-paid",
    lambda s: _fee(s) == s.data.paid,
    "exactly the fee of the service is paid, neither more nor less | 须按标准收费，不得多收或少收",
    asks_data=True,
)
GRANTED = Guard("granted", lambda s: s.case.data.get("decision") == "granted", "it was refused | 不予办理")
ANOTHER = Guard(
    "another",
    lambda s: s.data.desk != s.case.body,
    "that desk is competent already | 该窗口已是承办单位",
    asks_data=True,
)


def _fee(situation: Situation) -> Money | None:
    kept = situation.case.data.get("fee")
    return None if kept is None else Money(kept["amount"], kept["currency"])


def _completed(situation: Situation) -> dict[str, object]:
    kept = situation.case.data
    handed_in = dict.fromkeys((*kept.get("documents", ()), *situation.data.documents))
    return {"documents": list(handed_in), "missing": _still_missing(situation)}


def _granted(situation: Situation) -> dict[str, object]:
    return {"decision": "granted", "result": situation.data.result}


def _refused(situation: Situation) -> dict[str, object]:
    given: Refuse = situation.data
    return {"decision": "refused", "ground": given.ground, "reason": given.reason, "remedy": given.remedy}


def _to_owner(_: Situation) -> dict[str, object]:
    return {"because": "the delegation ended | 下放期限届满", "last_day": None}


_DECIDED = (Branch(GRANTED, "granted"), Branch(ELSE, "refused"))
_UNDECIDED = ("received", "lacking", "accepted", SUPERVISED.name)
_TELL_DESK = Tell(OFFICER, "request", "“{title}” is yours now | “{title}”由贵窗口承办")

SERVICE_REQUEST = Flow(
    "service-request",
    1,
    "request for a service | 办件",
    (
        State("received", "received | 已收件", (Limit("3 workdays", "remind"), Limit("5 workdays", "deem-accepted"))),
        State(
            "lacking",
            "documents are missing | 待补正",
            (Limit("10 days", "remind-applicant"), Limit("15 days", "lapse")),
        ),
        State("accepted", "accepted | 已受理"),
        SUPERVISED,
        State("ready", "ready to be picked up | 待取件", (Limit("10 workdays", "remind-applicant", again=True),)),
        State("served", "decided and handed over, to be evaluated | 待评价", (Limit("10 days", "close"),)),
        State("granted", "granted | 准予办理", final="granted"),
        State("refused", "refused | 不予办理", final="refused"),
        State("lapsed", "documents never came | 逾期未补正", final="lapsed"),
        State("withdrawn", "withdrawn | 已撤回", final="withdrawn"),
    ),
    (
        Step(
            "apply",
            "apply | 申请",
            NEW,
            (
                Branch(COMPLETE, "received"),
                Branch(
                    ELSE,
                    "lacking",
                    (TellRequester("lacking", "documents for “{title}” are missing | “{title}”材料不齐，请补正"),),
                ),
            ),
            ANYONE,
            Apply,
            does=(
                Keep(
                    ("title", "service", "because", "category", "within", "documents", "missing", "last_day"),
                    given=("fee", "provider", "channel"),
                ),
                HandTo("desk"),
                Tell(OFFICER, "request", "new request: “{title}” | 新办件：“{title}”"),
            ),
        ),
        Step(
            "ask-for-documents",
            "ask for documents | 告知补正",
            "received",
            "lacking",
            OFFICER,
            AskForDocuments,
            guards=(NAMES_SOME, TOLD_ONCE),
            does=(
                Keep(("missing",)),
                Count("asked"),
                TellRequester("lacking", "documents for “{title}” are missing | “{title}”材料不齐，请补正"),
            ),
            asks=False,
        ),
        Step(
            "supply",
            "hand in documents | 补正材料",
            "lacking",
            (
                Branch(
                    SUPPLIED, "received", (Tell(OFFICER, "supplied", "“{title}” is complete | “{title}”材料已补齐"),)
                ),
                Branch(ELSE, STAY),
            ),
            REQUESTER,
            Supply,
            does=(Compute(Named("completed", _completed)),),
        ),
        Step(
            "accept",
            "accept | 受理",
            "received",
            "accepted",
            OFFICER,
            does=(Promise("within", kept=True), TellRequester("accepted", "“{title}” was accepted | “{title}”已受理")),
        ),
        Step(
            "deem-accepted",
            "counts as accepted | 视为受理",
            "received",
            "accepted",
            BY_CLOCK,
            does=(
                Promise("within", kept=True),
                TellRequester("accepted", "“{title}” counts as accepted | “{title}”逾期未告知，视为受理"),
                Tell(OFFICER, "overdue", "“{title}” counts as accepted | “{title}”逾期未告知，视为受理"),
            ),
        ),
        Step(
            "grant",
            "grant | 准予办理",
            ("accepted", SUPERVISED.name),
            "ready",
            OFFICER,
            Grant,
            does=(
                Compute(Named("in-favour", _granted)),
                Stamp(),
                TellRequester("ready", "“{title}” is ready to be picked up | “{title}”已办结，请取件"),
            ),
        ),
        Step(
            "refuse",
            "refuse with the legal ground | 不予办理",
            ("accepted", SUPERVISED.name),
            "served",
            OFFICER,
            Refuse,
            does=(
                Compute(Named("against", _refused)),
                Stamp(),
                TellRequester("refused", "“{title}” was refused; read why | “{title}”不予办理，请查看理由"),
            ),
            asks=False,
        ),
        Step(
            "hand-over",
            "hand over | 送达",
            "ready",
            "served",
            OFFICER,
            HandOver,
            guards=(IS_PAID,),
            does=(
                Keep(("how",), given=("paid",)),
                TellRequester("served", "“{title}” was handed over; please evaluate | “{title}”已送达，请评价"),
            ),
        ),
        Step(
            "evaluate",
            "evaluate | 评价",
            "served",
            _DECIDED,
            REQUESTER,
            Evaluate,
            guards=(FULL_RANGE,),
            does=(
                Keep(("resolved", "satisfied")),
                Stamp("evaluated"),
                Tell(OFFICER, "evaluated", "“{title}” was evaluated | “{title}”已评价"),
            ),
        ),
        Step(
            "lapse",
            "documents never came | 逾期未补正",
            "lacking",
            "lapsed",
            BY_CLOCK,
            does=(TellRequester("lapsed", "“{title}” lapsed | “{title}”逾期未补正，已终止"),),
        ),
        Step("close", "nobody evaluated | 逾期未评价", "served", _DECIDED, BY_CLOCK),
        Step(
            "reroute",
            "hand to whoever is competent | 转交承办",
            _UNDECIDED,
            STAY,
            AnyOf(OWNER, Holder("secretary", "unit")),
            Reroute,
            guards=(ANOTHER,),
            does=(
                HandTo("desk"),
                Keep(("because", "last_day")),
                _TELL_DESK,
                TellRequester("rerouted", "“{title}” is at another desk now | “{title}”已转由其他窗口承办"),
            ),
            asks=False,
        ),
        Step(
            "fall-back",
            "the delegation ended, back to the owner | 下放期满，转回主管部门",
            _UNDECIDED,
            STAY,
            BY_CLOCK,
            does=(
                HandTo("owner", anchor=True),
                Compute(Named("to-owner", _to_owner)),
                _TELL_DESK,
                TellRequester("rerouted", "“{title}” is at another desk now | “{title}”已转由其他窗口承办"),
            ),
        ),
        Step(
            "withdraw",
            "withdraw | 撤回",
            (*_UNDECIDED, "ready"),
            "withdrawn",
            REQUESTER,
            does=(Tell(OFFICER, "withdrawn", "“{title}” was withdrawn | “{title}”已撤回"),),
            asks=False,
        ),
        Step(
            "remind-applicant",
            "remind the applicant | 提醒申请人",
            ("lacking", "ready"),
            STAY,
            BY_CLOCK,
            does=(TellRequester("reminder", "“{title}” is waiting for you | “{title}”待您办理"),),
        ),
        reminds("received", SUPERVISED.name, who=OFFICER, text="“{title}” is waiting for you | “{title}”待您办理"),
        escalates(
            "accepted",
            text="“{title}” was promised for earlier | “{title}”超过承诺时限",
            supervisor=AnyOf(OWNER, SUPERVISOR),
            who=OFFICER,
            told="“{title}” was promised for earlier | “{title}”超过承诺时限",
        ),
    ),
    spans=(
        Span("decision", "decision | 办结", "accepted", (Limit("20 workdays", "escalate", promised=True),)),
        Span(
            "delegation",
            "delegation | 下放",
            _UNDECIDED,
            (Limit(Kept("last_day", "at the end of the delegation | 下放期限届满时"), "fall-back"),),
        ),
    ),
    anchors=("owner",),
)
