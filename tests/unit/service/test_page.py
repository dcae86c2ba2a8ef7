"""The live page in a real browser: what it shows, that it lives, and that it keeps to itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.unit.service.conftest import READ
from tests.unit.service.running import DAY, NOON, Server, purchase, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

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
HOSTILE: Final = '<img src=x onerror="document.title=1">'
DESKTOP: Final = {"width": 1280, "height": 900}
PHONE: Final = {"width": 390, "height": 844}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        found = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


class Visit:
    """A page, and what went wrong on it."""

    def __init__(self, browser: Browser, url: str, **context: Any) -> None:
        self.context = browser.new_context(base_url=url, **context)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.wrong: list[str] = []
        self.hosts: set[str] = set()
        self.page.on("console", lambda said: self._note(said.type, said.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.wrong.append(text)

    def __enter__(self) -> Page:
        return self.page

    def __exit__(self, *_: object) -> None:
        self.context.close()


@pytest.fixture
def filled(shop: Path, tmp_path: Path) -> Iterator[Server]:
    """A server with some customers."""
    with serving(shop, store=f"sqlite:///{tmp_path / 's.db'}") as server:
        with server.client() as client:
            people = [purchase(f"ann-{n}", NOON + n * 3_600_000_000) for n in range(12)]
            refusing = {"type": "profile", "customer": "bob", "at": NOON, "email_opt_in": False}
            hostile = {"type": "profile", "customer": HOSTILE, "at": NOON, "nickname": HOSTILE}
            events = [*people, refusing, purchase("bob"), hostile, purchase(HOSTILE)]
            assert client.post("/events", json=events).json()["rejected"] == []
        yield server


def test_it_shows_where_everybody_is_and_what_was_decided(browser: Browser, filled: Server) -> None:
    visit = Visit(browser, filled.url, viewport=DESKTOP)
    with visit as page:
        page.goto("/")
        page.wait_for_selector("#live.live")
        assert page.title() == "shop"
        graph = page.locator("figure svg")
        assert graph.is_visible()
        assert "customer" in (graph.text_content() or "")
        assert page.locator("figure svg .count", has_text="14").count() >= 2
        assert "14 customers" in page.locator(".figures").inner_text()
        rows = page.locator(".decisions li")
        assert rows.count() == 40
        assert page.locator(".decisions .sent", has_text="email: welcome").count() > 0
        assert page.locator(".decisions .held", has_text="held email: consent").count() == 1
        assert page.locator(".decisions .held", has_text="quiet until").count() > 0
    assert visit.wrong == []
    assert visit.hosts == {filled.url.removeprefix("http://")}


def test_it_lives(browser: Browser, filled: Server) -> None:
    visit = Visit(browser, filled.url, viewport=DESKTOP)
    with visit as page, filled.client() as client:
        page.goto("/")
        page.wait_for_selector("#live.live")
        client.post("/events", json=purchase("carol"))
        page.wait_for_selector(".decisions a:text-is('carol')")
        page.wait_for_selector(".figures:has-text('15 customers')")
        assert page.locator("figure svg .count", has_text="15").count() >= 2
    assert visit.wrong == []


def test_a_customers_story_is_told(browser: Browser, filled: Server) -> None:
    with filled.client() as client:
        client.post("/events", json=purchase("ann-3", NOON + DAY))
    visit = Visit(browser, filled.url, viewport=DESKTOP)
    with visit as page:
        page.goto("/")
        page.fill("#customer", "ann-3")
        page.click("button")
        story = page.locator(".story")
        assert "customer" in story.locator("h2").inner_text()
        told = story.inner_text()
        assert "welcome stands at wait1" in told
        assert "after 30d without purchase" in told
        assert "warmth" in told
        kinds = [row.get_attribute("class") for row in story.locator(".decisions li").all()]
        assert kinds == ["transition", "transition", "fired", "sent"]
        page.fill("#customer", "ann")
        page.press("#customer", "Enter")
        page.wait_for_selector("text=Nobody is called")
        page.click("text=ann-11")
        assert page.locator(".story h2").inner_text().startswith("ann-11")
    assert visit.wrong == []


def test_what_is_hostile_is_text(browser: Browser, filled: Server) -> None:
    visit = Visit(browser, filled.url, viewport=DESKTOP)
    with visit as page, filled.client() as client:
        page.goto("/")
        page.wait_for_selector("#live.live")
        client.post("/events", json=purchase(HOSTILE + "2"))
        page.wait_for_selector(".decisions a:has-text('onerror')")
        page.fill("#customer", HOSTILE)
        page.press("#customer", "Enter")
        assert page.locator(".story h2").inner_text().startswith(HOSTILE)
        assert page.locator("img").count() == 0
        assert page.title() == f"{HOSTILE} – shop"
    assert visit.wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_it_fits_and_can_be_read(
    browser: Browser, filled: Server, size: dict[str, int], scheme: str, tmp_path: Path
) -> None:
    visit = Visit(browser, filled.url, viewport=size, color_scheme=scheme)
    with visit as page:
        for path in ("/", "/?customer=ann-3", "/login"):
            page.goto(path)
            across = page.evaluate("document.documentElement.scrollWidth")
            assert across <= size["width"], path
            light = page.evaluate(
                "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0]"
            )
            assert (light > 200) == (scheme == "light")
            shot = tmp_path / f"{scheme}-{size['width']}-{path.strip('/?')[:5] or 'all'}.png"
            page.screenshot(path=shot, full_page=True)
            assert shot.stat().st_size > 5_000
    assert visit.wrong == []


def test_a_token_is_asked_for_once(browser: Browser, guarded: Server) -> None:
    visit = Visit(browser, guarded.url, viewport=PHONE)
    with visit as page:
        page.goto("/")
        page.fill("#token", "wrong" * 10)
        page.click("button")
        page.wait_for_selector("text=may not read")
        visit.wrong.clear()  # the browser notes the 403
        page.fill("#token", READ)
        page.click("button")
        page.wait_for_selector("#live.live")
        page.reload()
        page.wait_for_selector("#live.live")
        assert page.evaluate("document.cookie") == ""
    assert visit.wrong == []


def test_it_reads_without_a_script(browser: Browser, filled: Server) -> None:
    visit = Visit(browser, filled.url, java_script_enabled=False)
    with visit as page:
        page.goto("/?customer=bob")
        assert "held email: consent" in page.locator(".story .decisions").inner_text()
        assert page.locator("#parts .decisions li").count() == 40
