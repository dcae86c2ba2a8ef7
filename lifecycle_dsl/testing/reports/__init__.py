"""Results of tests as text: one module per format, each a function of all results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from lifecycle_dsl.testing.reports.github import github
from lifecycle_dsl.testing.reports.json import json
from lifecycle_dsl.testing.reports.junit import junit
from lifecycle_dsl.testing.reports.tap import tap
from lifecycle_dsl.testing.results import Result

Ran = Sequence[tuple[str, Sequence[Result]]]
"""The results by rule file."""

MACHINES: Mapping[str, Callable[[Ran], str]] = MappingProxyType(
    {"json": json, "junit": junit, "tap": tap, "github": github}
)
"""Formats that are written when all is done; `pretty` is written as it comes."""
