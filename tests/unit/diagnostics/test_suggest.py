from __future__ import annotations

import pytest

from lifecycle_dsl.diagnostics import closest

NAMES = ["purchase", "page_view", "return_purchase", "email_open", "vip", "low"]


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("purchse", "purchase"),
        ("pruchase", "purchase"),
        ("page-view", "page_view"),
        ("Page View", "page_view"),
        ("email_opened", "email_open"),
        ("VIP", "vip"),
        ("vop", "vip"),
        ("demo", None),
        ("x", None),
        ("", None),
        ("vip", None),
        ("p" * 5000, None),
    ],
)
def test_one_name_or_none(name: str, suggestion: str | None) -> None:
    assert closest(name, NAMES) == suggestion


def test_of_two_equally_near_the_first_in_the_alphabet() -> None:
    assert closest("cat", ["hat", "bat"]) == "bat"
    assert closest("cat", ["bat", "hat"]) == "bat"


def test_a_long_name_differs_in_spelling_only() -> None:
    assert closest("A" * 100, ["a" * 100]) == "a" * 100
    assert closest("a" * 100, ["a" * 99 + "b"]) is None
