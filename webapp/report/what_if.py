"""What if: other levels imagined for some questions, and what of the result that would move. Nothing here is stored."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from rubric.answers import Answers
from rubric.assess import Coverage, Result, assess
from rubric.model import TOP_LEVEL, Country, Rubric
from rubric.problems import InputError, Problem, place, quote
from webapp.charts import Dot
from webapp.report.exemplars import CountryLine, Headline, country_lines, headline_of, per_thousand
from webapp.report.issue import Earlier, Issue
from webapp.report.profile import AnswerLine, Figures, ThemeLine, dot_of, figures, theme_lines

LEVELS = tuple(str(level) for level in range(TOP_LEVEL + 1))
"""How a level is written where it is imagined."""


@dataclass(frozen=True)
class Outcome:
    """What follows from answers, as far as it is shown here: its figures as they are given out."""

    headline: Headline
    chance_per_thousand: int
    ranking: tuple[CountryLine, ...]
    score: Figures
    coverage: Coverage


@dataclass(frozen=True)
class Asked:
    """A question as it is answered, and as it is imagined."""

    before: AnswerLine
    after: AnswerLine

    @property
    def changed(self) -> bool:
        """Whether another answer is imagined than the one given."""
        return self.before.answer != self.after.answer


@dataclass(frozen=True)
class ThemeMove:
    """A theme as imagined, its `line` with the score as answered beside it, and what was done to its questions."""

    line: ThemeLine
    dot: Dot
    asked: tuple[Asked, ...]

    @property
    def changes(self) -> tuple[Asked, ...]:
        """Its questions for which another level is imagined."""
        return tuple(asked for asked in self.asked if asked.changed)


@dataclass(frozen=True)
class CountryMove:
    """A country with what is said of it before and after; places from 1, None where it cannot be compared."""

    country: Country
    before: CountryLine
    after: CountryLine
    place_before: int | None
    place_after: int | None


@dataclass(frozen=True)
class WhatIf:
    """The outcome as answered, and as imagined. `themes` in rubric order, `countries` the nearest imagined first."""

    rubric: Rubric
    before: Outcome
    after: Outcome
    themes: tuple[ThemeMove, ...]
    countries: tuple[CountryMove, ...]

    @property
    def changes(self) -> tuple[Asked, ...]:
        """The questions for which another level is imagined, in rubric order."""
        return tuple(asked for theme in self.themes for asked in theme.changes)


def imagined(answers: Answers, changes: Mapping[str, str], rubric: Rubric) -> Answers:
    """`answers` with other levels (`0` to `4`) for some questions, by id; all that was said beside them is kept.

    Raises InputError with all problems: ids that the rubric does not ask, values that are no level.
    """
    if problems := tuple(_problems(changes, rubric)):
        raise InputError(problems)
    levels = {question: int(level) for question, level in changes.items()}
    return answers.model_copy(update={"answers": answers.answers | levels})


def _problems(changes: Mapping[str, str], rubric: Rubric) -> Iterator[Problem]:
    known = rubric.question_by_id
    for name, level in changes.items():
        where = place("what if", name)
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            yield Problem(where, "unknown question", f"an id of `octant rubric show`{hint}")
        if level not in LEVELS:
            yield Problem(where, f"found {quote(level)}", f"a level {LEVELS[0]} to {LEVELS[-1]}")


def what_if(answers: Answers, changes: Mapping[str, str], rubric: Rubric) -> WhatIf:
    """What moves if questions stood at the levels in `changes`. Raises InputError, as `imagined` does."""
    now = assess(answers, rubric)
    return moves(now, assess(imagined(answers, changes, rubric), rubric) if changes else now)


def moves(now: Result, then: Result) -> WhatIf:
    """What differs between two results for the same rubric."""
    before, after = _outcome(now), _outcome(then)
    return WhatIf(now.rubric, before, after, tuple(_themes(now, then)), tuple(_countries(before, after)))


def _outcome(result: Result) -> Outcome:
    ranking = country_lines(result)
    return Outcome(
        headline=headline_of(result, ranking),
        chance_per_thousand=per_thousand(result.exemplars.p),
        ranking=ranking,
        score=figures(result.scores.overall),
        coverage=result.coverage,
    )


def _themes(now: Result, then: Result) -> Iterator[ThemeMove]:
    before, after = theme_lines(now, None, None), theme_lines(then, Earlier(Issue(), now), None)
    for old, new in zip(before, after, strict=True):
        moved = new.before if new.before != new.score.value else None
        yield ThemeMove(new, replace(dot_of(new), before=moved), tuple(map(Asked, old.answers, new.answers)))


def _countries(before: Outcome, after: Outcome) -> Iterator[CountryMove]:
    lines = {line.country.code: line for line in before.ranking}
    was, becomes = _places(before.ranking), _places(after.ranking)
    for line in after.ranking:
        code = line.country.code
        yield CountryMove(line.country, lines[code], line, was.get(code), becomes.get(code))


def _places(ranking: Iterable[CountryLine]) -> dict[str, int]:
    """The places of the countries that can be compared, by code."""
    compared = (line.country.code for line in ranking if line.resemblance is not None)
    return {code: number for number, code in enumerate(compared, start=1)}
