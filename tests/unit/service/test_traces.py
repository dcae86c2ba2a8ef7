"""Of who is forgotten no byte stays in the store's files, at once or when the service ends."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from lifecycle_dsl.service import traces as room
from lifecycle_dsl.service.service import Service
from lifecycle_dsl.service.settings import Settings
from tests.unit.service.running import NOON, PATIENCE, purchase, serving

NAME = "somebody-who-is-forgotten"
OTHERS = 2_000


def rows(count: int = OTHERS) -> list[dict[str, Any]]:
    """Events of many, among them of one who is forgotten; neighbours split the pages of a file."""
    others = [purchase(f"somebody-{n:05}", NOON + n) for n in range(count)]
    own = [purchase(NAME, NOON + n) for n in range(20)]
    return [*others[::2], *own[:10], *others[1::2], *own[10:]]


def files_hold(folder: Path, text: bytes) -> list[str]:
    return [path.name for path in folder.iterdir() if text in path.read_bytes()]


def eventually(holds: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def rules(shop: Path) -> Path:
    return shop


def test_no_byte_of_a_forgotten_name_stays(rules: Path, tmp_path: Path) -> None:
    with serving(rules, store=f"sqlite:///{tmp_path / 'shop.db'}") as server:
        with server.client() as client:
            for start in range(0, len(rows()), 500):
                client.post("/events", json=rows()[start : start + 500]).raise_for_status()
            assert files_hold(tmp_path, NAME.encode())
            said = client.delete(f"/customers/{NAME}").json()
            assert said == {
                "forgotten": True,
                "state": True,
                "decisions": 4,
                "messages": 1,
                "traces": "removing",
            }
            eventually(lambda: not files_hold(tmp_path, NAME.encode()))
            assert client.get(f"/customers/{NAME}").status_code == 404
            assert client.get("/customers/somebody-00001").status_code == 200
            client.post("/events", json=purchase("somebody-new")).raise_for_status()
        assert NAME not in str(server.log)


def test_a_large_file_is_cleaned_at_the_end(
    rules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "LARGE", 0)
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    with Service(Settings(rules, url)) as service:
        service.writer.submit(rows()).result(PATIENCE)
        # what was erased is there once more, under a name that holds it
        service.writer.submit(purchase(f"{NAME}-2")).result(PATIENCE)
        service.writer.submit_call(lambda engine: engine.forget(NAME)).result(PATIENCE)
        written: list[object] = []

        def write_anew(store: object) -> None:
            written.append(store)

        monkeypatch.setattr(type(service.beside), "write_anew", write_anew)
        assert service.traces.remove(NAME)
        eventually(lambda: not service.traces._names)
        assert not service.traces.is_done
        assert written == []
    assert len(written) == 1


def test_a_store_in_memory_leaves_no_traces(rules: Path) -> None:
    with Service(Settings(rules, "memory:")) as service:
        assert not service.traces.remove(NAME)
        assert service.traces.is_done
