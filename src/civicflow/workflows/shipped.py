"""The flows that every office has."""

from __future__ import annotations

from civicflow.workflows.councils.funds import FUND
from civicflow.workflows.councils.notice import OBJECTION
from civicflow.workflows.councils.proposal import COUNCIL_PROPOSAL
from civicflow.workflows.councils.vote import BALLOT
from civicflow.workflows.engine.flow import Flow
from civicflow.workflows.registering import REGISTERING
from civicflow.workflows.tickets.four_part import FOUR_PART_TICKET
from civicflow.workflows.tickets.share import SHARE

SHIPPED: tuple[Flow, ...] = (REGISTERING, SHARE, FOUR_PART_TICKET, FUND, BALLOT, OBJECTION, COUNCIL_PROPOSAL)
"""In the order in which they need each other: a parent after its children."""
