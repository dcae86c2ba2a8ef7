"""The page: whole, closed in itself, and nothing on it breaks out."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from lifecycle_dsl.checker import check
from lifecycle_dsl.resources import resource
from lifecycle_dsl.rulefiles import read_beside
from lifecycle_dsl.source import Source
from lifecycle_dsl.telling import contents
from lifecycle_dsl.telling.page import page

SHIPPED = sorted(resource("rules").glob("*.lcr"))
VOID = {"meta", "wbr", "br", "hr", "link", "img"}
HOSTILE = '</title><script>alert("1")</script> & \' {{{{ 7 * 7 }}}} 客户'


class Balanced(HTMLParser):
    """Notes what is open, and complains of what is closed and is not."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = dict(attrs)
        self.ids += [found["id"] or ""] if "id" in found else []
        self.targets += [found["href"] or ""] if "href" in found else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def made(source: Source, path: Path | None = None) -> tuple[str, Balanced]:
    checked = check(source, None if path is None else read_beside(path))
    assert checked.program is not None, checked.diagnostics
    text = page(contents(checked, checked.program))
    found = Balanced()
    found.feed(text)
    found.close()
    assert found.open == []
    return text, found


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_rule_set_is_told_whole(path: Path) -> None:
    text, found = made(Source(str(path), path.read_text()), path)
    checked = check(Source(str(path), path.read_text()), read_beside(path))
    assert checked.program is not None
    program = checked.program
    for names in (program.stages, program.scores, program.levels, program.tables, program.channels):
        assert [each for each in names if f"{each}<" not in text] == []
    assert [each.name for each in program.triggers if f"journeys-{each.name}" not in text] == []
    titles = [test.title for test in program.tests]
    titles += [promise.title for promise in program.promises]
    shown = unquoted(text)
    assert [each for each in titles if escape(each[1:], quote=False) not in shown] == []
    assert len(found.ids) == len(set(found.ids))
    assert {target for target in found.targets if target[1:] not in found.ids} == set()
    assert {"script", "link", "img", "iframe"} & found.tags == set()
    assert re.search(r"https?://(?!www\.w3\.org/2000/svg)", text) is None
    assert re.search("[\ue000-\uf8ff]", text) is None


def unquoted(text: str) -> str:
    return text.replace("<wbr>", "").replace("&#39;", "'").replace("&#34;", '"')


def test_no_title_or_text_breaks_out() -> None:
    text, found = made(
        Source(
            "x.lcr",
            f"""# </p><script>alert(2)</script>

lifecycle x
event e {{ t: text? }}
channel email
start {{ -> a }}
stage a
trigger t {_quoted(HOSTILE)} {{ on e where t == {_quoted(HOSTILE)}
  do {{ send email {_quoted(HOSTILE)} }} }}
test {_quoted(HOSTILE)} {{ on e  expect stage a }}
always {_quoted(HOSTILE)} {{ stage == a }}
""",
        )
    )
    assert "script" not in found.tags
    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 5
    assert "49" not in text.partition("</style>")[2].partition("</svg>")[2]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def test_a_page_is_the_same_every_time() -> None:
    path = SHIPPED[0]
    source = Source(str(path), path.read_text())
    assert made(source, path)[0] == made(source, path)[0]


def test_an_empty_rule_set_has_a_page() -> None:
    text, found = made(Source("x.lcr", "lifecycle x event e"))
    assert "<h1>x</h1>" in text
    assert "section" not in found.tags
