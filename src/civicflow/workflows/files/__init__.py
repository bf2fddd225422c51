"""Flows from files: YAML and JSON that say what a flow's table says, and nothing that has to be executed.

`read_flow` reads a file, or a city's changes to a flow (an overlay); `write_flow` writes one; `difference` says what differs
between two flows; `flow_schema` describes the format to editors; `write_facade` writes a Python module with a typed method
for each step. What a file cannot say (a Python function) it names: the guards, functions and effects of the shipped flows,
and those that the caller hands over.
"""

from __future__ import annotations

from civicflow.workflows.files.differences import difference
from civicflow.workflows.files.facade import write_facade
from civicflow.workflows.files.known import Known
from civicflow.workflows.files.schema import flow_schema
from civicflow.workflows.files.whole import read_flow
from civicflow.workflows.files.writing import write_flow

__all__ = ["Known", "difference", "flow_schema", "read_flow", "write_facade", "write_flow"]
