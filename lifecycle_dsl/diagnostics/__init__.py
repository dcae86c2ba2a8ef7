"""Diagnostics: the data, the catalog and the order they are shown in; see `render` for the looks.

This room takes problems from the passes and knows none of them.
"""

from __future__ import annotations

from lifecycle_dsl.diagnostics.collect import sort_and_cap
from lifecycle_dsl.diagnostics.model import (
    Diagnostic,
    Edit,
    Fix,
    Label,
    Safety,
    Severity,
    advice,
    error,
    warning,
)
from lifecycle_dsl.diagnostics.suggest import closest

__all__ = [
    "Diagnostic",
    "Edit",
    "Fix",
    "Label",
    "Safety",
    "Severity",
    "advice",
    "closest",
    "error",
    "sort_and_cap",
    "warning",
]
