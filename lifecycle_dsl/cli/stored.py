"""`lcr run --store`: a run that goes on where the last one stopped, and may follow its input."""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Final

import click
import msgspec
from attrs import define, evolve, field

from lifecycle_dsl.cli.deadfile import DeadFile
from lifecycle_dsl.cli.progress import watched
from lifecycle_dsl.cli.rebuilding import Rebuild
from lifecycle_dsl.cli.rulesets import load
from lifecycle_dsl.cli.shadowing import shadow_of, tell
from lifecycle_dsl.cli.summary import Totals, summary
from lifecycle_dsl.cli.terminal import UnusableError, plural, unreadable
from lifecycle_dsl.cli.wall import Wall
from lifecycle_dsl.engine.decisions import Rules, encode_lines
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.inputs import Idle, Input, InputError, Source
from lifecycle_dsl.inputs.selection import Selection
from lifecycle_dsl.inputs.sources import Place
from lifecycle_dsl.stores import StoredEngine, StoreError, open_store
from lifecycle_dsl.stores.feeding import Fed, Feeder, RejectedError
from lifecycle_dsl.stores.files import KeptFile
from lifecycle_dsl.stores.sharing import feeder_of
from lifecycle_dsl.stores.store import Commit, Store
from lifecycle_dsl.stores.store import Rules as Known

REJECTED: Final = 3
_TICK: Final = 1.0
"""Seconds of the wall between two ticks of a run that follows its input."""


@define
class StoredRun:
    """What the command line asks of a run over a store."""

    ruleset: RuleSet
    source: Source
    reopen: Callable[[], Source]
    """Opens the source anew."""
    selection: Selection
    out: Path | None
    dead: Path | None
    state: Path | None
    strict: bool
    quiet: bool
    until: int | None
    """How far time goes on behind the last record; not at all, where nobody says."""
    ticks: bool
    """Whether time goes on by the clock on the wall, while there is nothing to read."""
    shadow: str | None = None
    """Rules that decide beside."""
    shadow_store: str = "memory:"
    promises: bool = False
    """Whether promises are looked at; a `broken` is kept with what broke it."""
    rebuild: Sequence[str] = ()
    """Events that memory is refilled from, before anything is read."""
    totals: Totals = field(factory=Totals)
    _stopped: bool = False
    _reload: bool = False
    _log: KeptFile | None = None
    """Where the decisions go, if not to standard output."""
    _ticked: float = field(factory=time.monotonic)
    _trouble: str | None = None
    _wall: Wall = field(factory=Wall)

    def run(self, url: str) -> int:
        """Run it; gives the exit code."""
        try:
            with ExitStack() as stack:
                store = open_store(url)
                stack.callback(store.close)
                store.acquire()
                stack.callback(store.release)
                self._log = self._file(stack, self.out, store)
                if self._log is not None and self._log.is_new:
                    self._log.begin(self._head())
                before = store.rules()
                making = promising if self.promises else Engine
                engine = StoredEngine(
                    self.ruleset, store, on_change=self._note_change, engine_of=making
                )
                stack.enter_context(self._until_told())
                if self.rebuild:
                    self._rebuild(engine, before)
                shadow = None
                if self.shadow is not None:
                    shadow = shadow_of(self.shadow, engine, self.shadow_store)
                    stack.callback(shadow.close)
                code = self._fed(stack, store, engine)
                if self.shadow is not None and shadow is not None:
                    tell(self.shadow, shadow)
                return code
        except (StoreError, InputError) as error:
            raise UnusableError(str(error)) from error
        except BrokenPipeError:
            raise
        except OSError as error:
            raise unreadable(str(error.filename or self.source.name), error) from error

    def _rebuild(self, engine: StoredEngine, before: Known | None) -> None:
        """Refill memory, behind what is decided about those who are carried over."""

        def write(commit: Commit) -> None:
            if self._log is not None:
                lines = b"".join([line + b"\n" for _, _, line in commit.decisions])
                commit.places.update(self._log.write(lines))

        for decisions in engine.carrying(write):
            self._take(Fed(decisions), DeadFile(None))
        Rebuild(self.rebuild, self.selection.key, self.quiet).over(engine, before)

    def _fed(self, stack: ExitStack, store: Store, engine: StoredEngine) -> int:
        before = Counter(engine.counts)
        reasons = DeadFile(None)
        dead = self._file(stack, self.dead, store)
        alone = Feeder(engine, self.source, self.selection, self._log, dead, self.strict)
        feeder = feeder_of(alone, self.reopen)
        rejected = None
        try:
            for fed in self._pieces(feeder):
                self._take(fed, reasons)
        except RejectedError as error:
            rejected = error
        if rejected is None and not self._stopped and self.until is not None:
            for fed in feeder.advance(self.until):
                self._take(fed, reasons)
        if self.state is not None:
            self._write_states(self.state, engine)
        counts = Counter(engine.counts)
        counts.subtract(before)
        self.totals.close(counts, reasons.reasons, 0)
        if not self.quiet:
            summary(self.totals)
            if isinstance(self.source, Input) and self.source.rest and not self._stopped:
                click.echo("the last record is not whole and is left for the next run", err=True)
            people = sum(store.population().values())
            click.echo(f"{store.url} keeps {plural(people, 'customer')}", err=True)
        if rejected is None:
            return 0
        letter = rejected.letter
        click.echo(
            f"lcr: record {letter.line}: {letter.reason}; nothing of its batch was handled",
            err=True,
        )
        return REJECTED

    def _pieces(self, feeder: Feeder) -> Iterator[Fed]:
        """What becomes of the input, until it ends or somebody says stop."""
        for fed in watched(feeder.feed(), self.source, quiet=self.quiet):
            match fed:
                case Fed():
                    yield fed
                case Idle():
                    self._say(fed.trouble)
            if self.ticks and time.monotonic() - self._ticked >= _TICK:
                yield from self._tick(feeder, fed)
            if self._reload:
                self._reload = False
                self._change_rules(feeder)
            if self._stopped:
                return

    def _change_rules(self, feeder: Feeder) -> None:
        """Go on under the rules as their file now is; where they are refused, under the old."""
        path = next(iter(self.ruleset.sources))
        try:
            ruleset = load(path)
            if ruleset.fingerprint != self.ruleset.fingerprint:
                feeder.engine.use(ruleset, partial(self._note_change, ruleset))
        except (StoreError, UnusableError, click.exceptions.Exit) as error:
            if self._log is not None:
                self._log.go_back()
            reason = "" if isinstance(error, click.exceptions.Exit) else f": {error}"
            click.echo(f"lcr: the old rules go on{reason}", err=True)
            return
        self.ruleset = ruleset
        feeder.selection = evolve(feeder.selection, records=ruleset.records)
        click.echo(f"lcr: {path} was loaded anew: {ruleset.fingerprint}", err=True)

    def _head(self, ruleset: RuleSet | None = None) -> bytes:
        """The line that says whose decisions follow."""
        ruleset = ruleset or self.ruleset
        return encode_lines([Rules(ruleset.lifecycle, ruleset.fingerprint)])

    def _note_change(self, ruleset: RuleSet | None = None) -> dict[tuple[str, int], Place]:
        """Write whose decisions follow, behind those of the rules before."""
        if self._log is None or (ruleset is None and self._log.is_new):
            return {}
        return self._log.write(self._head(ruleset))

    def _tick(self, feeder: Feeder, fed: Fed | Idle) -> Iterator[Fed]:
        """Time goes on to that of the wall, but not beyond what is still to be read."""
        now = self._wall.now()
        has_all = isinstance(fed, Idle) and fed.trouble is None
        if now is not None and not has_all:
            now = min(now, feeder.engine.clock or now)
        if now is not None:
            for page in feeder.advance(now):
                yield page
                if self._stopped:
                    return
        self._ticked = time.monotonic()

    def _say(self, trouble: str | None) -> None:
        """Tell of trouble once, and of its end."""
        if trouble != self._trouble:
            over = f"{self.source.name}: all is well again"
            click.echo(f"lcr: {over if trouble is None else trouble}", err=True)
            self._trouble = trouble

    def _take(self, fed: Fed, reasons: DeadFile) -> None:
        reasons.add(fed.dead_letters)
        self.totals.decisions.update(type(each).__name__.lower() for each in fed.decisions)
        if self.out is None:
            sys.stdout.buffer.write(encode_lines(fed.decisions))
            sys.stdout.buffer.flush()

    def _file(self, stack: ExitStack, path: Path | None, store: Store) -> KeptFile | None:
        try:
            return None if path is None else stack.enter_context(KeptFile(path, store))
        except OSError as error:
            raise unreadable(str(path), error) from error

    def _write_states(self, path: Path, engine: StoredEngine) -> None:
        encode = msgspec.json.encode
        try:
            with path.open("wb") as file:
                for state in engine.states(engine.clock):
                    file.write(encode(state) + b"\n")
        except OSError as error:
            raise unreadable(str(path), error) from error

    @contextmanager
    def _until_told(self) -> Iterator[None]:
        """End well, between two batches, at the first SIGTERM or Ctrl-C; at once at the second.

        At SIGHUP the rules are loaded anew.
        """

        def stop(_number: int, _frame: FrameType | None) -> None:
            if self._stopped or not self.source.resumable:
                raise KeyboardInterrupt  # whoever waits for a pipe would wait on
            self._stopped = True

        def reload(_number: int, _frame: FrameType | None) -> None:
            self._reload = True

        before = {each: signal.signal(each, stop) for each in (signal.SIGTERM, signal.SIGINT)}
        if hasattr(signal, "SIGHUP"):
            before[signal.SIGHUP] = signal.signal(signal.SIGHUP, reload)
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


def promising(ruleset: RuleSet) -> Engine:
    """An engine that looks at promises, too, and keeps the same states as one that does not."""
    room = import_module("lifecycle_dsl.testing.promises")  # others start without it
    terms = room.only_promised(ruleset.program)
    if terms:
        text = terms[0].text
        raise UnusableError(
            f"a promise reads `{text}`, of which the rules keep fewer entries than it asks for;"
            " leave --promises out, or let the promise ask for less"
            if terms[0] in ruleset.program.memory
            else f"a promise reads `{text}`, which the rules do not keep; "
            f"add `let promised = {text}`, or leave --promises out"
        )
    found: Engine = room.watched_as_it_is(ruleset)
    return found
