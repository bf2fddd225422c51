"""The site: Markdown pages beside a reference that is written from the docstrings. Built offline; a dead link is an error."""

from __future__ import annotations

from importlib.metadata import version as installed_version

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
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
napoleon_use_ivar = True

# `Name` in a docstring is a name of Python: a link where we document it, code where we do not.
default_role = "py:obj"

# The build is offline, so only our own names are held to be right.
nitpick_ignore_regex = [("py:.*", r"(?!civicflow\b).*")]
