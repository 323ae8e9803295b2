"""How Sphinx builds these pages: ``sphinx-build -W -n docs FOLDER``.

Nothing is fetched for it: names of other libraries are shown and lead nowhere.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE / "extensions")]

import twinet  # noqa: E402

project = "twinet"
author = "The twinet developers"
project_copyright = author
version = release = twinet.__version__

extensions = ["sphinx.ext.autodoc", "links", "members", "rows"]
exclude_patterns = ["_build"]
highlight_language = "none"
default_role = "literal"

html_theme = "furo"
html_title = f"twinet {version}"
html_copy_source = False

add_module_names = False
maximum_signature_line_length = 80
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
autodoc_preserve_defaults = True
autodoc_inherit_docstrings = True
python_display_short_literal_types = True

#: Other libraries: their pages are elsewhere, and finding them takes the network.
nitpick_ignore_regex = [
    (r"py:.*", r"(twisted|treq|concurrent|cryptography|OpenSSL)\..*"),
]
