"""`lcr diff`, as somebody uses it in a terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lifecycle_dsl.cli.main import run
from tests.unit.analysis.diffing.worlds import RULES, T, world, written

LCR = [sys.executable, "-c", "from lifecycle_dsl.cli.main import main; main()"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Rules, the same with another bar, and events."""
    (tmp_path / "old.lcr").write_text(RULES)
    (tmp_path / "new.lcr").write_text(RULES.replace("interest >= 8", "interest >= 10"))
    written(world(), tmp_path / "events.jsonl")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def test_it_says_who_differs_and_how(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del folder
    assert run(["diff", "old.lcr", "new.lcr", "events.jsonl"]) == 0
    told = capsys.readouterr()
    out = " ".join(told.out.split())
    assert told.err == ""
    assert "of 60 customers differ" in out
    assert "comes when `interest >= 10` instead of `interest >= 8`" in out
    assert "would have ended in another stage" in out
    assert "welcome_hot" in out
    assert "spent instead of" in out
    assert "with the shortest story: " in out
    assert all(len(line) <= 80 for line in told.out.splitlines())
    assert all(line == line.rstrip() for line in told.out.splitlines())
    assert "\x1b" not in told.out


def test_the_same_rules_say_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "same.lcr").write_text("# the same\n" + RULES)
    assert run(["diff", "old.lcr", "same.lcr", "events.jsonl", "--fail-over", "0"]) == 0
    told = capsys.readouterr().out
    assert "Nobody of 60 customers differs." in told
    assert "The rules are the same." in told
    assert "Messages" not in told


@pytest.mark.parametrize(
    ("limit", "code"), [("0", 1), ("0%", 1), ("100%", 0), ("60", 0), ("1", 1), ("99.5%", 0)]
)
def test_more_than_may_differ_fail(folder: Path, limit: str, code: int) -> None:
    del folder
    assert run(["diff", "old.lcr", "new.lcr", "events.jsonl", "--fail-over", limit]) == code


def test_exactly_as_many_as_may_differ_do_not_fail(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lives = folder / "lives.jsonl"
    options = ["--customers", str(lives), "--format", "json"]
    assert run(["diff", "old.lcr", "new.lcr", "events.jsonl", *options]) == 0
    report = json.loads(capsys.readouterr().out)
    differing = [json.loads(line) for line in lives.read_text().splitlines()]
    count = len(differing)
    section = next(each for each in report["sections"] if each["name"] == "customers")
    assert section["headline"].startswith(f"{count} of 60 customers differ")
    assert [each["customer"] for each in differing] == sorted(x["customer"] for x in differing)
    one = differing[0]
    assert set(one) == {"customer", "stage", "differs", "decisions"}
    assert {"kind", "what", "more"} == set(one["differs"][0])
    for limit, code in ((count, 0), (count - 1, 1)):
        options = ["--fail-over", str(limit)]
        assert run(["diff", "old.lcr", "new.lcr", "events.jsonl", *options]) == code


@pytest.mark.parametrize("limit", ["many", "-1", "101%", "%", "nan"])
def test_a_limit_that_is_none_is_refused(
    folder: Path, limit: str, capsys: pytest.CaptureFixture[str]
) -> None:
    del folder
    assert run(["diff", "old.lcr", "new.lcr", "events.jsonl", "--fail-over", limit]) == 2
    assert "neither a number of customers nor a share" in capsys.readouterr().err


def test_one_customer_is_told_side_by_side(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["diff", "old.lcr", "new.lcr", "events.jsonl", "--customers", "l.jsonl"]) == 0
    name = json.loads((folder / "l.jsonl").read_text().splitlines()[0])["customer"]
    capsys.readouterr()
    assert run(["diff", "old.lcr", "new.lcr", "events.jsonl", "--customer", name]) == 0
    told = capsys.readouterr().out
    assert f"Customer {name}" in told
    assert "the same" in told
    assert "1 of 1 customer differs" in told
    assert run(["diff", "old.lcr", "new.lcr", "events.jsonl", "--customer", f"{name}x"]) == 2
    assert f"did you mean `{name}`?" in capsys.readouterr().err


def test_standard_input_and_a_page(folder: Path) -> None:
    done = subprocess.run(
        [*LCR, "diff", "old.lcr", "new.lcr", "-", "--format", "html", "--out", "diff.html"],
        input=(folder / "events.jsonl").read_bytes(),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    page = (folder / "diff.html").read_text()
    assert "What would have been different" in page
    assert "welcome_hot" in page
    assert "<svg" in page


def test_a_pipe_gets_no_colours_and_a_text_file_the_same(folder: Path) -> None:
    environment = {**os.environ, "NO_COLOR": "1"}
    command = [*LCR, "diff", "old.lcr", "new.lcr", "events.jsonl"]
    piped = subprocess.run(command, capture_output=True, check=True, env=environment)
    subprocess.run([*command, "--out", "diff.txt"], check=True, env=environment)
    assert b"\x1b" not in piped.stdout
    assert (folder / "diff.txt").read_bytes() == piped.stdout
    assert piped.stderr == b""


def test_what_is_private_is_masked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = """
lifecycle clinic
event visit { about: text }
event called { note: text private }
trait illness: text private = "none" { on visit: event.about }
start { -> new }
stage new { -> known on visit }
stage known
channel email
action crm.notify { reason: text }
trigger hello {
  on visit
  do {
    send email "about_{illness}" { illness: illness }
    set illness = "secret flu"
    call crm.notify { reason: illness }
  }
}
"""
    (folder / "a.lcr").write_text(rules)
    (folder / "b.lcr").write_text(rules.replace("secret flu", "secret cold"))
    event = {"type": "visit", "customer": "ann", "at": T, "about": "secret cough"}
    written([event], folder / "visits.jsonl")
    for options in ([], ["--format", "json"], ["--customer", "ann"]):
        assert run(["diff", "a.lcr", "b.lcr", "visits.jsonl", "--customers", "c", *options]) == 0
        told = capsys.readouterr().out
        assert "1 of 1 customer differs" in told
        assert "(private)" in told
        assert "cough" not in told.replace("secret cold", "")
        assert "secret" not in told.replace('"secret cold"', "").replace(
            '"secret flu"', ""
        ).replace('\\"secret cold\\"', "").replace('\\"secret flu\\"', "")
        assert "secret" not in (folder / "c").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["old.lcr", "new.lcr", "none.jsonl"], "none.jsonl: No such file or directory"),
        (["old.lcr", "new.lcr", "old.lcr"], "neither .jsonl nor .msgpack"),
        (["old.lcr", "other.lcr", "events.jsonl"], "is of the lifecycle `shop`, other.lcr of"),
        (["old.lcr", "none.lcr", "events.jsonl"], "none.lcr"),
        (["old.lcr", "new.lcr", "empty.jsonl"], "empty.jsonl holds no event: nothing to compare"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    folder: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "other.lcr").write_text(RULES.replace("lifecycle shop", "lifecycle gym"))
    (folder / "empty.jsonl").write_text("")
    assert run(["diff", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_rules_with_errors_are_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "broken.lcr").write_text(RULES.replace("on purchase: 3", "on purchse: 3"))
    assert run(["diff", "old.lcr", "broken.lcr", "events.jsonl"]) == 1
    assert "no event is called `purchse`" in capsys.readouterr().err


def test_dead_letters_of_either_are_reported(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "new.lcr").write_text(RULES.replace("amount: money = 0", "amount: money"))
    assert run(["diff", "old.lcr", "new.lcr", "events.jsonl"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    purchases = sum(record["type"] == "purchase" for record in world())
    assert f"0 under OLD and {purchases} under NEW; 0 under OLD alone and {purchases}" in told
    assert "Rejected under NEW alone: the first" in told


def test_a_query_gives_what_a_file_gives_with_the_numbers_of_its_rows(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A field that OLD alone declares is read from its column, too."""
    old = RULES.replace("amount: money = 0", "amount: money = 0, shop: text")
    (folder / "old.lcr").write_text(old)
    (folder / "new.lcr").write_text(old.replace(", shop: text", ", till: number?"))
    # The first row of the query is the last in time, and only NEW takes it.
    late = {"type": "purchase", "customer": "last", "at": T + 10**15, "amount": 3, "shop": None}
    stream = [{**each, "shop": "a", "till": 2} for each in world()]
    written([late, *stream], folder / "all.jsonl")
    written([*stream, late], folder / "sorted.jsonl")
    query = f"SELECT * FROM read_json('{folder}/all.jsonl', columns = {{type: 'VARCHAR', "
    query += (
        "customer: 'VARCHAR', \"at\": 'BIGINT', amount: 'DOUBLE', shop: 'VARCHAR', till: 'INT'})"
    )
    temporary = folder / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    found = []
    for source in (["sorted.jsonl"], ["--sql", query]):
        assert run(["diff", "old.lcr", "new.lcr", *source, "--format", "json"]) == 0
        found.append(json.loads(capsys.readouterr().out))
    (dead,), others = (
        [each for each in report["sections"] if (each["name"] == "rejected") is is_dead]
        for report, is_dead in ((found[1], True), (found[1], False))
    )
    assert others == [each for each in found[0]["sections"] if each["name"] != "rejected"]
    assert dead["tables"][1]["rows"] == [[1, "field `shop` is missing"]]
    assert list(temporary.iterdir()) == []
