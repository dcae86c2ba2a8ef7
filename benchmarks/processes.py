"""Runs programs of their own, for what must start cold or is measured from outside."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def program(*command: str) -> str:
    """Runs a program to its end and gives what it printed."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(  # noqa: S603 (our own command)
        command, check=True, capture_output=True, text=True, env=environment
    )
    return done.stdout
