"""Rubrics made up for tests: as small as the behaviour under test allows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rubric.answers import Answers
from rubric.answers import State as StateId
from rubric.model import Country, CountryCode, Level, Practice, Question, Rubric, Source, State, Theme

CODES: tuple[CountryCode, ...] = ("AU", "CA", "DE", "DK", "FR", "GB", "IE", "US")
_LEVEL = Level(name="Made up", meaning="Made up.")


@dataclass(frozen=True)
class Asked:
    """A question of a made-up rubric."""

    id: str
    theme: str
    countries: tuple[CountryCode, ...]
    requires: tuple[str, ...] = ()
    tension: tuple[str, ...] = ()


class PinnedRubric(Rubric):
    """A rubric whose draws come from a digest given from outside, instead of its own content's."""

    pinned: str

    @property
    def digest(self) -> str:
        return self.pinned


def rubric_of(
    themes: Iterable[str], questions: Iterable[Asked], digest: str = "sha256:" + "1" * 64, **more: Any
) -> Rubric:
    """A rubric of these themes and questions; every question cites one practice for each of its countries."""
    asked = list(questions)
    return PinnedRubric(
        pinned=digest,
        version="2000.1",
        title="Made up",
        source=Source(title="Made up", date="never", about="Made up."),
        levels=(_LEVEL, _LEVEL, _LEVEL, _LEVEL, _LEVEL),
        states=(_state("unknown"), _state("outside-powers"), _state("not-applicable"), _state("undisclosed")),
        countries=tuple(Country(code=c, name=f"Land {c}", portrait="Made up.") for c in CODES),
        themes=tuple(Theme(id=t, title=t, sentence="Made up.") for t in themes),
        practices=tuple(
            Practice(id=_practice(q, c), country=c, title="Made up", theme=q.theme) for q in asked for c in q.countries
        ),
        questions=tuple(_question(q) for q in asked),
        **more,
    )


def _state(name: StateId) -> State:
    return State(id=name, label=name, meaning="Made up.")


def _practice(asked: Asked, country: str) -> str:
    return f"{country.lower()}-{asked.id}"


def _question(asked: Asked) -> Question:
    return Question(
        id=asked.id,
        theme=asked.theme,
        name="Made up",
        text="Made up?",
        why="Made up.",
        evidence="Made up.",
        levels=("0.", "1.", "2.", "3.", "4."),
        requires=asked.requires,
        tension=asked.tension,
        first_step="document",
        does={_practice(asked, c): "Made up." for c in asked.countries},
    )


def answers_of(answers: Mapping[str, int | str], **more: Any) -> Answers:
    """Answers of a made-up region."""
    return Answers.model_validate({"region": "Made-up region", "answers": dict(answers), **more})
