"""Memory of new rules that the old ones did not keep, or not for so long."""

from __future__ import annotations

from lifecycle_dsl.changing.names import Names
from lifecycle_dsl.changing.slots import Sources
from lifecycle_dsl.compiler.layout import lay_out
from lifecycle_dsl.program.memory import MemoryTerm
from lifecycle_dsl.program.program import Program


def not_whole(old: Program, new: Program, names: Names) -> list[MemoryTerm]:
    """The terms that begin with the first record under the new rules, or have too few entries."""
    before, after = lay_out(old), lay_out(new)
    kept = {before.key_of(slot): term for term, slot in before.memory.items()}
    present = Sources.of(before, after, names).present
    found = []
    for term, slot in after.memory.items():
        was = kept.get(present.get(after.key_of(slot), ""))
        if was is None or _keep(old, was) < _keep(new, term):
            found.append(term)
    return found


def _keep(program: Program, term: MemoryTerm) -> int:
    return program.keeps.get(term, term.keep)
