"""The Markdown format of the case files and its pytest runner; see `tests/cases/README.md`."""
