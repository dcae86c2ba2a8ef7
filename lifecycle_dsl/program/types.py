"""The types of the language, and what a value of each is while it runs.

| type | in Python | unit |
|---|---|---|
| number, money | float, finite | money: the file's one currency |
| duration | int | microseconds |
| time | int | microseconds since the epoch, UTC |
| date | int | days since 1970-01-01 |
| text, labels, stage | str | |
| bool | bool | |
| level | int | rank of the label, 0 the lowest |
| list of text, of records | tuple of str, tuple of dict[str, value] | |

What is missing is None.
"""

from enum import Enum

from attrs import frozen

from lifecycle_dsl.localtime import dates


class Kind(Enum):
    """The types that have no parameters."""

    NUMBER = "number"
    MONEY = "money"
    DURATION = "duration"
    TIME = "time"
    DATE = "date"
    TEXT = "text"
    BOOL = "bool"


@frozen
class Plain:
    """A type without parameters."""

    kind: Kind

    def __str__(self) -> str:
        return self.kind.value


@frozen
class Labels:
    """`one of (...)`, weekdays, months: names without order; the value is the label itself."""

    labels: tuple[str, ...]
    title: str | None = None
    """`weekday` or `month`; None for a `one of` of the file."""

    def __str__(self) -> str:
        return self.title or f"one of ({', '.join(self.labels)})"


@frozen
class StageType:
    """A stage of the rule set; `previous_stage` may also be `none`."""

    def __str__(self) -> str:
        return "stage"


@frozen
class LevelType:
    """The ordered labels of a level, lowest first; the value is the rank."""

    level: str
    labels: tuple[str, ...]

    def __str__(self) -> str:
        return f"level {self.level}"


@frozen
class RecordType:
    """An element of a list with fields."""

    fields: "tuple[Field, ...]"

    def __str__(self) -> str:
        return f"{{ {', '.join(f'{f.name}: {f.type}' for f in self.fields)} }}"


@frozen
class ListType:
    """A list; at most `up_to` elements are accepted from outside."""

    element: "Plain | RecordType"
    up_to: int

    def __str__(self) -> str:
        return f"list of {self.element}"


Type = Plain | Labels | StageType | LevelType | ListType


@frozen
class Field:
    """A field of an event, an action, a record of a list or a table."""

    name: str
    type: Type
    optional: bool = False
    """May be missing: no default and not required."""
    default: object = None
    """The value where it is left out, if not None."""
    private: bool = False


NUMBER = Plain(Kind.NUMBER)
MONEY = Plain(Kind.MONEY)
DURATION = Plain(Kind.DURATION)
TIME = Plain(Kind.TIME)
DATE = Plain(Kind.DATE)
TEXT = Plain(Kind.TEXT)
BOOL = Plain(Kind.BOOL)
STAGE = StageType()
WEEKDAYS = Labels(dates.WEEKDAYS, "weekday")
MONTHS = Labels(dates.MONTHS, "month")
NO_STAGE = "none"
"""What `previous_stage` is before the first move."""
