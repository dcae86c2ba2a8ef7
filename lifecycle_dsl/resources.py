"""Where the files stand that ship beside the code.

A wheel carries them in `lifecycle_dsl/shipped/`; in a checkout they stand at its root, so that
the grammar and the rule sets are found where a reader looks for them.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_ROOTS = (_PACKAGE / "shipped", _PACKAGE.parent)


def resource(name: str) -> Path:
    """A shipped file or folder, such as `grammar/lcr.lark` or `rules`; it exists."""
    for root in _ROOTS:
        if (found := root / name).exists():
            return found
    raise FileNotFoundError(f"lifecycle_dsl came without {name}")
