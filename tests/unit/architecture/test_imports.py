"""Imports point one way, and the facade loads little."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
EDGES = ["click", "rich", "duckdb", "polars", "litestar", "pygls", "psycopg", "sqlite3", "socket"]
"""What belongs to extras, to the command line, or to the outside world."""


def test_rooms_import_in_one_direction() -> None:
    # In a process of its own, since the tool configures the loggers of the one that it runs in.
    script = (
        "from importlinter.cli import lint_imports as run; raise SystemExit(run(no_cache=True))"
    )
    kept = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert kept.returncode == 0, kept.stdout


def test_the_facade_loads_nothing_of_the_edges() -> None:
    script = f"import sys, lifecycle_dsl; print(*sys.modules.keys() & {set(EDGES)!r})"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert run.stdout.split() == []
