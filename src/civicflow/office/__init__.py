"""The composition root: where the parts of an office meet."""

from civicflow.office.office import Office, Ticked
from civicflow.office.opening import open_office

__all__ = ["Office", "Ticked", "open_office"]
