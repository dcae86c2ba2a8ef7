"""A card as a report, and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp
from typing import Final

from lifecycle_dsl.analysis.findings import (
    Axis,
    Column,
    Estimate,
    Lines,
    Report,
    Section,
    Series,
    Table,
    Unit,
    columns,
    count_of,
)
from lifecycle_dsl.analysis.fitting.card import Card, Number, Rows, Scores
from lifecycle_dsl.analysis.rendering.words import cell_text, number_text
from lifecycle_dsl.localtime import format_duration

_JUDGED: Final = "Of every row it is known what came of it."
_LARGEST: Final = 700.0
"""Exponents above this have no double."""


def report(card: Card) -> Report:
    """What a card says, in sections."""
    return Report(
        title=f"{card.model}: {card.goal}",
        lifecycle=card.lifecycle,
        fingerprint=card.fingerprint,
        begin=card.begin,
        end=card.end,
        level=card.level,
        sections=(_quality(card), _weights(card), calibration_of(card), _left_out(card)),
    )


def headline(card: Card) -> str:
    """The answer in one sentence."""
    found = number(card.on_test.area)
    if not card.features:
        return "No feature tells who will: there is no signal, and no model is written."
    if not card.signal:
        return (
            f"There is no signal: on later rows the AUC is {found}, which is not told from 0.5. "
            "No model is written."
        )
    return (
        f"On later rows the AUC is {found}, and Brier's score is "
        f"{number(card.on_test.skill, Unit.SHARE)} better than the base rate's."
    )


def number(found: Number, unit: Unit = Unit.NUMBER) -> str:
    """An estimate of a card in words."""
    return cell_text(found.estimate(0), unit)


def _quality(card: Card) -> Section:
    scores, test, train = card.on_test, card.test, card.train
    days = format_duration(card.within)
    return Section(
        name="quality",
        title="How good it is",
        headline=headline(card),
        definition=(
            f"Each row is a customer at a random instant, in {_stages(card)}; it happened where "
            f"the goal was reached within {days} after that. AUC: how often who it happens to is "
            "ranked above who it does not. Brier: the mean squared distance of likelihood and "
            "outcome; its skill is the share saved of that of the base rate of the rows it was "
            "fitted to."
        ),
        sample=(
            f"{_rows(train)} to fit to, {_rows(test)} to test with; "
            f"{count_of(card.each, 'instant')} of each of {count_of(card.customers, 'customer')}, "
            f"{count_of(card.records, 'record')}"
        ),
        censored=(
            f"The last {days} before the end cannot be judged, so that no instant is drawn there; "
            f"{count_of(card.too_short, 'customer')} came too late for any. "
            f"{count_of(card.between, 'row')} lie between the parts: their outcome was not known "
            f"when the test begins. At {count_of(card.elsewhere, 'instant')} the customer was in "
            f"another stage{_fulfilled(card)}."
        ),
        tables=(
            Table(
                columns("", ("Fitted to", Unit.TEXT), ("Tested with", Unit.TEXT)),
                (
                    ("from", train.begin[:10], test.begin[:10]),
                    ("to", train.end[:10], test.end[:10]),
                    ("rows", f"{train.rows:,}", f"{test.rows:,}"),
                    ("it happened", f"{train.events:,}", f"{test.events:,}"),
                    (
                        "base rate",
                        number_text(train.rate, Unit.SHARE),
                        number_text(test.rate, Unit.SHARE),
                    ),
                    ("AUC", number(card.area_on_train), number(scores.area)),
                    ("Brier's score", "", number(scores.brier)),
                    ("Brier skill", "", number(scores.skill, Unit.SHARE)),
                    ("observed / expected", "", number(scores.observed_to_expected)),
                    ("calibration slope", "", number(scores.slope)),
                ),
            ),
        ),
        notes=(*_cautions(scores), *card.limits),
        code=card.text,
    )


def _cautions(scores: Scores) -> Iterator[str]:
    """What is wrong with likelihoods that rank well."""
    expected, slope, skill = scores.observed_to_expected, scores.slope, scores.skill
    if expected.low is not None and expected.low > 1:
        yield "It happened more often than the likelihoods said: they are too low for later rows."
    if expected.high is not None and expected.high < 1:
        yield "It happened less often than the likelihoods said: they are too high for later rows."
    if slope.high is not None and slope.high < 1:
        yield "The likelihoods are too extreme: a slope below 1."
    if skill.low is not None and skill.low <= 0:
        yield "As probabilities they are not told from the base rate; as a ranking they are."


def _weights(card: Card) -> Section:
    rows = []
    for each in card.features:
        weight = Estimate(each.weight, each.low, each.high, card.train.rows)
        odds = Estimate(_exp(each.weight), _exp(each.low), _exp(each.high), card.train.rows)
        rows.append((each.text, weight, odds, _exp(each.weight * each.deviation), each.mean))
    return Section(
        name="weights",
        title="What it weighs",
        definition=(
            "The odds of the goal are multiplied by the odds ratio for each 1 that a feature has "
            "more, all others being the same; and by that of a deviation for one standard "
            "deviation, which compares features of different units."
        ),
        sample=_rows(card.train),
        censored=_JUDGED,
        tables=(
            Table(
                columns(
                    "Feature",
                    ("Weight", Unit.NUMBER),
                    ("Odds ratio", Unit.NUMBER),
                    ("Of a deviation", Unit.NUMBER),
                    ("Mean", Unit.NUMBER),
                ),
                (("(intercept)", card.intercept, None, None, None), *rows),
            ),
        ),
    )


def calibration_of(card: Card) -> Section:
    """Likelihoods against what came of it, on the rows of the test."""
    bins = card.on_test.bins
    seen = [each.observed.estimate(each.rows) for each in bins]
    return Section(
        name="calibration",
        title="Whether likelihoods are what they say",
        definition=(
            "Rows of the test by likelihood, in bins of about the same size; a calibrated model "
            "follows the diagonal."
        ),
        sample=_rows(card.test),
        censored=_JUDGED,
        tables=(
            Table(
                columns(
                    "Likelihood",
                    ("Rows", Unit.COUNT),
                    ("Mean likelihood", Unit.SHARE),
                    ("It happened", Unit.SHARE),
                ),
                tuple(
                    (
                        _span(each.low, each.high),
                        each.rows,
                        each.predicted,
                        estimate,
                    )
                    for each, estimate in zip(bins, seen, strict=True)
                ),
            ),
        ),
        charts=(
            Lines(
                "Calibration on later rows",
                Axis("mean likelihood", Unit.SHARE),
                Axis("it happened", Unit.SHARE),
                (
                    Series(
                        "observed",
                        tuple(each.predicted for each in bins),
                        tuple(each.value for each in seen),
                        tuple(each.low for each in seen),
                        tuple(each.high for each in seen),
                    ),
                ),
                diagonal=True,
            ),
        ),
    )


def _left_out(card: Card) -> Section:
    return Section(
        name="left-out",
        title="What was left out",
        definition=(
            "Values that no weight can be given to, with the reason; what is neither here nor in "
            "the model says nothing beyond what the model has."
        ),
        sample=_rows(card.train),
        censored=_JUDGED,
        headline="" if card.left_out else "Nothing.",
        tables=(
            (Table(columns("Feature", "Reason"), tuple(card.left_out)),) if card.left_out else ()
        ),
    )


def markdown(card: Card) -> str:
    """A card for people, to lie beside the rules."""
    return "\n".join(_lines(card)) + "\n"


def _lines(card: Card) -> Iterator[str]:
    found = report(card)
    yield f"# {found.title}"
    yield ""
    yield (
        f"A logistic model of the lifecycle `{card.lifecycle}`, fitted to {card.begin} to "
        f"{card.end}. Rules: `{card.fingerprint}`. Intervals are of {100 * card.level:g} %."
    )
    if card.text:
        yield from ("", "```lcr", card.text.rstrip(), "```")
    for section in found.sections:
        yield from ("", f"## {section.title}", "")
        if section.headline:
            yield from (section.headline, "")
        for table in section.tables:
            yield from _table(table)
            yield ""
        yield f"{section.definition} Of {section.sample}. {section.censored}"
        for note in section.notes:
            yield from ("", f"- {note}")


def _table(table: Table) -> Iterator[str]:
    yield _row([each.title for each in table.columns])
    yield _row(["---" if each.unit is Unit.TEXT else "--:" for each in table.columns])
    for row in table.rows:
        cells = zip(row, table.columns, strict=True)
        yield _row([_cell(cell_text(cell, column.unit), column) for cell, column in cells])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str, column: Column) -> str:
    plain = text.replace("|", "\\|").replace("\n", " ")
    return f"`{plain}`" if column.title == "Feature" and not plain.startswith("(inter") else plain


def _rows(part: Rows) -> str:
    return (
        f"{count_of(part.rows, 'row')} of {count_of(part.customers, 'customer')} "
        f"({part.begin[:10]} to {part.end[:10]})"
    )


def _span(low: float, high: float) -> str:
    return f"{number_text(low, Unit.SHARE)} to {number_text(high, Unit.SHARE)}"


def _stages(card: Card) -> str:
    noun = "stage" if len(card.stages) == 1 else "stages"
    return f"{noun} {', '.join(card.stages)}"


def _fulfilled(card: Card) -> str:
    if not card.once:
        return ""
    return f", at {count_of(card.fulfilled, 'instant')} the goal had been reached already"


def _exp(value: float) -> float:
    return exp(min(value, _LARGEST))
