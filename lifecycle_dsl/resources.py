"""Where the files stand that ship beside the code.

A wheel carries them in `lifecycle_dsl/shipped/`; in a checkout they stand at its root, so that
the grammar and the rule sets are found where a reader looks for them.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

_PACKAGE = "lifecycle_dsl"


def resource(name: str) -> Traversable:
    """A shipped file or folder, such as `grammar/lcr.lark` or `rules`; it exists.

    Looked for in `lifecycle_dsl/shipped/` first, then in the checkout around the package.
    """
    shipped = files(_PACKAGE).joinpath("shipped")
    checkout = Path(__file__).parents[1]
    for root in (shipped, checkout):
        found = root.joinpath(*name.split("/"))
        if found.is_file() or found.is_dir():
            return found
    raise FileNotFoundError(f"{_PACKAGE} came without {name}")
