"""The decision that is carried out (执行决议): what is awarded, paid and settled is what was decided, and nothing else.

Rules
-----
- Whoever awards, plans, pays or settles names the digest of the text that was decided (`civicflow.workflows.proposing`), so
  that each of these entries says which decision it carries out.
- Where the text in the case is no longer what was decided (by a correction, say: its title, its budget or its sources), nothing is
  awarded, planned, paid or settled until it is again, or until it is decided anew.

Ours: the source asks that every yuan can be followed from source to use; that the tie is a digest is our way to it.
"""

from __future__ import annotations

from typing import Final

import attrs

from civicflow.workflows.engine.flow import Guard
from civicflow.workflows.proposing import digest_of


@attrs.frozen
class Execute:
    """What is carried out.

    Attributes:
        decision: the digest of the text that was decided, as the case keeps it.
    """

    decision: str


AS_DECIDED: Final = Guard(
    "as-decided",
    lambda s: s.data.decision == s.case.data.get("decision") == digest_of(s.case.data),
    "the text is not what was decided, or another decision is named: correct it, or decide anew"
    " | 现有内容与所引决议不一致：请更正，或重新议决",
    asks_data=True,
)
