"""Coverage as one HTML page without anything from outside: tables, then the files."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from lifecycle_dsl.source import Source
from lifecycle_dsl.testing.coverage.items import Item
from lifecycle_dsl.testing.coverage.report import Coverage, lacking, percent, sources, table

_STYLE = """
:root { color-scheme: light dark; --line: light-dark(#ddd, #444); }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0 2rem; }
td, th { padding: .2rem 1.2rem .2rem 0; text-align: left; font-weight: normal; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
meter { width: 10rem; }
pre { font: 13px/1.5 ui-monospace, monospace; overflow-x: auto; border: 1px solid var(--line);
  border-radius: 4px; padding: .5rem 0; }
pre > span { display: block; padding: 0 .75rem; min-height: 1.5em; width: max-content;
  min-width: calc(100% - 1.5rem); }
.at { opacity: .5; user-select: none; }
.all { background: light-dark(#e6f4ea, #12301a); }
.part { background: light-dark(#fff4d6, #3a2f10); }
.none { background: light-dark(#fdecea, #3b1513); }
.lack { color: light-dark(#b3261e, #ff8a80); }
.key span { padding: .1rem .5rem; border-radius: 3px; margin-right: .5rem; }
"""
_REACHED = {"all": "reached", "part": "reached in part", "none": "not reached"}


def page(found: Coverage, title: str) -> str:
    """The whole page."""
    files = sources(found)
    return "".join(
        f"{line}\n"
        for line in (
            "<!doctype html>",
            f'<html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>',
            '<meta name="viewport" content="width=device-width">',
            f"<style>{_STYLE}</style>",
            f"<h1>{escape(title)}</h1>",
            f"<p><strong>{found.percent:.1f} %</strong> of what tests can reach</p>",
            "<table>",
            *(_row(kind, reached, whole, share) for kind, reached, whole, share in table(found)),
            "</table>",
            "<table>",
            *(_file_row(found, source, number) for number, source in enumerate(files)),
            "</table>",
            '<p class="key">',
            *(f'<span class="{name}">{text}</span>' for name, text in _REACHED.items()),
            "</p>",
            *(line for number, each in enumerate(files) for line in _file(found, each, number)),
            "</html>",
        )
    )


def _row(head: str, reached: int, whole: int, share: float) -> str:
    return (
        f'<tr><th scope="row">{head}</th><td class="number">{reached} of {whole}</td>'
        f'<td class="number">{share:.1f} %</td>'
        f'<td><meter max="100" low="50" high="90" optimum="100" value="{share:.1f}"></meter></td>'
        "</tr>"
    )


def _items(found: Coverage, source: Source) -> tuple[Item, ...]:
    return tuple(item for item in found.items if item.span.source.name == source.name)


def _file_row(found: Coverage, source: Source, number: int) -> str:
    items = _items(found, source)
    whole = sum(len(item.outcomes) for item in items)
    missing = sum(len(found.missing(item)) for item in items)
    head = f'<a href="#file{number}">{escape(source.name)}</a>'
    return _row(head, whole - missing, whole, percent(items, found))


def _file(found: Coverage, source: Source, number: int) -> Iterator[str]:
    lacks = lacking(found, source)
    kinds = _kinds(found, source)
    width = len(str(source.line_count))
    lines = []
    for line in range(1, source.line_count + 1):
        at = f'<span class="at">{line:>{width}}</span>'
        text = escape(source.line_text(line))
        lines.append(f'<span class="{kinds.get(line, "")}">{at} {text}</span>')
        lines += (
            f'<span class="lack">{" " * width}   ! {escape(lack)}</span>'
            for lack in lacks.get(line, ())
        )
    yield f'<h2 id="file{number}">{escape(source.name)}</h2>'
    yield f"<pre>{''.join(lines)}</pre>"


def _kinds(found: Coverage, source: Source) -> dict[int, str]:
    """By line with something to reach: whether all of it, part of it or none is reached."""
    reached: dict[int, set[bool]] = {}
    for item in _items(found, source):
        line, _ = source.position(item.span.start)
        there = (outcome in found.reached[item] for outcome in item.outcomes)
        reached.setdefault(line, set()).update(there)
    return {
        line: "part" if len(both) > 1 else "all" if True in both else "none"
        for line, both in reached.items()
    }
