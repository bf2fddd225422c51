"""A flow draws itself, from the table that decides: as a diagram for Mermaid or Graphviz, as a table, as a page to read.

`wording` finds the words, `diagram` what is drawn; the others put it on paper. Nothing here can say anything else than the
table, and it is the same bytes each time.
"""

from civicflow.workflows.drawing.dot import dot
from civicflow.workflows.drawing.mermaid import mermaid
from civicflow.workflows.drawing.page import page
from civicflow.workflows.drawing.table import table

__all__ = ["dot", "mermaid", "page", "table"]
