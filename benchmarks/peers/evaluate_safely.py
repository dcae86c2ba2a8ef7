"""evalidate: one checked Python expression a stage, evaluated as the code object it gives."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks.baselines.handwritten import Customer, Move
from benchmarks.peers.bookkeeping import Stages
from benchmarks.peers.progressions import Gather, gatherers, progressions, python_conditional

evalidate: Any = import_module("evalidate")  # an extra, perhaps without types


def _move(text: str, gather: Gather) -> Move:
    model = evalidate.base_eval_model.clone()
    model.nodes.extend(["IfExp", "List", "In", "Mult"])
    code = evalidate.Expr(text, model=model).code

    def decide(customer: Customer, kind: str, now: int, g: float) -> str:
        target: str = eval(code, {}, gather(customer, kind, now, g))  # noqa: S307 (what it is for)
        return target

    return decide


def lifecycle() -> Stages:
    texts = progressions(python_conditional, "and")
    gather = gatherers(texts)
    return Stages({stage: _move(text, gather[stage]) for stage, text in texts.items()})
