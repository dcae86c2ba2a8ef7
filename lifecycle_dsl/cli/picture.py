"""A history on a terminal: stages over the months, movements, messages, a few lives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lifecycle_dsl.cli.history import History, Life, day

_COLOURS = ("cyan", "green", "magenta", "yellow", "red", "blue", "bright_cyan", "bright_green")
_FILLS = "█▓▒░╳·▚▄"
"""What tells stages apart where there are no colours."""
_FIRST, _LAST = 8, 4
"""How much of the beginning and of the end of a long life is told."""


@frozen
class Picture:
    """Draws one history."""

    history: History
    stages: Sequence[str]
    colours: bool
    width: int

    def months(self) -> RenderableType:
        """A bar for every month, as long as there were customers, in parts by stage."""
        rows = self.history.months(self.stages)
        most = max(sum(counts) for _, counts in rows)
        room = self.width - 18
        lines = [self._legend(), Text()]
        for month, counts in rows:
            bar = Text(f"{month}  ")
            for place, cells in enumerate(_cells(counts, room / most)):
                bar.append(self._fill(place) * cells, self._style(place))
            bar.append(f" {sum(counts):,}", "bold")
            lines.append(bar)
        return Group(*lines)

    def now(self) -> RenderableType:
        """Where everybody is at the end."""
        _, counts = self.history.months(self.stages)[-1]
        total = sum(counts)
        table = _table("stage", "customers", "share")
        for place, (stage, count) in enumerate(zip(self.stages, counts, strict=True)):
            table.add_row(Text(stage, self._style(place)), f"{count:,}", f"{count / total:.0%}")
        return table

    def moves(self) -> RenderableType:
        """From where to where, how often, after how long."""
        table = _table("from", "to", "times", "after, typically", numbers=2)
        place = {stage: number for number, stage in enumerate(self.stages)}
        ordered = sorted(self.history.moves, key=lambda move: (place[move[0]], place[move[1]]))
        for source, target in ordered:
            table.add_row(
                self._name(source),
                self._name(target),
                f"{len(self.history.moves[source, target]):,}",
                f"{self.history.typical_wait((source, target)):,.0f} days",
            )
        return table

    def firings(self) -> RenderableType:
        """What each trigger did."""
        table = _table("trigger", "fired", "sent", "held back")
        for trigger, count in self.history.fired.most_common():
            sent = sum(n for (rule, _), n in self.history.sent.items() if rule == trigger)
            held = [
                f"{n:,} {reason}"
                for (rule, reason), n in sorted(self.history.held.items())
                if rule == trigger
            ]
            table.add_row(trigger, f"{count:,}", f"{sent:,}", ", ".join(held) or "–")
        return table

    def lives(self, lives: Sequence[Life]) -> RenderableType:
        """The stories of some customers, side by side if there is room."""
        columns = max(1, min(len(lives), self.width // 36))
        grid = Table.grid(padding=(0, 4), expand=False)
        for _ in range(columns):
            grid.add_column(vertical="top")
        stories = [self._life(life) for life in lives]
        for first in range(0, len(stories), columns):
            grid.add_row(*stories[first : first + columns])
        return grid

    def _life(self, life: Life) -> RenderableType:
        text = Text(f"customer {life.customer}", "bold")
        for line in _told(life):
            text.append("\n")
            when, what, stage = line
            text.append(f"{when:>11}  ", "dim not bold")
            style = self._style(self.stages.index(stage)) if stage else ""
            text.append(what, f"{style} not bold".strip())
        return Padding(text, (0, 0, 1, 0))

    def _legend(self) -> Text:
        legend = Text("         ")
        for place, stage in enumerate(self.stages):
            legend.append(f"{self._fill(place)}{self._fill(place)} ", self._style(place))
            legend.append(f"{stage}  ")
        return legend

    def _name(self, stage: str) -> Text:
        return Text(stage, self._style(self.stages.index(stage)))

    def _style(self, place: int) -> str:
        return _COLOURS[place % len(_COLOURS)] if self.colours else ""

    def _fill(self, place: int) -> str:
        return "█" if self.colours else _FILLS[place % len(_FILLS)]


def _cells(counts: Sequence[int], scale: float) -> Iterator[int]:
    """How many cells each part takes, so that the whole bar is right to a cell."""
    total = 0
    before = 0
    for count in counts:
        total += count
        end = round(total * scale)
        yield end - before
        before = end


def _told(life: Life) -> Iterator[tuple[str, str, str | None]]:
    """A life in lines: when, what, and the stage if it is a move. Purchases in a row are one."""
    told: list[tuple[str, str, str | None]] = []
    last, count = "", 0
    for moment in life.moments:
        if moment.what == "stage":
            told.append((day(moment.at), f"→ {moment.name}", moment.name))
        elif moment.what == "sent":
            told.append((day(moment.at), f"✉ {moment.name}", None))
        elif moment.what == last and told and told[-1][2] is None:
            count += 1
            told[-1] = (told[-1][0], f"{moment.what} × {count}", None)
            continue
        else:
            told.append((day(moment.at), moment.what, None))
            count = 1
        last = moment.what
    if len(told) <= _FIRST + _LAST + 1:
        yield from told
        return
    yield from told[:_FIRST]
    yield "", f"… {len(told) - _FIRST - _LAST} more …", None
    yield from told[-_LAST:]


def _table(*titles: str, numbers: int = 1) -> Table:
    """A table whose columns after the first few are numbers."""
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 3, 0, 0))
    for place, title in enumerate(titles):
        table.add_column(title, justify="left" if place < numbers else "right")
    return table
