"""Expressions: from what is written to what is meant, typed, bounded, unable to fail."""

from lifecycle_dsl.checker.expressions.elaborate import Expressions

__all__ = ["Expressions"]
