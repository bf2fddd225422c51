"""What the tests of the hierarchy share."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from civicflow.ids import IdSource

REGISTERS = Path(__file__).parents[2] / "examples" / "registers"


@pytest.fixture
def ids() -> IdSource:
    """Ids that count up, so that a failure reads the same every time."""
    numbers = count(1)
    return lambda kind: f"{kind[:1].upper()}-{next(numbers)}"


@pytest.fixture
def example() -> Callable[[str], str]:
    """The text of a register under examples/."""
    return lambda name: (REGISTERS / f"{name}.yaml").read_text(encoding="utf-8")
