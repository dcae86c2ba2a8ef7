"""`lcr outbox deliver`: a process of its own that brings messages to their destinations."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path

import click
from attrs import frozen

from lifecycle_dsl.cli.loglines import logged_to_stderr
from lifecycle_dsl.cli.terminal import UnusableError
from lifecycle_dsl.delivery import Deliverer, Destination, DestinationError, configured
from lifecycle_dsl.settings import SettingsError, settings_file, settings_in
from lifecycle_dsl.stores.store import Store

FINE, FINDINGS = 0, 1
_TABLE = "deliver"


class Until(Enum):
    """When it ends."""

    STOPPED = "stopped"
    DRAINED = "drained"
    TRIED = "tried"


@frozen(kw_only=True)
class Telling:
    """How much of it is told on stderr."""

    quiet: bool = False
    verbose: bool = False

    @property
    def level(self) -> int:
        """The least grave lines of the log."""
        return logging.DEBUG if self.verbose else logging.ERROR if self.quiet else logging.INFO


def destinations(path: Path | None) -> dict[str, Destination]:
    """The destinations of the nearest settings, or of a file that is named.

    Raises:
        UnusableError: where there are none, or what is said of one makes none.
    """
    try:
        file = settings_file(Path.cwd()) if path is None else settings_in(path)
        if file is None or not (tables := file.of(_TABLE)):
            where = "lcr.toml" if file is None else str(file.path)
            prefix = "" if file is None else file.prefix
            raise UnusableError(
                f"{where} names no destination: write a table [{prefix}{_TABLE}.NAME] for each "
                "channel and action, as `lcr outbox deliver --help` shows"
            )
        return configured(tables, file.path.parent)
    except (SettingsError, DestinationError) as error:
        at = f"{file.path}: " if isinstance(error, DestinationError) and file is not None else ""
        raise UnusableError(f"{at}{error}") from error


def deliver(
    store: Store, to: Mapping[str, Destination], until: Until, lease: int, telling: Telling
) -> int:
    """Deliver until the end; 1 where something is dead or waits for nobody, else 0.

    Raises:
        StoreError: where it ends by itself, and the store cannot be read or written.
    """
    with logged_to_stderr("lifecycle_dsl.delivery", level=telling.level):
        deliverer = Deliverer(store, to, lease=lease)
        asyncio.run(_deliver(deliverer, until))
    figures = deliverer.figures()
    if not telling.quiet:
        _tell(deliverer)
    failed = any(each.dead for each in figures.values()) or deliverer.unknown
    return FINDINGS if failed and until is not Until.STOPPED else FINE


async def _deliver(deliverer: Deliverer, until: Until) -> None:
    """Deliver; the first SIGTERM or SIGINT lets what is under way come to its end."""
    stop = asyncio.Event()
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 — this runs in a task
    loop = asyncio.get_running_loop()
    told = stop.set if until is Until.STOPPED else task.cancel
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _once, number, told)
    try:
        match until:
            case Until.STOPPED:
                await deliverer.run(stop)
            case Until.DRAINED:
                await deliverer.drain()
            case Until.TRIED:
                await deliverer.once()
    except asyncio.CancelledError as error:
        raise KeyboardInterrupt from error


def _once(number: signal.Signals, told: Callable[[], object]) -> None:
    """Take a signal; the next one ends the process at once."""
    asyncio.get_running_loop().remove_signal_handler(number)
    told()


def _tell(deliverer: Deliverer) -> None:
    """What was done, in a line for each destination."""
    for name, done in deliverer.figures().items():
        told = f"{done.delivered:,} delivered, {done.failed:,} failed attempts, {done.dead:,} dead"
        click.echo(f"{name}: {told}", err=True)
    for name in sorted(deliverer.unknown):
        click.echo(f"{name}: messages wait, and no destination is called so", err=True)
