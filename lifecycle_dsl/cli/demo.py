"""`lcr demo`: the shipped rules over shipped real customers, and what happened to them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from time import perf_counter

import click
from rich.padding import Padding
from rich.rule import Rule

from lifecycle_dsl.cli.history import History, Life, gather
from lifecycle_dsl.cli.picture import Picture
from lifecycle_dsl.cli.terminal import console, has_colours, plural
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.records import Records
from lifecycle_dsl.engine.structs import Record
from lifecycle_dsl.inputs import Batch, open_input
from lifecycle_dsl.loading import load
from lifecycle_dsl.resources import resource

_RULES = "rules/retail.lcr"
_EVENTS = "examples/01-cdnow/events.jsonl.gz"
_WIDEST = 110


@click.command(
    short_help="Run the shipped rules over real customers and show what happened.",
    epilog="""\b
Examples:
  lcr demo
  lcr demo | less -R
""",
)
def command() -> None:
    """Run rules/retail.lcr over eighteen months of a real online shop and show what happened."""
    ruleset = load(str(resource(_RULES)))
    batches = list(_batches())
    started = perf_counter()
    engine = Engine(ruleset)
    decisions = [each for batch in batches for each in engine.process_batch(batch.data)]
    decisions += engine.advance(engine.clock or 0)
    seconds = perf_counter() - started

    history = gather(decisions, _events(Records(ruleset.program), batches))
    screen = console()
    picture = Picture(
        history,
        tuple(ruleset.program.stages),
        has_colours(sys.stdout),
        min(screen.width, _WIDEST),
    )
    events = sum(batch.data.count(b"\n") for batch in batches)
    screen.print()
    screen.print(
        f"[bold]{plural(len(history.lives), 'customer')}[/] of the online shop CDNOW, their"
        f" {plural(events, 'purchase')} from January 1997 to June 1998, and [bold]{_RULES}[/]:\n"
        f"{plural(len(decisions), 'decision')} in {seconds:.2f} seconds."
    )
    sections = (
        ("Who was where at the end of each month", picture.months()),
        ("Where they are now", picture.now()),
        ("Movements", picture.moves()),
        ("Triggers", picture.firings()),
        ("Three lives", picture.lives(three(history))),
    )
    for title, content in sections:
        screen.print()
        screen.print(Rule(title, align="left", style="dim"), width=picture.width)
        screen.print()
        screen.print(Padding(content, (0, 0, 0, 1)), width=picture.width)
    screen.print()
    screen.print(
        "Yours next: [bold]lcr new my-rules[/] starts a rule set, [bold]lcr run RULES EVENTS[/]"
        " runs it over your own events."
    )


def three(history: History) -> Sequence[Life]:
    """The most eventful life, one that went on well, and a usual one."""
    lives = sorted(history.lives.values(), key=lambda life: life.customer)

    def moves(life: Life) -> int:
        return len(life.stages())

    eventful = max(lives, key=moves)
    usual_length = sorted(map(moves, lives))[len(lives) // 2]
    usual = next(life for life in lives if moves(life) == usual_length)
    busy = max(
        (life for life in lives if life not in (eventful, usual)),
        key=lambda life: sum(each.what not in ("stage", "sent") for each in life.moments),
    )
    return eventful, busy, usual


def _batches() -> Iterator[Batch]:
    with open_input(str(resource(_EVENTS))) as source:
        yield from (piece for piece in source if isinstance(piece, Batch))


def _events(records: Records, batches: Sequence[Batch]) -> Iterator[tuple[str, int, str]]:
    """Customer, instant and type of every event."""
    names = {struct: name for name, struct in records.classes.items()}
    for batch in batches:
        for record in records.decode(batch.data).records:
            if isinstance(record, Record) and isinstance(record.at, int):
                yield record.customer, record.at, names[type(record)]
