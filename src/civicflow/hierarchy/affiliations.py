"""The kinds of affiliations: ties between units, or of a person to a unit, that are not part-of.

A parent line says what a unit is a part of, and there is one; affiliations say with whom else it has to do, and there may
be many. FHIR calls this OrganizationAffiliation, W3C ORG ``linkedTo`` as against ``subOrganizationOf``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

import attrs

from civicflow.hierarchy.units import Affiliation, Area, Body
from civicflow.texts import Text, bilingual

End = Literal["area", "body", "person"]
"""What may stand at an end of an affiliation."""


@attrs.frozen(kw_only=True)
class AffiliationKind:
    """A kind of tie, read from its source to its target.

    Attributes:
        name: the symbol that files and code use, a verb: *source* ``guides`` *target*.
        text: what clerks read.
        source: what may have such a tie.
        target: what it may lead to.
        exclusive: whether a target has at most one of this kind on a day.
    """

    name: str
    text: Text = attrs.field(converter=bilingual)
    source: tuple[End, ...] = ("body",)
    target: tuple[End, ...] = ("body",)
    exclusive: bool = False


AFFILIATIONS: Mapping[str, AffiliationKind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            AffiliationKind(name="leads", text="leads (vertical management) | 垂直管理", exclusive=True),
            AffiliationKind(name="guides", text="guides in its business | 业务指导"),
            AffiliationKind(name="coordinates", text="coordinates | 统筹协调"),
            AffiliationKind(name="member-of", text="is a member of | 成员单位"),
            AffiliationKind(
                name="reports-in", text="has reported in at | 报到", source=("body", "person"), target=("area",)
            ),
            AffiliationKind(name="partners-with", text="works with | 联建", target=("area", "body")),
            AffiliationKind(name="formed-from", text="was formed from | 由其组建"),
            AffiliationKind(name="serves", text="serves | 服务", target=("area",)),
            AffiliationKind(name="introduces", text="introduces | 引进", source=("area", "body")),
            AffiliationKind(name="incubates", text="incubates | 孵化"),
            AffiliationKind(name="files", text="keeps on file | 备案", exclusive=True),
            AffiliationKind(name="registers", text="registers | 登记", exclusive=True),
        )
    }
)
"""The kinds by name. A body that is managed vertically belongs to one line alone, and one authority files or registers it."""


def is_a(row: object, ends: Iterable[End]) -> bool:
    """Whether a row is what may stand at an end."""
    return (isinstance(row, Area) and "area" in ends) or (isinstance(row, Body) and "body" in ends)


def tie(row: Affiliation) -> str:
    """An affiliation as a message calls it.

    >>> from datetime import date
    >>> tie(Affiliation(id="a", kind="guides", source="B-1", target="B-2", since=date(2020, 1, 1)))
    'B-1 guides B-2'
    """
    return f"{row.source or row.person} {row.kind} {row.target}"
