"""What is found in a text is found in the text it has become, where nothing touches it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lifecycle_dsl.diagnostics import Diagnostic, Edit, Fix, Safety, warning
from lifecycle_dsl.lsp.carrying import Carry, change
from lifecycle_dsl.source import Source, Span

TEXTS = st.text("ab\n😀", max_size=30)


@given(TEXTS, TEXTS, TEXTS, TEXTS, st.data())
def test_a_piece_beside_a_change_keeps_its_text(
    head: str, old: str, new: str, tail: str, data: st.DataObject
) -> None:
    before, after = Source("x", head + old + tail), Source("x", head + new + tail)
    found = change(before, after)
    start = data.draw(st.integers(0, len(before.text)))
    span = Span(before, start, data.draw(st.integers(start, len(before.text))))
    moved = found.span(span)
    beside = span.end <= len(head) or span.start >= len(head + old)
    assert moved is not None or not beside
    if moved is not None:
        assert moved.text == span.text
        assert before.text[: span.start] == after.text[: moved.start] or (
            before.text[span.end :] == after.text[moved.end :]
        )


def carried(found: Diagnostic, now: Source | None) -> list[Diagnostic]:
    return list(Carry(lambda _: now).diagnostics([found]))


def test_a_diagnostic_moves_whole_or_not_at_all() -> None:
    before = Source("x", "one two three")
    one, three = Span(before, 0, 3), Span(before, 8, 13)
    fix = Fix("say so", (Edit(three, "four"),), Safety.SAFE)
    found = warning("unused-field", "here", one, secondary=[(three, "and there")], fixes=[fix])
    for text in ("one or three", "zone two three"):
        after = Source("x", text)
        (moved,) = carried(found, after)
        spans = [label.span for label in moved.labels]
        assert [span.text for span in spans] == ["one", "three"]
        assert [edit.span.text for edit in moved.fixes[0].edits] == ["three"]
        assert all(span.source is after for span in spans)
    assert carried(found, Source("x", "one two thre")) == []
    assert carried(found, before) == [found]
    assert carried(found, None) == []
