"""The server: which request is answered by what; checks when the writer pauses for a moment.

Texts are sent whole with each change. A change starts a check a moment later; changes that come in
the meantime are taken together.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, Final

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from lifecycle_dsl.fmt import format_source
from lifecycle_dsl.lsp import asking
from lifecycle_dsl.lsp.analysis import Analysis
from lifecycle_dsl.lsp.completing import completions
from lifecycle_dsl.lsp.findings import finding, fixes
from lifecycle_dsl.lsp.outline import folds, lenses, symbols
from lifecycle_dsl.lsp.places import Places
from lifecycle_dsl.lsp.texts import Texts, name_of
from lifecycle_dsl.source import Source, Span

DELAY: Final = 0.005
"""Seconds from a change to its check."""


_Place = tuple[Analysis, Places, Source, int]
_Asked = (
    types.HoverParams
    | types.DefinitionParams
    | types.ReferenceParams
    | types.DocumentHighlightParams
    | types.CompletionParams
    | types.PrepareRenameParams
    | types.RenameParams
)


class Server(LanguageServer):
    """The files at hand, and the checks that are due."""

    def __init__(self) -> None:
        super().__init__(
            "lcr", version("lifecycle-dsl"), text_document_sync_kind=types.TextDocumentSyncKind.Full
        )
        self.texts = Texts()
        self.analysis = Analysis(self.texts)
        self.places = Places()
        self._due: asyncio.TimerHandle | None = None
        self._changed: set[str] = set()
        self._roots: dict[str, tuple[str, ...]] = {}
        self._shown: set[str] = set()

    def source(self, uri: str) -> Source | None:
        """The text of a file."""
        return self.texts.read(name_of(uri))

    def check_soon(self, name: str) -> None:
        """Check a file a moment later."""
        self._changed.add(name)
        if self._due is not None:
            self._due.cancel()
        self._due = asyncio.get_running_loop().call_later(DELAY, self._check)

    def check_no_more(self) -> None:
        """Nobody is there to be told."""
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
        names = self.analysis.names()
        for name in sorted(names | self._shown):
            self._tell(name)
        self._shown = names

    def _tell(self, name: str) -> None:
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


def make_server() -> Server:
    """A server with all its answers."""
    server = Server()
    for method, answer in _ANSWERS.items():
        server.feature(method, _OPTIONS.get(method))(answer)
    logging.getLogger("pygls.protocol.json_rpc").addFilter(_is_no_refusal)
    gc.collect()
    gc.freeze()
    return server


def _is_no_refusal(record: logging.LogRecord) -> bool:
    """A name that is refused is no failure of the server, and needs no traceback."""
    return record.exc_info is None or not isinstance(record.exc_info[1], JsonRpcException)


# Files


def _initialized(server: Server, params: types.InitializedParams) -> None:
    del params
    server.places = Places(str(server.server_capabilities.position_encoding or "utf-16"))
    server.texts.folders = tuple(map(name_of, server.workspace.folders))


def _shut_down(server: Server, params: object) -> None:
    del params
    server.check_no_more()


async def _opened(server: Server, params: types.DidOpenTextDocumentParams) -> None:
    document = params.text_document
    server.texts.put(document.uri, document.text, document.version)
    for name in server.texts.open_names:  # others may use it
        server.check_soon(name)


async def _changed(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    document = params.text_document
    for change in params.content_changes:
        if isinstance(change, types.TextDocumentContentChangeWholeDocument):
            server.texts.put(document.uri, change.text, document.version)
    server.check_soon(name_of(document.uri))


async def _closed(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    server.texts.close(params.text_document.uri)
    server.check_soon(name_of(params.text_document.uri))


async def _saved(server: Server, params: types.DidSaveTextDocumentParams) -> None:
    server.check_soon(name_of(params.text_document.uri))


async def _files_changed(server: Server, params: types.DidChangeWatchedFilesParams) -> None:
    del params
    for name in server.texts.open_names:
        server.check_soon(name)


# A file by itself


def _formatting(
    server: Server, params: types.DocumentFormattingParams
) -> list[types.TextEdit] | None:
    source = server.source(params.text_document.uri)
    formatted = None if source is None else format_source(source)
    if source is None or formatted is None or formatted.text is None:
        return None
    if formatted.text == source.text:
        return []
    return [types.TextEdit(server.places.whole(source), formatted.text)]


def _symbols(
    server: Server, params: types.DocumentSymbolParams
) -> list[types.DocumentSymbol] | None:
    source = server.source(params.text_document.uri)
    return None if source is None else symbols(server.analysis.file(source), server.places)


def _folds(server: Server, params: types.FoldingRangeParams) -> list[types.FoldingRange] | None:
    source = server.source(params.text_document.uri)
    return None if source is None else folds(source)


def _actions(server: Server, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    source = server.source(params.text_document.uri)
    if source is None:
        return None
    start = server.places.offset(source, params.range.start)
    within = Span(source, start, max(start, server.places.offset(source, params.range.end)))
    found = server.analysis.diagnostics(source.name)
    return fixes(found, source, within, server.places, server.texts)


# The name at a place


def _at(server: Server, params: _Asked) -> _Place | None:
    """What the answers about a place take."""
    source = server.source(params.text_document.uri)
    if source is None:
        return None
    offset = server.places.offset(source, params.position)
    return server.analysis, server.places, source, offset


def _hover(server: Server, params: types.HoverParams) -> types.Hover | None:
    place = _at(server, params)
    return None if place is None else asking.hover(*place)


def _definition(server: Server, params: types.DefinitionParams) -> list[types.Location] | None:
    place = _at(server, params)
    return None if place is None else asking.definition(*place)


def _references(server: Server, params: types.ReferenceParams) -> list[types.Location] | None:
    place = _at(server, params)
    declared = params.context.include_declaration
    return None if place is None else asking.references(*place, declared=declared)


def _completions(
    server: Server, params: types.CompletionParams
) -> list[types.CompletionItem] | None:
    place = _at(server, params)
    if place is None:
        return None
    analysis, places, source, offset = place
    index = next(iter(analysis.indexes(source.name)), None)
    return completions(index, places, source, offset)


def _lenses(server: Server, params: types.CodeLensParams) -> list[types.CodeLens] | None:
    source = server.source(params.text_document.uri)
    if source is None:
        return None
    return lenses(server.analysis.file(source), params.text_document.uri, server.places)


def _highlights(
    server: Server, params: types.DocumentHighlightParams
) -> list[types.DocumentHighlight] | None:
    place = _at(server, params)
    return None if place is None else asking.highlights(*place)


def _renameable(server: Server, params: types.PrepareRenameParams) -> types.Range | None:
    place = _at(server, params)
    return None if place is None else asking.renameable(*place)


def _rename(server: Server, params: types.RenameParams) -> types.WorkspaceEdit | None:
    place = _at(server, params)
    if place is None:
        return None
    edit = asking.rename(*place, params.new_name)
    if isinstance(edit, str):
        raise JsonRpcException(message=edit, code=types.LSPErrorCodes.RequestFailed)
    return edit


_ANSWERS: Final[dict[str, Callable[..., Any]]] = {
    types.INITIALIZED: _initialized,
    types.SHUTDOWN: _shut_down,
    types.TEXT_DOCUMENT_DID_OPEN: _opened,
    types.TEXT_DOCUMENT_DID_CHANGE: _changed,
    types.TEXT_DOCUMENT_DID_CLOSE: _closed,
    types.TEXT_DOCUMENT_DID_SAVE: _saved,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: _files_changed,
    types.TEXT_DOCUMENT_FORMATTING: _formatting,
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: _symbols,
    types.TEXT_DOCUMENT_FOLDING_RANGE: _folds,
    types.TEXT_DOCUMENT_CODE_ACTION: _actions,
    types.TEXT_DOCUMENT_COMPLETION: _completions,
    types.TEXT_DOCUMENT_CODE_LENS: _lenses,
    types.TEXT_DOCUMENT_HOVER: _hover,
    types.TEXT_DOCUMENT_DEFINITION: _definition,
    types.TEXT_DOCUMENT_REFERENCES: _references,
    types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT: _highlights,
    types.TEXT_DOCUMENT_PREPARE_RENAME: _renameable,
    types.TEXT_DOCUMENT_RENAME: _rename,
}
_OPTIONS: Final[dict[str, object]] = {
    types.TEXT_DOCUMENT_COMPLETION: types.CompletionOptions(trigger_characters=[".", ">", "{"]),
    types.TEXT_DOCUMENT_RENAME: types.RenameOptions(prepare_provider=True),
    types.TEXT_DOCUMENT_CODE_ACTION: types.CodeActionOptions([types.CodeActionKind.QuickFix]),
}
