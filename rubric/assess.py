"""From answers to the result: the one way in which a figure of Octant comes to be."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

from rubric.answers import DEFAULT_PRIORITY, Answers
from rubric.model import TOP_LEVEL, Question, Rubric, Theme
from rubric.recommend import Recommendation, Standing, recommendations, strengths
from rubric.resemblance import Exemplars, Fragile, exemplars
from rubric.rounding import rounded
from rubric.score import Score, Scores, rounded_range, rounded_score, scores
from rubric.structure import sheet, structure

FORMAT = "octant-result/1"


@dataclass(frozen=True)
class Coverage:
    """How many questions were asked, and how each was answered; all but the first sum to the first."""

    questions: int
    answered: int
    unknown: int
    undisclosed: int
    unanswered: int
    not_applicable: int
    outside_powers: int

    @property
    def left_out(self) -> int:
        """Questions that do not apply or are decided elsewhere."""
        return self.not_applicable + self.outside_powers

    @property
    def open(self) -> int:
        """Questions that may stand at any level: unknown, undisclosed or unanswered."""
        return self.unknown + self.undisclosed + self.unanswered


@dataclass(frozen=True)
class ThemeResult:
    """A theme with its priority (1-3), score and coverage."""

    theme: Theme
    priority: int
    score: Score
    coverage: Coverage


@dataclass(frozen=True)
class Result:
    """Everything that follows from one region's answers, unrounded. `json` is what leaves the program."""

    rubric: Rubric
    answers: Answers
    scores: Scores
    themes: tuple[ThemeResult, ...]
    coverage: Coverage
    exemplars: Exemplars
    strengths: tuple[Question, ...]
    recommendations: tuple[Recommendation, ...]

    def json(self, submission_digest: str | None = None) -> dict[str, JsonValue]:
        """The result as the stable interface has it: figures rounded, None where undefined."""
        overall, evidenced = self.scores.overall, rounded_range(self.scores.evidenced)
        return {
            "format": FORMAT,
            "region": self.answers.region,
            "country": self.answers.country,
            "date": self.answers.date.isoformat() if self.answers.date else None,
            "rubric": {"version": self.rubric.version, "digest": self.rubric.digest},
            "answers_digest": self.answers.digest(self.rubric),
            "submission_digest": submission_digest,
            "score": {
                **_score_json(overall),
                "weightings": cast(JsonValue, rounded_range(self.scores.weightings)),
                "left_out_as_zero": rounded_score(self.scores.left_out_as_zero),
            },
            "evidenced": {"low": evidenced[0], "high": evidenced[1]} if evidenced else None,
            "coverage": _coverage_json(self.coverage),
            "themes": [_theme_json(theme) for theme in self.themes],
            "exemplars": _exemplars_json(self.exemplars),
            "strengths": [question.id for question in self.strengths],
            "recommendations": [_recommendation_json(r) for r in self.recommendations],
            "answers": _answers_json(self.rubric, self.answers),
        }


def assess(answers: Answers, rubric: Rubric) -> Result:
    """The result of `answers`, which were checked against `rubric`. Same answers, same result, to the digit."""
    numbers = structure(rubric)
    marks = sheet(answers.answers, numbers)
    found = scores(marks, numbers, dict(answers.evidence))
    nearest = exemplars(marks, numbers)
    standing = Standing(
        levels={q: a for q, a in answers.answers.items() if isinstance(a, int)},
        priorities=answers.priorities,
        theme_scores={t: s.value for t, s in zip(numbers.themes, found.themes, strict=True) if s.value is not None},
        closest=nearest.closest,
    )
    return Result(
        rubric=rubric,
        answers=answers,
        scores=found,
        themes=tuple(_theme(t, s, answers, rubric) for t, s in zip(rubric.themes, found.themes, strict=True)),
        coverage=_coverage(rubric.questions, answers),
        exemplars=nearest,
        strengths=strengths(rubric, standing),
        recommendations=recommendations(rubric, standing),
    )


def _theme(theme: Theme, score: Score, answers: Answers, rubric: Rubric) -> ThemeResult:
    coverage = _coverage(rubric.questions_by_theme[theme.id], answers)
    return ThemeResult(theme, answers.priorities.get(theme.id, DEFAULT_PRIORITY), score, coverage)


def _coverage(questions: Iterable[Question], answers: Answers) -> Coverage:
    given = [answers.answers.get(q.id, "unanswered") for q in questions]
    return Coverage(
        questions=len(given),
        answered=sum(isinstance(answer, int) for answer in given),
        unknown=given.count("unknown"),
        undisclosed=given.count("undisclosed"),
        unanswered=given.count("unanswered"),
        not_applicable=given.count("not-applicable"),
        outside_powers=given.count("outside-powers"),
    )


def _coverage_json(coverage: Coverage) -> dict[str, JsonValue]:
    return dict(vars(coverage))


def _score_json(score: Score) -> dict[str, JsonValue]:
    return {
        "value": rounded_score(score.value),
        "low": rounded_score(score.low),
        "high": rounded_score(score.high),
        "interval": cast(JsonValue, rounded_range(score.interval)),
    }


def _theme_json(theme: ThemeResult) -> dict[str, JsonValue]:
    return {
        "id": theme.theme.id,
        "priority": theme.priority,
        "score": _score_json(theme.score),
        "coverage": _coverage_json(theme.coverage),
    }


def _exemplars_json(found: Exemplars) -> dict[str, JsonValue]:
    return {
        "verdict": found.verdict,
        "p": rounded(found.p, 3),
        "closest": list(found.closest),
        "ranking": [
            {
                "country": e.country,
                "resemblance": None if e.resemblance is None else rounded(e.resemblance, 2),
                "stability": None if e.stability is None else rounded(e.stability, 3),
                "answered": e.answered,
                "questions": e.questions,
            }
            for e in found.ranking
        ],
        "fragile": _fragile_json(found.fragile) if found.fragile else None,
    }


def _fragile_json(fragile: Fragile) -> dict[str, JsonValue]:
    return {
        "question": fragile.question,
        "from": fragile.before,
        "to": fragile.after,
        "becomes": fragile.becomes,
    }


def _recommendation_json(recommendation: Recommendation) -> dict[str, JsonValue]:
    question = recommendation.question
    return {
        "question": question.id,
        "theme": question.theme,
        "level": recommendation.level,
        "gap": recommendation.gap,
        "urgency": recommendation.urgency,
        "horizon": question.horizon,
        "countries": list(recommendation.countries),
        "practices": list(question.practices),
        "alternatives": list(recommendation.alternatives),
    }


def _answers_json(rubric: Rubric, answers: Answers) -> dict[str, JsonValue]:
    """What was given, in rubric order."""
    given = ((q.id, answers.answers[q.id]) for q in rubric.questions if q.id in answers.answers)
    return {
        name: {
            "answer": answer,
            "gap": TOP_LEVEL - answer if isinstance(answer, int) else None,
            "evidence": answers.evidence.get(name),
        }
        for name, answer in given
    }
