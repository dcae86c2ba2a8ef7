"""Rule files with other constants: what a param is, how a split deals its arms.

A change is one of the text: what runs with it is what the file would say, checked like any file,
and what is written is what was run. Takes and gives the texts of a rule file and of those it uses,
by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import attrs

from lifecycle_dsl.diagnostics.model import Severity
from lifecycle_dsl.diagnostics.suggest import hint
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import nodes, parse

Sources = Mapping[str, str]
_PERCENT = re.compile(r"[0-9_.]+\s*%")


class RewriteError(ValueError):
    """A change that cannot be made; the message says why."""


def with_param(sources: Sources, name: str, value: str) -> dict[str, str]:
    """The texts with another value of a param: `4`, `36h`, or `5 { big_spender: 4 }`.

    A value without cases by segment stands for all; what the param may be tuned to stays.

    Raises:
        RewriteError: where no param has that name, or the value is none.
    """
    given = _parsed(f"param {name} = {value}")
    if given is None or given.tune is not None:
        raise RewriteError(f"`{value}` is no value of a param, such as 4, 36h or 5 {{ vip: 4 }}")
    found = [each for each in _all(sources) if isinstance(each, nodes.Param)]
    params = {each.declared.name.text: each for each in found}
    if name not in params:
        raise RewriteError(f"no param is called `{name}`{hint(name, params)}")
    param = params[name]
    whole, kept = param.span.source.text, param.tune or param.value
    text = (
        whole[: param.value.span.start]
        + given.value.span.text
        + whole[param.value.span.end : kept.span.end]
        + (f" {_cases(given)}" if given.cases else "")
        + whole[param.span.end :]
    )
    return {**sources, param.span.source.name: text}


def declaration(sources: Sources, name: str) -> str:
    """A param's declaration as it stands, on one line; empty where there is none."""
    found = (each for each in _all(sources) if isinstance(each, nodes.Param))
    written = (each.span.text for each in found if each.declared.name.text == name)
    return " ".join(next(written, "").split())


def with_arms(sources: Sources, name: str, percents: Sequence[str]) -> dict[str, str]:
    """The texts with other percentages of a split's arms, such as `37.5`, wherever it stands.

    Raises:
        RewriteError: where no split has that name.
    """
    found = [each for each in _all(sources) if isinstance(each, nodes.Split)]
    splits = [each for each in found if each.declared.name.text == name]
    if not splits:
        known = [each.declared.name.text for each in found]
        raise RewriteError(f"no split is called `{name}`{hint(name, known)}")
    changed = dict(sources)
    places = [
        (arm.span, percent)
        for split in splits
        for arm, percent in zip(split.arms, percents, strict=True)
    ]
    for span, percent in sorted(places, key=lambda each: -each[0].start):
        text = changed[span.source.name]
        rest = _PERCENT.sub(f"{percent}%", text[span.start :], count=1)
        changed[span.source.name] = text[: span.start] + rest
    return changed


def _cases(param: nodes.Param) -> str:
    return "{ " + "  ".join(each.span.text for each in param.cases) + " }"


def _parsed(text: str) -> nodes.Param | None:
    """The one param that a text declares."""
    parsed = parse(Source("--set", text))
    if any(each.severity is Severity.ERROR for each in parsed.diagnostics):
        return None
    match parsed.file.declarations:
        case [nodes.Param() as param]:
            return param
        case _:
            return None


def _all(sources: Sources) -> Iterator[nodes.Node]:
    """Every node of every file, an outer one before those in it."""
    for name, text in sources.items():
        waiting: list[object] = [parse(Source(name, text)).file.declarations]
        while waiting:
            found = waiting.pop()
            if isinstance(found, tuple):
                waiting.extend(reversed(found))
            elif isinstance(found, nodes.Node):
                yield found
                parts = [getattr(found, each.name) for each in attrs.fields(type(found))]
                waiting.extend(reversed(parts))
