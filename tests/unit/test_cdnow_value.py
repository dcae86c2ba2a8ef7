"""What CDNOW customers are worth: the page shows the published parameters, stages in order."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from tests.unit.transcripts import ROOT

PAGE = (ROOT / "examples" / "10-cdnow-value" / "README.md").read_text(encoding="utf-8")
FITTED = re.compile(r"^(?:\S+)? +(r|alpha|a|b|p|q|v) +([\d.]+) +([\d.]+)$", re.MULTILINE)
STAGE = re.compile(r"^(\w+) +([\d,]+) +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+)$", re.MULTILINE)


def test_the_fit_is_the_published_one() -> None:
    """Fader, Hardie and Lee 2005 (BG/NBD), Fader and Hardie 2013 (Gamma-Gamma)."""
    published = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426,
                 "p": 6.25, "q": 3.74, "v": 15.44}  # fmt: skip
    shown = {name: (float(fitted), float(told)) for name, fitted, told in FITTED.findall(PAGE)}
    assert {name: told for name, (_, told) in shown.items()} == published
    for fitted, told in shown.values():
        assert fitted == pytest.approx(told, rel=2e-3)


def test_the_stages_are_in_the_order_of_what_they_brought() -> None:
    rows = [(name, *map(float, rest)) for name, _, *rest in STAGE.findall(PAGE)]
    *stages, (every, *_) = rows
    assert every == "all"
    assert [name for name, *_ in stages] == ["loyal", "repeat", "lapsing", "won_back", "lapsed"]
    assert all(before[-1] > after[-1] for before, after in pairwise(stages))
