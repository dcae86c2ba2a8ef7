"""The session with an editor: the files at hand, and the checks and lints that are due.

Only the edited part of a text is sent with each change. A change starts a check a moment later, and
changes that come in the meantime are taken together; behind the check comes the lint, see
`linting`.
"""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from typing import Final

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from lifecycle_dsl.lsp.analysis import Analysis
from lifecycle_dsl.lsp.findings import finding
from lifecycle_dsl.lsp.linting import Linting
from lifecycle_dsl.lsp.options import Options
from lifecycle_dsl.lsp.places import Places
from lifecycle_dsl.lsp.texts import Texts, name_of
from lifecycle_dsl.source import Source

DELAY: Final = 0.005
"""Seconds from a change to its check."""
MOST_UNTIDIED: Final = 20
"""Checks after which garbage is looked for, even if nobody pauses."""
_WATCHED = ("**/*.lcr", "**/*.csv", "**/lcr.toml", "**/pyproject.toml")


class Session(LanguageServer):
    """The server, and what it knows of one editor."""

    def __init__(self) -> None:
        super().__init__(
            "lcr",
            version("lifecycle-dsl"),
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
        )
        self.options = Options()
        self.texts = Texts()
        self.analysis = Analysis(self.texts)
        self.places = Places()
        self._linting = Linting(self.analysis, self._tell_lint)
        self._due: asyncio.TimerHandle | None = None
        self._changed: set[str] = set()
        self._roots: dict[str, tuple[str, ...]] = {}
        self._shown: set[str] = set()
        self._trouble = ""
        self._untidied = 0

    def source(self, uri: str) -> Source | None:
        """The text of a file."""
        return self.texts.read(name_of(uri))

    def watch(self) -> None:
        """Ask to be told of files that change on the disk, if the editor can be asked."""
        workspace = self.client_capabilities.workspace
        watching = workspace and workspace.did_change_watched_files
        if watching and watching.dynamic_registration:
            watchers = [types.FileSystemWatcher(glob_pattern=pattern) for pattern in _WATCHED]
            registration = types.Registration(
                id="files",
                method=types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                register_options=types.DidChangeWatchedFilesRegistrationOptions(watchers),
            )
            self.client_register_capability(types.RegistrationParams([registration]))

    def wish(self, options: Options) -> None:
        """Follow other wishes."""
        if options == self.options:
            return
        self.options = options
        self.lint_anew()
        workspace = self.client_capabilities.workspace
        if workspace and workspace.inlay_hint and workspace.inlay_hint.refresh_support:
            self.workspace_inlay_hint_refresh(None)

    def lint_anew(self) -> None:
        """Lint again what is open: the settings may be others."""
        self.analysis.distrust_lints()
        if not self.options.lint:
            self.analysis.forget_lints()
        for name in self.texts.open_names:
            self.check_soon(name)

    def check_soon(self, name: str) -> None:
        """Check a file a moment later."""
        self._linting.end()
        self._changed.add(name)
        if self._due is not None:
            self._due.cancel()
        self._due = asyncio.get_running_loop().call_later(DELAY, self._check)

    def check_no_more(self) -> None:
        """Nobody is there to be told."""
        self._linting.end()
        if self._due is not None:
            self._due.cancel()

    def _check(self) -> None:
        """Check what is due, and tell what was found."""
        self._due = None
        for name in self._changed:
            if self.texts.open(name) is not None:
                self._roots[name] = self.texts.roots(name)
            else:
                self._roots.pop(name, None)
        roots = {root for each in self._roots.values() for root in each}
        self.analysis.forget(roots)
        affected = {root for name in self._changed for root in self._roots.get(name, ())}
        self._changed.clear()
        for root in sorted(affected or roots):
            self.analysis.check(root)
        self._tell()
        self._untidied += 1
        if self._untidied >= MOST_UNTIDIED:
            self._tidy()
        if self.options.lint:
            self._linting.soon()

    def _tell_lint(self, trouble: str) -> None:
        if trouble and trouble != self._trouble:
            self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, trouble))
        self._trouble = trouble
        self._tell()
        self._tidy()

    def _tidy(self) -> None:
        """Look for garbage, now that everybody has been told; see `server.serve`."""
        self._untidied = 0
        self._linting.tidy()

    def _tell(self) -> None:
        """Tell what is found in each file, and of those left out that it is gone."""
        names = self.analysis.names()
        for name in sorted(names | self._shown):
            self._tell_of(name)
        self._shown = names

    def _tell_of(self, name: str) -> None:
        known = self.texts.open(name)
        source = self.texts.read(name)
        found = [] if source is None else self.analysis.diagnostics(name)
        shown = [
            finding(each, source, self.places, self.texts)
            for each in found
            if source is not None and (each.span is None or each.span.source is source)
        ]
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(
                self.texts.uri(name), shown, None if known is None else known.version
            )
        )
