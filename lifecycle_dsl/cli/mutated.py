"""What `lcr test --mutate` shows: the changes of the rules that no test notices."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence

import click

from lifecycle_dsl.cli.terminal import console, palette, plural
from lifecycle_dsl.diagnostics.render.palette import paint
from lifecycle_dsl.testing.mutation.trials import Fate, Trial, trials


def mutate(files: Sequence[str], *, workers: int, least: float | None, aside: bool) -> bool:
    """Try every mutant of each file and list the survivors; whether enough were noticed.

    The tests of the files have been run and pass. With `aside` the list goes to stderr.
    """
    fates: Counter[Fate] = Counter()
    for path in files:
        count, tried = trials(path, workers)
        for trial in _with_bar(path, count, tried):
            fates[trial.fate] += 1
            if trial.fate is Fate.SURVIVED:
                _show(trial, aside=aside)
    noticed, tried_all = fates[Fate.KILLED], fates[Fate.KILLED] + fates[Fate.SURVIVED]
    share = 100.0 if not tried_all else 100 * noticed / tried_all
    click.echo(
        f"{plural(tried_all, 'mutant')}: {noticed} noticed, {fates[Fate.SURVIVED]} survived,"
        f" {share:.1f} %",
        err=True,
    )
    if least is not None and share < least:
        click.echo(f"lcr: {share:.1f} % of mutants are noticed, less than {least:g} %", err=True)
        return False
    return True


def _show(trial: Trial, *, aside: bool) -> None:
    colours = palette(sys.stderr if aside else sys.stdout)
    head = paint(f"{trial.file}:{trial.line}", colours.context)
    click.echo(f"{head}  {trial.what}", color=True, err=aside)
    click.echo(f"  - {paint(trial.before, colours.error)}", color=True, err=aside)
    click.echo(f"  + {paint(trial.after, colours.help)}", color=True, err=aside)


def _with_bar(path: str, count: int, tried: Iterator[Trial]) -> Iterator[Trial]:
    """The trials; on a terminal behind a bar, when it is gone."""
    if not sys.stderr.isatty():
        yield from tried
        return
    from rich.progress import Progress  # noqa: PLC0415 — a pipe does without

    done: list[Trial] = []
    with Progress(console=console(sys.stderr), transient=True) as bar:
        task = bar.add_task(path, total=count)
        for trial in tried:
            done.append(trial)
            bar.advance(task)
    yield from done
