"""Rule sets that are ready to run, for commands that run them."""

from __future__ import annotations

from collections.abc import Mapping

import click

from lifecycle_dsl import loading
from lifecycle_dsl.cli.rulefiles import FINDINGS, refuse
from lifecycle_dsl.cli.terminal import UnusableError, unreadable
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.rewriting import RewriteError


class ParamValue(click.ParamType[tuple[str, str]]):
    """`lead_bar=4`, `wait_for=36h`, `lead_bar=5 { vip: 4 }`."""

    name = "param"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """The name and the value, as texts."""
        if isinstance(value, tuple):
            return value
        name, sign, text = str(value).partition("=")
        if not sign or not name.strip() or not text.strip():
            self.fail(f"`{value}` is nothing such as lead_bar=4", param, ctx)
        return name.strip(), text.strip()


def load(path: str, params: Mapping[str, str] | None = None) -> RuleSet:
    """A rule set ready to run, perhaps with other values of params.

    One with errors shows them and ends the command.
    """
    try:
        ruleset = loading.load(path)
        return loading.with_params(ruleset, params) if params else ruleset
    except OSError as error:
        raise unreadable(path, error) from error
    except RewriteError as error:
        raise UnusableError(f"--set: {error}") from error
    except loading.CompileError as error:
        refuse(path, error.diagnostics)
        raise click.exceptions.Exit(FINDINGS) from error
