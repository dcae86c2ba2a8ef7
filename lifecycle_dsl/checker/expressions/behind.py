"""What stands behind names: lets, levels, segments and tables, and whether they read scores."""

from __future__ import annotations

from lifecycle_dsl.checker.names import Names, ScoreName
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.walk import walk

Read = e.LetRead | e.LevelRead | e.SegmentRead | e.TableRead


class Behind:
    """Follows names; remembers what it found, so that long chains are gone through once."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._scores: dict[Read, str | None] = {}
        self._points: dict[e.LetRead | e.TableRead, bool] = {}

    def value(self, found: e.Expression) -> e.Expression | None:
        """The value that a name stands for; None for what is no such name.

        Of a score with a half-life, its linear form; of a table's output, a list of all that it
        is looked up by and may be.
        """
        match found:
            case e.LetRead():
                return self._names.let_value(found.let, found.span)
            case e.LevelRead():
                return self._names.level_value(found.level, found.span)
            case e.SegmentRead():
                return self._names.segment_condition(found.segment, found.span)
            case e.TableRead():
                return self._names.table_value(found.table, found.output, found.span)
            case e.ScoreRead():
                return self._decaying(found)
            case _:
                return None

    def _decaying(self, found: e.ScoreRead) -> e.Linear | None:
        score = self._names.find(found.score)
        if not isinstance(score, ScoreName) or score.half_life is None:
            return None
        return e.Linear(
            span=found.span,
            bounds=found.bounds,
            terms=((1.0, score.name),),
            constant=0.0,
            half_life=score.half_life,
        )

    def score(self, expression: e.Expression) -> str | None:
        """A score that is read, by itself or behind names; None if none is."""
        for found in walk(expression):
            match found:
                case e.ScoreRead():
                    return found.score
                case e.Linear():
                    return found.terms[0][1]
                case e.LetRead() | e.LevelRead() | e.SegmentRead() | e.TableRead():
                    if found not in self._scores:
                        self._scores[found] = None
                        value = self.value(found)
                        self._scores[found] = None if value is None else self.score(value)
                    if (score := self._scores[found]) is not None:
                        return score
                case _:
                    pass
        return None

    def forgives(self, expression: e.Expression) -> bool:
        """Whether a comparison of this forgives: it reads a score, or points."""
        if self.score(expression) is not None:
            return True
        return self._has_points(expression)

    def _has_points(self, expression: e.Expression) -> bool:
        for found in walk(expression):
            if isinstance(found, e.PointsSum):
                return True
            if isinstance(found, e.LetRead | e.TableRead):
                if found not in self._points:
                    self._points[found] = False
                    value = self.value(found)
                    self._points[found] = value is not None and self._has_points(value)
                if self._points[found]:
                    return True
        return False
