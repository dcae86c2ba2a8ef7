"""An editor, small: a real client of the language server, over its standard input and output."""

from __future__ import annotations

import itertools
import json
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE = 60
"""Seconds until a silent server is given up."""


class AnswerError(Exception):
    """The server answered with an error."""


class Editor:
    """Opens, edits and closes files; waits for what the server says."""

    def __init__(self, folder: Path, options: dict[str, Any] | None = None) -> None:
        self.folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from lifecycle_dsl.cli.main import main; main()", "lsp"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._log: list[bytes] = []
        self._threads = [
            threading.Thread(target=self._listen, daemon=True),
            threading.Thread(target=self._note, daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        self._ids = itertools.count(1)
        self._versions = itertools.count(1)
        self.texts: dict[str, str] = {}
        """As they are on the screen."""
        self.shown: list[str] = []
        """Messages for whoever sits at the editor."""
        self.diagnostics: dict[str, dict[str, Any]] = {}
        self.capabilities = self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": folder.as_uri(),
                "workspaceFolders": [{"uri": folder.as_uri(), "name": "rules"}],
                "initializationOptions": options or {"lint": False},
                "capabilities": {"general": {"positionEncodings": ["utf-16"]}},
            },
        )["capabilities"]
        self.notify("initialized", {})

    def end(self) -> int:
        """Shut the server down; its exit code."""
        self.request("shutdown", None)
        self.notify("exit", None)
        code = self._process.wait(PATIENCE)
        for thread in self._threads:
            thread.join(PATIENCE)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            assert pipe is not None
            pipe.close()
        return code

    @property
    def process_id(self) -> int:
        """Of the server."""
        return self._process.pid

    @property
    def log(self) -> str:
        """What the server wrote to its standard error."""
        return b"".join(self._log).decode()

    # Files

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str) -> list[dict[str, Any]]:
        """Open a file; its diagnostics."""
        version = next(self._versions)
        self.texts[name] = text
        document = {"uri": self.uri(name), "languageId": "lcr", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return self.found(name, version)

    def edit(self, name: str, text: str, *, wait: bool = True) -> list[dict[str, Any]]:
        """Change what is on the screen to another text, by its piece that differs; diagnostics."""
        start, end, piece = difference(self.texts[name], text)
        place = {"start": position(self.texts[name], start), "end": position(self.texts[name], end)}
        self.texts[name] = text
        version = self.change(name, [{"range": place, "text": piece}])
        return self.found(name, version) if wait else []

    def change(self, name: str, changes: list[dict[str, Any]]) -> int:
        """Send changes; the new version."""
        version = next(self._versions)
        document = {"uri": self.uri(name), "version": version}
        changed = {"textDocument": document, "contentChanges": changes}
        self.notify("textDocument/didChange", changed)
        return version

    def save(self, name: str) -> None:
        """Write what is on the screen to the disk, and say so."""
        (self.folder / name).write_text(self.texts[name], encoding="utf-8", newline="")
        self.notify("textDocument/didSave", {"textDocument": {"uri": self.uri(name)}})

    def close(self, name: str) -> None:
        self.notify("textDocument/didClose", {"textDocument": {"uri": self.uri(name)}})

    def found(self, name: str, version: int | None) -> list[dict[str, Any]]:
        """The diagnostics of a version of a file; None for what is not open."""
        uri = self.uri(name)
        while uri not in self.diagnostics or self.diagnostics[uri].get("version") != version:
            self._take(self._next())
        found: list[dict[str, Any]] = self.diagnostics[uri]["diagnostics"]
        return found

    def until(
        self, name: str, wanted: Callable[[list[dict[str, Any]]], bool]
    ) -> list[dict[str, Any]]:
        """The diagnostics of a file, when they are as wanted."""
        uri = self.uri(name)
        while not wanted(self.diagnostics.get(uri, {"diagnostics": []})["diagnostics"]):
            self._take(self._next())
        found: list[dict[str, Any]] = self.diagnostics[uri]["diagnostics"]
        return found

    def until_shown(self, piece: str) -> str:
        """The message that has a piece, when it has come."""
        while not (found := [each for each in self.shown if piece in each]):
            self._take(self._next())
        return found[0]

    # Requests

    def ask(self, method: str, name: str, **more: Any) -> Any:
        """A request about a file."""
        return self.request(
            f"textDocument/{method}", {"textDocument": {"uri": self.uri(name)}, **more}
        )

    def request(self, method: str, params: Any) -> Any:
        """The result of a request."""
        number = next(self._ids)
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._next()
            if message.get("id") == number and "method" not in message:
                if "error" in message:
                    raise AnswerError(f"{method}: {message['error']}")
                return message.get("result")
            self._take(message)

    def notify(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(data), data))
        self._process.stdin.flush()

    def _next(self) -> dict[str, Any]:
        message = self._messages.get(timeout=PATIENCE)
        if message is None:
            raise EOFError(f"the server has gone:\n{self.log}")
        return message

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("method") == "textDocument/publishDiagnostics":
            self.diagnostics[message["params"]["uri"]] = message["params"]
        elif message.get("method") == "window/showMessage":
            self.shown.append(message["params"]["message"])
        elif "id" in message and "method" in message:
            self._send({"id": message["id"], "result": None})

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while header := stream.readline():
            length = re.match(rb"Content-Length: (\d+)", header)
            if length:
                while stream.readline().strip():
                    pass
                self._messages.put(json.loads(stream.read(int(length[1]))))
        self._messages.put(None)

    def _note(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._log.append(line)


_LINE_END = re.compile(r"\r\n|\n|\r")


def difference(before: str, after: str) -> tuple[int, int, str]:
    """From where to where a text must be replaced by what, to become another one."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    if "\r" in (before[start - 1 : start], after[start - 1 : start]):
        start -= 1  # there is no place within the end of a line
    tail = 0
    while tail < min(len(before), len(after)) - start and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    if tail and "\n" in (before[-tail], after[-tail]):
        tail -= 1
    return start, len(before) - tail, after[start : len(after) - tail]


def position(text: str, offset: int) -> dict[str, int]:
    """The position of an offset, as editors count."""
    ends = [found.end() for found in _LINE_END.finditer(text, 0, offset)]
    column = text[ends[-1] if ends else 0 : offset]
    width = len(column.encode("utf-16-le", "surrogatepass")) // 2
    return {"line": len(ends), "character": width}


def at(text: str, marked: str, *, behind: bool = False) -> dict[str, int]:
    """The position of `|` in a piece of a text, written with it; or where the piece is."""
    piece = marked.replace("|", "", 1)
    start = text.index(piece)
    offset = start + (marked.index("|") if "|" in marked else len(piece) if behind else 0)
    return position(text, offset)


def applied(text: str, edits: list[dict[str, Any]]) -> str:
    """A text with edits made."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)

    def offset(place: dict[str, int]) -> int:
        return min(starts[place["line"]] + place["character"], len(text))

    for edit in sorted(edits, key=lambda each: -offset(each["range"]["start"])):
        start, end = offset(edit["range"]["start"]), offset(edit["range"]["end"])
        text = text[:start] + edit["newText"] + text[end:]
    return text
