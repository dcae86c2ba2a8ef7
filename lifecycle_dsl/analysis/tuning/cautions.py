"""What a replay of history can say, and what it cannot."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.analysis.tuning.objective import Objective
from lifecycle_dsl.analysis.tuning.reached import Reached
from lifecycle_dsl.program.happenings import EnterStage
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import Trigger, heard_by
from lifecycle_dsl.program.steps import Call, Send, all_steps

PICKED = (
    "A value decides who is reached, and when. Where a higher rate comes with fewer who are "
    "reached, it may be that only the keener are let through and nobody buys more: look at both."
)


PROFIT = (
    "The profit takes for granted that this history was lived under {present}, with these rules' "
    "holdout. A value that reaches people who were not reached then shows their cost and nothing "
    "of what messages would have brought: so it can show whom to leave out, hardly whom to add."
)
FREE = "No channel of these rules has a `cost`, so the profit is what messages bring."


def cautions(
    program: Program,
    reached: Reached,
    present: str,
    objective: Objective = Objective.RATE,
) -> list[str]:
    """What has to be known to use what is compared; the first is about what was really sent."""
    if objective is Objective.PROFIT:
        free = [] if any(each.cost for each in program.channels.values()) else [FREE]
        return [PROFIT.format(present=present), *free]
    return [_about_messages(program, reached, present), PICKED]


def _about_messages(program: Program, reached: Reached, present: str) -> str:
    concerned = [trigger.name for trigger in program.triggers if _acts_on(trigger, reached)]
    if not concerned:
        return (
            "No trigger of these rules acts on those who are reached, so what they did did not "
            "depend on the value."
        )
    names = ", ".join(f"`{name}`" for name in concerned)
    said = (
        f"Off-policy: in this history the customers were really treated as under {present}, by "
        f"{names}. Under another value they would have been written to at another time, or not at "
        "all, and what they would then have done is not in the history. So the rates say whom a "
        "value picks and how those fared, not what the messages would do to them"
    )
    if program.message_guards.holdout:
        return f"{said}; those held out got no message, and their rates are free of that."
    return f"{said}; a `holdout` in the rules would show rates that are free of that."


def _acts_on(trigger: Trigger, reached: Reached) -> bool:
    """Whether a trigger sends or calls anything because of what is reached."""
    if trigger.draft or not any(isinstance(s, Send | Call) for s in all_steps(trigger.steps)):
        return False
    if reached.trigger is not None:
        return trigger.name == reached.trigger
    words = reached.text.replace(",", " ").split()
    if words[:1] != ["enter"]:
        return True
    stages = set(words[1:])
    return bool(stages & set(trigger.stages or ())) or bool(stages & set(_entered(trigger)))


def _entered(trigger: Trigger) -> Iterator[str]:
    for happenings in heard_by(trigger.occurrence):
        for change in happenings.changes:
            if isinstance(change, EnterStage):
                yield from change.stages
