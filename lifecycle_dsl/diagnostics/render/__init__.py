"""The looks of diagnostics: one module per format, and the table of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from lifecycle_dsl.diagnostics.model import Diagnostic
from lifecycle_dsl.diagnostics.render import concise, full, json
from lifecycle_dsl.diagnostics.render.palette import COLOURS, PLAIN, Palette

Renderer = Callable[[Iterable[Diagnostic], Palette], str]

FORMATS: Mapping[str, Renderer] = MappingProxyType(
    {
        "full": full.render,
        "concise": concise.render,
        "json": json.render,
    }
)

__all__ = ["COLOURS", "FORMATS", "PLAIN", "Palette", "Renderer"]
