"""What a checked program lacks to be run."""

from lifecycle_dsl.compiler import problems
from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.program.program import Program


def unsupported(program: Program) -> tuple[Diagnostic, ...]:
    """Why the program cannot run; nothing where it can."""
    return () if program.start else (problems.no_stages(program.lifecycle),)
