"""A three-party decision (三方议事): branch, owners' committee and property company, or branch, self-management committee and residents.

Source: Leshan: in a compound with a property company the branch, the owners' committee and the company decide together; in one
without, the branch, the self-management committee and residents. Major matters first pass prior review by the branch committee.
What is major here, that each party has one voice and that all have to agree, is ours, a default.

Rules
-----
- The parties are three bodies: the compound's own committee, and a branch and a partner of the compound or of an area above it.
- Somebody of a party brings a matter, and may amend it until the parties are asked. It is known by its digest.
- A **major** matter is put to the parties only as the branch committee has reviewed it (`prior_review`): the refusal names the
  committee. Amended, it is reviewed anew.
- Then each party has one voice (`voices`). A decision may adopt the version of one of the compound's documents.
- What nobody puts to the parties is reminded of, and lapses. Who brought it may withdraw it.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

import attrs

from civicflow.hierarchy.authority import BY_CLOCK, BY_RULE, REQUESTER, AnyOf, Holder
from civicflow.ledger.canonical import encode, plain
from civicflow.money import Money
from civicflow.workflows.assemblies.voices import ALL_OF_THEM, Party, voices
from civicflow.workflows.councils.prior_review import MajorMatters, major, prior_review, reviewed
from civicflow.workflows.decisions.requirements import Majority
from civicflow.workflows.engine.compose import ANYWHERE, Stage, compose
from civicflow.workflows.engine.effects import Compute, Keep
from civicflow.workflows.engine.fields import texts
from civicflow.workflows.engine.flow import NEW, STAY, Flow, Guard, Limit, Named, State, Step
from civicflow.workflows.engine.matters import Link, Linked
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.engine.validators import at_least, said
from civicflow.workflows.entrusting import is_on_the_line
from civicflow.workflows.pressing import reminds

FREE: Final = Money(0)

MAJOR: Final = MajorMatters(
    kinds={
        "own-rules": "the compound's own rules | 小区自治规约",
        "common-ground": "common ground | 公共空间",
        "charges": "charges | 收费",
        "maintenance-fund": "the maintenance fund | 维修资金",
    },
    above=Money(50_000),
)
"""What is major unless a place says otherwise."""

BRANCH: Final = Party("branch", Holder("secretary", "branch"), "the branch | 党支部")
COMMITTEE: Final = Party("committee", Holder("chair", "committee"), "the committee | 业委会（自管会）")
PARTNER: Final = Party(
    "partner",
    AnyOf(Holder("manager", "partner"), Holder("delegate", "partner")),
    "the property company or the residents | 物业（居民）",
)
PARTIES: Final = (BRANCH, COMMITTEE, PARTNER)


@attrs.frozen(kw_only=True)
class Amend:
    """A matter as it is put to the parties.

    Attributes:
        title: the public headline.
        purpose: what is to be done, public.
        kinds: what kind of matter it is, in the place's own list of major matters.
        budget: what it costs.
    """

    title: str = attrs.field(validator=said)
    purpose: str = ""
    kinds: tuple[str, ...] = attrs.field(default=(), converter=texts)
    budget: Money = FREE


@attrs.frozen(kw_only=True)
class Bring(Amend):
    """A matter that begins.

    Attributes:
        document: the case of a document whose drafted text the decision adopts; empty for none.
        document_text: the digest of that text.
        after_days: how many days after the decision the version is in force; 0 for its own day.
    """

    document: str = ""
    document_text: str = ""
    after_days: int = attrs.field(default=1, validator=at_least(0))


_TEXT: Final = ("title", "purpose", "kinds", "budget")


def _digest(situation: Situation) -> dict[str, Any]:
    said_of = {field: plain(getattr(situation.data, field), path=field) for field in _TEXT}
    about = getattr(situation.data, "document_text", situation.case.data.get("document_text", ""))
    return {"text": hashlib.sha256(encode({**said_of, "document": about})).hexdigest(), "voices": {}}


OF_THE_COMPOUND: Final = Guard(
    "of-the-compound",
    # A document that is not there is not read.
    lambda s: (
        [matter.root.flow_name == "document" and matter.root.unit == s.case.unit for matter in s.read("about")]
        == [True] * bool(s.data.document)
    ),
    "a compound decides on its own documents alone | 只能议定本小区的文件",
    asks_data=True,
    revision=2,
)


def _of_the_compound(situation: Situation) -> bool:
    parties = [situation.case.anchors[party.name] for party in PARTIES]
    committee = situation.case.anchors[COMMITTEE.name]
    return (
        len(set(parties)) == len(PARTIES)
        and all(is_on_the_line(situation, body) for body in parties)
        and situation.world.chart.area_of(committee) == situation.case.unit
    )


THREE_BODIES: Final = Guard(
    "three-bodies",
    _of_the_compound,
    "the parties are three bodies: the compound's own committee, and a branch and a partner of the compound or of an area above it"
    " | 三方须为不同机构：本小区的业委会（自管会），以及本小区或其上级辖区的党支部和物业（居民）",
    asks_data=True,
)
KEEPS: Final = (Keep(_TEXT), Compute(Named("digest", _digest)))


def tabling(matters: MajorMatters, everybody: AnyOf) -> Flow:
    """A matter before the parties are asked, as a stage; outcomes ``asked``, ``major`` and ``lapsed``."""
    return Flow(
        "tabling",
        1,
        "tabling | 提出议题",
        (
            State("tabled", "tabled | 已提出", (Limit("5 workdays", "remind"), Limit("20 workdays", "lapse"))),
            State("asked", "put to the parties | 征询各方", final="asked"),
            State("major", "to be reviewed | 提请前置审议", final="major"),
            State("lapsed", "never put to the parties | 逾期未征询", final="lapsed"),
        ),
        (
            Step("begin", "begin | 开始", NEW, "tabled", BY_RULE),
            Step("amend", "amend | 修改", "tabled", STAY, REQUESTER, Amend, does=KEEPS, asks=False),
            Step(
                "ask",
                "ask the parties | 征询各方",
                "tabled",
                "asked",
                REQUESTER,
                guards=(reviewed(matters),),
                does=(Tell(everybody, "asked", "your voice is asked on “{title}” | 请就“{title}”表态"),),
            ),
            Step(
                "refer",
                "send to prior review | 提请前置审议",
                "tabled",
                "major",
                REQUESTER,
                guards=(major(matters),),
                does=(Tell(BRANCH.who, "referred", "“{title}” waits for prior review | “{title}”待前置审议"),),
                asks=False,
            ),
            reminds("tabled", who=REQUESTER, text="“{title}” is not put to the parties | “{title}”尚未征询各方"),
            Step(
                "lapse",
                "never put to the parties | 逾期未征询",
                "tabled",
                "lapsed",
                BY_CLOCK,
                does=(TellRequester("lapsed", "“{title}” lapsed | “{title}”逾期失效"),),
            ),
        ),
    )


def three_party(
    name: str = "three-party-decision",
    version: int = 1,
    *,
    matters: MajorMatters = MAJOR,
    rule: Majority = ALL_OF_THEM,
) -> Flow:
    """The flow, by a place's own list of major matters and rule.

    Args:
        name: of the flow.
        version: of the flow.
        matters: what is major.
        rule: what share of the three has to agree.
    """
    everybody = AnyOf(*(party.who for party in PARTIES))
    return compose(
        name,
        version,
        "three-party decision | 三方议事",
        {
            "table": Stage(tabling(matters, everybody), {"asked": "voices", "major": "review", "lapsed": "lapsed"}),
            "review": Stage(prior_review(), {"passed": "table", "returned": "table", "lapsed": "lapsed"}),
            "voices": Stage(voices(*PARTIES, rule=rule), {"agreed": "agreed", "failed": "failed"}),
        },
        ends={
            "agreed": "agreed | 已议定",
            "failed": "not agreed | 未议定",
            "lapsed": "lapsed | 逾期失效",
            "withdrawn": "withdrawn | 已撤回",
        },
        begins=(
            Step(
                "bring",
                "bring a matter | 提出议题",
                NEW,
                "table",
                everybody,
                Bring,
                (THREE_BODIES, OF_THE_COMPOUND),
                (*KEEPS, Keep(("document_text", "after_days")), Link("document", "document")),
                reads=(Linked("about", "document"),),
            ),
        ),
        beside=(Step("withdraw", "withdraw | 撤回", ANYWHERE, "withdrawn", REQUESTER, asks=False),),
    )


THREE_PARTY: Final = three_party()
