"""`lcr lsp`: the language server for editors, over standard input and output."""

from __future__ import annotations

import click

from lifecycle_dsl.cli.terminal import UnusableError


@click.command(
    short_help="Serve editors: diagnostics, completion, renaming and more.",
    epilog="""\b
Examples:
  lcr lsp
  pip install 'lifecycle-dsl[lsp]'
""",
)
@click.option("--stdio", is_flag=True, help="Over standard input and output, as it always is.")
def command(*, stdio: bool) -> int:
    """Speak the language server protocol over standard input and output.

    Editors start it; grammar/vscode holds the extension for VS Code.
    """
    del stdio
    try:
        from lifecycle_dsl.lsp.server import serve  # noqa: PLC0415 — comes with an extra
    except ModuleNotFoundError as error:
        missing = (error.name or "").split(".")[0]
        if missing not in ("pygls", "lsprotocol"):
            raise
        raise UnusableError(
            f"the language server needs {missing}: pip install 'lifecycle-dsl[lsp]'"
        ) from error
    serve()
    return 0
