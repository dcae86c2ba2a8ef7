"""The wheel, built and installed as a stranger would, does the main job without the checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = {
    "lifecycle_dsl/py.typed",
    "lifecycle_dsl/syntax/tables/tables.json",
    "lifecycle_dsl/diagnostics/explain/unknown-event.md",
    "lifecycle_dsl/shipped/grammar/lcr.lark",
    "lifecycle_dsl/shipped/grammar/REFERENCE.md",
    "lifecycle_dsl/shipped/rules/ecommerce.lcr",
    "lifecycle_dsl/shipped/rules/email_marketing.lcr",
    "lifecycle_dsl/shipped/rules/email_marketing_scores.lcr",
    "lifecycle_dsl/shipped/rules/media.lcr",
    "lifecycle_dsl/shipped/rules/retail.lcr",
    "lifecycle_dsl/shipped/rules/saas_b2b.lcr",
    "lifecycle_dsl/shipped/examples/01-cdnow/events.jsonl.gz",
    "lifecycle_dsl/shipped/examples/01-cdnow/LICENSE.lifetimes-MIT.txt",
}


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    run(*pip, "wheel", "-q", "--no-deps", "--wheel-dir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def test_it_holds_what_the_package_reads(wheel: Path) -> None:
    names = set(ZipFile(wheel).namelist())
    assert names >= SHIPPED
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/"))]


def test_it_runs_the_demo_and_the_shipped_rules(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    run(sys.executable, "-m", "venv", environment, cwd=tmp_path)
    tools = environment / "bin"
    run(tools / "pip", "--disable-pip-version-check", "install", "-q", wheel, cwd=tmp_path)
    assert "2,357 customers" in run(tools / "lcr", "demo", cwd=tmp_path)
    where = "from lifecycle_dsl.resources import resource; print(resource('rules'))"
    rules = Path(run(tools / "python", "-c", where, cwd=tmp_path).strip())
    assert rules.is_relative_to(environment)
    run(tools / "lcr", "check", *sorted(rules.glob("*.lcr")), cwd=tmp_path)
