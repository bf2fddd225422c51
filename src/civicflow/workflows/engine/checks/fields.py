"""What a step is given: fields that its effects and reads look for, and fields that look personal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import attrs

from civicflow.errors import Fault
from civicflow.workflows.engine.checks.paths import effects
from civicflow.workflows.engine.checks.sentences import fault
from civicflow.workflows.engine.children import Spawn
from civicflow.workflows.engine.effects import Extend, Keep, Promise, PutOnHold
from civicflow.workflows.engine.fields import is_private, said_public
from civicflow.workflows.engine.flow import Flow, Step
from civicflow.workflows.engine.matters import Link, Linked

PERSONAL: Final = frozenset(
    {
        *("phone", "telephone", "mobile", "tel", "fax", "contact", "contacts", "email", "mail", "wechat", "qq"),
        *("address", "birthday", "birthdate", "surname", "forename", "firstname", "lastname", "fullname"),
        *("idcard", "passport", "ssn", "iban", "patient", "diagnosis"),
    }
)
"""Words in a field's name that suggest that it is about a person."""

_TWO_WORDS: Final = frozenset(
    {("id", "number"), ("id", "card"), ("bank", "account"), ("first", "name"), ("last", "name"), ("full", "name")}
)


def unfilled(flow: Flow) -> Iterator[Fault]:
    """Fields that an effect or a read looks for and that the step is not given."""
    for step in flow.steps:
        for looking, name in _looked_for(step):
            head = name.partition(".")[0]
            if step.data is None:
                yield fault(flow, step.name, "nothing-given", effect=looking, field=repr(name))
            elif not hasattr(step.data, head) and head not in _fields(step.data):
                fields = ", ".join(_fields(step.data)) or "none"
                yield fault(flow, step.name, "no-such-field", effect=looking, field=repr(name), fields=fields)


def _fields(data: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in attrs.fields(data))


def _looked_for(step: Step) -> Iterator[tuple[str, str]]:
    for effect in effects(step):
        match effect:
            case Keep(fields, given):
                yield from (("Keep", name) for name in (*fields, *given))
            case (
                Spawn(promised=name)
                | Promise(name, kept=False)
                | PutOnHold(within=name)
                | Extend(field=name)
                | Link(field=name)
            ):
                if name:
                    yield type(effect).__name__, name
    for read in step.reads:
        if isinstance(read, Linked) and read.field:
            yield "Linked", read.field


def unguarded(flow: Flow) -> Iterator[Fault]:
    """Public fields whose names suggest that they are about a person."""
    for step in flow.steps:
        for field in () if step.data is None else attrs.fields(step.data):
            if looks_personal(field.name) and not is_private(field) and not said_public(field):
                yield fault(flow, step.name, "personal", data=step.data.__name__, field=repr(field.name))  # type: ignore[union-attr]


def looks_personal(name: str) -> bool:
    """Whether a field's name suggests that it is about a person.

    >>> looks_personal("contact_phone"), looks_personal("id_number"), looks_personal("telemetry")
    (True, True, False)
    """
    words = re.findall(r"[a-z0-9]+", name.lower())
    return any(word in PERSONAL for word in words) or any(pair in _TWO_WORDS for pair in pairwise(words))
