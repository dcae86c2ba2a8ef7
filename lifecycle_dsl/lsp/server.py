"""The server: which request is answered by what."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from lifecycle_dsl.fmt import format_source
from lifecycle_dsl.lsp import asking
from lifecycle_dsl.lsp.actions import FIX_ALL, Desk, actions
from lifecycle_dsl.lsp.analysis import Analysis
from lifecycle_dsl.lsp.colours import LEGEND, coloured
from lifecycle_dsl.lsp.completing import completions
from lifecycle_dsl.lsp.hints import shown
from lifecycle_dsl.lsp.options import RUN_TEST, options_of
from lifecycle_dsl.lsp.outline import folds, lenses, symbols
from lifecycle_dsl.lsp.paths import paths
from lifecycle_dsl.lsp.places import Places
from lifecycle_dsl.lsp.session import Session
from lifecycle_dsl.lsp.texts import name_of
from lifecycle_dsl.source import Source, Span

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


def make_server() -> Session:
    """A server with all its answers."""
    server = Session()
    for method, answer in _ANSWERS.items():
        server.feature(method, _OPTIONS.get(method))(answer)
    server.command(RUN_TEST)(_run_test)
    logging.getLogger("pygls.protocol.json_rpc").addFilter(_is_no_refusal)
    return server


def serve() -> None:
    """Serve an editor over standard input and output, until it goes.

    A check makes many objects that nearly all stay: to look for garbage among them takes a sixth
    of its time. The session does it when nobody waits.
    """
    server = make_server()
    gc.collect()
    gc.freeze()
    gc.disable()
    server.start_io()


def _is_no_refusal(record: logging.LogRecord) -> bool:
    """A name that is refused is no failure of the server, and needs no traceback."""
    return record.exc_info is None or not isinstance(record.exc_info[1], JsonRpcException)


# Files


def _initialize(server: Session, params: types.InitializeParams) -> None:
    server.options = options_of(params.initialization_options, server.options)


def _initialized(server: Session, params: types.InitializedParams) -> None:
    del params
    server.places = Places(str(server.server_capabilities.position_encoding or "utf-16"))
    server.texts.folders = tuple(map(name_of, server.workspace.folders))
    server.watch()


def _wished(server: Session, params: types.DidChangeConfigurationParams) -> None:
    settings = params.settings
    given = settings.get("lcr", settings) if isinstance(settings, dict) else settings
    server.wish(options_of(given, server.options))


def _folders_changed(server: Session, params: types.DidChangeWorkspaceFoldersParams) -> None:
    del params
    server.texts.folders = tuple(map(name_of, server.workspace.folders))


def _shut_down(server: Session, params: object) -> None:
    del params
    server.check_no_more()


async def _opened(server: Session, params: types.DidOpenTextDocumentParams) -> None:
    document = params.text_document
    server.texts.put(document.uri, document.text, document.version)
    for name in server.texts.open_names:  # others may use it
        server.check_soon(name)


async def _changed(server: Session, params: types.DidChangeTextDocumentParams) -> None:
    document = params.text_document
    for change in params.content_changes:
        text = change.text
        if not isinstance(change, types.TextDocumentContentChangeWholeDocument):
            known = server.texts.open(name_of(document.uri))
            before = Source("", "") if known is None else known.source
            text = server.places.edited(before, change.range, text)
        server.texts.put(document.uri, text, document.version)
    server.check_soon(name_of(document.uri))


async def _closed(server: Session, params: types.DidCloseTextDocumentParams) -> None:
    server.texts.close(params.text_document.uri)
    server.check_soon(name_of(params.text_document.uri))


async def _saved(server: Session, params: types.DidSaveTextDocumentParams) -> None:
    server.check_soon(name_of(params.text_document.uri))


async def _files_changed(server: Session, params: types.DidChangeWatchedFilesParams) -> None:
    del params
    server.lint_anew()


# A file by itself


def _formatting(
    server: Session, params: types.DocumentFormattingParams
) -> list[types.TextEdit] | None:
    source = server.source(params.text_document.uri)
    formatted = None if source is None else format_source(source)
    if source is None or formatted is None or formatted.text is None:
        return None
    if formatted.text == source.text:
        return []
    return [types.TextEdit(server.places.whole(source), formatted.text)]


def _symbols(
    server: Session, params: types.DocumentSymbolParams
) -> list[types.DocumentSymbol] | None:
    source = server.source(params.text_document.uri)
    return None if source is None else symbols(server.analysis.file(source), server.places)


def _folds(server: Session, params: types.FoldingRangeParams) -> list[types.FoldingRange] | None:
    source = server.source(params.text_document.uri)
    return None if source is None else folds(source)


def _actions(server: Session, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    source = server.source(params.text_document.uri)
    if source is None:
        return None
    for root in server.texts.roots(source.name):
        server.analysis.check(root)
    found = server.analysis.diagnostics(source.name)
    desk = Desk(source, server.places, server.texts)
    return actions(found, _within(server, source, params.range), params.context.only, desk)


def _within(server: Session, source: Source, range_: types.Range) -> Span:
    start = server.places.offset(source, range_.start)
    return Span(source, start, max(start, server.places.offset(source, range_.end)))


def _hints(server: Session, params: types.InlayHintParams) -> list[types.InlayHint] | None:
    source = server.source(params.text_document.uri)
    if source is None:
        return None
    found = server.analysis.hints(source.name, server.options)
    return shown(found, _within(server, source, params.range), server.places)


def _colours(
    server: Session, params: types.SemanticTokensParams | types.SemanticTokensRangeParams
) -> types.SemanticTokens | None:
    source = server.source(params.text_document.uri)
    if source is None:
        return None
    within = Span(source, 0, len(source.text))
    if isinstance(params, types.SemanticTokensRangeParams):
        within = _within(server, source, params.range)
    return coloured(server.analysis.indexes(source.name), within, server.places)


def _lenses(server: Session, params: types.CodeLensParams) -> list[types.CodeLens] | None:
    source = server.source(params.text_document.uri)
    if source is None:
        return None
    root = server.texts.uri(server.texts.roots(source.name)[0])
    file = server.analysis.file(source)
    return lenses(file, server.options.run_test, root, server.places)


async def _run_test(server: Session, *given: object) -> str | None:
    """Run the test of a title in a file; a sentence is shown, and the whole story is given back."""
    texts = [each for each in given if isinstance(each, str)]
    checked = server.analysis.check(name_of(texts[0])) if len(texts) == 2 else None
    if checked is None:
        return None
    # Only this needs the engine: a server starts without it.
    trying = import_module("lifecycle_dsl.lsp.trying")
    loop = asyncio.get_running_loop()
    tried = await loop.run_in_executor(None, trying.try_test, checked, texts[1])
    kind = types.MessageType.Info if tried.passed else types.MessageType.Error
    server.window_show_message(types.ShowMessageParams(kind, tried.summary))
    report: str = tried.report or tried.summary
    return report


# The rule files of the workspace


def _all_symbols(
    server: Session, params: types.WorkspaceSymbolParams
) -> list[types.WorkspaceSymbol]:
    return asking.symbols_called(server.analysis, server.places, params.query)


# The name at a place


def _at(server: Session, params: _Asked) -> _Place | None:
    """What the answers about a place take."""
    source = server.source(params.text_document.uri)
    if source is None:
        return None
    offset = server.places.offset(source, params.position)
    return server.analysis, server.places, source, offset


def _hover(server: Session, params: types.HoverParams) -> types.Hover | None:
    place = _at(server, params)
    return None if place is None else asking.hover(*place)


def _definition(server: Session, params: types.DefinitionParams) -> list[types.Location] | None:
    place = _at(server, params)
    return None if place is None else asking.definition(*place)


def _references(server: Session, params: types.ReferenceParams) -> list[types.Location] | None:
    place = _at(server, params)
    declared = params.context.include_declaration
    return None if place is None else asking.references(*place, declared=declared)


def _completions(
    server: Session, params: types.CompletionParams
) -> list[types.CompletionItem] | None:
    place = _at(server, params)
    if place is None:
        return None
    analysis, places, source, offset = place
    if found := paths(source, offset, server.texts, places):
        return found
    index = next(iter(analysis.indexes(source.name)), None)
    return completions(index, places, source, offset)


def _highlights(
    server: Session, params: types.DocumentHighlightParams
) -> list[types.DocumentHighlight] | None:
    place = _at(server, params)
    return None if place is None else asking.highlights(*place)


def _renameable(server: Session, params: types.PrepareRenameParams) -> types.Range | None:
    place = _at(server, params)
    return None if place is None else asking.renameable(*place)


def _rename(server: Session, params: types.RenameParams) -> types.WorkspaceEdit | None:
    place = _at(server, params)
    if place is None:
        return None
    edit = asking.rename(*place, params.new_name)
    if isinstance(edit, str):
        raise JsonRpcException(message=edit, code=types.LSPErrorCodes.RequestFailed)
    return edit


_ANSWERS: Final[dict[str, Callable[..., Any]]] = {
    types.INITIALIZE: _initialize,
    types.INITIALIZED: _initialized,
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: _wished,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: _folders_changed,
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
    types.TEXT_DOCUMENT_INLAY_HINT: _hints,
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL: _colours,
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE: _colours,
    types.WORKSPACE_SYMBOL: _all_symbols,
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
    types.TEXT_DOCUMENT_COMPLETION: types.CompletionOptions(
        trigger_characters=[".", ">", "{", '"']
    ),
    types.TEXT_DOCUMENT_RENAME: types.RenameOptions(prepare_provider=True),
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL: LEGEND,
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE: LEGEND,
    types.TEXT_DOCUMENT_CODE_ACTION: types.CodeActionOptions(
        [types.CodeActionKind.QuickFix, types.CodeActionKind.SourceFixAll, FIX_ALL]
    ),
}
