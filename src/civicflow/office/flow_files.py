"""The flows in use, and the door by which files come in: reading them from disk is the office's."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from civicflow.plugins.decoding import decoded
from civicflow.workflows.engine.flow import Effect, Flow, Guard, Named
from civicflow.workflows.engine.flows import Flows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from civicflow.workflows.files.whole import Format
    from civicflow.workflows.routing import Routing
    from civicflow.workflows.services.catalogue import Catalogue

FORMATS: Final[dict[str, Format]] = {".yaml": "yaml", ".yml": "yaml", ".json": "json"}


def read_file(
    path: str | Path,
    *,
    bases: Iterable[Flow] = (),
    guards: Iterable[Guard] = (),
    functions: Iterable[Named] = (),
    effects: Mapping[str, Effect] | None = None,
) -> Flow:
    """The flow of a file; see `civicflow.workflows.files.whole.read_flow` for what it may say.

    Args:
        path: a YAML or JSON file, told by its ending; a relative one from where the process runs.
        bases: flows that an overlay may be laid over, beside the shipped ones.
        guards: conditions that the file may name, beside those of the shipped flows.
        functions: functions that the file may name.
        effects: effects that the file may name.

    Raises:
        InvalidInput: with every fault of the file.
        CivicflowError: if it is YAML and PyYAML is missing.
    """
    from civicflow.workflows.files import read_flow

    file = Path(path)
    text, format = decoded(file, "flow", FORMATS)
    return read_flow(
        text, source=file.name, format=format, bases=bases, guards=guards, functions=functions, effects=effects
    )


def read_routing_file(path: str | Path) -> Routing:
    """The rules of a routing file; see `civicflow.workflows.files.routing.read_routing` for what it may say.

    Args:
        path: a YAML or JSON file, told by its ending.

    Raises:
        InvalidInput: with every fault of the file.
        CivicflowError: if it is YAML and PyYAML is missing.
    """
    from civicflow.workflows.files.routing import read_routing

    file = Path(path)
    text, format = decoded(file, "routing", FORMATS)
    return read_routing(text, source=file.name, format=format)


def read_services_file(path: str | Path) -> Catalogue:
    """The catalogue of a services file; see `civicflow.workflows.files.services` for what it may say.

    Args:
        path: a YAML, JSON or CSV file, told by its ending.

    Raises:
        InvalidInput: with every fault of the file.
        CivicflowError: if it is YAML and PyYAML is missing.
    """
    from civicflow.workflows.files.services import ENDINGS, read_services

    file = Path(path)
    text, format = decoded(file, "services", ENDINGS)
    return read_services(text, source=file.name, format=format)


def taken_in(flows: Iterable[Flow | str | Path]) -> tuple[Flow, ...]:
    """Flows, those given as paths read from their files; an overlay may be laid over one that comes before it.

    Raises:
        InvalidInput: with every fault of a file.
    """
    taken: list[Flow] = []
    for flow in flows:
        taken.append(flow if isinstance(flow, Flow) else read_file(flow, bases=taken))
    return tuple(taken)


class OfficeFlows(Flows):
    """The flows of an office; `load` takes one from a file into use."""

    def load(
        self,
        path: str | Path,
        *,
        guards: Iterable[Guard] = (),
        functions: Iterable[Named] = (),
        effects: Mapping[str, Effect] | None = None,
    ) -> Flow:
        """Take the flow of a file into use, or what a city changes of one that is in use here.

        Args:
            path: a YAML or JSON file, told by its ending.
            guards: conditions that the file may name, beside those of the shipped flows.
            functions: functions that the file may name.
            effects: effects that the file may name.

        Raises:
            InvalidInput: with every fault of the file; or its name and version stand for other rules already.
            CivicflowError: if it is YAML and PyYAML is missing.
        """
        flow = read_file(path, bases=tuple(self), guards=guards, functions=functions, effects=effects)
        self.add(flow)
        return flow
