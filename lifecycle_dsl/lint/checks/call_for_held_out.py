"""Actions that are called for people who are held out, beside messages that they do not get."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, advice
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.sending import is_transactional, sends
from lifecycle_dsl.lint.trigger_tests import firing
from lifecycle_dsl.lint.witnesses import witness
from lifecycle_dsl.program.rules import Trigger
from lifecycle_dsl.program.steps import Await, Call, Wait, WaitUntil, all_steps
from lifecycle_dsl.syntax import nodes


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Actions called by triggers that send marketing, where the file has a holdout: each once."""
    if not rules.program.message_guards.holdout:
        return
    told: set[str] = set()
    for trigger in rules.program.triggers:
        if trigger.draft or is_transactional(rules.program, trigger) or not any(sends(trigger)):
            continue
        for call in all_steps(trigger.steps):
            if isinstance(call, Call) and call.action not in told:
                told.add(call.action)
                yield _finding(rules, trigger, call)


def _finding(rules: Rules, trigger: Trigger, call: Call) -> Diagnostic:
    holdouts = [node for node in rules.declarations if isinstance(node, nodes.Holdout)]
    return advice(
        "call-for-held-out",
        f"`{call.action}` is called for people who are held out too",
        rules.program.actions[call.action].span,
        "if it reaches customers, the holdout does not show what was done to the others",
        secondary=[
            (call.span, f"`{trigger.name}` calls it beside a message that they do not get"),
            *((node.span, "stops messages, and no calls") for node in holdouts),
        ],
        help="what reaches a customer is a message: give it a channel and `send` it; what only"
        " tells colleagues may be allowed here, with that as the reason",
        notes=_witness(rules, trigger, call),
    )


def _witness(rules: Rules, trigger: Trigger, call: Call) -> tuple[str, ...]:
    """Somebody held out, and the call; only of plain triggers whose call comes at once."""
    at = trigger.steps.index(call) if call in trigger.steps else 0
    before = trigger.steps[:at]
    if call not in trigger.steps or any(isinstance(s, Wait | WaitUntil | Await) for s in before):
        return ()
    if any(inner is not step for step in before for inner in all_steps((step,))):
        return ()
    found = firing(rules, trigger)
    if found is None:
        return ()
    stage, happens = found
    return witness(
        f"{call.action} for somebody held out",
        (f"given holdout, stage {stage}", happens, f"expect called {call.action}"),
    )
