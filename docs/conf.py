"""The documentation site; ``make docs`` builds it. Nothing is loaded from the network."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from sphinx.application import Sphinx

import lungseg

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

project = "lungseg"
author = "The lungseg developers"
copyright = author
version = release = lungseg.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc"]
templates_path = ["_templates"]
exclude_patterns = ["README.md"]

# === Pages in Markdown ===

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# === Reference ===

default_role = "py:obj"
autosummary_generate = True
autodoc_typehints = "none"
toc_object_entries_show_parents = "hide"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False

# === Look ===

html_theme = "pydata_sphinx_theme"
html_title = f"lungseg {release}"
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["lungseg.css"]
html_theme_options = {
    "show_prev_next": False,
    "navbar_align": "left",
    "logo": {"text": "lungseg"},
    "header_links_before_dropdown": 6,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_sidebars = {"index": [], "start": []}


def setup(app: Sphinx) -> None:
    """Write the pages that are made of the library itself, before any page is read."""
    from make_pages import write_pages

    app.connect("builder-inited", lambda _: write_pages(HERE / "generated"), priority=100)
    app.connect("source-read", _leave_out_absent)


def _leave_out_absent(app: Sphinx, docname: str, source: list[str]) -> None:
    """Leave out what names pages that are not in the tree yet: patterns and links."""

    def fits(line: str) -> bool:
        pattern = line.strip().removeprefix("/")
        return not pattern.endswith("*") or any(HERE.glob(f"{pattern}.md"))

    def link(found: re.Match[str]) -> str:
        return found[0] if (HERE / found[2]).is_file() else found[1]

    text = re.sub(r"\[([^\]]+)\]\((?:\.\./)?((?:serve|reproduction)\.md)\)", link, source[0])
    if ":glob:" in text:
        lines = text.split("\n")
        text = "\n".join(one for one in lines if not one.startswith("/") or fits(one))
    source[0] = text
