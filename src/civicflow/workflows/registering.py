"""The register as a matter: its changes are entries like everything else.

Rules
-----
- Whoever runs the office loads the register; a rule, not a post, since posts come from it.
- Loading the same file again changes nothing and enters nothing.
- What is re-drawn is an act with its day and its legal basis, and names who comes after whom.

Source: Sichuan, where communities are established, converted, split, merged and adjusted (建、改、分、合、调) and the
boundaries of 1,307 improved. Ours: that the register is a matter of the ledger, and that a rule enters what it says.
"""

from __future__ import annotations

from typing import Any

import attrs

from civicflow.hierarchy.authority import BY_RULE
from civicflow.workflows.engine.flow import NEW, STAY, Flow, State, Step


@attrs.frozen(kw_only=True)
class Load:
    """What loading a file changed.

    Attributes:
        register: the file's own name, under which it is compared when it is loaded again.
        source: where it was read from, without folders; of a re-drawing its legal basis.
        changes: the changes, as `civicflow.hierarchy.changes.Change.to_builtins` writes them.
    """

    register: str
    source: str
    changes: tuple[dict[str, Any], ...]


REGISTERING = Flow(
    "register",
    1,
    "register of areas, bodies, posts and appointments | 名录",
    (State("kept", "kept | 在册", standing=True),),
    (
        Step("begin", "begin | 建立", NEW, "kept", BY_RULE, Load),
        Step("load", "load | 载入", "kept", STAY, BY_RULE, Load),
        Step("redraw", "re-draw | 调整区划", "kept", STAY, BY_RULE, Load),
    ),
    numbered=False,
)
