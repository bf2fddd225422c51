"""civicflow: a typed library for grassroots governance.

>>> import civicflow
>>> office = civicflow.open("memory://")

See the tutorial for the first ten minutes. Importing this package does no work; each name is loaded when it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from civicflow.errors import CivicflowError as CivicflowError
    from civicflow.errors import Conflict as Conflict
    from civicflow.errors import Fault as Fault
    from civicflow.errors import IdempotencyMismatch as IdempotencyMismatch
    from civicflow.errors import InternalError as InternalError
    from civicflow.errors import InvalidInput as InvalidInput
    from civicflow.errors import NotFound as NotFound
    from civicflow.errors import PluginError as PluginError
    from civicflow.errors import Refused as Refused
    from civicflow.errors import StorageError as StorageError
    from civicflow.hierarchy.authority import Actor as Actor
    from civicflow.money import Money as Money
    from civicflow.office.moving import copy as copy
    from civicflow.office.office import Office as Office
    from civicflow.office.opening import open_office as open
    from civicflow.plugins.manager import Plugins as Plugins
    from civicflow.refusals import Reason as Reason
    from civicflow.refusals import Refusal as Refusal
    from civicflow.texts import Text as Text
    from civicflow.workflows.engine.records import Case as Case
    from civicflow.workflows.numbers import Numbers as Numbers
    from civicflow.workflows.places import Place as Place
    from civicflow.workflows.places import Point as Point
    from civicflow.workflows.proposing import Source as Source

_WHERE = {
    "Actor": "civicflow.hierarchy.authority",
    "Case": "civicflow.workflows.engine.records",
    "CivicflowError": "civicflow.errors",
    "Conflict": "civicflow.errors",
    "Fault": "civicflow.errors",
    "IdempotencyMismatch": "civicflow.errors",
    "InternalError": "civicflow.errors",
    "InvalidInput": "civicflow.errors",
    "Money": "civicflow.money",
    "NotFound": "civicflow.errors",
    "Numbers": "civicflow.workflows.numbers",
    "Office": "civicflow.office.office",
    "Place": "civicflow.workflows.places",
    "PluginError": "civicflow.errors",
    "Plugins": "civicflow.plugins.manager",
    "Point": "civicflow.workflows.places",
    "Reason": "civicflow.refusals",
    "Refusal": "civicflow.refusals",
    "Refused": "civicflow.errors",
    "Source": "civicflow.workflows.proposing",
    "StorageError": "civicflow.errors",
    "Text": "civicflow.texts",
    "copy": "civicflow.office.moving",
    "open": "civicflow.office.opening",
}

__all__ = [
    "Actor",
    "Case",
    "CivicflowError",
    "Conflict",
    "Fault",
    "IdempotencyMismatch",
    "InternalError",
    "InvalidInput",
    "Money",
    "NotFound",
    "Numbers",
    "Office",
    "Place",
    "PluginError",
    "Plugins",
    "Point",
    "Reason",
    "Refusal",
    "Refused",
    "Source",
    "StorageError",
    "Text",
    "copy",
    "open",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("civicflow")
    if name not in _WHERE:
        msg = f"module 'civicflow' has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(import_module(_WHERE[name]), "open_office" if name == "open" else name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
