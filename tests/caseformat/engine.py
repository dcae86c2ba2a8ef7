"""What comes out of a run: decisions, dead letters, the state at its end."""

from __future__ import annotations

from functools import cache

import msgspec

from lifecycle_dsl.checker import check
from lifecycle_dsl.compiler.support import unsupported
from lifecycle_dsl.diagnostics.render import FORMATS, PLAIN
from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.engine.decisions import Decision, encode_lines
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.ruleset import RuleSet
from tests.caseformat.markdown import Case, MalformedCaseError


def decisions(case: Case) -> str:
    """The decisions as JSON Lines, those of the tick at the end among them."""
    _, made, _ = _run(case)
    return encode_lines(made).decode()


def dead(case: Case) -> str:
    """The dead letters as JSON Lines."""
    _, _, letters = _run(case)
    return "".join(f"{msgspec.json.encode(letter).decode()}\n" for letter in letters)


def state(case: Case) -> str:
    """The customers at the end, as a state file has them."""
    engine, _, _ = _run(case)
    return "".join(f"{msgspec.json.encode(s).decode()}\n" for s in engine.states(engine.clock))


@cache
def _run(case: Case) -> tuple[Engine, list[Decision], list[DeadLetter]]:
    """The records handled, then a tick at the latest of them, as `lcr run` does."""
    checked = check(case.source, case.read)
    if checked.program is None:
        raise MalformedCaseError("nothing can run: the rule file has errors")
    if later := unsupported(checked.program):
        raise MalformedCaseError(FORMATS["full"](later, PLAIN))
    engine = Engine(RuleSet(checked.program))
    made = engine.process_batch(case.events_text.encode())
    if engine.clock is not None:
        made += engine.advance(engine.clock)
    return engine, made, engine.take_dead_letters()
