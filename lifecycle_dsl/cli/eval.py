"""`lcr eval`: one expression, as a rule would compute it.

The expression becomes the only datum of the only message of a small rule set, or of one that is
added to a rule file; one event is handled, and the message says the value. So it means here what it
means in a rule, and there is no second evaluator.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

import attrs
import click
import msgspec

from lifecycle_dsl.cli.instants import Instant
from lifecycle_dsl.cli.rulefiles import FINDINGS, source_of
from lifecycle_dsl.cli.rulesets import load
from lifecycle_dsl.cli.terminal import show
from lifecycle_dsl.cli.values import Value, values
from lifecycle_dsl.diagnostics.model import Diagnostic, Label
from lifecycle_dsl.engine.decisions import Sent
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.loading import CompileError, compile
from lifecycle_dsl.localtime.instants import datetime_to_micros
from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax import parse_expression

_EVENT: Final = "lcr_eval_event"
_CHANNEL: Final = "lcr_eval_channel"
_TRIGGER: Final = "lcr_eval_trigger"
_ALONE: Final = "lifecycle eval\nstart { -> here }\nstage here\n"


@click.command(
    short_help="Evaluate one expression.",
    epilog="""\b
Examples:
  lcr eval '2 ^ 10 / 3'
  lcr eval 'round(amount * 1.21)' --with amount=99.99
  lcr eval 'weekday(now)' --at 2026-12-25T12:00:00Z
  lcr eval 'clicks / mails else 0' --with clicks=3 --with mails=0
  lcr eval 'health >= 15' --rules rules.lcr --with lead_score=80
""",
)
@click.argument("expression", metavar="EXPR")
@click.option("--rules", help="A rule file whose names the expression may use.")
@click.option("--at", type=Instant(), help="What `now` is; the present moment unless given.")
@click.option(
    "--with",
    "with_",
    multiple=True,
    metavar="NAME=JSON",
    help="A name and its value: number, true or false, text, list of text; a text such as"
    ' "30d", "2026-12-25" or "2026-12-25T12:00:00Z" is a duration, date or time. The name'
    " of a trait of the rules sets it.",
)
def command(*, expression: str, rules: str | None, at: int | None, with_: Sequence[str]) -> int:
    """Evaluate EXPR and print the value as JSON; null if it is missing."""
    now = at if at is not None else datetime_to_micros(datetime.now(UTC))
    source = Source("expression", expression)
    node, diagnostics = parse_expression(source)
    if node is None or diagnostics:
        show(diagnostics)
        return FINDINGS
    given = values(with_)
    traits = () if rules is None else load(rules).program.traits
    facts = {name: value for name, value in given.items() if name in traits}
    fields = {name: value for name, value in given.items() if name not in traits}
    head = _head(_ALONE if rules is None else _text(rules), fields)
    text = f"{head}{expression} }} }} }}\n"
    try:
        engine = Engine(compile(text, name=rules or source.name))
    except CompileError as error:
        show(_within(error.diagnostics, source, len(head)))
        return FINDINGS
    if facts:
        engine.process(_record("profile", now, facts))
    decisions = engine.process(_record(_EVENT, now, fields))
    for letter in engine.take_dead_letters():
        raise click.UsageError(f"--with: {letter.reason}")
    for decision in decisions:
        if isinstance(decision, Sent) and decision.channel == _CHANNEL:
            click.echo(msgspec.json.encode(decision.data["value"]))
    return 0


def _text(rules: str) -> str:
    """The text of a rule file that has been loaded before."""
    source = source_of(rules)
    return source.text if isinstance(source, Source) else ""


def _head(rules: str, fields: dict[str, Value]) -> str:
    """Everything that stands before the expression."""
    declared = ", ".join(f"{name}: {value.type}" for name, value in fields.items())
    return (
        f"{rules.rstrip()}\nevent {_EVENT} {{ {declared} }}\nchannel {_CHANNEL}\n"
        f'trigger {_TRIGGER} {{ on {_EVENT} do {{ send {_CHANNEL} "" {{ value: '
    )


def _record(event: str, now: int, given: dict[str, Value]) -> dict[str, object]:
    fields = {name: value.encoded for name, value in given.items()}
    return {"type": event, "customer": "customer", "at": now, **fields}


def _within(diagnostics: Iterable[Diagnostic], source: Source, start: int) -> list[Diagnostic]:
    """Diagnostics of the whole text, those of the expression as if it stood alone."""

    def moved(label: Label) -> Label:
        first, last = label.span.start - start, label.span.end - start
        if first < 0 or last > len(source.text):
            return label
        return attrs.evolve(label, span=Span(source, first, last))

    return [attrs.evolve(each, labels=tuple(map(moved, each.labels))) for each in diagnostics]
