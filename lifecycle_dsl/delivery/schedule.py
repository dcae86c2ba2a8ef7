"""When a failed message is tried again.

Libraries for retries wait inside the process that failed; here the wait is an instant in the
store, which survives the process. What they would compute is one line: exponential backoff with
full jitter, a random part of a wait that doubles, so that those who failed together do not come
back together.
"""

from __future__ import annotations

from random import Random
from typing import Final

from lifecycle_dsl.delivery.destination import Limits
from lifecycle_dsl.localtime.durations import UNITS

LONGEST_REST: Final = UNITS["d"]
"""What a destination may ask for at most."""


def next_try(limits: Limits, attempts: int, now: int, rest: int | None, random: Random) -> int:
    """The instant of the next attempt after so many; not before the rest that was asked for."""
    doublings = min(max(attempts, 1) - 1, 40)
    ceiling = min(limits.backoff << doublings, limits.backoff_most)
    wait = int(random.uniform(0, ceiling))
    return now + max(wait, min(rest or 0, LONGEST_REST), 1)


def given_up(limits: Limits, attempts: int, since: int | None, now: int) -> str | None:
    """Why there is no next attempt, where there is none."""
    if attempts >= limits.attempts:
        return f"given up after {attempts} attempts"
    if since is not None and now - since >= limits.age:
        return f"given up after {(now - since) / UNITS['h']:.1f} hours"
    return None
