"""Made-up regions to look at, the same ones every time, kept through the same service as real ones."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from rubric.model import TOP_LEVEL, Question, Rubric
from webapp.assessment import entries, service
from webapp.assessment.entries import Change, Entry
from webapp.assessment.rubrics import rubric_of
from webapp.database import Database
from webapp.models import Assessment

MARK = "Made-up region"
HEADS = ("Alder", "Birken", "Cor", "Dunmer", "Esk", "Farrow", "Grim", "Halver", "Ister", "Jorn", "Kelm", "Lunder")
TAILS = ("moor", "holt", "vale", "wick", "land", "mark", "fell", "stad", "mere", "burg")
COUNTRIES = ("PT", None, "PL", "NL", "IT", "SE", "CZ", "ES", None, "FI", "AT", "RO")
SECOND_ROUND = (2, 7)
"""Of ten regions, those that submit a second time, having got on a little."""

REASONS = (
    "The region has no research organisation of its own.",
    "None of the sectors that the strategy names works this way.",
    "The region is too small for this to arise; the neighbouring region does it for both.",
)
NOTES = (
    "Talked about in the last strategy round, without a decision.",
    "One pilot with outside money; it ended with the project.",
    "Runs in two of the five sectors of the strategy, with a part-time owner.",
    "Most of those it is meant for take part; the annual report lists them.",
    "In its second budget cycle, reviewed each spring, with the figures published.",
)
"""What a region may add at each level."""
REFERENCES = (
    "Made-up regional strategy, section 4.2",
    "Made-up council decision 17/2024",
    "Made-up annual report 2025, page 31",
)
GRADES = (("none",), ("none", "document"), ("document", "published"), ("published",), ("published", "evaluated"))
"""How well each level is usually shown."""


A_FEW: Mapping[str | None, float] = {"unknown": 0.03, "outside-powers": 0.03, "not-applicable": 0.03}


@dataclass(frozen=True)
class Pattern:
    """How a region answers. `level` is where it stands by and large; what it took over from `follows` stands higher.

    All other figures are shares of the questions, 0 to 1.
    """

    level: float
    follows: tuple[str, ...] = ()
    off_scale: Mapping[str | None, float] = field(default_factory=lambda: A_FEW)
    noted: float = 0.3
    graded: float = 0.5


LIFT, SPREAD = 1.7, 0.6
RAISED = 0.2
"""Share of the questions on which a region gets on until its second round."""
LEVEL = "level"
"""In place of a state: the answer is a level."""
PATTERNS = (
    Pattern(1.6, follows=("DK",)),
    Pattern(1.1, follows=("IE", "GB")),
    Pattern(2.0, follows=("FR",), noted=0.6, graded=0.9),
    Pattern(1.5),
    Pattern(1.4, follows=("CA",), off_scale={"unknown": 0.35}),
    Pattern(0.7, off_scale={None: 0.75}, noted=0.1, graded=0.0),
    Pattern(1.5, follows=("US",), off_scale={"outside-powers": 0.15, "not-applicable": 0.12}),
    Pattern(1.3, follows=("DE", "AU"), graded=0.8),
    Pattern(2.9, noted=0.5, graded=1.0),
    Pattern(1.2, follows=("AU",), off_scale={"undisclosed": 0.15}, graded=0.0),
)


@dataclass(frozen=True)
class Made:
    """A submission that was added."""

    region: str
    number: int


def fill(database: Database, submissions: int) -> Iterator[Made]:
    """Sees to it that the first so many made-up submissions are there, and gives those that were not."""
    for region, rounds in _plan(submissions):
        with database.writing() as session:
            added = _submit(session, region, rounds)
        yield from added


def _plan(submissions: int) -> Iterator[tuple[int, int]]:
    """Numbers of regions, from 0 on, each with how often it submits."""
    region = 0
    while submissions > 0:
        rounds = min(submissions, 2 if region % 10 in SECOND_ROUND else 1)
        yield region, rounds
        submissions -= rounds
        region += 1


def _submit(session: Session, region: int, rounds: int) -> list[Made]:
    assessment = _started(session, region)
    rubric = rubric_of(session, assessment.rubric_digest)
    added = []
    for number in range(len(assessment.submissions) + 1, rounds + 1):
        given = _entries(rubric, region, number)
        entries.save(assessment, [Change(question, entry, revision=None) for question, entry in given.items()])
        for theme, priority in _priorities(rubric, region).items():
            entries.save_priority(assessment, theme, priority)
        added.append(Made(assessment.region, service.submit(session, assessment).number))
    return added


def _started(session: Session, region: int) -> Assessment:
    """The region's assessment: the one that is there, or a new one."""
    query = select(Assessment).where(Assessment.region == _name(region))
    if found := session.scalar(query):
        return found
    contact = None if region % 3 == 2 else f"policy-office-{region + 1}@example.org"
    service.start(session, _name(region), COUNTRIES[region % len(COUNTRIES)], contact)
    return session.scalars(query).one()


def _name(region: int) -> str:
    """Each head with each tail once, and from then on with a number."""
    turn, place = divmod(region, len(HEADS) * len(TAILS))
    head, shift = place % len(HEADS), place // len(HEADS)
    name = f"{MARK} {HEADS[head]}{TAILS[(head + shift) % len(TAILS)]}"
    return f"{name} {turn + 1}" if turn else name


def _entries(rubric: Rubric, region: int, number: int) -> dict[str, Entry]:
    """What a region says in its first or second round."""
    chance = np.random.RandomState(region)  # its stream is frozen
    pattern = PATTERNS[region % len(PATTERNS)]
    first = {question.id: _entry(rubric, question, pattern, chance) for question in rubric.questions}
    given = {question: entry for question, entry in first.items() if entry.answer is not None}
    if number == 1:
        return given
    return {question: _raised(entry) if chance.random_sample() < RAISED else entry for question, entry in given.items()}


def _entry(rubric: Rubric, question: Question, pattern: Pattern, chance: np.random.RandomState) -> Entry:
    state = _state(pattern, chance.random_sample())
    if state != LEVEL:
        return Entry(answer=state, reason=_one(REASONS, chance) if state == "not-applicable" else None)
    follows = not set(pattern.follows).isdisjoint(rubric.countries_of(question))
    level = min(max(round(chance.normal(pattern.level + LIFT * follows, SPREAD)), 0), TOP_LEVEL)
    grade = _one(GRADES[level], chance) if chance.random_sample() < pattern.graded else None
    return Entry(
        answer=str(level),
        note=NOTES[level] if chance.random_sample() < pattern.noted else None,
        evidence=grade,
        reference=_one(REFERENCES, chance) if grade not in (None, "none") else None,
    )


def _state(pattern: Pattern, place: float) -> str | None:
    """What stands at a place from 0 to 1: an off-scale answer, None for no answer, or a level."""
    for state, part in pattern.off_scale.items():
        if place < part:
            return state
        place -= part
    return LEVEL


def _one(choices: Sequence[str], chance: np.random.RandomState) -> str:
    return choices[chance.randint(len(choices))]


def _raised(entry: Entry) -> Entry:
    """One level further, if it stands below the highest, with the note that goes with it."""
    if not (entry.answer and entry.answer.isdigit() and int(entry.answer) < TOP_LEVEL):
        return entry
    level = int(entry.answer) + 1
    return replace(entry, answer=str(level), note=NOTES[level])


def _priorities(rubric: Rubric, region: int) -> dict[str, int]:
    """Two themes that matter most to a region, and one that matters least."""
    themes = [theme.id for theme in rubric.themes]
    first, second, last = (themes[(region + shift) % len(themes)] for shift in (0, 3, 7))
    return {first: 3, second: 3, last: 1}
