"""Imports point one way, and the facade loads little."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[3]
EDGES = ["click", "rich", "duckdb", "polars", "litestar", "pygls", "psycopg", "sqlite3", "socket"]
"""What belongs to extras, to the command line, or to the outside world."""


def test_rooms_import_in_one_direction() -> None:
    kept = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert kept == 0


def test_the_facade_loads_nothing_of_the_edges() -> None:
    script = f"import sys, lifecycle_dsl; print(*sys.modules.keys() & {set(EDGES)!r})"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert run.stdout.split() == []
