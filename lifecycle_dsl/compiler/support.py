"""What a checked program says that is not executed yet."""

from lifecycle_dsl.compiler import problems
from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.program.program import Program


def unsupported(program: Program) -> tuple[Diagnostic, ...]:
    """Why the program cannot run: what it lacks, and each thing that would have to be left out."""
    later = tuple(problems.not_yet_supported(later.what, later.span) for later in program.later)
    return later if program.start else (problems.no_stages(program.lifecycle), *later)
