"""Rule sets that are ready to run, for commands that run them."""

from __future__ import annotations

import click

from lifecycle_dsl import loading
from lifecycle_dsl.cli.rulefiles import FINDINGS, refuse
from lifecycle_dsl.cli.terminal import unreadable
from lifecycle_dsl.engine.ruleset import RuleSet


def load(path: str) -> RuleSet:
    """A rule set ready to run; one with errors shows them and ends the command."""
    try:
        return loading.load(path)
    except OSError as error:
        raise unreadable(path, error) from error
    except loading.CompileError as error:
        refuse(path, error.diagnostics)
        raise click.exceptions.Exit(FINDINGS) from error
