"""Why a value may be missing: the innermost part that can be."""

from __future__ import annotations

from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.walk import children


def cause(expression: e.Expression) -> e.Expression:
    """The first part that may be missing by itself."""
    found = expression
    while True:
        parts = children(found)
        if isinstance(found, e.Default):
            parts = (found.fallback,)
        inner = next((part for part in parts if part.may_miss), None)
        if inner is None:
            return found
        found = inner


def reason(expression: e.Expression) -> str:
    """Why that part may be missing, in a few words."""
    match expression:
        case e.MemoryRead():
            return "there may have been none"
        case e.Apply(operation=operation):
            match operation.name:
                case "/" | "mod":
                    return "what divides may be 0"
                case "^" | "sqrt" | "log":
                    return "this is not defined for every number"
                case _:
                    return "may be missing"
        case e.FieldRead() | e.TraitRead():
            return "declared with `?`"
        case _:
            return "may be missing"
