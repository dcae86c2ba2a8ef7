"""`lcr run --store URL --rebuild EVENTS`: memory refilled from the log of events."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

import click
from attrs import frozen

from lifecycle_dsl.cli.opening import opened
from lifecycle_dsl.cli.progress import watched
from lifecycle_dsl.cli.terminal import UnusableError, plural
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.inputs import InputError
from lifecycle_dsl.inputs.selection import Selection
from lifecycle_dsl.stores import StoredEngine, StoreError, open_store
from lifecycle_dsl.stores.rebuilding import Rebuilt, rebuild
from lifecycle_dsl.stores.store import Rules


@frozen
class Rebuild:
    """What a command line asks of it."""

    events: Sequence[str]
    """All that the store has handled, in its order."""
    key: str | None
    quiet: bool

    def alone(self, ruleset: RuleSet, url: str) -> int:
        """Rebuild, and read nothing more; gives the exit code."""
        try:
            with ExitStack() as stack:
                store = open_store(url)
                stack.callback(store.close)
                store.acquire()
                before = store.rules()
                engine = stack.enter_context(StoredEngine(ruleset, store))
                for _ in engine.carrying():
                    pass
                self.over(engine, before)
        except (StoreError, InputError) as error:
            raise UnusableError(str(error)) from error
        return 0

    def over(self, engine: StoredEngine, before: Rules | None) -> None:
        """Rebuild the memory of a store's customers, all carried over, and tell of it.

        Raises:
            StoreError: where that cannot be.
        """
        with ExitStack() as stack:
            sources = [opened(name, growing=True) for name in self.events]
            for source in sources:
                stack.callback(source.close)
            selection = Selection(engine.ruleset.records, None, self.key, None)
            watch = partial(watched, quiet=self.quiet)
            done = rebuild(engine, sources, selection, before, watch)
        if not self.quiet:
            _tell(done)


def _tell(done: Rebuilt) -> None:
    if not done.terms:
        click.echo("rebuilt nothing: the rules remember nothing new of events", err=True)
    else:
        click.echo(
            f"rebuilt the memory of {done.changed:,} of {plural(done.customers, 'customer')}"
            f" from {plural(done.records, 'record')}:",
            err=True,
        )
    for term in done.terms:
        click.echo(f"  {term.text}", err=True)
    for term in done.left:
        click.echo(f"  not {term.text}, of which events alone say nothing", err=True)
