"""Whom a value reached: which happening counts, and by what customers are told apart."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.diagnostics.suggest import hint
from lifecycle_dsl.engine import decisions as d
from lifecycle_dsl.engine.view import Customer
from lifecycle_dsl.loading import CompileError, compile_sources
from lifecycle_dsl.program.program import Program

NAME = "lcr_reached"
"""The attribution that a happening becomes."""
OTHERS = "others"
"""Who is in none of the segments."""
_FIRED = "fired "


@frozen
class Reached:
    """What has to happen to a customer for them to count, as `--of` says it."""

    text: str

    @property
    def trigger(self) -> str | None:
        """The trigger whose firing it is; None for a happening of the language."""
        return self.text.removeprefix(_FIRED).strip() if self.text.startswith(_FIRED) else None

    def holds(self, decision: d.Decision) -> bool:
        """Whether a decision says that it happened."""
        if self.trigger is not None:
            return isinstance(decision, d.Fired) and decision.trigger == self.trigger
        return isinstance(decision, d.Credit) and decision.attribution == NAME

    def block(self) -> str:
        """What the rules need in addition, so that the engine says so."""
        if self.trigger is not None:
            return ""
        return (
            f"attribution {NAME} {{ touch sends  conversion {self.text} worth 0"
            "  within 1d  model last }\n"
        )


def reached(text: str, sources: dict[str, str], program: Program) -> Reached:
    """What `--of` names.

    Raises:
        AnalysisError: where it names nothing of these rules.
    """
    found = Reached(" ".join(text.split()))
    if found.trigger is not None:
        triggers = [each.name for each in program.triggers]
        if found.trigger not in triggers:
            more = hint(found.trigger, triggers)
            raise AnalysisError(f"no trigger is called `{found.trigger}`{more}")
        return found
    try:
        compile_sources(added(sources, found.block()))
    except CompileError as error:
        said = error.diagnostics[0]
        advice = f" ({said.help})" if said.help else ""
        raise AnalysisError(
            f"--of '{text}': {said.headline}{advice}; it takes `enter STAGE`, `fired TRIGGER` "
            "or any other happening"
        ) from error
    return found


def added(sources: dict[str, str], block: str) -> dict[str, str]:
    """The texts with something declared at the end of the rule file."""
    (first, text), *others = sources.items()
    return {first: f"{text}\n{block}", **dict(others)}


@frozen
class Groups:
    """By what customers are told apart, as they are when they are reached."""

    names: tuple[str, ...] = ()
    """A level, a trait or `stage`; or segments, of which the first that holds counts."""
    are_segments: bool = False

    def labels(self) -> Callable[[Customer], str]:
        """The group that a customer is in."""
        if not self.names:
            return lambda _: ""
        if self.are_segments:
            return self._segment
        name = self.names[0]
        if name == "stage":
            return lambda customer: customer.stage
        return lambda customer: _shown(customer.levels.get(name, customer.traits.get(name)))

    def _segment(self, customer: Customer) -> str:
        inside = set(customer.segments)
        return next((name for name in self.names if name in inside), OTHERS)


def groups(text: str | None, program: Program) -> Groups:
    """What `--by` names: segments, a level, a trait, or `stage`.

    Raises:
        AnalysisError: where it names none of these rules.
    """
    if text is None:
        return Groups()
    names = tuple(each.strip() for each in text.split(",") if each.strip())
    if names and all(name in program.segments for name in names):
        return Groups(names, are_segments=True)
    known = [*program.segments, *program.levels, *program.traits, "stage"]
    if len(names) == 1 and names[0] in known:
        return Groups(names)
    wrong = next((name for name in names if name not in program.segments), text)
    more = hint(wrong, known)
    raise AnalysisError(
        f"--by takes segments, or one level, trait or `stage`, and `{wrong}` is none{more}"
    )


def _shown(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case _:
            return str(value)
