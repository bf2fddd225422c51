"""The tree draws itself: as indented text, for Mermaid and Graphviz, and as one page to look things up in.

`picture` says what is drawn, of one day or of what became otherwise between two; the others put it on paper. It is the same
bytes each time. `escaping` and `hypertext` are what drawings of flows use, too.
"""

from civicflow.hierarchy.drawing.dot import dot
from civicflow.hierarchy.drawing.mermaid import mermaid
from civicflow.hierarchy.drawing.outline import outline
from civicflow.hierarchy.drawing.page import page
from civicflow.hierarchy.drawing.picture import Picture, change_of, tree_of

__all__ = ["Picture", "change_of", "dot", "mermaid", "outline", "page", "tree_of"]
