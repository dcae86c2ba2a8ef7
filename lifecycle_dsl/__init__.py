"""lifecycle-dsl: a declarative language for customer lifecycles and its engine.

    import lifecycle_dsl as lcr

    engine = lcr.Engine(lcr.load("rules/email_marketing.lcr"))
    for decision in engine.process({"type": "purchase", "customer": "u1", "at": "2026-11-22T07:00:00Z"}):
        print(decision)
"""

from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.engine.decisions import Decision, encode_decision
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.view import Customer
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.loading import CompileError, compile, load

__all__ = [
    "CompileError",
    "Customer",
    "DeadLetter",
    "Decision",
    "Diagnostic",
    "Engine",
    "RuleSet",
    "compile",
    "encode_decision",
    "load",
]
