"""The flows that every office has, by name; each is loaded the first time that it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Final

import attrs

from civicflow.workflows.engine.flow import Flow

WHERE: Final[Mapping[str, str]] = {
    "register": "registering:REGISTERING",
    "coordination-meeting": "coordination.meeting:MEETING",
    "share": "tickets.share:SHARE",
    "four-part-ticket": "tickets.four_part:FOUR_PART_TICKET",
    "report-in": "whistles.report_in:REPORT_IN",
    "whistle": "whistles.whistle:WHISTLE",
    "visit": "needs.visit:VISIT",
    "need": "needs.need:NEED",
    "listed-project": "needs.project:LISTED_PROJECT",
    "occasion": "routines.occasion:OCCASION",
    "routine": "routines.routine:ROUTINE",
    "evacuation": "hazards.evacuation:EVACUATION",
    "accountability": "accountability:ACCOUNTABILITY",
    "hazard": "hazards.hazard:HAZARD",
    "service-request": "services.request:SERVICE_REQUEST",
    "topic": "duties.topic:TOPIC",
    "duty-stage": "duties.duty:DUTY_STAGE",
    "duty": "duties.duty:DUTY",
    "problem-list": "duties.problem_list:PROBLEM_LIST",
    "rectification": "duties.rectification:RECTIFICATION",
    "supervision": "duties.supervision:SUPERVISION",
    "document": "documents.document:DOCUMENT",
    "fund": "funds.fund:FUND",
    "pledge": "funds.pledge:PLEDGE",
    "goods": "funds.goods:GOODS",
    "double-funding": "funds.doubles:DOUBLE_FUNDING",
    "ballot": "voting.ballots:BALLOT",
    "secret-ballot": "voting.ballots:SECRET_BALLOT",
    "resolution": "voting.resolution:RESOLUTION",
    "choice": "voting.choice:CHOICE",
    "objection": "notice:OBJECTION",
    "work-order": "works.work_order:WORK_ORDER",
    "council": "councils.council:COUNCIL",
    "sitting": "councils.sitting:SITTING",
    "informal-sitting": "councils.informal:INFORMAL_SITTING",
    "council-proposal": "councils.proposal:COUNCIL_PROPOSAL",
    "three-party-decision": "assemblies.three_party:THREE_PARTY",
    "inquiry": "oversight.inquiry:INQUIRY",
    "dispute": "mediation.dispute:DISPUTE",
    "sheet": "granting.sheet:SHEET",
    "grant": "granting.grant:GRANT",
    "grant-application": "granting.application:APPLICATION",
    "call": "granting.call:CALL",
    "petition": "petitions.petition:PETITION",
}
"""Below this package, the module of each flow and what it is called there; a parent stands after its children."""


def module_of(name: str) -> str:
    """The module in which a shipped flow is defined; its docstring holds the rules."""
    return f"civicflow.workflows.{WHERE[name].partition(':')[0]}"


@attrs.frozen
class Shipped(Mapping[str, Flow]):
    """The shipped flows by name."""

    def __getitem__(self, name: str) -> Flow:
        flow: Flow = getattr(import_module(module_of(name)), WHERE[name].partition(":")[2])
        return flow

    def __iter__(self) -> Iterator[str]:
        return iter(WHERE)

    def __len__(self) -> int:
        return len(WHERE)


BY_NAME: Final = Shipped()


def __getattr__(name: str) -> tuple[Flow, ...]:
    if name != "SHIPPED":
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return tuple(BY_NAME.values())
