"""A report as JSON: the shape that the README tells."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import attrs
import msgspec
import pytest

from lifecycle_dsl.analysis import findings as f
from lifecycle_dsl.analysis.rendering.data import as_json
from tests.unit.analysis.rendering.reports import report

README: Final = (Path(__file__).parents[4] / "README.md").read_text(encoding="utf-8")
ROWS: Final = {
    name: set(re.findall(r"`(\w+)`", told))
    for name, told in re.findall(r"^\| ((?:the|a) \w+) \| (.*) \|$", README, re.MULTILINE)
}


@pytest.mark.parametrize(
    ("row", "classes"),
    [
        ("the report", (f.Report,)),
        ("a section", (f.Section,)),
        ("a table", (f.Table, f.Column)),
        ("a chart", (f.Bars, f.Lines, f.Grid, f.Series, f.Axis)),
    ],
)
def test_the_readme_names_every_field_and_no_other(row: str, classes: tuple[type, ...]) -> None:
    fields = {each.name for one in classes for each in attrs.fields(one)}
    kinds = {"kind", "bars", "lines", "grid"} if row == "a chart" else set()
    assert ROWS[row] == fields | kinds


def test_the_readme_names_every_unit_and_the_parts_of_an_estimate() -> None:
    assert ROWS["a unit"] == {unit.value for unit in f.Unit}
    assert {each.name for each in attrs.fields(f.Estimate)} <= ROWS["a cell"]


def shape(found: Any, *keys: str) -> None:
    assert list(found) == list(keys)


def test_keys_are_in_the_order_of_the_fields() -> None:
    text = as_json(report())
    assert text.endswith("}\n")
    assert text == as_json(report())
    found = msgspec.json.decode(text)
    shape(found, *(each.name for each in attrs.fields(f.Report)))
    section = found["sections"][0]
    shape(section, *(each.name for each in attrs.fields(f.Section)))
    shape(section["tables"][0], *(each.name for each in attrs.fields(f.Table)))
    assert [chart["kind"] for chart in section["charts"]][:4] == ["bars", "bars", "lines", "lines"]
    assert section["tables"][1]["rows"][0] == [
        "lead",
        1427,
        {"value": 0.142, "low": 0.13, "high": 0.155, "n": 3000},
    ]
