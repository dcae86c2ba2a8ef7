"""A param, tuned: replayed, compared, chosen, and told as a section of a report."""

from __future__ import annotations

import re
from typing import Final

from attrs import frozen

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.analysis.findings import (
    Axis,
    Bars,
    Estimate,
    Row,
    Section,
    Series,
    Table,
    Unit,
    columns,
    count_of,
)
from lifecycle_dsl.analysis.goals import Goal, with_goal
from lifecycle_dsl.analysis.statistics.differences import newcombe
from lifecycle_dsl.analysis.tuning.candidates import Candidates, candidates
from lifecycle_dsl.analysis.tuning.cautions import cautions
from lifecycle_dsl.analysis.tuning.choosing import Choice, Verdict, choose
from lifecycle_dsl.analysis.tuning.comparing import Followed, Money, Trial, followed, trials
from lifecycle_dsl.analysis.tuning.deciding import decided_by
from lifecycle_dsl.analysis.tuning.objective import Objective, check, prices
from lifecycle_dsl.analysis.tuning.outcome import Outcome
from lifecycle_dsl.analysis.tuning.reached import Groups, Reached, added, groups, reached
from lifecycle_dsl.analysis.tuning.replay import Lives, Question, replay
from lifecycle_dsl.analysis.tuning.words import told
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.loading import CompileError, compile_sources
from lifecycle_dsl.localtime import format_instant
from lifecycle_dsl.localtime.durations import duration_literal
from lifecycle_dsl.program.types import TEXT
from lifecycle_dsl.rewriting import declaration, with_param

_MOST_GROUPS: Final = 12
_WORDS: Final = re.compile(r"\W+")


@frozen
class Asked:
    """How to tune."""

    goal: Goal
    of: str | None = None
    by: str | None = None
    least: int = 100
    level: float = 0.95
    workers: int | None = None
    objective: Objective = Objective.RATE


@frozen
class Tuned:
    """What was found of one param."""

    outcome: Outcome
    section: Section
    begin: int
    end: int
    """What was observed, in microseconds."""


def tune(ruleset: RuleSet, feed: Feed, param: str, asked: Asked) -> Tuned:
    """Replay history under all values of a param, and compare them.

    Raises:
        UndecidedError: where the param decides nothing, or several things, and no `of` says which.
        AnalysisError: where the param cannot be tuned so.
        InputError, OSError: where the events cannot be read.
    """
    check(asked.objective, asked.goal, ruleset.program)
    found = candidates(ruleset.program, param)
    what = asked.of or decided_by(ruleset.program, param)
    sources = with_goal(ruleset, asked.goal).sources
    who = reached(what, sources, ruleset.program)
    by = groups(asked.by, ruleset.program)
    question = Question(
        rules=_rules(sources, found, who),
        feed=feed,
        reached=who,
        goal=asked.goal.attribution,
        within=asked.goal.within,
        groups=by,
        prices=None if asked.objective is Objective.RATE else prices(ruleset.program),
    )
    lives = replay(question, asked.workers)
    if len(lives.labels) > _MOST_GROUPS:
        raise AnalysisError(
            f"--by {asked.by} tells {len(lives.labels):,} groups apart; {_MOST_GROUPS} is the most"
        )
    return _Telling(ruleset, asked, found, who, by, lives).tuned()


def _rules(sources: dict[str, str], found: Candidates, who: Reached) -> tuple[dict[str, str], ...]:
    """The rules under each value, checked before anything is read."""
    rules = []
    for each in found.each:
        made = added(with_param(sources, found.param, each.text), who.block())
        try:
            compile_sources(made)
        except CompileError as error:
            raise AnalysisError(
                f"`{found.param}` cannot be {each.text}: {error.diagnostics[0].headline}"
            ) from error
        rules.append(made)
    return tuple(rules)


@frozen
class _Telling:
    """The lives, on the way to a section."""

    ruleset: RuleSet
    asked: Asked
    found: Candidates
    who: Reached
    by: Groups
    lives: Lives

    def tuned(self) -> Tuned:
        """Compare and tell."""
        within, objective = self.asked.goal.within, self.asked.objective
        everybody = followed(self.lives, within, self.found.present, objective)
        overall = self._choice(everybody, 1)
        of_group = {
            label: everybody.of(self.lives.group == place)
            for place, label in enumerate(self.lives.labels)
            if self.by.names
        }
        choices = {label: self._choice(who, len(of_group)) for label, who in of_group.items()}
        outcome = Outcome(self.found, overall, choices, self.by.are_segments)
        tables = [self._values(everybody, "All")]
        if everybody.money is not None and objective is Objective.PROFIT:
            tables.append(self._parts(everybody, everybody.money))
        elif self.ruleset.program.message_guards.holdout:
            tables.append(self._held_out(everybody))
        tables += [self._values(who, label) for label, who in of_group.items()]
        if choices:
            tables.append(self._by_group(choices, everybody))
        line = line_of(self.ruleset, outcome) or ""
        section = Section(
            name=f"tune {self.found.param}",
            title=f"`{self.found.param}`, which decides `{self.who.text}`",
            definition=self._definition(everybody),
            sample=self._sample(everybody),
            censored=self._censored(everybody),
            headline=self._told(overall, everybody),
            tables=tuple(tables),
            charts=(self._chart(everybody),) if everybody.members.any() else (),
            notes=tuple(self._notes(outcome)),
            code=line,
        )
        return Tuned(outcome, section, self.lives.begin, self.lives.end)

    def _choice(self, who: Followed, count: int) -> Choice:
        return choose(who, self.found.present, self.asked.least, self.asked.level, count)

    def _told(self, choice: Choice, who: Followed) -> str:
        since = format_instant(who.since)[:10]
        return told(choice, self.found, self.asked.least, since, self.asked.objective)

    # ---- what stands in the section

    def _values(self, who: Followed, title: str) -> Table:
        each = trials(who, self.found.present, self.asked.level)
        return Table(
            columns(
                "Value",
                ("Reached", Unit.COUNT),
                ("Censored", Unit.COUNT),
                ("Succeeded", Unit.COUNT),
                (self.asked.objective.head, self.asked.objective.unit),
                ("Against the present", self.asked.objective.difference),
                ("p", Unit.P),
            ),
            tuple(self._row(place, trial) for place, trial in enumerate(each)),
            title=title,
            note=(
                "The intervals of differences hold for all values together, and p is "
                "corrected for all of them (Holm)."
            ),
        )

    def _row(self, place: int, trial: Trial) -> Row:
        return (
            self._name(place),
            trial.reached,
            trial.censored,
            trial.hits,
            trial.rate,
            trial.difference,
            None if place == self.found.present else trial.p,
        )

    def _name(self, place: int) -> str:
        text = self.found.each[place].text
        return f"{text} (now)" if place == self.found.present else text

    def _held_out(self, who: Followed) -> Table:
        """How those fared who got no message, beside those who may have."""
        held = who.of(self.lives.held_out).successes()
        messaged = who.of(~self.lives.held_out).successes()
        rows = []
        for place in range(len(held.n)):
            pair = [(int(each.hits[place]), int(each.n[place])) for each in (messaged, held)]
            rows.append(
                (
                    self._name(place),
                    messaged.share(place, self.asked.level),
                    held.share(place, self.asked.level),
                    int(held.n[place]),
                    newcombe(pair[0], pair[1], self.asked.level),
                )
            )
        return Table(
            columns(
                "Value",
                ("May be messaged", Unit.SHARE),
                ("Held out", Unit.SHARE),
                ("Of so many", Unit.COUNT),
                ("Lift", Unit.POINTS),
            ),
            tuple(rows),
            title="Without messages: the holdout",
            note=(
                "The held out got no marketing message, so their rates say how well a value picks; "
                "the lift is what the messages of this history did to those whom a value reaches."
            ),
        )

    def _parts(self, who: Followed, money: Money) -> Table:
        """What the profit of each value is made of."""
        level = self.asked.level
        parts = money.parts(who)
        return Table(
            columns(
                "Value",
                ("May be messaged", Unit.MONEY),
                ("Held out", Unit.MONEY),
                ("Messages cost", Unit.MONEY),
            ),
            tuple(
                (self._name(place), *(part.share(place, level) for part in parts))
                for place in range(len(self.found.each))
            ),
            title="What the profit is made of",
            note=(
                "The worth of those who may be messaged and of those held out, and what messages "
                "cost, each a customer whom any value reaches; whoever a value does not reach "
                "counts as 0 under it. The profit is the first less the second less the third."
            ),
        )

    def _by_group(self, choices: dict[str, Choice], who: Followed) -> Table:
        rows = tuple(
            (
                label,
                self.found.each[c.chosen].text if c.chosen is not None else None,
                c.later if c.later is not None else Estimate(None),
                str(c.verdict),
            )
            for label, c in choices.items()
        )
        return Table(
            columns(
                "Group",
                "Best before",
                ("Later, against the present", self.asked.objective.difference),
                "Verdict",
            ),
            rows,
            title=f"By {', '.join(self.by.names)}",
            note=(
                f"Best before is chosen on those who came before {format_instant(who.since)[:10]}; "
                "the difference is of those who came later, its level divided among the groups."
            ),
        )

    def _chart(self, who: Followed) -> Bars:
        each = trials(who, self.found.present, self.asked.level)
        objective = self.asked.objective
        what = "Rate of the goal" if objective is Objective.RATE else objective.head
        return Bars(
            f"{what} by {self.found.param}",
            Axis(self.found.param, Unit.TEXT),
            Axis(objective.value, objective.unit),
            (
                Series(
                    "all",
                    tuple(candidate.text for candidate in self.found.each),
                    tuple(trial.rate.value for trial in each),
                    tuple(trial.rate.low for trial in each),
                    tuple(trial.rate.high for trial in each),
                ),
            ),
        )

    def _definition(self, who: Followed) -> str:
        goal, day = self.asked.goal, format_instant(who.since)[:10]
        return (
            f"For each value the events are replayed; whoever comes to `{self.who.text}` under it "
            f"counts from the first time on, and succeeds if {goal.success} comes within "
            f"{duration_literal(goal.within)} of it, in a later step. Chosen on those whom any "
            f"value reached before {day}, confirmed on the others. "
            f"{self.asked.objective.definition}"
        )

    def _sample(self, who: Followed) -> str:
        later = int(who.later.sum())
        return (
            f"{count_of(self.lives.known, 'customer')} and "
            f"{count_of(self.lives.records, 'record')}; {len(who.later):,} are reached by some "
            f"value, {later:,} of them in the later period"
        )

    def _censored(self, who: Followed) -> str:
        present = self.found.present
        censored = int(who.reached[:, present].sum() - who.members[:, present].sum())
        return (
            f"Who was reached less than {duration_literal(self.asked.goal.within)} before the end "
            f"is censored, {count_of(censored, 'customer')} under the present value: left out of "
            "every rate, whether they succeeded yet or not."
        )

    def _notes(self, outcome: Outcome) -> list[str]:
        present = self.found.each[self.found.present].text
        as_now = f"{self.found.param} = {present}"
        notes = cautions(self.ruleset.program, self.who, as_now, self.asked.objective)
        if line_of(self.ruleset, outcome) is not None:
            notes.insert(0, "`--write` puts the line into the file.")
        best = outcome.overall
        if best.verdict is Verdict.BETTER and best.chosen is not None:
            reached_by = (self.lives.reached >= 0).sum(axis=0)
            now, then = int(reached_by[self.found.present]), int(reached_by[best.chosen])
            notes.insert(0, f"It would reach {then:,} customers where {now:,} are reached now.")
        if outcome.by_group and not self.by.are_segments:
            notes.append(self._by_label(self.by.names[0], outcome))
        return notes

    def _by_label(self, name: str, outcome: Outcome) -> str:
        trait = self.ruleset.program.traits.get(name)
        is_label = trait is None or trait.type != TEXT
        return _how_to_write(name, outcome, self.found, is_label=is_label)


def line_of(ruleset: RuleSet, outcome: Outcome) -> str | None:
    """The declaration that the file should have; None where it should stay as it is."""
    name = outcome.candidates.param
    value = outcome.value(ruleset.program.params[name])
    if value is None:
        return None
    return declaration(with_param(ruleset.sources, name, value), name)


def _how_to_write(name: str, outcome: Outcome, found: Candidates, *, is_label: bool) -> str:
    """What a value of its own for a label, or for the text of a trait, takes."""
    better = {
        label: found.each[choice.chosen].text
        for label, choice in outcome.by_group.items()
        if choice.verdict is Verdict.BETTER and choice.chosen is not None
    }
    if not better:
        return f"No value of its own is recommended for any `{name}`."
    names = {label: f"{name}_{_WORDS.sub('_', label)}" for label in better}
    lines = "  ".join(
        f"segment {names[label]} = {name} == {label if is_label else _quoted(label)}"
        for label in better
    )
    cases = "  ".join(f"{names[label]}: {text}" for label, text in better.items())
    return f"A value by `{name}` takes segments: {lines}, and then the cases {{ {cases} }}."


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"' + escaped.replace("{", "{{").replace("}", "}}") + '"'
