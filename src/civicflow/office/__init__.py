"""The composition root: where the parts of an office meet."""

from civicflow.office.answers import Found, Ticked
from civicflow.office.office import Office
from civicflow.office.opening import open_office

__all__ = ["Found", "Office", "Ticked", "open_office"]
