"""What is measured stays what the library accepts, though `make bench` runs by hand alone."""

from __future__ import annotations

import runpy
from pathlib import Path

from civicflow.workflows.engine.flows import Flows

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def test_the_measured_flow_is_sound() -> None:
    """Rules for flows that become stricter are noticed here."""
    assert "errand" in Flows((runpy.run_path(str(BENCHMARKS / "errand.py"))["ERRAND"],))
