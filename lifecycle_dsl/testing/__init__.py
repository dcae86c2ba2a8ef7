"""Tests and promises of rule sets: running them, and saying what became of them.

It takes checked tests and a compiled rule set, and knows no syntax. A test runs on an engine of its
own, with one customer and a clock that the test moves.
"""
