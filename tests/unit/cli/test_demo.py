"""`lcr demo`: the picture it draws."""

from __future__ import annotations

import pytest

from lifecycle_dsl.cli.history import gather
from lifecycle_dsl.cli.main import run
from lifecycle_dsl.cli.picture import Picture
from lifecycle_dsl.engine.decisions import Decision, Fired, Held, Sent, Transition


def test_the_demo_shows_all_of_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert run(["demo"]) == 0
    shown = capsys.readouterr().out
    assert "2,357 customers" in shown
    assert "6,919 purchases" in shown
    assert "1998-06" in shown
    for title in ("Movements", "Triggers", "Three lives", "Yours next"):
        assert title in shown
    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) <= 100


def test_a_history_counts_stages_by_month() -> None:
    decisions: list[Decision] = [
        Transition("a", "2026-01-05T00:00:00Z", "start", None, "new"),
        Transition("b", "2026-01-20T00:00:00Z", "start", None, "new"),
        Fired("b", "2026-01-20T00:00:00Z", "hello", "hello"),
        Sent("b", "2026-01-20T00:00:00Z", "hello", "email", None, "hi", {}, False, "k"),
        Held("b", "2026-01-21T00:00:00Z", "hello", "hello", "once"),
        Transition("a", "2026-02-04T00:00:00Z", "new->old#1", "new", "old"),
    ]
    history = gather(decisions, [("a", 1, "visit")])
    assert history.months(["new", "old"]) == [("2026-01", [2, 0]), ("2026-02", [1, 1])]
    assert history.typical_wait(("new", "old")) == 30
    assert history.fired == {"hello": 1}
    assert history.sent == {("hello", "email"): 1}
    assert history.held == {("hello", "once"): 1}
    picture = Picture(history, ["new", "old"], colours=False, width=80)
    for part in (picture.months(), picture.now(), picture.moves(), picture.firings()):
        assert part is not None
