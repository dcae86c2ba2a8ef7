"""Coverage as one HTML page without anything from outside: the table, then the files."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from lifecycle_dsl.source import Source
from lifecycle_dsl.testing.coverage.report import Coverage, lacking, sources, table

_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table.kinds { border-collapse: collapse; margin: 1rem 0 2rem; }
table.kinds td, table.kinds th { padding: .2rem 1rem .2rem 0; text-align: left; }
table.kinds td + td { text-align: right; font-variant-numeric: tabular-nums; }
pre { font: 13px/1.5 ui-monospace, monospace; overflow-x: auto; }
pre span { display: block; padding: 0 .5rem; }
.number { display: inline; opacity: .5; user-select: none; }
.some { background: light-dark(#e8f5e9, #12301a); }
.none { background: light-dark(#fdecea, #3b1513); }
.lack { color: light-dark(#b3261e, #ff8a80); }
"""


def page(found: Coverage, title: str) -> str:
    """The whole page."""
    return "".join(
        f"{line}\n"
        for line in (
            "<!doctype html>",
            f'<html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>',
            f"<style>{_STYLE}</style>",
            f"<h1>{escape(title)}</h1>",
            f"<p>{found.percent:.1f} % of what tests can reach</p>",
            '<table class="kinds">',
            *_kinds(found),
            "</table>",
            *(line for source in sources(found) for line in _file(found, source)),
            "</html>",
        )
    )


def _kinds(found: Coverage) -> Iterator[str]:
    for kind, reached, whole, share in table(found):
        yield f"<tr><td>{kind}</td><td>{reached} of {whole}</td><td>{share:.1f} %</td></tr>"


def _file(found: Coverage, source: Source) -> Iterator[str]:
    lacks = lacking(found, source)
    with_items = {
        source.position(item.span.start)[0]
        for item in found.items
        if item.span.source.name == source.name
    }
    width = len(str(source.line_count))
    yield f"<h2>{escape(source.name)}</h2><pre>"
    for line in range(1, source.line_count + 1):
        kind = "none" if line in lacks else "some" if line in with_items else ""
        number = f'<span class="number">{line:>{width}}</span>'
        yield f'<span class="{kind}">{number} {escape(source.line_text(line)) or " "}</span>'
        for lack in lacks.get(line, ()):
            yield f'<span class="lack">{" " * width}   ! {escape(lack)}</span>'
    yield "</pre>"
