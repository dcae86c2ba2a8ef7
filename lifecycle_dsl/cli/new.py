"""`lcr new`: a rule set to start from."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Final

import click

from lifecycle_dsl.cli.terminal import UnusableError, unreadable

_FILES: Final = {
    "rules.lcr": "rules.lcr",
    "events.jsonl": "events.jsonl",
    "README.md": "README.md",
    "pre-commit.yaml": ".pre-commit-config.yaml",
    "rules.yml": ".github/workflows/rules.yml",
}
"""The files of `starter/`, and where they go."""


@click.command(
    short_help="Start a rule set: rules, tests, sample events, CI.",
    epilog="""\b
Examples:
  lcr new my-shop
  lcr new . --name loyalty
""",
)
@click.argument("folder", type=Path, metavar="DIR")
@click.option("--name", help="The lifecycle's name; that of the folder unless given.")
def command(*, folder: Path, name: str | None) -> int:
    """Start a rule set in DIR: rules with tests, sample events, a README, hooks and a CI file."""
    lifecycle = _lifecycle(name or folder.resolve().name)
    starter = files("lifecycle_dsl.cli").joinpath("starter")
    targets = {source: folder / target for source, target in _FILES.items()}
    for target in targets.values():
        if target.exists():
            raise UnusableError(f"{target} exists already; nothing was written")
    try:
        for source, target in targets.items():
            text = starter.joinpath(source).read_text(encoding="utf-8")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text.replace("@NAME@", lifecycle), encoding="utf-8")
    except OSError as error:
        raise unreadable(error.filename or str(folder), error) from error
    for target in targets.values():
        click.echo(f"  {target}")
    rules, events = targets["rules.lcr"], targets["events.jsonl"]
    click.echo(f"\nNext:\n  lcr check {rules}\n  lcr run {rules} {events}")
    return 0


def _lifecycle(name: str) -> str:
    """A name that a rule file may have: lower-case words joined by `_`."""
    words = re.findall(r"[a-z0-9]+", name.lower())
    joined = "_".join(words)
    return joined if joined[:1].isalpha() else f"customers_{joined}".rstrip("_")
