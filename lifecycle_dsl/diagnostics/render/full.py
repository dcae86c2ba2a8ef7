"""Diagnostics for people at a terminal.

    error[unknown-event]: no event is called `purchse`
      --> rules/winback.lcr:7:10
       |
     7 |     on purchse: 5
       |        ^^^^^^^ help: a similar event exists: `purchase`

The help stands beside the carets when the primary label says nothing itself, and otherwise below
with the notes and the fixes. A fix that writes the name at the end of the help is not told again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from lifecycle_dsl.diagnostics.model import Diagnostic, Label, Safety
from lifecycle_dsl.diagnostics.render.excerpt import excerpt, last_line
from lifecycle_dsl.diagnostics.render.glyphs import visible
from lifecycle_dsl.diagnostics.render.palette import PLAIN, Palette, paint
from lifecycle_dsl.source import Source

_FIX_TITLES = {Safety.SAFE: "fix", Safety.UNSAFE: "unsafe fix", Safety.DISPLAY: "sketch"}


def render(diagnostics: Iterable[Diagnostic], palette: Palette = PLAIN) -> str:
    """The diagnostics with an empty line between them."""
    return "\n".join("".join(f"{line}\n" for line in _lines(each, palette)) for each in diagnostics)


def _lines(diagnostic: Diagnostic, palette: Palette) -> Iterator[str]:
    colour = palette.severity(diagnostic.severity)
    kind = paint(f"{diagnostic.severity.value}[{diagnostic.name}]", colour)
    yield f"{kind}{paint(f': {visible(diagnostic.headline)}', palette.headline)}"
    labels, footer = _split_help(diagnostic)
    gutter = len(str(last_line(labels)))
    arrow = " " * gutter
    if diagnostic.span is None and diagnostic.file is not None:
        yield f"{arrow} {paint('-->', palette.gutter)} {visible(diagnostic.file)}"
    for source, group in _by_source(diagnostic, labels).items():
        main = next((label for label in group if label.primary), None)
        sign = "-->" if main is not None else ":::"
        line, column = source.position((main or group[0]).span.start)
        place = f"{visible(source.name)}:{line}:{column}"
        yield f"{arrow} {paint(sign, palette.gutter)} {place}"
        yield from excerpt(source, group, gutter, colour, palette)
    for word, text in footer:
        sign = paint("=", palette.gutter)
        yield f"{arrow}  {sign} {paint(f'{word}:', palette.help)} {visible(text)}"


def _split_help(diagnostic: Diagnostic) -> tuple[list[Label], list[tuple[str, str]]]:
    """The labels, with the help where it fits beside the carets, and what is left for below."""
    labels = list(diagnostic.labels)
    footer = [("note", note) for note in diagnostic.notes]
    main = next((at for at, label in enumerate(labels) if label.primary), None)
    if diagnostic.help is not None:
        if main is not None and not labels[main].text:
            labels[main] = attrs.evolve(labels[main], text=f"help: {diagnostic.help}")
        else:
            footer.insert(0, ("help", diagnostic.help))
    footer += [
        (_FIX_TITLES[fix.safety], fix.title)
        for fix in diagnostic.fixes
        if diagnostic.help is None or not diagnostic.help.endswith(fix.title.removeprefix("write "))
    ]
    return labels, footer


def _by_source(diagnostic: Diagnostic, labels: Iterable[Label]) -> dict[Source, list[Label]]:
    """Labels by file, that of the primary label first."""
    grouped: dict[Source, list[Label]] = {}
    if diagnostic.span is not None:
        grouped[diagnostic.span.source] = []
    for label in labels:
        grouped.setdefault(label.span.source, []).append(label)
    return grouped
