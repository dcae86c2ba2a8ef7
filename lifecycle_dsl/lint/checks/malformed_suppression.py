"""Suppressions without a reason, or of what no check is called."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from lifecycle_dsl.diagnostics import Diagnostic, closest, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.suppressions import malformed_in, suppressions_in
from lifecycle_dsl.syntax import nodes


def check(_rules: Rules) -> Iterator[Diagnostic]:
    """Nothing of its own: comments stand beside the rules."""
    return iter(())


def check_files(files: Iterable[nodes.File], known: Collection[str]) -> list[Diagnostic]:
    """What is wrong with the suppressions of files."""
    found = []
    for file in files:
        found += [
            warning(
                "malformed-suppression",
                "this comment looks like a suppression and is none",
                span,
                help="write `# lcr: allow NAME: reason`",
            )
            for span in malformed_in(file)
        ]
        for each in suppressions_in(file):
            if each.name not in known:
                similar = closest(each.name, known)
                hint = f"a similar check exists: `{similar}`" if similar else "`lcr explain --list`"
                found.append(
                    warning(
                        "malformed-suppression",
                        f"no check is called `{each.name}`",
                        each.span,
                        help=hint,
                    )
                )
            elif not each.reason:
                found.append(
                    warning(
                        "malformed-suppression",
                        f"`{each.name}` is allowed without a reason",
                        each.span,
                        help=f"say why: `# lcr: allow {each.name}: …`",
                    )
                )
    return found
