"""A PostgreSQL server of its own for tests: on loopback, in a temporary folder, gone afterwards."""

from __future__ import annotations

import os
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

USER = "lcr"
_QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}
"""What a server needs not that is thrown away."""
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "autovacuum": "off",
}


_SOON = 60.0
"""Seconds in which a server is up, also on a busy machine."""


def programs() -> Path | None:
    """The folder of PostgreSQL's programs; None where it is not installed."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if installed:
        return installed[-1].parent
    found = shutil.which("initdb")
    return None if found is None else Path(found).resolve().parent


class Server:
    """A server, which can be stopped and started again."""

    def __init__(self, folder: Path, bin_: Path, *, durable: bool = False) -> None:
        self.folder = folder
        self.port = _free_port()
        self._bin = bin_
        # The server refuses to run as root.
        self._as = "postgres" if os.geteuid() == 0 else None
        self.own(folder)
        self._process: subprocess.Popen[bytes] | None = None
        self._settings = _SETTINGS | {"unix_socket_directories": str(folder)}
        self._settings |= {} if durable else _QUICK
        self._run(
            "initdb", "-D", "data", "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N"
        )

    def own(self, folder: Path) -> None:
        """Let a folder be the server's."""
        if self._as is not None:
            account = pwd.getpwnam(self._as)
            os.chown(folder, account.pw_uid, account.pw_gid)

    def url(self, database: str = "postgres", **options: object) -> str:
        """The URL of a database."""
        text = "&".join(f"{name}={value}" for name, value in options.items())
        front = f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"
        return f"{front}?{text}" if text else front

    def start(self) -> None:
        """Start it, and wait until it answers; it ends with this process, however that ends."""
        settings = [part for each in self._settings.items() for part in ("-c", "=".join(each))]
        dying = shutil.which("setpriv")
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *([] if dying is None else [dying, "--pdeathsig", "QUIT"]),
                    *(str(self._bin / "postgres"), "-D", "data", "-p", str(self.port), *settings),
                ],
                cwd=self.folder,
                user=self._as,
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + _SOON
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.02)

    def stop(self, mode: str = "fast") -> None:
        """Stop it: `fast` is in order, `immediate` is like a failure of power."""
        self._run("pg_ctl", "-D", "data", "-w", "-m", mode, "stop")
        if self._process is not None:
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            psycopg.connect(self.url()).close()
            return True
        return False

    def tell(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """What a statement answers."""
        with psycopg.connect(self.url(database), autocommit=True) as session:
            answer = session.execute(statement.encode())
            return answer.fetchall() if answer.description else []

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._bin / program, *arguments],
            cwd=self.folder,
            user=self._as,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")


@contextmanager
def server(bin_: Path, *, durable: bool = False) -> Iterator[Server]:
    """A server that runs for a while."""
    with tempfile.TemporaryDirectory(prefix="lcr-pg-", ignore_cleanup_errors=True) as folder:
        made = Server(Path(folder), bin_, durable=durable)
        made.start()
        try:
            yield made
        finally:
            made.stop("immediate")


def _free_port() -> int:
    """A port below those that the system gives to clients: one of them could take it meanwhile."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as found, suppress(OSError):
            found.bind(("127.0.0.1", port))
            return port
