"""`lcr run`: rules over events, decisions out."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import BinaryIO

import click
from attrs import define, field

from lifecycle_dsl.cli import options
from lifecycle_dsl.cli.crew import Alone, Crew, Outcome, Shared
from lifecycle_dsl.cli.deadfile import DeadFile
from lifecycle_dsl.cli.instants import Instant
from lifecycle_dsl.cli.opening import Given, created, readable, written
from lifecycle_dsl.cli.progress import watched
from lifecycle_dsl.cli.rulesets import ParamValue, load
from lifecycle_dsl.cli.summary import Totals, summary
from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.engine.decisions import Rules, encode_lines
from lifecycle_dsl.engine.records import Records
from lifecycle_dsl.inputs import Batch
from lifecycle_dsl.inputs.selection import Selected, Selection
from lifecycle_dsl.outputs import Sink, is_plain

REJECTED = 3


@define
class _Run:
    """One run: a crew, and where its output goes."""

    crew: Crew
    selection: Selection
    records: Records
    out: Sink | BinaryIO
    dead: DeadFile
    strict: bool
    totals: Totals = field(factory=Totals)

    def handle(self, pieces: Iterable[Batch | DeadLetter]) -> bool:
        """Everything that comes in; whether it went to its end."""
        for piece in pieces:
            if isinstance(piece, DeadLetter):
                self.dead.add([piece])
                if self.strict:
                    return False
            elif not self._handle_batch(piece):
                return False
        self.write(self.crew.rest())
        return True

    def _handle_batch(self, batch: Batch) -> bool:
        selected = self.selection.select(batch)
        wrong = None
        if self.strict:
            selected, wrong = self._before_first_wrong(selected, batch)
        self.write(self.crew.give(selected, framed=batch.framed))
        if wrong is None:
            return True
        self.write(self.crew.rest())
        self.dead.add([wrong])
        return False

    def write(self, outcomes: Iterable[Outcome]) -> None:
        """Decisions to the output, dead letters to theirs."""
        for outcome in outcomes:
            self.out.write(outcome.decisions)
            self.totals.decisions.update(outcome.kinds)
            self.dead.add(outcome.dead_letters)

    def _before_first_wrong(
        self, selected: Selected, batch: Batch
    ) -> tuple[Selected, DeadLetter | None]:
        """The records up to the first one that would be a dead letter, and that one."""
        letters = selected.placed(self.records.decode(selected.data).dead_letters)
        if not letters:
            return selected, None
        wrong = letters[0]
        return selected.before(wrong.line, framed=batch.framed), wrong


@click.command(
    short_help="Run rules over events and write the decisions.",
    epilog="""\b
Examples:
  lcr run rules.lcr events.jsonl
  lcr run rules.lcr events.jsonl.gz --out decisions.jsonl --state state.jsonl
  lcr run rules.lcr events.msgpack --workers 4 --out decisions.parquet
  lcr run rules.lcr events.jsonl --out decisions/
  lcr run rules.lcr --sql "SELECT 'purchase' AS type, id AS customer, day AS at FROM 'x.parquet'"
  lcr run rules.lcr --sql @orders.sql --from postgresql://localhost/shop --peek
  zcat log.gz | lcr run rules.lcr - --dead dead.jsonl | grep '"kind":"sent"'
  lcr run rules.lcr events.jsonl --until 2026-07-01T00:00:00Z
  lcr run rules.lcr events/ --store sqlite:///lifecycle.db --follow
  lcr run new.lcr --store sqlite:///lifecycle.db --rebuild events.jsonl
  lcr run rules.lcr 'redis://localhost/0?stream=events' --store sqlite:///lifecycle.db --follow
  lcr run rules.lcr 'nats://localhost?stream=EVENTS' --store sqlite:///lifecycle.db --follow
""",
)
@click.argument("rules")
@click.argument("events", required=False)
@options.sql
@options.database
@click.option("--peek", is_flag=True, help="Only look at what --sql gives, and what does not fit.")
@click.option(
    "--out",
    metavar="PATH",
    help="Write the decisions here: .jsonl, also .gz or .zst; .parquet; or, with / at its end, a "
    "folder of Parquet files by day.",
)
@click.option("--state", type=Path, help="Write every customer as of the end of the run.")
@click.option("--dead", type=Path, help="Write the records that were rejected, with the reason.")
@click.option(
    "--until", type=Instant(), help="End at this instant; later records are only counted."
)
@click.option("--strict", is_flag=True, help="End at the first rejected record, with exit code 3.")
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Processes to share the customers.",
)
@options.key
@click.option("--undeclared", is_flag=True, help="Count fields that the rules do not declare.")
@click.option(
    "--set",
    "params",
    multiple=True,
    type=ParamValue(),
    metavar="PARAM=VALUE",
    help="Run with another value of a param.",
)
@click.option("--promises", is_flag=True, help="Write a `broken` where a promise does not hold.")
@click.option(
    "--store",
    metavar="URL",
    help="Keep customers here, and go on where the last run stopped: sqlite:///FILE, or postgresql://…",
)
@click.option("--follow", is_flag=True, help="Wait for more to be written; needs --store.")
@click.option("--no-ticks", is_flag=True, help="With --follow: time goes on with the events alone.")
@click.option(
    "--rebuild",
    metavar="EVENTS",
    multiple=True,
    help="First refill what the rules newly remember from all that the store has handled.",
)
@click.option("--shadow", metavar="RULES", help="Let new rules decide beside, and compare.")
@click.option(
    "--shadow-store",
    metavar="URL",
    default="memory:",
    show_default=True,
    help="Where customers are kept for the new rules; a file, if there are many.",
)
@click.option("--quiet", is_flag=True, help="No progress and no summary.")
def command(
    *,
    rules: str,
    events: str | None,
    sql: str | None,
    database: str | None,
    peek: bool,
    out: str | None,
    state: Path | None,
    dead: Path | None,
    until: int | None,
    strict: bool,
    workers: int,
    key: str | None,
    undeclared: bool,
    params: tuple[tuple[str, str], ...],
    promises: bool,
    store: str | None,
    follow: bool,
    no_ticks: bool,
    rebuild: tuple[str, ...],
    shadow: str | None,
    shadow_store: str,
    quiet: bool,
) -> int:
    """Run RULES over EVENTS and write the decisions, one JSON object a line.

    EVENTS is a .jsonl or .msgpack file, also as .gz or .zst, or - for JSON Lines from standard
    input. At the end time goes on to --until, or else to the latest event, and timers due by then
    run.

    With --sql the rows of a query are the events, its columns their fields: type, customer, at, and
    others by their names. DuckDB reads Parquet, CSV and JSON. NULL is missing; a time without a
    zone is UTC; rows are put in order of time. Try --peek first.

    With --store a run goes on where the last one stopped, whatever stopped it: every record is
    handled once, and --out and --dead go on, too. EVENTS may then be a folder to --follow, or a
    stream of Redis or NATS with a record in each message; what is removed there before it was
    read stops the run, unless the URL says lost=accept, and trim=handled removes what is handled.
    Time goes on with the records alone, unless --until says how far it goes on at the end; no
    record is left out for that. A SIGHUP loads the rules anew; where they are refused, the old
    ones go on. With --shadow other rules see what is handled and decide, too; nothing of that is
    done.

    What new rules remember that earlier ones did not begins with the next record, as lcr plan says.
    --rebuild refills it from the events that the store has handled, all of them in their order:
    nothing is decided or sent for that, and stages, scores and journeys stay. It needs no EVENTS.
    """
    if store is None and (follow or no_ticks or shadow or rebuild):
        raise click.UsageError("--follow, --no-ticks, --rebuild and --shadow need a --store")
    if store is not None and params:
        raise click.UsageError("--set is not for a --store, whose rules are what their file says")
    if store is not None and rebuild and events is None and sql is None:
        from lifecycle_dsl.cli.rebuilding import Rebuild  # noqa: PLC0415 — others start without it

        return Rebuild(rebuild, key, quiet).alone(load(rules), store)
    out = None if out == "-" else out
    given = Given(events, sql, database, key)
    ruleset = load(rules, dict(params))
    if peek:
        from lifecycle_dsl.cli.peek import peek_at  # noqa: PLC0415 — others start without it

        with given.query(ruleset) as query:
            return peek_at(query, ruleset)
    if store is not None:
        _refuse_unfit(follow=follow, until=until, out=out, workers=workers)
        from lifecycle_dsl.cli.stored import StoredRun  # noqa: PLC0415 — others start without it

        totals = Totals(undeclared=Counter() if undeclared else None)
        reopen = partial(given.again, ruleset, follows=follow, undeclared=undeclared)
        with closing(reopen()) as source:
            return StoredRun(
                ruleset=ruleset,
                source=source,
                reopen=reopen,
                selection=Selection(ruleset.records, None, key, totals.undeclared),
                out=None if out is None else Path(out),
                dead=dead,
                state=state,
                strict=strict,
                quiet=quiet,
                until=until,
                ticks=follow and not no_ticks,
                promises=promises,
                rebuild=rebuild,
                shadow=shadow,
                shadow_store=shadow_store,
                totals=totals,
            ).run(store)
    with ExitStack() as stack:
        file = given.once(ruleset, undeclared=undeclared)
        stack.callback(file.close)
        records = Records(ruleset.program)
        totals = Totals(undeclared=Counter() if undeclared else None)
        run = _Run(
            crew=Alone(ruleset, promises=promises)
            if workers == 1
            else stack.enter_context(
                closing(Shared(rules, workers, promises=promises, params=dict(params)))
            ),
            selection=Selection(records, until, key, totals.undeclared),
            records=records,
            out=sys.stdout.buffer if out is None else stack.enter_context(written(out)),
            dead=DeadFile(None if dead is None else stack.enter_context(created(dead))),
            strict=strict,
            totals=totals,
        )
        states = None if state is None else stack.enter_context(created(state))
        run.out.write(encode_lines([Rules(ruleset.program.lifecycle, ruleset.fingerprint)]))
        whole = run.handle(watched(readable(given.name, file), file, quiet=quiet))
        end = until if until is not None else run.crew.clock()
        if whole and end is not None:
            run.write(run.crew.advance(end))
            if states is not None:
                states.writelines(run.crew.states(end))
        run.out.flush()
        totals.close(run.crew.counts(), run.dead.reasons, run.selection.later["later"])
    if not quiet:
        summary(totals)
    if whole:
        return 0
    click.echo(f"lcr: {run.dead.first_text()}; the run ended there", err=True)
    return REJECTED


def _refuse_unfit(*, follow: bool, until: int | None, out: str | None, workers: int) -> None:
    """Refuse what makes no sense with a store."""
    if follow and until is not None:
        raise click.UsageError("--until is of an end, and a run that follows has none")
    if out is not None and not is_plain(out):
        raise click.UsageError("--out with --store grows line by line: let it be a .jsonl")
    if workers > 1:
        raise click.UsageError(
            "a store has one writer in each process, so --workers does not go with --store; for "
            "several let it be postgresql://…, and start lcr run as often: they share the customers"
        )
