"""`lcr run --store --promises`: what breaks a promise is kept with the decision that does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lifecycle_dsl.cli.main import run
from lifecycle_dsl.stores import open_store

T = 1_767_571_200_000_000
DAY = 86_400_000_000
RULES = """
lifecycle shop
event visit
event order
channel email { }
stage lead { -> buyer on order }
stage buyer { -> lost after 3d }
stage lost
start { -> lead }
let visits = count(visit within 7d)
trigger often { on visit  when visits >= 2  do { send email "often" } }
always "nobody is lost" { not entered lost }
always "few mails" { not (sent email and visits >= 2) }
"""
EVENTS = [("visit", "ann", 0), ("order", "bob", 0), ("visit", "ann", 1), ("visit", "ann", 5)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.lcr").write_text(RULES, encoding="utf-8")
    rows = [{"type": kind, "customer": who, "at": T + day * DAY} for kind, who, day in EVENTS]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "log.jsonl").write_text(text, encoding="utf-8")
    return tmp_path


def go(folder: Path, *options: str) -> int:
    files = [str(folder / "shop.lcr"), str(folder / "log.jsonl")]
    end = ("--until", "2026-01-11T00:00:00Z", "--quiet")
    return run(["run", *files, "--store", f"sqlite:///{folder / 's.db'}", *end, *options])


def test_what_breaks_a_promise_is_kept_with_what_did(folder: Path) -> None:
    assert go(folder, "--promises", "--out", str(folder / "out.jsonl")) == 0
    files = [str(folder / "shop.lcr"), str(folder / "log.jsonl"), "--promises", "--quiet"]
    end = ("--until", "2026-01-11T00:00:00Z")
    assert run(["run", *files, *end, "--out", str(folder / "plain.jsonl")]) == 0
    stored, plain = (
        sorted((folder / name).read_text(encoding="utf-8").splitlines())
        for name in ("out.jsonl", "plain.jsonl")
    )
    assert stored == plain
    store = open_store(f"sqlite:///{folder / 's.db'}")
    kinds = [(each.customer, each.kind) for each in store.decisions() if each.kind == "broken"]
    assert sorted(kinds) == [("ann", "broken"), ("ann", "broken"), ("bob", "broken")]
    store.close()


def test_states_are_the_same_whether_or_not_somebody_looks(folder: Path) -> None:
    assert go(folder, "--promises") == 0
    watched = open_store(f"sqlite:///{folder / 's.db'}")
    found = watched.people("", 9), watched.rules()
    watched.close()
    (folder / "s.db").unlink()
    assert go(folder) == 0
    plain = open_store(f"sqlite:///{folder / 's.db'}")
    assert (plain.people("", 9), plain.rules()) == found
    plain.close()


@pytest.mark.parametrize("read", ["count(order)", "count(visit within 9d)"])
def test_a_promise_reads_only_what_the_rules_keep(
    folder: Path, capsys: pytest.CaptureFixture[str], read: str
) -> None:
    """Of `count(visit within 9d) >= 2` rules keep two entries, and the promise needs more."""
    more = f"""
trigger rare {{ on visit  when count(visit within 9d) >= 2  do {{ send email "rare" }} }}
always "more" {{ not ({read} > 20) }}
"""
    (folder / "shop.lcr").write_text(RULES + more, encoding="utf-8")
    assert go(folder, "--promises") == 2
    told = capsys.readouterr().err
    assert f"a promise reads `{read}`, of which the rules keep fewer" in told or (
        f"a promise reads `{read}`, which the rules do not keep; add `let promised" in told
    )
    assert go(folder) == 0
    if read == "count(order)":
        promised = f"{RULES}{more}let promised = {read}\n"
        (folder / "shop.lcr").write_text(promised, encoding="utf-8")
        assert go(folder, "--promises") == 0


def test_several_workers_are_told_where_to_go(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert go(folder, "--workers", "2") == 2
    assert "for several let it be postgresql://" in " ".join(capsys.readouterr().err.split())
