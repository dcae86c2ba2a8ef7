"""Rule sets: a rule file, checked and ready to run.

    ruleset = load("rules/email_marketing.lcr")

A rule set is immutable and may be shared; each engine made of it has a state of its own.
"""

from __future__ import annotations

from functools import cached_property
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from types import SimpleNamespace

from lifecycle_dsl.checker import check
from lifecycle_dsl.compiler.load import Compiled
from lifecycle_dsl.compiler.support import unsupported
from lifecycle_dsl.diagnostics import Diagnostic, Severity
from lifecycle_dsl.diagnostics.render import FORMATS, PLAIN
from lifecycle_dsl.engine.records import Records
from lifecycle_dsl.localtime import tzdata_version
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.text import program_text
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import decode

LANGUAGE_VERSION = "1"
"""Part of every fingerprint: a later version may give the same text another meaning."""


class CompileError(ValueError):
    """A rule file that cannot run; `diagnostics` say why, and the message shows them."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("\n" + FORMATS["full"](diagnostics, PLAIN))
        self.diagnostics = diagnostics


class RuleSet:
    """A checked and compiled rule set. Get one with `load` or `compile`."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.compiled = Compiled(program)
        self.records = Records(program)

    @property
    def lifecycle(self) -> str:
        """The rule set's name."""
        return self.program.lifecycle

    @property
    def events(self) -> SimpleNamespace:
        """The events as msgspec structs, by CamelCase name: `events.Purchase(customer=..., at=...)`."""
        return self.records.events

    @cached_property
    def fingerprint(self) -> str:
        """BLAKE2b-128, in hex, of the language's and the zones' version and the checked rules."""
        parts = (LANGUAGE_VERSION, tzdata_version(), program_text(self.program))
        return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()

    def __repr__(self) -> str:
        return f"<RuleSet {self.lifecycle} {self.fingerprint[:8]}>"


def compile(text: str, name: str = "rules.lcr") -> RuleSet:
    """A rule set from its text; `use` finds nothing.

    Raises:
        CompileError: where the text has errors.
    """
    return _ruleset(Source(name, text), None)


def load(path: str | Path) -> RuleSet:
    """A rule set from a file; what it uses is looked for beside it.

    Raises:
        CompileError: where the file has errors.
        OSError: where it cannot be read.
    """
    path = Path(path)
    source = _read(str(path), path)
    return _ruleset(source, path)


def read_beside(path: Path) -> object:
    """What `check` takes to read the files that a file uses."""

    def read(name: str) -> Source | None:
        file = path.parent.joinpath(*PurePosixPath(name).parts)
        return _read(name, file) if file.is_file() else None

    return read


def _read(name: str, path: Path) -> Source:
    source = decode(name, path.read_bytes())
    if isinstance(source, Diagnostic):
        raise CompileError((source,))
    return source


def _ruleset(source: Source, path: Path | None) -> RuleSet:
    checked = check(source, None if path is None else read_beside(path))  # type: ignore[arg-type]
    errors = tuple(d for d in checked.diagnostics if d.severity is Severity.ERROR)
    if errors or checked.program is None:
        raise CompileError(errors)
    not_yet = unsupported(checked.program)
    if not_yet:
        raise CompileError(not_yet)
    return RuleSet(checked.program)
