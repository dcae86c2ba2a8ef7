"""`lcr report`: from events, a log or a store; what is wrong is said, and nothing is made of it."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from lifecycle_dsl.cli import showing
from lifecycle_dsl.cli.main import run
from tests.unit.analysis.written import SHOP

Capture = pytest.CaptureFixture[str]
OTHER: Final = "lifecycle other\nevent login\nstart { -> a }\nstage a\n"

WAITING = """
lifecycle shop
timezone "UTC"
event visit, purchase
start { -> fresh }
stage fresh { -> gone after 3d }
stage gone
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with rules, events, and a log of their decisions."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "shop.lcr").write_text(SHOP, encoding="utf-8")
    (tmp_path / "other.lcr").write_text(OTHER, encoding="utf-8")
    events: list[dict[str, Any]] = []
    for place in range(60):
        name = f"c{place}"
        at = f"2026-01-{1 + place % 20:02}T10:00:00Z"
        events.append({"type": "visit", "customer": name, "at": at, "page": "/cart"})
        if place % 3 == 0:
            later = at.replace("T10", "T15")
            events.append({"type": "purchase", "customer": name, "at": later, "amount": place})
    events.append({"type": "visit", "customer": "last", "at": "2026-06-01T00:00:00Z"})
    lines = "".join(json.dumps(each) + "\n" for each in sorted(events, key=lambda e: e["at"]))
    (tmp_path / "events.jsonl").write_text(lines, encoding="utf-8")
    assert run(["run", "shop.lcr", "events.jsonl", "--out", "log.jsonl", "--quiet"]) == 0
    return tmp_path


def said(capsys: Capture, *words: str, exit_code: int = 0) -> str:
    capsys.readouterr()
    assert run(["report", *words]) == exit_code
    out, err = capsys.readouterr()
    assert (out if exit_code else err) == ""
    return err if exit_code else out


def data(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.usefixtures("shop")
def test_a_sample_is_the_same_customers_wherever_they_come_from(capsys: Capture) -> None:
    assert run(["run", "shop.lcr", "events.jsonl", "--out", "log.parquet", "--quiet"]) == 0
    end = "2026-06-01T00:00:00Z"
    asked = ("summary", "triggers", "channels", "funnel", "shop.lcr", "--until", end)
    found = [
        data(said(capsys, *asked, *source, "--sample", "50%", "--format", "json"))
        for source in (
            ["events.jsonl"],
            ["--decisions", "log.jsonl"],
            ["--decisions", "log.parquet"],
        )
    ]
    whole = data(said(capsys, *asked, "events.jsonl", "--format", "json"))
    assert found[0]["sections"] == found[1]["sections"] == found[2]["sections"]
    assert (found[0]["sample"], whole["sample"]) == (0.5, 1.0)
    people, everybody = (
        int(each["sections"][0]["sample"].split()[0]) for each in (found[0], whole)
    )
    assert 18 < people < 43 < everybody == 61
    assert "A sample of 50 % of the customers" in said(
        capsys, "summary", "shop.lcr", "events.jsonl", "--sample", "50%"
    )


@pytest.mark.usefixtures("shop")
def test_a_sample_of_nobody_is_refused(capsys: Capture) -> None:
    told = said(capsys, "shop.lcr", "events.jsonl", "--sample", "0%", exit_code=2)
    assert "more than 0 %" in told


@pytest.mark.usefixtures("shop")
def test_events_a_log_and_a_store_say_the_same(capsys: Capture) -> None:
    assert run(["run", "shop.lcr", "events.jsonl", "--out", "d", "--quiet"]) in {0, 2}
    assert run(["run", "shop.lcr", "events.jsonl", "--out", "log.parquet", "--quiet"]) == 0
    url = "sqlite:///kept.db"
    end = "2026-06-01T00:00:00Z"
    stored = ["run", "shop.lcr", "events.jsonl", "--store", url, "--quiet", "--until", end]
    assert run([*stored, "--out", "out.jsonl"]) == 0
    asked = ("triggers", "channels", "shop.lcr", "--until", end, "--format", "json")
    by_events = said(capsys, *asked[:3], "events.jsonl", *asked[3:])
    assert len(data(by_events)["sections"]) == 2
    for source in (
        ("--decisions", "log.jsonl"),
        ("--decisions", "log.parquet"),
        ("--store", url),
    ):
        assert data(said(capsys, *asked, *source)) == data(by_events), source


@pytest.mark.usefixtures("shop")
def test_a_store_says_who_waits_for_a_tick(capsys: Capture) -> None:
    Path("waiting.lcr").write_text(WAITING, encoding="utf-8")
    stored = ["run", "waiting.lcr", "events.jsonl", "--store", "sqlite:///kept.db", "--quiet"]
    assert run(stored) == 0
    asked = ("summary", "waiting.lcr", "--store", "sqlite:///kept.db")
    text = " ".join(said(capsys, *asked).split())
    assert "60 customers may have something due that the store decides with their next" in text
    assert run([*stored, "--until", "2026-06-01T00:00:00Z"]) == 0
    assert "something due" not in said(capsys, *asked)


@pytest.mark.usefixtures("shop")
def test_sections_come_in_the_order_of_the_report(capsys: Capture) -> None:
    found = data(
        said(capsys, "channels", "summary", "shop.lcr", "--decisions", "log.jsonl", "--format=json")
    )
    assert [each["name"] for each in found["sections"]] == ["summary", "channels"]


@pytest.mark.usefixtures("shop")
def test_a_goal_is_found_by_the_engine(capsys: Capture) -> None:
    asked = ("triggers", "shop.lcr", "events.jsonl", "--format", "json")
    found = data(said(capsys, *asked, "--goal", "purchase where amount > 30 within 1d"))
    (table,) = (
        each for each in found["sections"][0]["tables"] if each["title"].startswith("Who converted")
    )
    assert table["title"].endswith("purchase where amount > 30 within 1d")
    rows = {row[0]: row for row in table["rows"]}
    assert rows["nudge"][2]["value"] * rows["nudge"][1] == pytest.approx(
        sum(1 for n in range(33, 60, 3)) - held_out_buyers()
    )


def held_out_buyers() -> int:
    from lifecycle_dsl.arithmetic import HOLDOUT_SALT, bucket

    return sum(bucket(HOLDOUT_SALT, f"c{n}") < 2000 for n in range(33, 60, 3))


@pytest.mark.usefixtures("shop")
def test_periods_and_levels_are_as_asked(capsys: Capture) -> None:
    asked = ("summary", "shop.lcr", "--decisions", "log.jsonl", "--format", "json")
    weekly = data(said(capsys, *asked, "--by", "week", "--level", "0.9"))
    assert weekly["level"] == 0.9
    titles = [each["title"] for each in weekly["sections"][0]["tables"]]
    assert "What happened by week" in titles
    narrow, wide = (
        data(said(capsys, *asked, "--level", level))["sections"][0]["tables"][0]["rows"][0][2]
        for level in ("0.5", "0.999")
    )
    assert narrow["high"] - narrow["low"] < wide["high"] - wide["low"]


@pytest.mark.usefixtures("shop")
def test_nothing_later_than_the_end_is_looked_at(capsys: Capture) -> None:
    until = "2026-01-05T00:00:00Z"
    for source in (("events.jsonl",), ("--decisions", "log.jsonl")):
        words = ("summary", "shop.lcr", *source, "--until", until, "--format", "json")
        found = data(said(capsys, *words))
        assert found["end"] == until
        assert found["sections"][0]["tables"][0]["rows"][0][1] <= 12


@pytest.mark.usefixtures("shop")
def test_text_goes_to_a_file_and_a_page_does(capsys: Capture) -> None:
    asked = ("summary", "shop.lcr", "--decisions", "log.jsonl")
    assert said(capsys, *asked, "--out", "report.txt") == ""
    assert Path("report.txt").read_text(encoding="utf-8").startswith("Shop: report\n")
    assert said(capsys, *asked, "--out", "report.html", "--format", "html") == ""
    assert "</html>" in Path("report.html").read_text(encoding="utf-8")
    assert "</html>" in said(capsys, *asked, "--format", "html")


@pytest.mark.usefixtures("shop")
def test_a_page_does_not_go_to_a_terminal(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showing.sys.stdout, "isatty", lambda: True)  # type: ignore[attr-defined]
    asked = ("summary", "shop.lcr", "--decisions", "log.jsonl", "--format", "html")
    assert "give --out report.html" in said(capsys, *asked, exit_code=2)


def damaged(folder: Path) -> dict[str, str]:
    """Files that are no log, each with what is said of it."""
    log = (folder / "log.jsonl").read_bytes()
    packed = gzip.compress(log)
    files: dict[str, tuple[bytes, str]] = {
        "empty.jsonl": (b"", "holds no decision: nothing to report"),
        "head.jsonl": (log.split(b"\n")[0] + b"\n", "holds no decision: nothing to report"),
        "cut.jsonl": (log[: len(log) // 2], "is no log of decisions"),
        "cut.jsonl.gz": (packed[: len(packed) // 2], "is no log of decisions"),
        "text.jsonl": (b"hello\n", "is no log of decisions"),
        "noise.jsonl": (bytes(range(1, 256)) * 9, "is no log of decisions"),
        "noise.parquet": (bytes(range(256)) * 9, "is no log of decisions"),
        "other.jsonl": (b'{"a": 1}\n', "is no log of decisions"),
    }
    for name, (content, _) in files.items():
        (folder / name).write_bytes(content)
    return {name: told for name, (_, told) in files.items()}


def test_what_is_no_log_is_said_to_be_none(shop: Path, capsys: Capture) -> None:
    events = "is no log of decisions"
    for name, told in {**damaged(shop), "events.jsonl": events}.items():
        error = said(capsys, "summary", "shop.lcr", "--decisions", name, exit_code=2)
        assert error.startswith(f"Error: {name} "), (name, error)
        assert told in error, (name, error)
    (shop / "folder").mkdir()
    error = said(capsys, "summary", "shop.lcr", "--decisions", "folder", exit_code=2)
    assert "folder is no log of decisions" in error
    missing = said(capsys, "summary", "shop.lcr", "--decisions", "none.jsonl", exit_code=2)
    assert missing == "Error: none.jsonl: there is no such file\n"


@pytest.mark.usefixtures("shop")
def test_a_log_of_another_lifecycle_is_refused(capsys: Capture) -> None:
    error = said(capsys, "summary", "other.lcr", "--decisions", "log.jsonl", exit_code=2)
    assert "holds decisions of the lifecycle `shop`, and these rules are of `other`" in error


@pytest.mark.usefixtures("shop")
def test_a_store_that_is_missing_is_not_made(capsys: Capture) -> None:
    error = said(capsys, "summary", "shop.lcr", "--store", "sqlite:///none.db", exit_code=2)
    assert "there is no such file" in error
    assert not Path("none.db").exists()
    assert "is no store" in said(capsys, "summary", "shop.lcr", "--store", "x", exit_code=2)


def test_rejected_records_are_counted(shop: Path, capsys: Capture) -> None:
    whole = (shop / "events.jsonl").read_text(encoding="utf-8")
    (shop / "some.jsonl").write_text(whole + '{"type": "nope"}\n', encoding="utf-8")
    capsys.readouterr()
    assert run(["report", "summary", "shop.lcr", "some.jsonl"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Shop: report")
    assert err.startswith("lcr: some.jsonl: 1 record was rejected (")
    error = said(capsys, "summary", "shop.lcr", "log.jsonl", exit_code=2)
    assert "log.jsonl holds no event of these rules" in error


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "Missing argument"),
        (("summary",), "which rules?"),
        (("shop.lcr",), "give EVENTS or --sql to run, --decisions, or --store"),
        (("shop.lcr", "events.jsonl", "--decisions", "log.jsonl"), "one of them"),
        (("sumary", "shop.lcr", "events.jsonl"), "no section; did you mean `summary`?"),
        (("xyz", "shop.lcr", "events.jsonl"), "no section; there are: summary,"),
        (("shop.lcr", "--decisions", "log.jsonl", "--goal", "purchase"), "--goal needs EVENTS"),
        (("shop.lcr", "events.jsonl", "--goal", "purchse within 2d"), "no event is called"),
        (("shop.lcr", "events.jsonl", "--goal", "purchase within 2"), "no duration such as 14d"),
        (("shop.lcr", "events.jsonl", "--goal", " "), "a goal says what has to happen"),
        (("shop.lcr", "events.jsonl", "--level", "1"), "--level"),
        (("shop.lcr", "events.jsonl", "--until", "x"), "`x` is no instant"),
        (("shop.lcr", "events.jsonl", "--by", "year"), "--by"),
        (("shop.lcr", "none.jsonl"), "none.jsonl: No such file or directory"),
        (("none.lcr", "events.jsonl"), "none.lcr: No such file or directory"),
        (("summary", "shop.lcr", "events.jsonl", "--out", "no/where.txt"), "no/where.txt: No such"),
        (
            ("shop.lcr", "--decisions", "log.jsonl", "--until", "2020-01-01T00:00:00Z"),
            "log.jsonl holds no decision up to 2020-01-01T00:00:00Z",
        ),
    ],
)
@pytest.mark.usefixtures("shop")
def test_wrong_usage_is_said(capsys: Capture, words: tuple[str, ...], told: str) -> None:
    assert told in said(capsys, *words, exit_code=2)


@pytest.mark.usefixtures("shop")
def test_one_section_as_text_loads_no_plots_and_no_models() -> None:
    code = (
        "import sys\nfrom lifecycle_dsl.cli.main import run\n"
        "assert run(['report', 'summary', 'shop.lcr', '--decisions', 'log.jsonl']) == 0\n"
        "slow = {'matplotlib', 'statsmodels', 'pandas', 'jinja2', 'scipy.stats'} & {*sys.modules}\n"
        "assert not slow, slow\n"
    )
    root = str(Path(__file__).parents[3])
    ran = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {root!r})\n{code}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.usefixtures("shop")
def test_a_reader_that_leaves_early_is_no_error() -> None:
    command = [sys.executable, "-c", "from lifecycle_dsl.cli.main import main; main()"]
    words = ["report", "shop.lcr", "--decisions", "log.jsonl"]
    with subprocess.Popen(
        [*command, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        errors = running.stderr.read()
        assert running.wait() == 0, errors
    assert errors == b""


def test_what_is_missing_is_named(
    shop: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    del shop
    monkeypatch.setitem(sys.modules, "duckdb", None)
    for name in [each for each in sys.modules if each.startswith("lifecycle_dsl.analysis")]:
        monkeypatch.delitem(sys.modules, name)
    error = said(capsys, "summary", "shop.lcr", "--decisions", "log.jsonl", exit_code=2)
    assert "pip install 'lifecycle-dsl[analysis]'" in error


def test_a_query_and_another_key_say_what_the_file_says(shop: Path, capsys: Capture) -> None:
    asked = ("shop.lcr", "--format", "json", "--goal", "purchase within 3d")
    alone = said(capsys, *asked, "events.jsonl")
    query = "SELECT * FROM 'events.jsonl' ORDER BY \"at\" DESC"
    assert said(capsys, *asked, "--sql", query) == alone
    text = (shop / "events.jsonl").read_text(encoding="utf-8")
    renamed = text.replace('"customer":', '"customer": "all", "who":')
    (shop / "renamed.jsonl").write_text(renamed, encoding="utf-8")
    assert said(capsys, *asked, "renamed.jsonl", "--key", "who") == alone
    error = said(capsys, *asked, "--sql", query, "--key", "who", exit_code=2)
    assert "--key is for files" in error


def test_the_help_lists_the_sections_in_their_order(capsys: Capture) -> None:
    from lifecycle_dsl.analysis.reporting import SECTIONS

    assert run(["report", "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert f"SECTIONs: {', '.join(SECTIONS)}." in shown
