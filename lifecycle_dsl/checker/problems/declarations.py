"""What can be wrong with declarations: each message's text, once."""

from __future__ import annotations

from collections.abc import Sequence

from lifecycle_dsl.diagnostics import Diagnostic, error
from lifecycle_dsl.source import Span


def _similar(what: str, similar: str | None) -> str | None:
    return None if similar is None else f"a similar {what} exists: `{similar}`"


# Files


def missing_file(span: Span, path: str) -> Diagnostic:
    """`use` or a table names a file that is not there."""
    return error(
        "missing-file",
        f"there is no file `{path}` beside this one",
        span,
        help="it must be there, and be a text in UTF-8",
    )


def file_outside(span: Span, path: str) -> Diagnostic:
    """`use` of a file beyond the main file's folder."""
    return error(
        "file-outside",
        f"`{path}` is outside the folder of the rule set",
        span,
        help="put shared files into the folder of the main file or below it",
    )


def file_uses_itself(span: Span, chain: Sequence[str]) -> Diagnostic:
    """Files that use each other in a circle."""
    shown = " uses ".join(f"`{name}`" for name in chain)
    return error("file-uses-itself", f"a file cannot use itself: {shown}", span)


def missing_lifecycle(file: str) -> Diagnostic:
    """A rule set without its name."""
    return error(
        "missing-lifecycle",
        "the rule set has no name",
        None,
        help="say `lifecycle NAME` at the top of the file",
        file=file,
    )


def missing_start(span: Span) -> Diagnostic:
    """Stages, but no start."""
    return error(
        "missing-start",
        "no `start` says in which stage new customers begin",
        span,
        help="add `start { -> STAGE }`",
    )


def repeated_setting(span: Span, setting: str, earlier: Span) -> Diagnostic:
    """What stands once in a rule set stands twice."""
    return error(
        "repeated-setting",
        f"`{setting}` stands twice in the rule set",
        span,
        secondary=[(earlier, "first here")],
    )


def unknown_timezone(span: Span, key: str, similar: str | None) -> Diagnostic:
    """A time zone that tzdata does not have."""
    return error(
        "unknown-timezone",
        f"no time zone is called `{key}`",
        span,
        help=_similar("zone", similar) or "zones are called like `Europe/Amsterdam`",
    )


# Names


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


def unknown_event(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No event of that name."""
    return error(
        "unknown-event", f"no event is called `{name}`", span, help=_similar("event", similar)
    )


def unknown_stage(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No stage of that name."""
    return error(
        "unknown-stage", f"no stage is called `{name}`", span, help=_similar("stage", similar)
    )


def unknown_trait(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No trait of that name."""
    return error(
        "unknown-trait", f"no trait is called `{name}`", span, help=_similar("trait", similar)
    )


def unknown_level(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No level of that name."""
    return error(
        "unknown-level", f"no level is called `{name}`", span, help=_similar("level", similar)
    )


def unknown_level_label(span: Span, level: str, name: str, similar: str | None) -> Diagnostic:
    """A level without that label."""
    return error(
        "unknown-level-label",
        f"`{level}` has no label `{name}`",
        span,
        help=_similar("label", similar),
    )


def unknown_segment(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No segment of that name."""
    return error(
        "unknown-segment", f"no segment is called `{name}`", span, help=_similar("segment", similar)
    )


def unknown_season(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No season of that name."""
    return error(
        "unknown-season", f"no season is called `{name}`", span, help=_similar("season", similar)
    )


def unknown_param(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No param of that name, where only a fixed value may stand."""
    return error(
        "unknown-param", f"no param is called `{name}`", span, help=_similar("param", similar)
    )


def unknown_channel(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No channel of that name."""
    return error(
        "unknown-channel", f"no channel is called `{name}`", span, help=_similar("channel", similar)
    )


def unknown_topic(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No topic of that name."""
    return error(
        "unknown-topic", f"no topic is called `{name}`", span, help=_similar("topic", similar)
    )


def unknown_action(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No action of that name."""
    return error(
        "unknown-action", f"no action is called `{name}`", span, help=_similar("action", similar)
    )


def unknown_trigger(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No trigger of that name."""
    return error(
        "unknown-trigger", f"no trigger is called `{name}`", span, help=_similar("trigger", similar)
    )


def unknown_split(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No split of that name."""
    return error(
        "unknown-split", f"no split is called `{name}`", span, help=_similar("split", similar)
    )


def unknown_type(span: Span, name: str, similar: str | None) -> Diagnostic:
    """No type of that name."""
    return error(
        "unknown-type", f"no type is called `{name}`", span, help=_similar("type", similar)
    )


def unknown_period(span: Span, name: str, allowed: Sequence[str]) -> Diagnostic:
    """A period, weekday or the like that its place does not know."""
    return error(
        "unknown-period",
        f"`{name}` is no period that can stand here",
        span,
        help=f"say one of {', '.join(allowed)}",
    )


def unknown_data_field(
    span: Span, owner: str, name: str, similar: str | None, *, what: str
) -> Diagnostic:
    """Data for a field that an event or action does not have."""
    return error(
        "unknown-data-field",
        f"{what} `{owner}` has no field `{name}`",
        span,
        help=_similar("field", similar),
    )


def missing_data_field(span: Span, owner: str, name: str, *, what: str) -> Diagnostic:
    """A field that must be given and is not."""
    return error("missing-data-field", f"{what} `{owner}` needs its field `{name}`", span)


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


# Facts


def missing_default(span: Span, name: str) -> Diagnostic:
    """A trait that has no value at the start."""
    return error(
        "missing-default",
        f"the trait `{name}` has no value before it is set",
        span,
        help="give it a default with `=`, or put `?` behind its type",
    )


def needless_default(span: Span, name: str) -> Diagnostic:
    """`?` and a default."""
    return error(
        "needless-default",
        f"`{name}` has a default and can never be missing",
        span,
        help="leave out the `?` or the default",
    )


def not_a_constant(span: Span, place: str) -> Diagnostic:
    """Something computed where a fixed value stands."""
    return error("not-a-constant", f"{place} must be a fixed value", span)


def zone_is_not_text(span: Span) -> Diagnostic:
    """The trait `zone` of another type."""
    return error(
        "zone-is-not-text",
        "the trait `zone` holds the name of a time zone and must be `text`",
        span,
    )


def list_too_long(span: Span, most: int) -> Diagnostic:
    """`up to N` with an N that no record should have."""
    return error("list-too-long", f"a list holds 1 up to {most:,} elements", span)


def nested_list(span: Span) -> Diagnostic:
    """A list in the records of a list, or a list of something that lists do not hold."""
    return error(
        "nested-list",
        f"a list cannot hold `{span.text}`",
        span,
        help="lists hold texts, or records of plain fields",
    )


def change_not_heard(span: Span, place: str, heard: str) -> Diagnostic:
    """`enter`, `rises`, `sent` and the like where they are not heard; `heard` says what is."""
    return error(
        "change-not-heard",
        f"{place} cannot listen to `{' '.join(span.text.split())}`, only to {heard}",
        span,
    )


def profile_not_heard(span: Span, place: str) -> Diagnostic:
    """`profile` where only activity counts."""
    return error(
        "profile-not-heard",
        f"{place} does not see `profile`: it sets traits and is no activity",
        span,
    )


def segment_not_computed(span: Span, name: str, declared: Span) -> Diagnostic:
    """`enter` of a segment that steps join."""
    return error(
        "segment-not-computed",
        f"`{name}` is joined by steps: entering it is no happening",
        span,
        secondary=[(declared, "declared without a condition")],
        help="listen to what makes the step join it",
    )


def segment_is_computed(span: Span, name: str, declared: Span) -> Diagnostic:
    """`join` of a segment with a condition."""
    return error(
        "segment-is-computed",
        f"`{name}` is computed: no step can join or quit it",
        span,
        secondary=[(declared, "its condition decides")],
    )


# Scores, levels, params


def half_life_out_of_range(span: Span) -> Diagnostic:
    """A half-life that is too short or too long."""
    return error("half-life-out-of-range", "a half-life is 1 minute to 100 years", span)


def fade_beside_half_life(span: Span, earlier: Span) -> Diagnostic:
    """Both ways of losing value."""
    return error(
        "fade-beside-half-life",
        "a score has either a half-life or `fade`",
        span,
        secondary=[(earlier, "already here")],
    )


def fade_out_of_range(span: Span) -> Diagnostic:
    """A factor that may be negative or above 1."""
    return error(
        "fade-out-of-range",
        "`fade` must be a factor of 0 to 1",
        span,
        help="write `clamp(…, 0, 1)` around it",
    )


def clamps_crossed(span: Span) -> Diagnostic:
    """`at least` above `at most`."""
    return error("clamps-crossed", "`at least` is more than `at most`", span)


def clamp_beyond_zero(span: Span, clamp: str) -> Diagnostic:
    """A fading score that could never fade to 0."""
    return error(
        "clamp-beyond-zero",
        f"a score with a half-life fades to 0, and this `{clamp}` does not allow it",
        span,
        help="give `at least` 0 or less and `at most` 0 or more, or leave out the half-life",
    )


def bars_not_descending(span: Span, higher: Span) -> Diagnostic:
    """A label whose bar is not below the one before."""
    return error(
        "bars-not-descending",
        "this bar is not lower than the one before it",
        span,
        secondary=[(higher, "the bar before")],
        help="write the highest label first",
    )


def param_out_of_range(span: Span, what: str) -> Diagnostic:
    """Tuning limits that make no sense."""
    return error("param-out-of-range", what, span)


def param_of_two_units(span: Span, unit: str) -> Diagnostic:
    """Numbers and durations in one param."""
    return error("param-of-two-units", f"all values of this param are {unit}s", span)


def season_ends_early(span: Span) -> Diagnostic:
    """A range of dates that ends before it begins."""
    return error("season-ends-early", "this range ends before it begins", span)


# Stages


def placing_never_reached(span: Span, earlier: Span) -> Diagnostic:
    """A line of `start` behind one that always holds."""
    return error(
        "placing-never-reached",
        "no customer reaches this line",
        span,
        secondary=[(earlier, "this line takes everybody")],
    )


def start_not_total(span: Span) -> Diagnostic:
    """A `start` that leaves customers without a stage."""
    return error(
        "start-not-total",
        "some customers would begin in no stage",
        span,
        help="end `start` with a line without `when`, such as `-> STAGE`",
    )


def moves_nowhere(span: Span, stage: str) -> Diagnostic:
    """A transition into the stage it leads out of."""
    return error("moves-nowhere", f"this leads from `{stage}` to `{stage}`", span)


def no_stage_left(span: Span) -> Diagnostic:
    """`any except` all."""
    return error("no-stage-left", "no stage is left here", span)


def span_out_of_range(span: Span) -> Diagnostic:
    """A wait that is too short or too long."""
    return error("span-out-of-range", "this span must be 1 ms to 100 years", span)


def part_of_a_day(span: Span, trait: str) -> Diagnostic:
    """Hours before a date."""
    return error(
        "part-of-a-day",
        f"`{trait}` is a date: it can be shifted by whole days only",
        span,
    )


def not_a_date(span: Span, name: str, declared: Span) -> Diagnostic:
    """A trait that gives no instants."""
    return error(
        "not-a-date",
        f"`{name}` is neither a date nor a time",
        span,
        secondary=[(declared, "declared here")],
    )


def date_not_alone(span: Span, name: str) -> Diagnostic:
    """A date among events, or with a `where`."""
    return error(
        "date-not-alone",
        f"the date `{name}` must stand alone behind `on`",
        span,
        help="write a rule of its own for it",
    )


# Triggers and steps


def pointless_guard(span: Span, guard: str, wants: str) -> Diagnostic:
    """A guard that has no meaning beside this occurrence."""
    return error("pointless-guard", f"`{guard}` needs {wants}", span)


def priority_out_of_range(span: Span) -> Diagnostic:
    """A priority that is none."""
    return error("priority-out-of-range", "a priority is a whole number from 1 to 9", span)


def count_out_of_range(span: Span, most: int) -> Diagnostic:
    """`at most 0`, or more than can be remembered."""
    return error("count-out-of-range", f"this number must be 1 to {most:,}", span)


def hours_of_no_length(span: Span) -> Diagnostic:
    """`between 09:00 and 09:00`."""
    return error("hours-of-no-length", "these hours end when they begin", span)


def data_not_taken(span: Span, what: str) -> Diagnostic:
    """Data where there is nothing to send it with."""
    return error("data-not-taken", f"{what} takes no data", span)


def arms_not_whole(span: Span, total: str) -> Diagnostic:
    """Arms of a split, or shares, that are not 100 % together."""
    return error("arms-not-whole", f"these shares are {total} % together, not 100 %", span)


def percent_out_of_range(span: Span) -> Diagnostic:
    """A percentage beyond 0 to 100, or finer than hundredths."""
    return error(
        "percent-out-of-range",
        "a percentage is from 0 to 100, in hundredths at the finest",
        span,
    )


def arm_never_taken(span: Span) -> Diagnostic:
    """An arm of a split of 0 %."""
    return error(
        "percent-out-of-range",
        "nobody is in an arm of 0 %",
        span,
        help="take the arm out, or give it a share",
    )


def endless_await(span: Span) -> Diagnostic:
    """An `await` without an end."""
    return error(
        "endless-await",
        "this `await` could last for ever",
        span,
        help="say how long with `within D`, or until when with `until TIME`",
    )


def template_not_text(span: Span) -> Diagnostic:
    """A template path that leads nowhere."""
    return error(
        "template-not-text",
        f"`{span.text}` is no template",
        span,
        help="write a text, a name, or a table's result such as `offers.template`",
    )


# Messages, tables, measuring


def line_not_here(span: Span, line: str, place: str) -> Diagnostic:
    """A line of channels in a topic, or the other way round."""
    return error("line-not-here", f"`{line}` cannot stand in {place}", span)


def route_not_total(span: Span, missing: Sequence[str]) -> Diagnostic:
    """A route without channels for some stages."""
    shown = ", ".join(f"`{name}`" for name in missing[:3])
    more = "" if len(missing) <= 3 else f" and {len(missing) - 3} more"
    return error(
        "route-not-total",
        f"this route has no channels for {shown}{more}",
        span,
        help="add a line for them, or `otherwise`",
    )


def channel_not_in_route(span: Span, name: str) -> Diagnostic:
    """`prefer` of a channel that the route never takes."""
    return error("channel-not-in-route", f"no line of this route has the channel `{name}`", span)


def row_of_wrong_length(span: Span, what: str, found: int, wanted: int) -> Diagnostic:
    """A row with too few or too many cells or results."""
    return error("row-of-wrong-length", f"this row has {found} {what}, the table {wanted}", span)


def cell_without_order(span: Span, type_: str) -> Diagnostic:
    """A range over values that have no order."""
    return error("cell-without-order", f"`{type_}` has no order that a range could follow", span)


def nothing_to_keep(span: Span, output: str) -> Diagnostic:
    """`-` as a result where nothing stands below."""
    return error(
        "nothing-to-keep",
        f"`-` leaves `{output}` without a value",
        span,
        help="give a value, or a default behind the result's type",
    )


def input_not_comparable(span: Span, type_: str) -> Diagnostic:
    """A table over lists."""
    return error("input-not-comparable", f"a table cannot look at `{type_}`", span)


def attribution_incomplete(span: Span, missing: str) -> Diagnostic:
    """An attribution without touches, conversions, span or model."""
    return error("attribution-incomplete", f"this attribution does not say {missing}", span)


def unknown_credit_word(span: Span, name: str, allowed: Sequence[str]) -> Diagnostic:
    """A name that a custom credit does not know."""
    return error(
        "unknown-credit-word",
        f"a custom credit knows no `{name}`",
        span,
        help=f"say {', '.join(f'`{word}`' for word in allowed)}",
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


# Tests


def given_not_settable(span: Span, name: str, what: str) -> Diagnostic:
    """`given` of something computed."""
    return error(
        "given-not-settable",
        f"`{name}` is {what}: a test can give traits and scores",
        span,
    )


def fact_expected(span: Span) -> Diagnostic:
    """Counting or ordering something that does not happen."""
    return error(
        "fact-expected",
        "only what happens can be counted or put in order, such as `fired welcome`",
        span,
    )


def time_runs_backwards(span: Span) -> Diagnostic:
    """A test whose clock would go back."""
    return error("time-runs-backwards", "a test's clock never runs backwards", span)


def unknown_step(span: Span, trigger: str, name: str, similar: str | None) -> Diagnostic:
    """No step of that name in a trigger."""
    return error(
        "unknown-step",
        f"`{trigger}` has no step `{name}` that customers wait in",
        span,
        help=_similar("step", similar),
    )


def unknown_reason(
    span: Span, name: str, similar: str | None, reasons: Sequence[str]
) -> Diagnostic:
    """Held for something that never holds anything."""
    return error(
        "unknown-reason",
        f"nothing is held for `{name}`",
        span,
        help=_similar("reason", similar) or f"reasons are {', '.join(reasons[:12])}",
    )


def definition_too_large(span: Span, name: str) -> Diagnostic:
    """A value built on values built on values."""
    return error(
        "definition-too-large",
        f"`{name}` is too large with all that stands behind its names",
        span,
        help="build on fewer lets, or on scores and counts directly",
    )
