"""From a rule file, or its text, to a rule set that is ready to run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lifecycle_dsl.checker import check
from lifecycle_dsl.compiler.support import unsupported
from lifecycle_dsl.diagnostics import Diagnostic, Severity
from lifecycle_dsl.diagnostics.render import FORMATS, PLAIN
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.rewriting import with_param
from lifecycle_dsl.rulefiles import Read, read_beside, read_file
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
    return _ruleset(Source(name, text), lambda _: None)


def compile_sources(sources: Mapping[str, str]) -> RuleSet:
    """A rule set from the texts of its files by name, the rule file first: `RuleSet.sources`.

    Raises:
        CompileError: where they have errors.
    """
    name, text = next(iter(sources.items()))

    def read(other: str) -> Source | None:
        return Source(other, sources[other]) if other in sources else None

    return _ruleset(Source(name, text), read)


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
    return _ruleset(source, read_beside(path))


def with_params(ruleset: RuleSet, params: Mapping[str, str]) -> RuleSet:
    """The rule set with other values of params, as its files would have them: see `rewriting`.

    Raises:
        RewriteError: where there is no such param, or a value is none.
        CompileError: where a value does not fit.
    """
    sources = ruleset.sources
    for name, value in params.items():
        sources = with_param(sources, name, value)
    return compile_sources(sources)


def _ruleset(source: Source, read: Read) -> RuleSet:
    sources = {source.name: source.text}

    def reading(name: str) -> Source | None:
        found = read(name)
        if found is not None:
            sources[name] = found.text
        return found

    checked = check(source, reading)
    errors = tuple(d for d in checked.diagnostics if d.severity is Severity.ERROR)
    if errors or checked.program is None:
        raise CompileError(errors)
    lacking = unsupported(checked.program)
    if lacking:
        raise CompileError(lacking)
    return RuleSet(checked.program, sources)
