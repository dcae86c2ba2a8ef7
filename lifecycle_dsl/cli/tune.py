"""`lcr tune`: which value of a param, or which deal of a split, serves a goal best."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import define, evolve, field

from lifecycle_dsl.cli.instants import Instant
from lifecycle_dsl.cli.rulesets import load
from lifecycle_dsl.cli.terminal import UnusableError, console, unreadable
from lifecycle_dsl.cli.writing import write
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.fmt import format_source
from lifecycle_dsl.inputs import InputError
from lifecycle_dsl.localtime import format_instant
from lifecycle_dsl.rewriting import declaration, with_arms, with_param
from lifecycle_dsl.source import Source

if TYPE_CHECKING:
    from lifecycle_dsl.analysis.findings import Report, Section
    from lifecycle_dsl.analysis.goals import Goal


@click.command(
    short_help="Find the best value of a param, or the best deal of a split.",
    epilog="""\b
Examples:
  lcr tune rules.lcr events.msgpack --goal "purchase within 14d"
  lcr tune rules.lcr events.jsonl --param lead_bar --goal "purchase within 14d" --of "enter lead"
  lcr tune rules.lcr events.jsonl --goal "purchase within 30d" --by big_spender --write
  lcr tune rules.lcr events.jsonl --goal "purchase within 14d" --format html --out tune.html
  lcr tune rules.lcr events.jsonl --split subject --goal "email_click within 3d" --write

\b
The param says where to search: param lead_bar = 5 tune 3 to 8 step 0.5
""",
)
@click.argument("rules")
@click.argument("events")
@click.option("--goal", required=True, metavar="TEXT", help="What counts as success, and how soon.")
@click.option("--param", "params", multiple=True, help="Only this one; else all that say `tune`.")
@click.option(
    "--of", metavar="HAPPENING", help="Whose success counts; else what the param decides."
)
@click.option("--by", metavar="NAMES", help="Also by segments, or by a level, a trait, or `stage`.")
@click.option("--split", metavar="NAME", help="Deal the arms of a split by what they brought.")
@click.option(
    "--floor",
    type=click.FloatRange(0, 50),
    default=5.0,
    show_default=True,
    metavar="PERCENT",
    help="With --split: what every arm keeps.",
)
@click.option(
    "--least",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="Customers that a value or an arm needs, in each period.",
)
@click.option(
    "--level",
    type=click.FloatRange(0.5, 0.9999),
    default=0.95,
    show_default=True,
    help="The level of intervals.",
)
@click.option("--until", type=Instant(), help="Look at nothing later than this instant.")
@click.option("--since", type=Instant(), help="With --split: only who came to it from here on.")
@click.option(
    "--workers", type=click.IntRange(1, 256), help="Processes; else as many as there are cores."
)
@click.option("--write", "writes", is_flag=True, help="Write what is recommended into the file.")
@click.option("--format", "format_", type=click.Choice(["text", "json", "html"]), default="text")
@click.option("--out", metavar="FILE", help="Where to write it; standard output if left.")
def command(
    *,
    rules: str,
    events: str,
    goal: str,
    params: tuple[str, ...],
    of: str | None,
    by: str | None,
    split: str | None,
    floor: float,
    least: int,
    level: float,
    until: int | None,
    since: int | None,
    workers: int | None,
    writes: bool,
    format_: str,
    out: str | None,
) -> int:
    """Replay EVENTS under each value of a param of RULES, and say which serves the goal best.

    A value is chosen on the customers who came earlier, and recommended only if it is better among
    those who came later, too. Where the data do not suffice, that is said, and how many more it
    takes. With --split the arms of a split get new percentages, by how probable it is that each is
    the best (Thompson sampling, from counts that any replay gives again).
    """
    if split is not None and (params or of or by):
        raise click.UsageError("--split stands alone: --param, --of and --by are of params")
    if split is None and since is not None:
        raise click.UsageError("--since is of --split")
    if events == "-":
        raise click.UsageError("the events are read more than once: give a file, not -")
    from lifecycle_dsl.cli.analysing import analysis  # noqa: PLC0415 — comes with an extra

    ruleset = load(rules)
    with analysis(), _readable(events), _told():
        goals = import_module("lifecycle_dsl.analysis.goals")
        task = _Task(ruleset, events, goals.goal_of(goal, ruleset), level, until, workers, least)
        sources = task.tune(params, of, by) if split is None else task.deal(split, floor, since)
        report = task.report()
    _show(report, format_, out)
    if format_ == "text" and out is None:
        _tell_lines(task.lines)
    if writes:
        _write(ruleset, sources)
    return 0


@define
class _Task:
    """What is asked, and what was found so far."""

    ruleset: RuleSet
    events: str
    goal: Goal
    level: float
    until: int | None
    workers: int | None
    least: int
    sections: list[Section] = field(factory=list)
    instants: list[int] = field(factory=list)
    """Of the beginnings and ends of what was observed."""
    lines: list[str] = field(factory=list)
    """What the file should say."""

    def tune(self, params: tuple[str, ...], of: str | None, by: str | None) -> dict[str, str]:
        """All params, or some; gives the texts of the rules as recommended."""
        tuning = import_module("lifecycle_dsl.analysis.tuning.tuning")
        known = import_module("lifecycle_dsl.analysis.tuning.candidates")
        names = params or tuple(known.tuned_params(self.ruleset.program))
        if not names:
            raise UnusableError(
                "no param of these rules says where to search: "
                "write `param NAME = VALUE tune LOW to HIGH step S`"
            )
        undecided = import_module("lifecycle_dsl.analysis.tuning.deciding").UndecidedError
        sources = self.ruleset.sources
        left_out: list[str] = []
        for name in names:
            asked = tuning.Asked(
                self.goal, of, by, self.least, self.level, self.until, self.workers
            )
            try:
                found = tuning.tune(self.ruleset, self.events, name, asked)
            except undecided as error:
                if params:
                    raise
                left_out.append(str(error))
                continue
            self._add(found.section, found.begin, found.end)
            value = found.outcome.value(self.ruleset.program.params[name])
            if value is not None:
                sources = with_param(sources, name, value)
                self.lines.append(declaration(sources, name))
        if not self.sections:
            raise UnusableError("; ".join(left_out))
        if left_out:
            first, *others = self.sections
            notes = (*first.notes, *(f"Left out: {each}." for each in left_out))
            self.sections = [evolve(first, notes=notes), *others]
        return sources

    def deal(self, split: str, floor: float, since: int | None) -> dict[str, str]:
        """The arms of a split; gives the texts of the rules with their new percentages."""
        dealing = import_module("lifecycle_dsl.analysis.tuning.dealing")
        asked = dealing.Asked(
            self.goal, floor / 100, self.least, self.level, self.until, since, self.workers
        )
        found = dealing.deal(self.ruleset, self.events, split, asked)
        self._add(found.section, found.begin, found.end)
        if found.percents is None:
            return self.ruleset.sources
        return with_arms(self.ruleset.sources, split, found.percents)

    def report(self) -> Report:
        """All of it."""
        findings = import_module("lifecycle_dsl.analysis.findings")
        found: Report = findings.Report(
            title=f"{self.ruleset.lifecycle.replace('_', ' ').capitalize()}: tuning",
            lifecycle=self.ruleset.lifecycle,
            fingerprint=self.ruleset.fingerprint,
            begin=format_instant(min(self.instants)),
            end=format_instant(max(self.instants)),
            level=self.level,
            sections=self.sections,
        )
        return found

    def _add(self, section: Section, *instants: int) -> None:
        self.sections.append(section)
        self.instants += instants


@contextmanager
def _told() -> Iterator[None]:
    """Say on a terminal that history is being replayed."""
    if not sys.stderr.isatty():
        yield
        return
    with console(sys.stderr).status("replaying history"):
        yield


@contextmanager
def _readable(events: str) -> Iterator[None]:
    try:
        yield
    except InputError as error:
        raise UnusableError(f"{events}: {error}") from error
    except OSError as error:
        raise unreadable(str(error.filename or events), error) from error


def _show(report: Report, format_: str, out: str | None) -> None:
    rendering = "lifecycle_dsl.analysis.rendering"
    if format_ == "text" and out is None:
        import_module(f"{rendering}.screen").show(report, console())
    elif format_ == "text":
        with Path(str(out)).open("w", encoding="utf-8") as file:
            import_module(f"{rendering}.screen").show(report, console(file))
    elif format_ == "json":
        write(import_module(f"{rendering}.data").as_json(report), out)
    else:
        write(import_module(f"{rendering}.page").page(report), out)


def _tell_lines(lines: list[str]) -> None:
    """What to write, in a form to be copied."""
    if lines:
        click.echo("\nWrite into the file, or run it again with --write:")
    for line in lines:
        click.echo(f"  {line}")


def _write(ruleset: RuleSet, sources: dict[str, str]) -> None:
    """Files that are to say something else, in their layout."""
    changed = [name for name, text in sources.items() if ruleset.sources[name] != text]
    for name in changed:
        formatted = format_source(Source(name, sources[name]))
        write(sources[name] if formatted.text is None else formatted.text, name)
        click.echo(f"lcr: wrote {name}", err=True)
    if not changed:
        click.echo("lcr: nothing to write: the file stays as it is", err=True)
