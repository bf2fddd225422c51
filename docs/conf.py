"""The site: Markdown pages beside a reference that is written from the docstrings. Built offline; a dead link is an error."""

from __future__ import annotations

import shutil
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

project = "civicflow"
author = "The civicflow developers"
project_copyright = author
release = version = installed_version("civicflow")

extensions = [
    "myst_parser",
    "sphinx.ext.apidoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
]
exclude_patterns = ["reference/api/modules.rst"]
html_theme = "furo"
html_title = f"civicflow {release}"
html_show_sourcelink = False
html_static_path = ["_static"]

# Pages. Headings can be linked to, down to the third level; tables may stand as `:::{note}` blocks do.
myst_enable_extensions = ["colon_fence", "deflist", "smartquotes"]
myst_heading_anchors = 3

# Reference. A new module appears by itself.
apidoc_modules = [
    {
        "path": "../src/civicflow",
        "destination": "reference/api",
        "separate_modules": True,
        "module_first": True,
        "include_private": False,
        "automodule_options": {"members", "show-inheritance"},
    },
]
# Each name is described once, where it is defined: a face's `__all__` says what it has, not where it lives.
autodoc_default_options = {"ignore-module-all": True}
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
napoleon_use_ivar = True

# `Name` in a docstring is a name of Python: a link where we document it, code where we do not.
default_role = "py:obj"

# The build is offline, so only our own names are held to be right.
# Of our own, type variables and what begins with an underscore have no page; the faces' names are loaded when they are used.
nitpick_ignore_regex = [
    ("py:.*", r"(?!civicflow\b).*"),
    ("py:.*", r"civicflow\..*\.(_\w+|[A-Z](_co|_contra)?)"),
    ("py:.*", r"civicflow\.(open|copy|testing\.StorageContract)"),
]
# `Clock` and `Change` are two things each, in different modules; an annotation names the one that its module means.
suppress_warnings = ["ref.python"]


# Drawings are written as Mermaid. The reader's browser draws them, by a file that comes with the site: a distribution of
# the docs group carries it (Mermaid's own, byte for byte). Without it the source is shown, which reads well enough.
# Sphinx is not imported here, so that this file is checked where Sphinx is not installed.


def _mermaid() -> Path | None:
    try:
        carrier = distribution("mermaidx")
    except PackageNotFoundError:
        return None
    path = Path(str(carrier.locate_file("mermaidx/assets/mermaid.js")))
    return path if path.is_file() else None


def _bring(app: Any) -> None:
    carried = _mermaid()
    if carried is not None and app.builder.format == "html":
        static = Path(app.outdir) / "_static"
        static.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(carried, static / "mermaid.js")


def _draw(app: Any, *page: Any) -> None:
    *_, context, _doctree = page
    if "highlight-mermaid" in context.get("body", "") and _mermaid() is not None:
        app.add_js_file("mermaid.js", loading_method="defer")
        app.add_js_file("drawings.js", loading_method="defer")


def _fold(_app: Any, _page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    whole = context.get("toctree")
    if whole is not None:
        context["toctree"] = lambda **wanted: whole(**{**wanted, "collapse": True})


def setup(app: Any) -> None:
    """Take the drawings into the build, and fold the side bar but for where the reader is: it has hundreds of modules."""
    app.add_lexer("mermaid", import_module("pygments.lexers.special").TextLexer)
    app.connect("builder-inited", _bring)
    app.connect("html-page-context", _draw)
    # Before the theme asks, which it does at 500, with everything unfolded on every page.
    app.connect("html-page-context", _fold, priority=400)
