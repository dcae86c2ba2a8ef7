"""Weights as text of the language: rounded as far as nobody's likelihood notices."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import numpy as np
from attrs import frozen
from scipy.special import expit

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.fitting.asked import with_sources
from lifecycle_dsl.analysis.statistics.clusters import Floats
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.fmt import format_source
from lifecycle_dsl.loading import CompileError
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import nodes, parse

AGREES: Final = 1e-6
"""How far a likelihood of the rounded weights may be from that of the exact ones."""
_FEWEST, _MOST = 3, 17


@frozen(eq=False)
class Rounded:
    """Weights as they stand in the model; the intercept first."""

    weights: Floats
    texts: tuple[str, ...]


def rounded(weights: Floats, columns: Floats) -> Rounded:
    """The fewest digits with which every row's likelihood stays the same to `AGREES`."""
    exact = expit(weights[0] + columns @ weights[1:])
    for digits in range(_FEWEST, _MOST + 1):
        texts = tuple(_text(float(weight), digits) for weight in weights)
        kept = np.array([float(text) for text in texts])
        near = expit(kept[0] + columns @ kept[1:])
        if float(np.abs(near - exact).max(initial=0.0)) <= AGREES / 2:
            break
    return Rounded(kept, texts)


def _text(weight: float, digits: int) -> str:
    """A number of the language: no exponent, no idle zeros."""
    found = format(Decimal(f"{weight:.{digits}g}"), "f")
    if "." in found:
        found = found.rstrip("0").rstrip(".")
    return "0" if found == "-0" else found


def block(name: str, features: Sequence[str], texts: Sequence[str], comments: Sequence[str]) -> str:
    """A `model` of the language in its layout, with comments above.

    Raises:
        AnalysisError: where the name is none of the language.
    """
    lines = [*(f"# {each}" for each in comments), f"model {name} = logistic {{"]
    lines.append(f"  intercept {texts[0]}")
    for feature, text in zip(features, texts[1:], strict=True):
        lines.append(f"  {feature}: {text}")
    lines.append("}")
    found = format_source(Source(f"{name}.lcr", "\n".join(lines) + "\n"))
    if found.text is None:
        raise AnalysisError(f"a model cannot be called `{name}`: {found.diagnostics[0].headline}")
    return found.text


@frozen
class Placed:
    """Rules with a model in them."""

    ruleset: RuleSet
    file: str
    """Which of their files holds it now."""
    text: str
    """That file's text."""
    replaced: bool
    """Whether a model of that name stood there before."""


def placed(ruleset: RuleSet, name: str, text: str) -> Placed:
    """The rules with a model: in the place of one of that name, else at the end of their file.

    Raises:
        AnalysisError: where something else has the name.
    """
    main = next(iter(ruleset.sources))
    for file, source in ruleset.sources.items():
        found = _standing(Source(file, source), name)
        if found is not None:
            start, end = found
            changed = f"{source[:start]}{_ended(text.rstrip(), source)}{source[end:]}"
            return Placed(_compiled(ruleset, name, file, changed), file, changed, True)
    whole = ruleset.sources[main]
    changed = whole.rstrip() + _ended(f"\n\n{text}", whole)
    return Placed(_compiled(ruleset, name, main, changed), main, changed, False)


def _ended(text: str, beside: str) -> str:
    """A text whose lines end as those beside it."""
    return text.replace("\n", "\r\n") if "\r\n" in beside else text


def _standing(source: Source, name: str) -> tuple[int, int] | None:
    """Where a model of that name stands, with the comments of `lcr fit` directly above it."""
    for declaration in parse(source).file.declarations:
        if isinstance(declaration, nodes.Model) and declaration.declared.name.text == name:
            start = declaration.span.start
            while (above := _comment_above(source.text, start)) is not None:
                start = above
            return start, declaration.span.end
    return None


MARK: Final = "Fitted: "
"""What the comments of a written model begin with, so that they go with it."""


def _comment_above(text: str, start: int) -> int | None:
    line = text.rfind("\n", 0, max(start - 1, 0)) + 1
    return line if start > 0 and text[line:start].startswith(f"# {MARK}") else None


def _compiled(ruleset: RuleSet, name: str, file: str, changed: str) -> RuleSet:
    try:
        return with_sources(ruleset, {file: changed})
    except CompileError as error:
        said = error.diagnostics[0]
        hint = f"; {said.help}" if said.help else ""
        raise AnalysisError(f"the model `{name}`: {said.headline}{hint}") from error
