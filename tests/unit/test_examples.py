"""The examples are run: their commands print what their pages say, their tables hold."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.cli.main import run
from lifecycle_dsl.engine.decisions import Decision, Transition
from tests.caseformat.runner import rewrite
from tests.unit.transcripts import KINDS, ROOT, disagreement, fences, lay_out, transcript

EXAMPLES = ROOT / "examples"
CDNOW = EXAMPLES / "01-cdnow"
MASTER = ROOT.parent / "shared" / "data" / "cdnow" / "CDNOW_master.txt"
PAGES = sorted(EXAMPLES.glob("*/README.md"))
WITH_COMMANDS = [page for page in PAGES if any(f.kind == "console" for f in fences(page))]
_ROW = re.compile(r"\| (?P<source>\S+) \| (?P<to>\S+) \| (?P<times>[\d,]+) \|")
_ENDS = re.compile(r"(?P<count>[\d,]+) (?:are )?(?P<stage>lapsed|lapsing|loyal|repeat|won back)")


def name_of(page: Path) -> str:
    return page.parent.name


def number(text: str) -> int:
    return int(text.replace(",", ""))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_fence_is_of_a_kind_that_is_carried_out(page: Path) -> None:
    assert {fence.kind for fence in fences(page)} <= KINDS


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name_of)
def test_an_example_prints_what_its_page_says(
    page: Path,
    tmp_path: Path,
    update: bool,  # noqa: FBT001
) -> None:
    lay_out(page, tmp_path)
    assert [each for f in fences(page) if (each := disagreement(f, tmp_path))] == []
    # One after the other: a command may go on where the one before it stopped.
    found = {f: transcript(f, tmp_path) for f in fences(page) if f.kind == "console"}
    if update:
        rewrite(page, found)
    else:
        assert {f.first: text for f, text in found.items()} == {f.first: f.text for f in found}


def test_every_program_has_a_page_that_runs_it() -> None:
    programs = {path.parent for path in EXAMPLES.glob("*/main.py")}
    assert programs <= {page.parent for page in WITH_COMMANDS}


def test_every_link_of_an_example_leads_to_a_file() -> None:
    link = re.compile(r"\]\((?!https?:)([^)#]+)\)")
    missing = [
        (name_of(page), target)
        for page in PAGES
        for target in link.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert missing == []


def replay(data: bytes) -> tuple[lcr.Engine, list[Decision]]:
    """A history under the shop's rules, to its last event."""
    engine = lcr.Engine(lcr.load(ROOT / "rules" / "retail.lcr"))
    decisions = engine.process_batch(data)
    decisions += engine.advance(engine.clock or 0)
    return engine, decisions


def test_the_shop_comes_out_as_its_page_says() -> None:
    text = (CDNOW / "README.md").read_text(encoding="utf-8")
    engine, decisions = replay(gzip.decompress((CDNOW / "events.jsonl.gz").read_bytes()))
    assert engine.counts["records"] == 6919
    assert engine.counts["dead"] == 0
    moves = Counter((d.source or "(start)", d.to) for d in decisions if isinstance(d, Transition))
    shown = {(row["source"], row["to"]): number(row["times"]) for row in _ROW.finditer(text)}
    assert moves == shown
    stages = Counter(engine.customer(name).stage for name in engine.customers())
    told = text.split("On the last day ")[1]
    assert stages == {
        found["stage"].replace(" ", "_"): number(found["count"])
        for found in _ENDS.finditer(told[: told.index(":")].replace("\n", " "))
    }


def test_a_job_with_a_break_writes_what_a_run_writes(tmp_path: Path) -> None:
    events = CDNOW / "events.jsonl.gz"
    job = [sys.executable, str(EXAMPLES / "03-batch-job" / "main.py"), str(events), str(tmp_path)]
    subprocess.run([*job, "--stop-after", "1"], check=True, capture_output=True)
    with (tmp_path / "decisions.jsonl").open("ab") as log:
        log.write(b"written after the checkpoint, before the machine stopped\n")
    subprocess.run(job, check=True, capture_output=True)
    out, state = tmp_path / "out.jsonl", tmp_path / "out-state.jsonl"
    rules = str(ROOT / "rules" / "retail.lcr")
    assert run(["run", rules, str(events), "--out", str(out), "--state", str(state)]) == 0
    of_run = out.read_bytes().split(b"\n", 1)[1]
    assert (tmp_path / "decisions.jsonl").read_bytes() == of_run
    assert (tmp_path / "state.jsonl").read_bytes() == state.read_bytes()


@pytest.mark.skipif(not MASTER.exists(), reason="the whole data set is not beside the checkout")
def test_the_whole_data_set_goes_through(tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    convert = [sys.executable, str(CDNOW / "convert.py"), str(MASTER), str(events)]
    subprocess.run(convert, check=True)
    data = events.read_bytes()
    engine, decisions = replay(data)
    assert engine.counts["records"] == 69_659
    assert engine.counts["dead"] == 0
    names = list(engine.customers())
    assert len(names) == 23_570
    assert {json.loads(line)["customer"] for line in data.splitlines()} == set(names)
    assert sum(isinstance(d, Transition) and d.source is None for d in decisions) == 23_570
