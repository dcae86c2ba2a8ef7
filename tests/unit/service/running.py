"""A server of its own for tests: `lcr serve` in another process, on a free port of loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
from attrs import define, field

ROOT: Final = Path(__file__).parents[3]
PATIENCE: Final = 60.0
"""Seconds in which a server starts or stops, on a machine that is busy."""
_PROGRAM: Final = "from lifecycle_dsl.cli.main import main; main()"

SHOP: Final = """\
lifecycle shop
timezone "Europe/Amsterdam"

event purchase { amount: money = 0 }
event complaint { words: text private }

trait email_opt_in: bool = true
trait nickname: text?
trait phone: text? private

score warmth {
  half-life 30d
  at least 0
  on purchase: 1
}

start { -> visitor }

stage visitor { -> customer on purchase }
stage customer { -> lapsed after 30d without purchase }
stage lapsed { -> customer on purchase }

from any except lapsed -> lapsed on complaint when warmth >= 3

channel email { consent email_opt_in  quiet 21:00 to 08:00 }
action crm.notify { reason: text }

trigger welcome {
  on enter customer
  do {
    send email "welcome" { to: phone else "nobody", as: nickname else "you" }
    wait 3d
    send email "second"
  }
}

trigger sorry {
  on complaint
  do { call crm.notify { reason: words } }
}
"""
NOON: Final = 1_767_610_800_000_000
"""Monday 2026-01-05 at 12:00 in Amsterdam."""
DAY: Final = 86_400_000_000
JSON: Final = {"Content-Type": "application/json"}


def purchase(customer: str, at: int = NOON, **fields: Any) -> dict[str, Any]:
    """An event."""
    return {"type": "purchase", "customer": customer, "at": at, **fields}


@define
class Server:
    """A server that runs, and what it has said on standard error."""

    process: subprocess.Popen[str]
    url: str
    log: list[dict[str, Any]] = field(factory=list)
    other: list[str] = field(factory=list)

    def client(self, token: str | None = None) -> httpx.Client:
        """A client, of somebody with a token or of anybody."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE)

    def stop(self, how: int = signal.SIGTERM) -> int:
        """Stop it; the exit code."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)

    def said(self, message: str) -> list[dict[str, Any]]:
        """The log lines with a message."""
        return [line for line in self.log if line["message"] == message]


@contextmanager
def serving(
    rules: Path, *options: str, store: str, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """A server, which is killed in the end if it still runs."""
    server = start(rules, *options, store=store, environment=environment)
    try:
        yield server
    finally:
        end(server)


def start(
    rules: Path,
    *options: str,
    store: str,
    port: int = 0,
    environment: Mapping[str, str] | None = None,
) -> Server:
    """Start a server and wait until it serves."""
    paths = filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))
    command = [sys.executable, "-c", _PROGRAM, "serve", str(rules), "--store", store]
    process = subprocess.Popen(
        [*command, "--port", str(port), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), **(environment or {})},
    )
    server = Server(process, "")
    up = threading.Event()
    threading.Thread(target=_listen, args=(server, up), daemon=True).start()
    if not up.wait(PATIENCE) or not server.url:
        end(server)
        raise AssertionError(f"it does not start: {server.other}")
    return server


def end(server: Server) -> None:
    """Kill it, if it still runs."""
    if server.process.poll() is None:
        server.process.kill()
    server.process.wait(PATIENCE)
    assert server.process.stderr is not None
    server.process.stderr.close()


def _listen(server: Server, up: threading.Event) -> None:
    """Read what it says, for as long as it runs."""
    assert server.process.stderr is not None
    try:
        for line in server.process.stderr:
            try:
                said = json.loads(line)
            except ValueError:
                server.other.append(line)
                continue
            server.log.append(said)
            if said.get("message") == "serving":
                server.url = said["address"]
                up.set()
    except ValueError:  # closed by now
        pass
    up.set()
