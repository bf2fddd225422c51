"""A flow as SVG: Mermaid's own drawing, without a browser. Needs ``pip install 'civicflow[drawing]'``."""

from __future__ import annotations

from collections.abc import Iterable

from civicflow.errors import PluginError
from civicflow.texts import Language
from civicflow.workflows.drawing import mermaid
from civicflow.workflows.engine.flow import Flow


def svg(flow: Flow, language: Language = "en", *, beside: Iterable[Flow] = ()) -> str:
    """The flow as one SVG element, for a page or a file of its own. It takes some seconds: Mermaid is a large script.

    Args:
        flow: what to draw.
        language: of the texts.
        beside: the flows of its children; what a join waits for is then called by its text.

    Raises:
        PluginError: the extra is not installed.
        InvalidInput: if the language is neither ``en`` nor ``zh``.
    """
    source = mermaid(flow, language, beside=beside)
    try:
        import mermaidx
    except ImportError as error:
        msg = "to draw SVG, install what draws it: pip install 'civicflow[drawing]'"
        raise PluginError(msg, plugin="svg") from error
    drawn: str = mermaidx.render(source).svg()
    # Two drawings in one page would share the name that every drawing bears.
    return drawn.replace("my-svg", f"drawing-{flow.name}-{language}")
