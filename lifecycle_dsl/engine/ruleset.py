"""A rule set that is ready to run: its program, its code, its records and its fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from hashlib import blake2b
from types import SimpleNamespace

from lifecycle_dsl.compiler.load import Compiled
from lifecycle_dsl.engine.records import Records
from lifecycle_dsl.localtime import tzdata_version
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.text import program_text

LANGUAGE_VERSION = "1"
"""Part of every fingerprint: a later version may give the same text another meaning."""


class RuleSet:
    """A checked and compiled rule set; get one with `load` or `compile`.

    It does not change and may be shared; each engine made of it has a state of its own.
    """

    def __init__(
        self,
        program: Program,
        sources: Mapping[str, str] | None = None,
        like: RuleSet | None = None,
    ) -> None:
        self.program = program
        self.sources = {} if sources is None else dict(sources)
        """The texts of the rule file, which comes first, and of those it uses, by name."""
        # One that differs in its params alone takes the same records, and shares code.
        self.compiled: Compiled = (
            Compiled(program) if like is None else like.compiled.with_params(program)
        )
        self.records: Records = Records(program) if like is None else like.records

    @property
    def lifecycle(self) -> str:
        """The rule set's name."""
        return self.program.lifecycle

    @property
    def events(self) -> SimpleNamespace:
        """The events as msgspec structs by CamelCase name: `events.Purchase(customer=…, at=…)`."""
        return self.records.events

    @cached_property
    def fingerprint(self) -> str:
        """BLAKE2b-128, in hex, of the language's and the zones' version and the checked rules."""
        return self.fingerprint_under(tzdata_version())

    def fingerprint_under(self, zones: str) -> str:
        """What the fingerprint is with a version of the zones, such as `2025b`."""
        parts = (LANGUAGE_VERSION, zones, program_text(self.program))
        return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()

    def __repr__(self) -> str:
        return f"<RuleSet {self.lifecycle} {self.fingerprint[:8]}>"
