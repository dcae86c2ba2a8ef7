"""transitions: one machine for all customers, its conditions written in Python.

The package decides nothing itself: it looks up the state's transitions and calls their conditions,
which are the functions of the hand-written baseline.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from benchmarks.baselines.handwritten import ACTIVE, MOVES, Customer, Move
from benchmarks.peers.bookkeeping import Stages
from benchmarks.peers.progressions import CHURNS, NEXT, WORRIES

transitions: Any = import_module("transitions")  # an extra, perhaps without types

Condition = Callable[[Customer, str, int, float], bool]
TARGETS = {stage: [target] for stage, target in NEXT.items()}
TARGETS["prospect"] = ["customer", "lead"]
TARGETS |= {"at_risk": ["active_user"], "churned": ["win_back"]}


class Model:
    """What the machine keeps of a customer."""

    state: str
    record: Callable[[Customer, str, int, float], bool]


def _churns(_customer: Customer, kind: str, _now: int, _g: float) -> bool:
    return kind in CHURNS


def _worries(customer: Customer, kind: str, now: int, _g: float) -> bool:
    return kind in WORRIES and customer.upset(now)


def _reaches(move: Move, target: str) -> Condition:
    def holds(customer: Customer, kind: str, now: int, g: float) -> bool:
        return move(customer, kind, now, g) == target

    return holds


def _machine() -> Any:  # noqa: ANN401 (the package has no types)
    machine = transitions.Machine(
        model=None, states=list(MOVES), initial="prospect", auto_transitions=False
    )
    for stage, move in MOVES.items():
        if stage != "churned":
            machine.add_transition("record", stage, "churned", conditions=_churns)
        if stage in ACTIVE:
            machine.add_transition("record", stage, "at_risk", conditions=_worries)
        for target in TARGETS.get(stage, []):
            machine.add_transition("record", stage, target, conditions=_reaches(move, target))
    return machine


def lifecycle() -> Stages:
    machine = _machine()
    models: dict[str, Model] = {}

    def decide(customer: Customer, kind: str, now: int, g: float) -> str:
        model = models.get(customer.name)
        if model is None:
            model = models[customer.name] = Model()
            machine.add_model(model, initial=customer.stage)
        model.state = customer.stage  # timers move customers too
        model.record(customer, kind, now, g)
        return model.state

    return Stages(dict.fromkeys(MOVES, decide))
