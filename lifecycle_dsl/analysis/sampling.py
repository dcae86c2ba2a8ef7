"""A part of the customers, with all that they did: intervals widen, and shares stay what they are.

Who is in it is decided by a hash of the customer alone, so that the same customers are drawn from
events and from a log of them, today and tomorrow. It has nothing to do with the hashes that deal
splits and the holdout.
"""

from __future__ import annotations

from hashlib import md5
from typing import Final

from attrs import frozen

from lifecycle_dsl.analysis.errors import AnalysisError

_ALL: Final = 1 << 64


def sample_of(share: float) -> Sample | None:
    """The sample of a share of the customers; None of all of them.

    Raises:
        AnalysisError: where it is of nobody.
    """
    if share <= 0:
        raise AnalysisError("a sample of no customers says nothing: give --sample more than 0 %")
    return None if share >= 1 else Sample(share)


@frozen
class Sample:
    """Every customer with a chance of `share`."""

    share: float

    @property
    def condition(self) -> str:
        """That `customer` is in it, in DuckDB's SQL."""
        return f"md5_number_lower(customer) < {self._below}"

    def has(self, customer: str) -> bool:
        """Whether a customer is in it."""
        name = customer.encode("utf-8", "surrogatepass")
        digest = md5(name, usedforsecurity=False).digest()
        return int.from_bytes(digest[8:], "little") < self._below

    @property
    def _below(self) -> int:
        return round(self.share * _ALL)
