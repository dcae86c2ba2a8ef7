"""The questions that are put to the solver."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from importlib import import_module
from importlib.util import find_spec

from attrs import field, frozen

from lifecycle_dsl.lint.proving.cells import matches
from lifecycle_dsl.lint.proving.encoding import Encoding
from lifecycle_dsl.lint.proving.entangled import is_entangled
from lifecycle_dsl.lint.proving.terms import Spoken, Term, Terms
from lifecycle_dsl.lint.proving.unknowns import Unknowns
from lifecycle_dsl.lint.truth import Known
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.tables import Row, Table
from lifecycle_dsl.source import Span

_ALLOWANCE = 4_000_000
"""Steps of the solver for one question: the same on every machine, about a tenth of a second."""
_TIME = 1_500
"""Milliseconds after which a question is given up in any case."""
_MOST_GIVEN_UP = 5
"""After so many questions that were given up no more are asked."""
_MOST = 2_000
"""Questions about one file: a few seconds."""


@cache
def is_available() -> bool:
    """Whether the solver is installed, and not something else of its name."""
    if find_spec("z3") is None:
        return False
    try:
        return hasattr(_solver(), "Solver")
    except (ImportError, OSError):
        return False


@cache
def _solver() -> Term:
    return import_module("z3")


@frozen(eq=False, slots=False)
class Prover:
    """Proves what it can of the conditions of a program; without `use`, nothing."""

    program: Program
    use: bool = True
    _asked: list[bool | None] = field(factory=list, init=False)
    unasked: list[Span] = field(factory=list, init=False)
    """Where a solver might have known more, and was not asked."""

    @cached_property
    def _has_solver(self) -> bool:
        return self.use and is_available()

    def truth(self, known: Known, condition: e.Expression) -> bool | None:
        """Whether a condition always holds or never does; None where that is not known."""
        if not self._may_know(known, (condition,), condition.span):
            return None
        question = self._question(known)
        holds, _ = question.encoding.truth(condition)
        if question.is_impossible(holds):
            return False
        if condition.may_miss:
            return None
        return True if question.is_impossible(_solver().Not(holds)) else None

    def one_holds(
        self, known: Known, alternatives: Sequence[Sequence[e.Expression]], span: Span
    ) -> bool:
        """Whether of all that may be so one of some lists of conditions always holds whole."""
        parts = [part for each in alternatives for part in each]
        if not self._may_know(known, parts, span):
            return False
        question, z3 = self._question(known), _solver()
        if question.is_impossible(z3.BoolVal(True)):
            return False  # That is told where it stands.
        truths = ([question.encoding.truth(part)[0] for part in each] for each in alternatives)
        return question.is_impossible(z3.Not(z3.Or(*(z3.And(*each) for each in truths))))

    def row_never_matches(self, known: Known, table: Table, row: Row) -> bool:
        """Whether no customer meets all cells of a row at once."""
        inputs = [each.value for each, cell in zip(table.inputs, row.cells, strict=True) if cell]
        if len(inputs) < 2 or not self._may_know(known, inputs, row.span):
            return False
        question = self._question(known)
        return question.is_impossible(matches(question.encoding, table, row))

    def rows_cover(self, known: Known, table: Table, row: Row, others: Sequence[Row]) -> bool:
        """Whether one of the others matches wherever a row does."""
        if not self._may_solve(row.span):
            return False
        question, z3 = self._question(known), _solver()
        row_matches = matches(question.encoding, table, row)
        covered = z3.Or(*(matches(question.encoding, table, other) for other in others))
        return question.is_impossible(z3.And(row_matches, z3.Not(covered)))

    def example(self, known: Known, reads: Sequence[e.Expression]) -> list[Spoken] | None:
        """Values of scores and traits with which all that is known is so; None if unknown."""
        return self._question(known).example(reads) if self._has_solver else None

    def _may_know(self, known: Known, conditions: Sequence[e.Expression], span: Span) -> bool:
        return is_entangled(self.program, known, conditions) and self._may_solve(span)

    def _may_solve(self, span: Span) -> bool:
        given_up = self._asked.count(None)
        may = self._has_solver and len(self._asked) < _MOST and given_up < _MOST_GIVEN_UP
        if not may:
            self.unasked.append(span)
        return may

    def _question(self, known: Known) -> _Question:
        terms = Terms(_solver())
        encoding = Encoding(terms, Unknowns(terms, known))
        facts = [encoding.truth(fact)[0 if so else 1] for fact, so in known.truths.items()]
        return _Question(encoding, facts, self._asked)


@frozen(eq=False)
class _Question:
    """The terms that are asked about, and the facts that are taken as given."""

    encoding: Encoding
    facts: list[Term]
    asked: list[bool | None]
    """What was answered up to now; None where the solver could not tell."""

    def is_impossible(self, term: Term) -> bool:
        """Whether it is proved that a term is never so where the facts are."""
        z3 = _solver()
        found = self._solver(*self.facts, term).check()
        self.asked.append(None if found == z3.unknown else bool(found == z3.unsat))
        return self.asked[-1] is True

    def example(self, reads: Sequence[e.Expression]) -> list[Spoken] | None:
        """Values of reads with which the facts are so."""
        z3, encoding, terms = _solver(), self.encoding, self.encoding.terms
        given = [encoding.term(read) for read in reads]
        there = [encoding.is_there(read) for read in reads]
        solver = self._solver(*self.facts, *there)
        if solver.check() != z3.sat:
            return None
        model = solver.model()
        values = [terms.spoken(model.eval(term, model_completion=True)) for term in given]
        fixed = [term == terms.written(each) for term, each in zip(given, values, strict=True)]
        # As a test says them they must be so whatever else is, and not only may be.
        doubt = self._solver(*there, *fixed, z3.Not(z3.And(*self.facts)))
        return values if doubt.check() == z3.unsat else None

    def _solver(self, *terms: Term) -> Term:
        solver = _solver().Solver()
        solver.set("rlimit", _ALLOWANCE)
        solver.set("timeout", _TIME)
        solver.add(*self.encoding.terms.axioms, *terms)
        return solver
