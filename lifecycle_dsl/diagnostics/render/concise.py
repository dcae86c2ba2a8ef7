"""One diagnostic per line, for editors, greps and case files.

    rules/winback.lcr:7:10: error[unknown-event] no event is called `purchse` (help: …)

What has no span leaves line and column out, what has no file the whole place.
"""

from __future__ import annotations

from collections.abc import Iterable

from lifecycle_dsl.diagnostics.model import Diagnostic
from lifecycle_dsl.diagnostics.render.glyphs import visible
from lifecycle_dsl.diagnostics.render.palette import PLAIN, Palette, paint


def render(diagnostics: Iterable[Diagnostic], palette: Palette = PLAIN) -> str:
    """The lines, each with its end."""
    return "".join(f"{_line(each, palette)}\n" for each in diagnostics)


def _line(diagnostic: Diagnostic, palette: Palette) -> str:
    place = "" if diagnostic.file_name is None else f"{visible(diagnostic.file_name)}:"
    if diagnostic.span is not None:
        line, column = diagnostic.span.source.position(diagnostic.span.start)
        place += f"{line}:{column}:"
    kind = f"{diagnostic.severity.value}[{diagnostic.name}]"
    kind = paint(kind, palette.severity(diagnostic.severity))
    help = "" if diagnostic.help is None else f"(help: {visible(diagnostic.help)})"
    return " ".join(filter(None, (place, kind, visible(diagnostic.headline), help)))
