"""What a person reads: a line per file, and each failure as if it had to be mended at night."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lifecycle_dsl.diagnostics.render.palette import Palette, paint
from lifecycle_dsl.testing.results import Episode, Result, Trouble

MOST_DECISIONS = 12
"""Of a step of the story: the first and the last of more."""
_MOST_PARTS = 24


def failure(result: Result, colours: Palette) -> str:
    """A failed test: what was expected, what came, and the story so far."""
    trouble = result.trouble
    assert trouble is not None  # noqa: S101 — of failed tests only
    lines = [
        f"{paint('FAILED', colours.error)} {paint(result.title, colours.headline)}",
        *_excerpt(trouble, colours),
    ]
    lines += [f"   {paint('note:', colours.help)} {note}" for note in trouble.notes]
    if result.story:
        lines += ["", f"   {paint('the story so far', colours.headline)} ({result.zone})"]
        for episode in result.story:
            lines += _episode(episode, colours)
    if result.as_test:
        lines += ["", f"   {paint('as a test', colours.headline)}"]
        lines += [f"   {line}" for line in result.as_test.rstrip().split("\n")]
    return "\n".join(lines) + "\n"


def _excerpt(trouble: Trouble, colours: Palette) -> Iterator[str]:
    place = trouble.place
    width = len(str(place.end_line))
    bar = paint("|", colours.gutter)
    blank = f" {' ' * width} {bar}"
    yield f" {' ' * width}{paint('-->', colours.gutter)} {place.file}:{place.line}:{place.column}"
    yield blank
    lines = trouble.text.split("\n")
    for number, line in enumerate(lines, place.line):
        yield f" {paint(str(number).rjust(width), colours.gutter)} {bar} {line}"
    indent = len(lines[0]) - len(lines[0].lstrip())
    if place.line == place.end_line:
        carets = "^" * max(1, place.end_column - place.column)
        under = " " * (place.column - 1) + carets
    else:
        under = " " * indent + "^"
    yield f"{blank} {paint(under, colours.error)} {paint(trouble.headline, colours.error)}"
    parts = trouble.parts[:_MOST_PARTS]
    longest = min(60, max((len(text) for text, _ in parts), default=0))
    for text, value in parts:
        shown = text if len(text) <= 60 else f"{text[:59]}…"
        yield f"{blank} {' ' * indent}  {shown.ljust(longest)}  {paint(value, colours.help)}"


def _episode(episode: Episode, colours: Palette) -> Iterator[str]:
    yield f"   {paint(episode.at, colours.context)}  {episode.text}"
    if episode.passed:
        yield f"      {paint(f'… {episode.passed}', colours.context)}"
    decided = episode.decided
    for number, line in enumerate(decided):
        if len(decided) > MOST_DECISIONS and number == MOST_DECISIONS - 2:
            yield f"      … {len(decided) - MOST_DECISIONS + 1} more …"
        if len(decided) <= MOST_DECISIONS or not MOST_DECISIONS - 2 <= number < len(decided) - 1:
            yield f"      {line}"


def file_line(file: str, results: Iterable[Result], colours: Palette) -> str:
    """`rules.lcr  12 passed in 0.31 s`."""
    done = list(results)
    failed = sum(1 for result in done if not result.passed)
    passed = len(done) - failed
    seconds = sum(result.seconds for result in done)
    counts = [paint(f"{passed} passed", colours.help)] if passed else []
    if failed:
        counts.append(paint(f"{failed} failed", colours.error))
    return f"{file}: {', '.join(counts) or 'no tests'} in {seconds:.2f} s"


def durations(results: Iterable[Result], count: int) -> str:
    """The slowest tests, a line each."""
    slowest = sorted(results, key=lambda result: -result.seconds)[:count]
    lines = (
        f"{result.seconds * 1000:9.1f} ms  {result.place.file}:{result.place.line}  {result.title}"
        for result in slowest
    )
    return "".join(f"{line}\n" for line in lines)
