"""The looks of diagnostics: one module per format, and the table of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from types import MappingProxyType

from lifecycle_dsl.diagnostics.model import Diagnostic
from lifecycle_dsl.diagnostics.render import concise, full, json
from lifecycle_dsl.diagnostics.render.palette import COLOURS, PLAIN, Palette

Renderer = Callable[[Iterable[Diagnostic], Palette], str]


def _later(name: str) -> Renderer:
    """A renderer whose module is only loaded when something is shown by it."""

    def render(diagnostics: Iterable[Diagnostic], palette: Palette) -> str:
        renderer: Renderer = import_module(f"{__name__}.{name}").render
        return renderer(diagnostics, palette)

    return render


FORMATS: Mapping[str, Renderer] = MappingProxyType(
    {
        "full": full.render,
        "concise": concise.render,
        "json": json.render,
        "sarif": _later("sarif"),
        "github": _later("github"),
        "junit": _later("junit"),
    }
)

__all__ = ["COLOURS", "FORMATS", "PLAIN", "Palette", "Renderer"]
