"""The same as `lcr lsp`, without the command line."""

from lifecycle_dsl.lsp.server import serve

serve()
