"""What can be wrong with names and what they stand for: each message's text, once."""

from __future__ import annotations

from collections.abc import Sequence

from lifecycle_dsl.diagnostics import Diagnostic, Edit, Fix, Safety, error
from lifecycle_dsl.source import Span


def similar_name(what: str, similar: str | None) -> str | None:
    """The help that names what may have been meant, if anything is near."""
    return None if similar is None else f"a similar {what} exists: `{similar}`"


def similar_written(span: Span, similar: str | None, written: str | None = None) -> tuple[Fix, ...]:
    """The fix that writes what may have been meant; `written` is how, if not as it is."""
    if similar is None:
        return ()
    return (Fix(f"write `{similar}`", (Edit(span, written or similar),), Safety.UNSAFE),)


def builtin_name(span: Span, name: str, reason: str) -> Diagnostic:
    """A declared name that the language has a meaning for."""
    return error(
        "builtin-name",
        f"`{name}` already has a meaning: {reason}",
        span,
        help="choose another name",
    )


def duplicate_name(span: Span, name: str, earlier: Span) -> Diagnostic:
    """Two things of one name."""
    return error(
        "duplicate-name",
        f"`{name}` is declared twice",
        span,
        secondary=[(earlier, "first here")],
    )


def duplicate_line(span: Span, line: str, earlier: Span) -> Diagnostic:
    """A line that may stand once stands twice."""
    return error(
        "duplicate-line", f"`{line}` stands twice", span, secondary=[(earlier, "first here")]
    )


def former_name_in_use(span: Span, name: str, present: Span) -> Diagnostic:
    """`was X` where X is something else's name."""
    return error(
        "former-name-in-use",
        f"`{name}` cannot be a former name: it is another's",
        span,
        secondary=[(present, "here")],
    )


def circular_definition(span: Span, chain: Sequence[str]) -> Diagnostic:
    """Values, groups or tables that need each other."""
    shown = [f"`{name}`" for name in chain]
    if len(shown) > 9:
        shown = [*shown[:4], "…", *shown[-4:]]
    return error(
        "circular-definition", f"`{chain[0]}` is defined by itself: {' needs '.join(shown)}", span
    )


def definition_too_large(span: Span, name: str) -> Diagnostic:
    """A value built on values built on values."""
    return error(
        "definition-too-large",
        f"`{name}` is too large with all that stands behind its names",
        span,
        help="build on fewer lets, or on scores and counts directly",
    )


def wrong_kind(
    span: Span,
    name: str,
    found: str,
    wanted: str,
    *,
    declared: Span | None,
    help: str | None = None,
) -> Diagnostic:
    """A name of one kind of thing where another is meant."""
    return error(
        "wrong-kind",
        f"`{name}` is {found}, not {wanted}",
        span,
        secondary=[] if declared is None else [(declared, "declared here")],
        help=help,
    )


def mixed_group(span: Span, name: str) -> Diagnostic:
    """A group of events and stages."""
    return error(
        "mixed-group",
        f"the group `{name}` mixes events and stages",
        span,
        help="make two groups",
    )


def unknown_event(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No event of that name."""
    return error(
        "unknown-event",
        f"no event is called `{name}`",
        span,
        help=similar_name("event", similar),
        fixes=similar_written(span, similar),
    )


def unknown_stage(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No stage of that name."""
    return error(
        "unknown-stage",
        f"no stage is called `{name}`",
        span,
        help=similar_name("stage", similar),
        fixes=similar_written(span, similar),
    )


def unknown_trait(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No trait of that name."""
    return error(
        "unknown-trait",
        f"no trait is called `{name}`",
        span,
        help=similar_name("trait", similar),
        fixes=similar_written(span, similar),
    )


def unknown_level(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No level of that name."""
    return error(
        "unknown-level",
        f"no level is called `{name}`",
        span,
        help=similar_name("level", similar),
        fixes=similar_written(span, similar),
    )


def unknown_segment(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No segment of that name."""
    return error(
        "unknown-segment",
        f"no segment is called `{name}`",
        span,
        help=similar_name("segment", similar),
        fixes=similar_written(span, similar),
    )


def unknown_season(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No season of that name."""
    return error(
        "unknown-season",
        f"no season is called `{name}`",
        span,
        help=similar_name("season", similar),
        fixes=similar_written(span, similar),
    )


def unknown_param(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No param of that name, where only a fixed value may stand."""
    return error(
        "unknown-param",
        f"no param is called `{name}`",
        span,
        help=similar_name("param", similar),
        fixes=similar_written(span, similar),
    )


def unknown_channel(span: Span, name: str, similar: str | None, *, declarable: bool) -> Diagnostic:
    """No channel of that name; whether there could be one."""
    declared = f"it can be declared: `channel {name}`" if declarable else None
    return error(
        "unknown-channel",
        f"no channel is called `{name}`",
        span,
        help=similar_name("channel", similar) or declared,
        fixes=similar_written(span, similar),
    )


def unknown_route(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No channel of that name, and a route of nearly that name."""
    return error(
        "unknown-channel",
        f"no channel or route is called `{name}`",
        span,
        help=similar_name("route", similar),
        fixes=similar_written(span, similar),
    )


def unknown_topic(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No topic of that name."""
    return error(
        "unknown-topic",
        f"no topic is called `{name}`",
        span,
        help=similar_name("topic", similar),
        fixes=similar_written(span, similar),
    )


def unknown_action(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No action of that name."""
    return error(
        "unknown-action",
        f"no action is called `{name}`",
        span,
        help=similar_name("action", similar),
        fixes=similar_written(span, similar),
    )


def unknown_attribution(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No attribution of that name."""
    return error(
        "unknown-attribution",
        f"no attribution is called `{name}`",
        span,
        help=similar_name("attribution", similar),
        fixes=similar_written(span, similar),
    )


def unknown_trigger(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No trigger of that name."""
    return error(
        "unknown-trigger",
        f"no trigger is called `{name}`",
        span,
        help=similar_name("trigger", similar),
        fixes=similar_written(span, similar),
    )


def unknown_step(span: Span, trigger: str, name: str, similar: str | None) -> Diagnostic:
    """No step of that name in a trigger."""
    return error(
        "unknown-step",
        f"`{trigger}` has no step `{name}` that customers wait in",
        span,
        help=similar_name("step", similar),
        fixes=similar_written(span, similar),
    )


def retired_is_declared(span: Span, name: str, declared: Span) -> Diagnostic:
    """`retired` of something that is still there."""
    return error(
        "retired-is-declared",
        f"`{name}` is still declared",
        span,
        secondary=[(declared, "here")],
    )


def retired_of_two_kinds(span: Span) -> Diagnostic:
    """A stage that becomes a step."""
    return error(
        "retired-of-two-kinds",
        "a stage gives way to a stage, a step to a step",
        span,
    )
