"""`lcr lsp`: it serves, or says what is missing."""

from __future__ import annotations

import subprocess
import sys

WITHOUT_PYGLS = """
import sys
sys.modules["pygls"] = None
from lifecycle_dsl.cli.main import run
sys.exit(run(["lsp"]))
"""


def test_the_extra_is_named_when_it_is_missing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PYGLS], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == (
        "Error: the language server needs pygls: pip install 'lifecycle-dsl[lsp]'\n"
    )


def test_it_ends_when_the_editor_has_gone() -> None:
    script = "import sys; from lifecycle_dsl.cli.main import run; sys.exit(run(['lsp', '--stdio']))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        input="",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
