"""A report as JSON: the fields of `findings`, charts with their kind."""

from __future__ import annotations

from typing import Any

import attrs
import msgspec

from lifecycle_dsl.analysis.findings import Bars, Grid, Lines, Report


def as_json(report: Report) -> str:
    """Indented, keys in the order of the fields, with a line end."""
    encoded = msgspec.json.encode(_plain(report))
    return msgspec.json.format(encoded, indent=2).decode() + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if not attrs.has(type(value)):
        return value
    found = {each.name: _plain(getattr(value, each.name)) for each in attrs.fields(type(value))}
    if isinstance(value, Bars | Lines | Grid):
        return {"kind": type(value).__name__.lower(), **found}
    return found
