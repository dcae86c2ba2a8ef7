"""From a rule file, or its text, to a rule set that is ready to run."""

from __future__ import annotations

from pathlib import Path

from lifecycle_dsl.checker import check
from lifecycle_dsl.compiler.support import unsupported
from lifecycle_dsl.diagnostics import Diagnostic, Severity
from lifecycle_dsl.diagnostics.render import FORMATS, PLAIN
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.rulefiles import read_beside, read_file
from lifecycle_dsl.source import Source


class CompileError(ValueError):
    """A rule file that cannot run; `diagnostics` say why, and the message shows them."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("\n" + FORMATS["full"](diagnostics, PLAIN))
        self.diagnostics = diagnostics


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
    source = read_file(str(path), path)
    if isinstance(source, Diagnostic):
        raise CompileError((source,))
    return _ruleset(source, path)


def _ruleset(source: Source, path: Path | None) -> RuleSet:
    checked = check(source, None if path is None else read_beside(path))
    errors = tuple(d for d in checked.diagnostics if d.severity is Severity.ERROR)
    if errors or checked.program is None:
        raise CompileError(errors)
    not_yet = unsupported(checked.program)
    if not_yet:
        raise CompileError(not_yet)
    return RuleSet(checked.program)
