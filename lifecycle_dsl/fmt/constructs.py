"""The layouts of all constructs, entered by importing their modules."""

from lifecycle_dsl.fmt import (
    expressions,
    facts,
    happenings,
    measuring,
    messages,
    stages,
    tables,
    tests,
    triggers,
)

__all__ = [
    "expressions",
    "facts",
    "happenings",
    "measuring",
    "messages",
    "stages",
    "tables",
    "tests",
    "triggers",
]
