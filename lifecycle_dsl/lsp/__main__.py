"""The same as `lcr lsp`, without the command line."""

from lifecycle_dsl.lsp.server import make_server

make_server().start_io()
