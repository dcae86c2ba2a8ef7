"""What intervals cannot tell: conditions over several quantities at once, by a solver.

`a > b and b > a + 1`, rows of a table that only together cover another, a tier that excludes a low
health because both are made of one score. The solver is z3, which the extra `prove` installs; where
it is not there nothing is proved here, and where it runs out of its allowance nothing is either.

`entangled` says, without the solver, which conditions are worth asking about; `encoding` writes
expressions as its terms, with margins for rounding and for what comparisons forgive; `prover` asks.
"""

from lifecycle_dsl.lint.proving.prover import Prover, is_available

__all__ = ["Prover", "is_available"]
