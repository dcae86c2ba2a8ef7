"""lifecycle-dsl: a declarative language for customer lifecycles and its engine.

    import lifecycle_dsl as lcr

    engine = lcr.Engine(lcr.load("rules/email_marketing.lcr"))
    for decision in engine.process({"type": "purchase", "customer": "u1", "at": 1767600000000000}):
        print(decision)

What is named here is imported when it is first used, so that a tool that only checks does not load
the engine.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lifecycle_dsl.diagnostics import Diagnostic
    from lifecycle_dsl.engine.deadletters import DeadLetter
    from lifecycle_dsl.engine.decisions import (
        Arm,
        Broken,
        Called,
        Changed,
        Credit,
        Decision,
        Fired,
        Held,
        Joined,
        Left,
        Quit,
        Sent,
        Transition,
        encode_decision,
    )
    from lifecycle_dsl.engine.engine import Engine
    from lifecycle_dsl.engine.ruleset import RuleSet
    from lifecycle_dsl.engine.view import Customer
    from lifecycle_dsl.loading import CompileError, compile, load
    from lifecycle_dsl.stores import StoredEngine, StoreError, open_store

_HOMES = {
    "Arm": "engine.decisions",
    "Broken": "engine.decisions",
    "Called": "engine.decisions",
    "Changed": "engine.decisions",
    "CompileError": "loading",
    "Credit": "engine.decisions",
    "Customer": "engine.view",
    "DeadLetter": "engine.deadletters",
    "Decision": "engine.decisions",
    "Diagnostic": "diagnostics",
    "Engine": "engine.engine",
    "Fired": "engine.decisions",
    "Held": "engine.decisions",
    "Joined": "engine.decisions",
    "Left": "engine.decisions",
    "Quit": "engine.decisions",
    "RuleSet": "engine.ruleset",
    "Sent": "engine.decisions",
    "StoreError": "stores",
    "StoredEngine": "stores",
    "Transition": "engine.decisions",
    "compile": "loading",
    "encode_decision": "engine.decisions",
    "load": "loading",
    "open_store": "stores",
}

__all__ = [
    "Arm",
    "Broken",
    "Called",
    "Changed",
    "CompileError",
    "Credit",
    "Customer",
    "DeadLetter",
    "Decision",
    "Diagnostic",
    "Engine",
    "Fired",
    "Held",
    "Joined",
    "Left",
    "Quit",
    "RuleSet",
    "Sent",
    "StoreError",
    "StoredEngine",
    "Transition",
    "compile",
    "encode_decision",
    "load",
    "open_store",
]


def __getattr__(name: str) -> object:
    """A name of the facade, from the room where it lives."""
    if name not in _HOMES:
        raise AttributeError(f"lifecycle_dsl has no `{name}`")
    found = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
