"""A whole file."""

from attrs import frozen

from lifecycle_dsl.syntax.nodes import facts, measuring, messages, stages, tables, tests, triggers
from lifecycle_dsl.syntax.nodes.node import Node

Declaration = (
    facts.Lifecycle
    | facts.Use
    | facts.Timezone
    | facts.Dedupe
    | facts.Event
    | facts.Action
    | facts.Trait
    | facts.Group
    | facts.Score
    | facts.Let
    | facts.Level
    | facts.Segment
    | facts.Param
    | facts.Model
    | stages.Start
    | stages.Stage
    | stages.FromRule
    | stages.Retired
    | triggers.Trigger
    | messages.Channel
    | messages.Topic
    | messages.Block
    | messages.Quiet
    | messages.Season
    | messages.Cap
    | messages.Holdout
    | messages.Route
    | tables.Table
    | measuring.Attribution
    | tests.Test
    | tests.Promise
)


@frozen(eq=False, repr=False)
class Comment(Node):
    """A comment, from `#` to the end of its line; `text` is with the `#`, without blanks behind."""

    text: str
    own_line: bool


@frozen(eq=False, repr=False)
class File(Node):
    """The declarations of a file in order, and its comments beside them."""

    declarations: tuple[Declaration, ...]
    comments: tuple[Comment, ...]
