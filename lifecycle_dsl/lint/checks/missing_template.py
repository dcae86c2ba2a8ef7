"""Templates that rules send and nobody has written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lifecycle_dsl.checker.templates import templates
from lifecycle_dsl.diagnostics import Diagnostic, closest, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.sending import sends
from lifecycle_dsl.lint.wording import listed

_HOLE = re.compile(r"\{[^}]*\}")


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Names of templates that are not in the folder of templates, where one is given."""
    if rules.templates is None:
        return
    spans = {
        (trigger.name, send.name): send.template.span
        for trigger in rules.program.triggers
        for send in sends(trigger)
    }
    missing: dict[tuple[str, str], list[str]] = {}
    for each in templates(rules.program):
        if each.is_pattern:
            pattern = ".*".join(map(re.escape, _HOLE.split(each.name)))
            found = any(re.fullmatch(pattern, name) for name in rules.templates)
        else:
            found = each.name in rules.templates
        if not found:
            missing.setdefault((each.trigger, each.step), []).append(each.name)
    for place, names in missing.items():
        similar = closest(names[0], rules.templates)
        yield warning(
            "missing-template",
            f"there {'is' if len(names) == 1 else 'are'} no {listed(names, 'or')}",
            spans[place],
            f"`{place[0]}` sends {'it' if len(names) == 1 else 'them'}",
            help=f"there is a similar one: `{similar}`" if similar else "write it",
        )
