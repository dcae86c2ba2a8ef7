"""`model`: whether a fitted model still holds, over time; and when to fit it anew."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.analysis.findings import (
    Axis,
    Grid,
    Lines,
    Report,
    Section,
    Series,
    Table,
    Unit,
    columns,
    count_of,
)
from lifecycle_dsl.analysis.fitting.watching import (
    MARGIN,
    MUCH,
    SOME,
    Watched,
    changed,
    drifted,
    reasons,
)
from lifecycle_dsl.analysis.rendering.words import number_text
from lifecycle_dsl.analysis.statistics.drift import Stability
from lifecycle_dsl.localtime import format_duration, format_instant

_WORDS = {0: "as it was", SOME: "drifting", MUCH: "another"}


def report(watched: Watched, fingerprint: str) -> Report:
    """Calibration over time, and drift; `fingerprint` is of the rules that were run."""
    card, counts = watched.card, watched.sample.counts
    return Report(
        title=f"{card.model}: {card.goal}",
        lifecycle=card.lifecycle,
        fingerprint=fingerprint,
        begin=format_instant(counts.begin),
        end=format_instant(counts.end),
        level=watched.level,
        sections=(_over_time(watched), _drift(watched)),
    )


def headline(watched: Watched) -> str:
    """Whether to fit anew."""
    why = reasons(watched)
    if why:
        return f"Fit it anew: {', '.join(why)}."
    new = changed(watched)
    if new:
        holds = "It still holds, but" if watched.whole.known else "No outcome is known yet, but"
        named = " and ".join([", ".join(new[:-1]), new[-1]] if len(new) > 1 else new)
        return f"{holds} what comes in is not what it was fitted to ({named}): fit it anew soon."
    if watched.whole.known == 0:
        return "Nothing speaks against it yet; no outcome of a new row is known."
    some = [text for text, found in watched.features if drifted(found) == SOME]
    if some or drifted(watched.whole.stability) == SOME:
        return "It still holds, but what comes in is drifting: look again soon."
    return "It still holds: there is no reason to fit it anew."


def _over_time(watched: Watched) -> Section:
    card, sample = watched.card, watched.sample
    span = format_duration(watched.goal.within)
    every = (*watched.periods, watched.whole)
    return Section(
        name="model",
        title=f"{card.model} over time",
        headline=headline(watched),
        definition=(
            f"Customers at random instants, as for the fit; it happened where {watched.goal}. "
            "Observed / expected: how many it happened to for each that the likelihoods sum to. "
            f"It should be fitted anew where the interval of that, of all rows that are judged, "
            f"lies outside {1 - MARGIN:g} to {1 + MARGIN:g}, or where that of the AUC lies below "
            "that of the test."
        ),
        sample=(
            f"{count_of(len(sample), 'row')} of {count_of(len(sample.customers), 'customer')}; "
            f"{count_of(watched.whole.rows, 'row')} judged"
        ),
        censored=(
            f"Of {count_of(watched.unknown, 'row')} in the last {span} before the end the outcome "
            "is not known; they count for the mean likelihood and the drift alone."
        ),
        tables=(
            Table(
                columns(
                    "Period",
                    ("Rows", Unit.COUNT),
                    ("Mean likelihood", Unit.SHARE),
                    ("Known", Unit.COUNT),
                    ("It happened", Unit.SHARE),
                ),
                tuple(
                    (each.name, each.rows, each.predicted, each.known, each.observed)
                    for each in every
                ),
                "What it says and what happens",
            ),
            Table(
                columns(
                    "Period",
                    ("Observed / expected", Unit.NUMBER),
                    ("Brier", Unit.NUMBER),
                    ("AUC", Unit.NUMBER),
                ),
                tuple((each.name, each.ratio, each.brier, each.area) for each in every),
                "How right it is, and how well it tells customers apart",
            ),
        ),
        charts=(_calibration(watched), _bands(watched)),
        notes=tuple(_notes(watched)),
    )


def _notes(watched: Watched) -> Iterator[str]:
    card = watched.card
    if not watched.same:
        yield "The model of the rules is not the card's: its weights or features are others."
    if not watched.is_new:
        yield (
            "All rows are of the time that the model was fitted and tested in: nothing new has "
            "come, and agreement says little."
        )
    else:
        yield f"Judged is what came after {card.end[:10]} less the goal's span: new to the model."
    yield f"Fitted to {card.train.begin[:10]} to {card.train.end[:10]}, rules {card.fingerprint}."


def _calibration(watched: Watched) -> Lines:
    periods = watched.periods
    names = tuple(each.name for each in periods)
    return Lines(
        "Expected and observed",
        Axis("period", Unit.DATE),
        Axis("share", Unit.SHARE),
        (
            Series("mean likelihood", names, tuple(each.predicted.value for each in periods)),
            Series(
                "it happened",
                names,
                tuple(each.observed.value for each in periods),
                tuple(each.observed.low for each in periods),
                tuple(each.observed.high for each in periods),
            ),
        ),
    )


def _bands(watched: Watched) -> Grid:
    edges = watched.card.bands.edges
    ends = zip([0.0, *edges], [*edges, 1.0], strict=True)
    return Grid(
        "Share of rows by likelihood",
        Axis("period", Unit.DATE),
        Axis("likelihood", Unit.SHARE),
        tuple(each.name for each in watched.periods),
        tuple(f"{number_text(a, Unit.SHARE)} to {number_text(b, Unit.SHARE)}" for a, b in ends),
        tuple(
            tuple(each.bands[place] for each in watched.periods) for place in range(len(edges) + 1)
        ),
    )


def _drift(watched: Watched) -> Section:
    whole = watched.whole
    found = (("(the likelihood)", whole.stability), *watched.features)
    return Section(
        name="drift",
        title="What comes in",
        definition=(
            "The population stability index of the rows that are judged against those of the fit: "
            f"below {SOME:g} as it was, from {MUCH:g} on another distribution. Up to the noise it "
            "is not told from no change."
        ),
        sample=f"{count_of(whole.rows, 'row')}, against {watched.card.train.rows:,} of the fit",
        censored="Outcomes have no part in this: no row is left out.",
        tables=(
            Table(
                columns("Feature", ("Index", Unit.NUMBER), ("Noise", Unit.NUMBER), "It is"),
                tuple((text, each.index, each.noise, _word(each)) for text, each in found),
            ),
        ),
    )


def _word(found: Stability) -> str:
    return _WORDS[drifted(found)]
