"""Tests and promises, as what the rules promise."""

from __future__ import annotations

from lifecycle_dsl.program.program import Program
from lifecycle_dsl.telling.items import Item
from lifecycle_dsl.telling.marks import capital, code


def always(program: Program) -> tuple[Item, ...]:
    """What holds at every moment of every customer."""
    return tuple(Item(_sentence(each.title)) for each in program.promises)


def tests(program: Program) -> tuple[Item, ...]:
    """What is tried out, with the steps as they are written."""
    return tuple(
        Item(
            _sentence(test.title),
            tuple(Item(code(" ".join(step.span.text.split()))) for step in test.steps),
        )
        for test in program.tests
    )


def _sentence(title: str) -> str:
    return f"{capital(title)}{'' if title.endswith(('.', '!', '?')) else '.'}"
