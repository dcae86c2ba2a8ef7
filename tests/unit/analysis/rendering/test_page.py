"""A report as a page: whole, closed in itself, and good in a real browser and on paper."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from lifecycle_dsl.analysis.rendering.page import page
from lifecycle_dsl.analysis.rendering.plots import alternative, svg
from tests.unit.analysis.rendering.reports import CHARTS, report

if TYPE_CHECKING:
    from playwright.sync_api import Browser

VOID: Final = {"meta", "link", "br", "img", "hr", "wbr"}
CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES: Final = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
}


class Outline(HTMLParser):
    """Tags, ids and targets; complains of what is closed and is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.figures: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.ids += [found["id"] or ""] if "id" in found else []
        self.targets += [found["href"] or ""] if tag == "a" else []
        if tag == "svg":
            assert found.get("role") == "img"
            self.figures.append(found.get("aria-label") or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def text() -> str:
    return page(report())


def test_it_is_whole_and_closed_in_itself(text: str) -> None:
    found = Outline()
    found.feed(text)
    found.close()
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))
    assert {target for target in found.targets if target[1:] not in found.ids} == set()
    assert {"script", "link", "img", "iframe"} & set(found.tags) == set()
    assert re.search(r"https?://(?!www\.w3\.org/)", text) is None
    assert len(found.figures) == 2 * len(CHARTS)
    assert all(found.figures)


def test_what_a_stranger_wrote_stays_text(text: str) -> None:
    assert "<img" not in text
    assert "{{" in text
    assert "49" not in re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)


def test_a_figure_is_told_in_words() -> None:
    assert alternative(CHARTS[1]) == "Lift. lift by trigger. lift: a +2.0 pp, b -1.0 pp."
    assert alternative(CHARTS[5]) == (
        "Cohorts. 2 rows (month), 3 columns. the most is 100.0 %, of 2026-02 and 0."
    )
    assert "2026-01-01 0.00, 2026-01-31 30.00" in alternative(CHARTS[4])


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.title[:8])
def test_a_chart_leaves_its_colours_to_the_page(chart: Any) -> None:
    drawn = svg(chart, 7)
    assert "<style" not in drawn
    assert "#0072b2" not in drawn
    ids = re.findall(r'\bid="([^"]+)"', drawn)
    assert all(each.startswith("f7-") for each in ids)
    assert set(re.findall(r"url\(#([^)]+)\)", drawn)) <= set(ids)


def test_the_same_report_gives_the_same_bytes_whatever_the_hash_seed(text: str) -> None:
    code = (
        "from lifecycle_dsl.analysis.rendering.page import page\n"
        "from tests.unit.analysis.rendering.reports import report\n"
        "import sys; sys.stdout.reconfigure(encoding='utf-8', newline='')\n"
        "sys.stdout.write(page(report()))"
    )
    root = str(Path(__file__).parents[4])
    for seed in ("1", "2"):
        ran = subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": root},
            capture_output=True,
            check=True,
        )
        assert ran.stdout.decode() == text


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        found = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def written(text: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(text, encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize("size", SIZES)
def test_a_browser_shows_it_without_a_word_of_complaint(
    browser: Browser, written: str, size: str
) -> None:
    context = browser.new_context(**SIZES[size])  # type: ignore[arg-type]
    visit = context.new_page()
    wrong: list[str] = []
    asked: list[str] = []
    visit.on("console", lambda said: wrong.append(said.text))
    visit.on("pageerror", lambda error: wrong.append(str(error)))
    visit.on("request", lambda request: asked.append(request.url))
    visit.goto(written)
    assert visit.evaluate("document.documentElement.scrollWidth <= innerWidth")
    ground = visit.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (size != "dark")
    ink = visit.evaluate("getComputedStyle(document.querySelector('svg text')).fill")
    assert contrast(ground, ink) >= 4.5
    visit.click("nav a >> nth=1")
    assert visit.evaluate("location.hash") == "#again"
    assert visit.get_by_role("img").count() == 2 * len(CHARTS)
    assert not visit.get_by_text("What is counted of").first.is_visible()
    visit.get_by_text("How this is counted").first.click()
    assert visit.get_by_text("What is counted of").first.is_visible()
    context.close()
    assert wrong == []
    assert asked == [written] or set(asked) == {written, f"{written}#again"}


def test_on_paper_all_is_there_that_is_folded_on_a_screen(browser: Browser, written: str) -> None:
    visit = browser.new_page()
    visit.goto(written)
    visit.emulate_media(media="print")
    told = visit.evaluate(
        "[...document.querySelectorAll('details p')].every(p => p.checkVisibility())"
    )
    assert told
    assert not visit.get_by_text("Contents").is_visible()
    assert visit.pdf(format="A4").startswith(b"%PDF")
    visit.close()


def contrast(one: str, other: str) -> float:
    """By the formula of WCAG 2."""

    def light(colour: str) -> float:
        parts = [int(each) / 255 for each in re.findall(r"\d+", colour)[:3]]
        lit = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * lit[0] + 0.7152 * lit[1] + 0.0722 * lit[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)
