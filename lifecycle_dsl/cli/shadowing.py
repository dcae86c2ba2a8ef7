"""New rules beside a run, and what they would have decided."""

from __future__ import annotations

import click

from lifecycle_dsl.cli.rulesets import load
from lifecycle_dsl.cli.sidebyside import beside
from lifecycle_dsl.cli.terminal import plural
from lifecycle_dsl.stores import StoredEngine, open_store
from lifecycle_dsl.stores.shadow import Shadow


def shadow_of(path: str, engine: StoredEngine, url: str) -> Shadow:
    """New rules beside an engine, with a store of their own."""
    shadow = Shadow(load(path), engine, open_store(url))
    engine.beside = shadow
    return shadow


def tell(path: str, shadow: Shadow) -> None:
    """Say on stderr what the two decided."""
    found = shadow.compared
    title = f"What {path} would have decided, beside the running rules"
    beside(title, found.old, found.new, err=True)
    click.echo(f"differently about {plural(len(found.differing), 'customer')}", err=True)
    for example in found.examples:
        click.echo(f"  {example.customer}", err=True)
        for sign, texts in (("-", example.old), ("+", example.new)):
            for text in texts:
                click.echo(f"    {sign} {text}", err=True)
    if found.trouble is not None:
        click.echo(found.trouble, err=True)
