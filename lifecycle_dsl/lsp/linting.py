"""The lint of what has been checked: after a pause, in a thread, ended by the next change.

Errors are told at once and are few; a lint proves things and takes as long again. So it waits until
nobody has typed for a moment, and what is begun is given up between two checks when somebody does.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import posixpath
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Final

from attrs import frozen

from lifecycle_dsl.checker import Checked
from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.lint import Choice, lint_checked
from lifecycle_dsl.lint.choosing import choice_for
from lifecycle_dsl.lsp.analysis import Analysis
from lifecycle_dsl.settings import SettingsError

PAUSE: Final = 0.3
"""Seconds from a check to its lint."""


@frozen(eq=False)
class Found:
    """What a lint gave, and what is wrong with the settings that it was to follow."""

    diagnostics: tuple[Diagnostic, ...]
    trouble: str = ""


class StoppedError(Exception):
    """Somebody is typing again."""


class Linting:
    """Lints the rule sets at hand; `done` is called with troubles when one is linted."""

    def __init__(self, analysis: Analysis, done: Callable[[str], None]) -> None:
        self._analysis = analysis
        self._done = done
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="lint")
        self._due: asyncio.TimerHandle | None = None
        self._stop = Event()

    def soon(self) -> None:
        """Lint what has not been linted, after a pause."""
        self.end()
        self._stop = Event()
        self._due = asyncio.get_running_loop().call_later(PAUSE, self._start, self._stop)

    def end(self) -> None:
        """Do not begin, and give up what is under way."""
        self._stop.set()
        if self._due is not None:
            self._due.cancel()

    def tidy(self) -> None:
        """Look for garbage, in the thread: a solver's terms must not go while it is being asked."""
        self._worker.submit(gc.collect)

    def _start(self, stop: Event) -> None:
        loop = asyncio.get_running_loop()
        for root, checked in self._analysis.to_lint():
            self._worker.submit(self._run, loop, root, checked, stop)

    def _run(
        self, loop: asyncio.AbstractEventLoop, root: str, checked: Checked, stop: Event
    ) -> None:
        """In the thread: lint, and hand over what was found."""
        try:
            found = linted(root, checked, stop)
        except StoppedError:
            return
        except Exception:
            logging.getLogger(__name__).exception("the lint of %s", root)
            return
        if not stop.is_set():
            loop.call_soon_threadsafe(self._take, root, checked, stop, found)

    def _take(self, root: str, checked: Checked, stop: Event, found: Found) -> None:
        if not stop.is_set():
            self._analysis.put_lint(root, checked, found.diagnostics)
            self._done(found.trouble)


def linted(root: str, checked: Checked, stop: Event) -> Found:
    """The lint of a rule set, as the settings of its folder want it.

    Raises:
        StoppedError: where it was stopped on the way.
    """

    def go_on() -> None:
        if stop.is_set():
            raise StoppedError

    choice, trouble = Choice(), ""
    if posixpath.isabs(root) or Path(root).is_absolute():
        try:
            choice = choice_for(Path(root).parent)
        except (SettingsError, OSError) as error:
            trouble = str(error)
    return Found(lint_checked(checked, checked.file.span.source, choice, go_on), trouble)
