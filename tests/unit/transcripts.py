"""Pages that show commands: their fences are carried out and compared with what the page says.

- `file=NAME` behind a fence's kind: the fence is that file, beside which all commands run; `rules/`
  and `examples/` stand there too.
- `lcr` is checked: without errors, unless the fence says `has=errors`.
- `console` holds commands behind `$ `, each with all its output below it; a line `…` stands for
  any number of lines. `exit=N` is the exit code of the last command, 0 unless given. Fingerprints
  are masked, since they change with every release of the time zones.
- `python` is run, unless it is a file, which a command runs.
- `sh` is for people: not run here.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from attrs import frozen

from lifecycle_dsl.checker import check
from lifecycle_dsl.diagnostics import Severity
from lifecycle_dsl.source import Source
from tests.caseformat.markdown import Fence, sections_in

ROOT: Final = Path(__file__).parents[2]
KINDS: Final = {"lcr", "console", "python", "sh", "jsonl", "json", "toml", "csv", "sql"}
_CUT: Final = "…"
_FINGERPRINT: Final = re.compile(r'(?<="fingerprint":")[0-9a-f]{32}')
_PROGRAMS: Final = {
    "lcr": [sys.executable, "-c", "from lifecycle_dsl.cli.main import main; main()"],
    "python": [sys.executable],
}


@frozen
class Shown:
    """A command of a page, and the output that the page shows."""

    command: str
    output: tuple[str, ...]


@cache
def fences(page: Path) -> tuple[Fence, ...]:
    """All fences of a page."""
    return tuple(f for s in sections_in(page.read_text(encoding="utf-8")) for f in s.fences)


def lay_out(page: Path, folder: Path) -> None:
    """Write the files of a page, and what stands beside them in a checkout."""
    for name in ("rules", "examples"):
        (folder / name).symlink_to(ROOT / name)
    for fence in fences(page):
        if file := fence.options.get("file"):
            (folder / file).write_text(fence.text, encoding="utf-8")


def disagreement(fence: Fence, folder: Path) -> str | None:
    """What is wrong with a fence that is no transcript."""
    match fence.kind:
        case "lcr":
            source = Source(fence.options.get("file", "rules.lcr"), fence.text)
            found = check(source, lambda name: _beside(folder, name)).diagnostics
            errors = [each.headline for each in found if each.severity is Severity.ERROR]
            wanted = fence.options.get("has") == "errors"
            return None if bool(errors) == wanted else f"errors: {errors}"
        case "python" if "file" not in fence.options:
            ran = _ran([sys.executable, "-c", fence.text], folder)
            return None if ran.returncode == 0 else ran.stdout
        case _:
            return None


def _beside(folder: Path, name: str) -> Source | None:
    """A file of the page that another one uses."""
    path = folder / name
    return Source(name, path.read_text(encoding="utf-8")) if path.is_file() else None


def transcript(fence: Fence, folder: Path) -> str:
    """A `console` fence as it should be: with the real output, cut where the page cuts it."""
    lines: list[str] = []
    shown = list(_shown(fence.text))
    for number, each in enumerate(shown, 1):
        program, *arguments = shlex.split(each.command)
        ran = _ran([*_PROGRAMS.get(program, [program]), *arguments], folder)
        wanted = int(fence.options.get("exit", "0")) if number == len(shown) else 0
        assert ran.returncode == wanted, f"{each.command}: exit {ran.returncode}\n{ran.stdout}"
        printed = _FINGERPRINT.sub(_CUT, ran.stdout).rstrip().splitlines()
        lines += [f"$ {each.command}", *_cut(printed, each.output)]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _shown(text: str) -> Iterator[Shown]:
    for block in f"\n{text}".split("\n$ ")[1:]:
        command, *output = block.rstrip("\n").split("\n")
        yield Shown(command, tuple(output))


def _cut(output: list[str], shown: tuple[str, ...]) -> list[str]:
    """The output with as many lines before and behind the cut as the page has."""
    if _CUT not in shown:
        return output
    before = shown.index(_CUT)
    behind = len(shown) - before - 1
    assert _CUT not in shown[before + 1 :], "one cut is enough"
    assert len(output) > before + behind, "the page cuts nothing out"
    return [*output[:before], _CUT, *output[len(output) - behind :]]


def _ran(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    paths = filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))
    environment = os.environ | {
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONIOENCODING": "utf-8",
    }
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
