"""What an editor wants of the server: given at the start, and whenever somebody changes it.

    {"lint": true, "inlayHints": {"points": true, "types": true, "cost": true}}

What is left out stays as it is, and what is not understood is left out.
"""

from __future__ import annotations

from typing import Final

from attrs import evolve, frozen

RUN_TEST: Final = "lcr.test"
"""The server's own command that runs a test, given a file's address and the test's title."""


@frozen
class Options:
    """The wishes."""

    lint: bool = True
    points: bool = True
    """Hints: how many points can come together."""
    types: bool = True
    """Hints: the types of lets."""
    cost: bool = True
    """Hints: what is kept of a customer, where it is much."""
    run_test: str = RUN_TEST
    """The command of the lenses at tests; an editor may have one that does more."""


def options_of(given: object, before: Options) -> Options:
    """The wishes, with what is given."""
    if not isinstance(given, dict):
        return before
    hints = given.get("inlayHints")
    told = {"lint": given.get("lint"), **(hints if isinstance(hints, dict) else {})}
    switches = {
        name: value
        for name, value in told.items()
        if name in ("lint", "points", "types", "cost") and isinstance(value, bool)
    }
    run_test = given.get("runTest")
    command = run_test if isinstance(run_test, str) and run_test else before.run_test
    return evolve(before, run_test=command, **switches)
