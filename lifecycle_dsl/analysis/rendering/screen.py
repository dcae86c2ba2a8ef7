"""A report on a terminal: what matters first, then section by section.

No line is wrapped by the terminal, and none ends in spaces.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from lifecycle_dsl.analysis.findings import Chart, Report, Section, Table
from lifecycle_dsl.analysis.rendering.marks import chart_lines
from lifecycle_dsl.analysis.rendering.tables import table_lines
from lifecycle_dsl.analysis.rendering.words import minute

_PROSE: Final = 96
"""Characters of a line that is easy to read."""
_TIED: Final = "\N{NO-BREAK SPACE}"


def show(report: Report, console: Console) -> None:
    """Print a report."""
    with console.capture() as captured:
        for line in _lines(report, console.width):
            line.rstrip()
            console.print(line, soft_wrap=True, crop=False)
    # In one go, and not by the console, which would end the program if nobody reads on.
    console.file.write(captured.get())


def _lines(report: Report, width: int) -> Iterator[Text]:
    yield from _prose(report.title, width, "bold")
    about = f"{report.lifecycle}, {minute(report.begin)} to {minute(report.end)} UTC"
    if report.level is not None:
        about += f"; intervals of {100 * report.level:g} %"
    yield from _prose(about, width, "dim")
    if report.of_whom:
        yield from _prose(report.of_whom, width, "dim")
    told = [each for each in report.sections if each.headline]
    if len(told) > 1:
        yield Text()
        for each in told:
            yield from _item("•", f"{each.title}: {each.headline}", width)
    for section in report.sections:
        yield Text()
        yield Text()
        yield from _section(section, width)


def _section(section: Section, width: int) -> Iterator[Text]:
    *firsts, last = _wrapped(section.title, width - 3)
    for line in firsts:
        yield Text(f"── {line}", "bold cyan")
    heading = Text("── ", "cyan")
    heading.append(last, "bold cyan")
    heading.append(f" {'─' * max(min(width, _PROSE) - cell_len(last) - 4, 0)}", "cyan")
    yield heading
    if section.headline:
        yield Text()
        yield from _prose(section.headline, width)
    if section.code:
        yield Text()
        for line in section.code.splitlines():
            yield Text(f"  {line}", "green")
    for table in section.tables:
        yield Text()
        yield from _table(table, width)
    for chart in section.charts:
        yield Text()
        yield from _chart(chart, width)
    yield Text()
    sample = f"Of {section.sample}." if section.sample else ""
    for text in (section.definition, sample, section.censored, *section.notes):
        if text:
            yield from _item("·", text, width, "dim")


def _table(table: Table, width: int) -> Iterator[Text]:
    if table.title:
        yield from _prose(table.title, width, "bold magenta")
    yield from table_lines(table, width)
    if table.note:
        yield from _prose(table.note, width, "dim")


def _chart(chart: Chart, width: int) -> Iterator[Text]:
    yield from _prose(chart.title, width, "bold magenta")
    yield from chart_lines(chart, width)


def _prose(text: str, width: int, style: str = "") -> Iterator[Text]:
    for line in _wrapped(text, width):
        yield Text(line, style)


def _item(mark: str, text: str, width: int, style: str = "") -> Iterator[Text]:
    """A paragraph behind a mark, its other lines below its first."""
    for place, line in enumerate(_wrapped(text, width - 2)):
        yield Text(f"{mark if place == 0 else ' '} {line}", style)


def _wrapped(text: str, width: int) -> list[str]:
    """Lines; a percent sign stays with its number, and a wide sign takes two columns."""
    room = most = max(min(width, _PROSE), 20)
    tied = text.replace(" %", f"{_TIED}%")
    while True:
        lines = wrap(tied, room) or [""]
        if room == 1 or max(map(cell_len, lines)) <= most:
            return [line.replace(_TIED, " ") for line in lines]
        room -= 1
