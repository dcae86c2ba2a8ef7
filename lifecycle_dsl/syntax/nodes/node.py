"""What every node is: a frozen piece of the program text with the span it came from."""

from attrs import fields, frozen

from lifecycle_dsl.source import Span


@frozen(eq=False, repr=False)
class Node:
    """A part of the text; two nodes are the same only if they are the same object."""

    span: Span

    def __repr__(self) -> str:
        """One for all kinds: a class with its own takes twice as long to load."""
        values = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(type(self))[1:])
        return f"{type(self).__name__}({', '.join(values)})"


@frozen(eq=False, repr=False)
class Name(Node):
    """A name as written; what it refers to is for the checker."""

    text: str


@frozen(eq=False, repr=False)
class Path(Node):
    """Names joined by dots, such as `crm.notify` or `feature_tips.settle`."""

    names: tuple[Name, ...]

    @property
    def text(self) -> str:
        """The path as written, without blanks."""
        return ".".join(name.text for name in self.names)


@frozen(eq=False, repr=False)
class Declared(Node):
    """The name a declaration gives, with the name it `was` known by before."""

    name: Name
    was: Name | None
