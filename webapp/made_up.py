"""Made-up regions, the same ones every time: what they answer, when they submit, and how their review goes."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from rubric.answers import Answers
from rubric.model import TOP_LEVEL, Question, Rubric
from webapp.assessment.entries import Entry, tables
from webapp.status import Step

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
    ("talked about in the last strategy round, without a decision.", "nobody has asked for it yet."),
    ("one pilot with outside money; it ended with the project.", "stands in the strategy, without a budget line."),
    ("runs in two of the five sectors of the strategy.", "has a part-time owner and money until next year."),
    ("most of those it is meant for take part.", "the annual report lists who takes part: most, not yet all."),
    ("in its second budget cycle, reviewed each spring.", "kept up since 2021, with the figures published."),
)
"""What a region may add at each level, after what it is about."""
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

    All other figures are shares of the questions, 0 to 1. Notes that are `pasted` do not say what they are about.
    """

    level: float
    follows: tuple[str, ...] = ()
    off_scale: Mapping[str | None, float] = field(default_factory=lambda: A_FEW)
    noted: float = 0.3
    graded: float = 0.5
    pasted: bool = False


LIFT, SPREAD = 1.7, 0.6
RAISED = 0.2
"""Share of the questions on which a region gets on until its second round."""
LEVEL = "level"
"""In place of a state: the answer is a level."""
PATTERNS = (
    Pattern(1.6, follows=("DK",)),
    Pattern(1.1, follows=("IE", "GB")),
    Pattern(2.0, follows=("FR",), noted=0.6, graded=0.9),
    Pattern(1.5, pasted=True),
    Pattern(1.4, follows=("CA",), off_scale={"unknown": 0.35}),
    Pattern(0.7, off_scale={None: 0.75}, noted=0.1, graded=0.0),
    Pattern(1.5, follows=("US",), off_scale={"outside-powers": 0.15, "not-applicable": 0.12}),
    Pattern(1.3, follows=("DE", "AU"), graded=0.8),
    Pattern(2.9, noted=0.5, graded=1.0),
    Pattern(1.2, follows=("AU",), off_scale={"undisclosed": 0.15}, graded=0.0),
)

YEARS = dt.timedelta(days=3 * 365)
"""How far back the first submissions are spread."""
GOLDEN = 0.6180339887498949
"""Multiples of it, without their whole part, are spread evenly however many there are."""
UNTIL_REVIEWED = dt.timedelta(days=9)
"""From a submission until it is reviewed."""
UNTIL_SECOND = 0.6
"""When a region submits again, as a share of the time from its first submission until today."""

ONCE: Mapping[tuple[Step, ...], int] = {
    ("submit", "begin", "accept"): 9,
    ("submit",): 4,
    ("submit", "begin"): 3,
    ("submit", "begin", "return"): 3,
    ("submit", "withdraw"): 1,
}
TWICE: Mapping[tuple[Step, ...], int] = {
    ("submit", "begin", "return", "submit", "begin", "accept"): 8,
    ("submit", "begin", "return", "submit"): 4,
    ("submit", "begin", "accept", "submit", "begin"): 4,
    ("submit", "begin", "accept", "submit"): 3,
    ("submit", "begin", "return", "submit", "withdraw"): 1,
}
"""How reviews go, each with how many of twenty regions, of those that submit once and of those that submit twice."""
DOUBTS = (
    "Which part of the budget pays for this?",
    "The reference names a plan. Has it been decided on since?",
    "Two thirds of the firms, or of the member firms?",
)
REPLIES = (
    "A line of its own in the regional budget since last year.",
    "Yes; we have named the decision and taken the level back by one.",
    "Of the member firms. We have made that clear in the note.",
)
WORDS: Mapping[Step, str] = {
    "return": "Thank you. Before we can accept this, please look at the questions that we have about single answers.",
    "accept": "",
    "withdraw": "The region asked us to withdraw this: its strategy is being written anew.",
}
"""The steps of which a region is told, with what goes with them."""
REMARKS = (
    "Called the office: the report on the third sector follows by the end of the month.",
    "Reads well. The evidence for the skills theme is thin.",
)
REMARKED = 4
"""Of so many reviews that were begun, one has a remark."""


def rounds(region: int) -> int:
    """How often a region submits, 1 or 2."""
    return 2 if region % 10 in SECOND_ROUND else 1


def steps(region: int, submitted: int) -> tuple[Step, ...]:
    """How the review of a region has gone that has submitted so often."""
    ways = [way for way, times in (TWICE if submitted == 2 else ONCE).items() for _ in range(times)]
    return ways[(7 * region + 3 * (region // len(ways))) % len(ways)]


def at(region: int, number: int, until: dt.datetime) -> dt.datetime:
    """When a region made submission `number`, in the three years before `until`."""
    age = (GOLDEN * (region + 1)) % 1 * YEARS
    return (until - age * (1 if number == 1 else 1 - UNTIL_SECOND)).replace(microsecond=0)


def country(region: int) -> str | None:
    """Where a region lies, if it says so."""
    return COUNTRIES[region % len(COUNTRIES)]


def contact(region: int) -> str | None:
    """Whom to ask; two of three regions say so."""
    return None if region % 3 == 2 else f"policy-office-{region + 1}@example.org"


def answers(rubric: Rubric, region: int, number: int) -> Answers:
    """What a region says in its first or second submission."""
    content: dict[str, Any] = {
        "region": name(region),
        "country": country(region),
        "rubric": rubric.version,
        "priorities": priorities(rubric, region),
        **tables(entries(rubric, region, number)),
    }
    return Answers.model_validate(content)


def doubtful(rubric: Rubric, region: int) -> tuple[str, ...]:
    """Up to three answered questions that a reviewer asks a region about, by id."""
    given = list(entries(rubric, region, 1))
    return tuple(given[region % 5 :: 17][: 1 + region % 3])


def name(region: int) -> str:
    """Each head with each tail once, and from then on with a number."""
    turn, place = divmod(region, len(HEADS) * len(TAILS))
    head, shift = place % len(HEADS), place // len(HEADS)
    first = f"{MARK} {HEADS[head]}{TAILS[(head + shift) % len(TAILS)]}"
    return f"{first} {turn + 1}" if turn else first


def entries(rubric: Rubric, region: int, number: int) -> dict[str, Entry]:
    """What a region says in its first or second round."""
    chance = np.random.RandomState(region)  # its stream is frozen
    pattern = PATTERNS[region % len(PATTERNS)]
    first = {question.id: _entry(rubric, question, pattern, chance) for question in rubric.questions}
    given = {question: entry for question, entry in first.items() if entry.answer is not None}
    if number == 1:
        return given
    return {
        question: _raised(rubric.question_by_id[question], entry, pattern, chance)
        if chance.random_sample() < RAISED
        else entry
        for question, entry in given.items()
    }


def _entry(rubric: Rubric, question: Question, pattern: Pattern, chance: np.random.RandomState) -> Entry:
    state = _state(pattern, chance.random_sample())
    if state != LEVEL:
        return Entry(answer=state, reason=_one(REASONS, chance) if state == "not-applicable" else None)
    follows = not set(pattern.follows).isdisjoint(rubric.countries_of(question))
    level = min(max(round(chance.normal(pattern.level + LIFT * follows, SPREAD)), 0), TOP_LEVEL)
    grade = _one(GRADES[level], chance) if chance.random_sample() < pattern.graded else None
    return Entry(
        answer=str(level),
        note=_note(question, level, pattern, chance) if chance.random_sample() < pattern.noted else None,
        evidence=grade,
        reference=_one(REFERENCES, chance) if grade not in (None, "none") else None,
    )


def _note(question: Question, level: int, pattern: Pattern, chance: np.random.RandomState) -> str:
    said = _one(NOTES[level], chance)
    return said.capitalize() if pattern.pasted else f"{question.name}: {said}"


def _state(pattern: Pattern, place: float) -> str | None:
    """What stands at a place from 0 to 1: an off-scale answer, None for no answer, or a level."""
    for state, part in pattern.off_scale.items():
        if place < part:
            return state
        place -= part
    return LEVEL


def _one(choices: Sequence[str], chance: np.random.RandomState) -> str:
    return choices[chance.randint(len(choices))]


def _raised(question: Question, entry: Entry, pattern: Pattern, chance: np.random.RandomState) -> Entry:
    """One level further, if it stands below the highest, with the note that goes with it."""
    if not (entry.answer and entry.answer.isdigit() and int(entry.answer) < TOP_LEVEL):
        return entry
    level = int(entry.answer) + 1
    return replace(entry, answer=str(level), note=_note(question, level, pattern, chance))


def priorities(rubric: Rubric, region: int) -> dict[str, int]:
    """Two themes that matter most to a region, and one that matters least."""
    themes = [theme.id for theme in rubric.themes]
    first, second, last = (themes[(region + shift) % len(themes)] for shift in (0, 3, 7))
    return {first: 3, second: 3, last: 1}
