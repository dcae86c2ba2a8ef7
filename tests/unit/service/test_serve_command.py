"""`lcr serve`: what it says when it cannot."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from lifecycle_dsl.cli.main import run
from lifecycle_dsl.stores import open_store
from tests.unit.service.running import SHOP, serving


@pytest.fixture
def arguments(shop: Path, tmp_path: Path) -> list[str]:
    return ["serve", str(shop), "--store", f"sqlite:///{tmp_path / 's.db'}"]


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--host", "0.0.0.0"], "can be reached by others"),  # noqa: S104 — it is refused
        (["--tick-every", "often"], "no duration such as 1s"),
        (["--tick-every", "1ms"], "no duration such as 1s"),
        (["--body-limit", "big"], "no size such as 1MiB"),
        (["--body-limit", "0"], "no size such as 1MiB"),
        (["--rate", "many"], "no rate such as 600/minute"),
        (["--tokens", "missing.txt"], "missing.txt"),
        (["--config", "lcr.toml"], "give both"),
        (["--waiting", "0"], "--waiting"),
    ],
)
def test_wrong_usage_is_told(
    arguments: list[str], options: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*arguments, *options]) == 2
    assert told in said(capsys)


def test_rules_with_errors_end_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = tmp_path / "bad.lcr"
    rules.write_text(SHOP.replace("warmth >= 3", "warmht >= 3"), encoding="utf-8")
    assert run(["serve", str(rules), "--store", "memory:"]) == 1
    assert "warmht" in said(capsys)


def test_a_malformed_token_is_told_without_showing_it(
    arguments: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("shop write too-short\n", encoding="utf-8")
    assert run([*arguments, "--tokens", str(tokens)]) == 2
    text = said(capsys)
    assert "line 1" in text
    assert "too-short" not in text
    monkeypatch.setenv("LCR_TOKENS", "shop")
    assert run(arguments) == 2
    assert "LCR_TOKENS: line 1" in said(capsys)


def test_a_store_in_use_ends_it(shop: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 's.db'}"
    store = open_store(url)
    store.acquire()
    with pytest.raises(AssertionError, match="another process"), serving(shop, store=url):
        pass
    store.release()
    store.close()


def test_an_address_in_use_ends_it(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert run([*arguments, "--port", str(taken.getsockname()[1])]) == 2
    assert "in use" in said(capsys)


def test_without_the_extra_it_says_what_to_install(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    for name in [each for each in sys.modules if each.startswith("lifecycle_dsl.service.")]:
        monkeypatch.delitem(sys.modules, name)
    assert run(arguments) == 2
    assert "pip install 'lifecycle-dsl[serve]'" in said(capsys)
