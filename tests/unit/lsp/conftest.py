"""One server for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.lsp.client import Editor


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """An editor with a workspace; its server ends without having complained."""
    folder: Path = tmp_path_factory.mktemp("workspace")
    editor = Editor(folder)
    yield editor
    code = editor.end()
    assert (code, editor.log) == (0, "")
