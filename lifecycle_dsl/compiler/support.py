"""What a checked program says that is not executed yet."""

from lifecycle_dsl.compiler import problems
from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.program.program import Program


def unsupported(program: Program) -> tuple[Diagnostic, ...]:
    """A diagnostic for each thing that running the program would have to leave out."""
    return tuple(problems.not_yet_supported(later.what, later.span) for later in program.later)
