"""The holdout: who is never messaged, which is the control group of every lift.

Who is in it is decided by the hash that the engine uses, not by what was held: a held-out customer
who gave no consent is held for that. A trigger fires for them as for everybody, and only its
marketing messages are held.
"""

from __future__ import annotations

from typing import Final

from lifecycle_dsl.analysis import people
from lifecycle_dsl.analysis.history import History
from lifecycle_dsl.arithmetic import BUCKETS, HOLDOUT_SALT, bucket
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import Trigger
from lifecycle_dsl.program.steps import Send, all_steps

TABLE: Final = "held_out"
"""The table of customers that are held out."""
NONE: Final = (
    "The rules hold nobody out, so what messages changed is not known and no lift is given; "
    "`holdout 5%` in the rules makes it measurable from then on."
)


def share(history: History) -> float:
    """The declared share of customers; 0 where the rules hold nobody out."""
    return history.ruleset.program.message_guards.holdout / BUCKETS


def tell_apart(history: History) -> None:
    """Make the table `held_out`, unless it is there."""
    buckets = history.ruleset.program.message_guards.holdout
    if history.ask("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [TABLE]):
        return
    people.gather(history)
    everyone = history.ask("SELECT customer FROM people ORDER BY id")
    held = [name for (name,) in everyone if bucket(HOLDOUT_SALT, name) < buckets]
    history.ask(
        f"CREATE TEMP TABLE {TABLE} AS SELECT unnest(?::VARCHAR[]) AS customer",
        [held],
    )


def sends(trigger: Trigger) -> tuple[Send, ...]:
    """The steps of a trigger that send."""
    return tuple(step for step in all_steps(trigger.steps) if isinstance(step, Send))


def is_marketing(trigger: Trigger, program: Program) -> bool:
    """Whether the holdout holds what a trigger sends: no draft, of no transactional topic."""
    transactional = trigger.topic is not None and program.topics[trigger.topic].transactional
    return bool(sends(trigger)) and not trigger.draft and not transactional
