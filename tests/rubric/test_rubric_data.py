"""The rubric's own quality, as far as a program can tell: rules for the content, not for the code."""

import csv
import json
import re
import statistics
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from rubric import load, prose
from rubric.digests import canonical
from rubric.model import HORIZONS, PREFIXES, Question

RUBRIC = load.rubric()
QUESTIONS = pytest.mark.parametrize("question", RUBRIC.questions, ids=lambda question: question.id)

THEMES = (
    "strategy",
    "focus",
    "governance",
    "collaboration",
    "innovation",
    "skills",
    "firms",
    "finance",
    "place",
    "learning",
)
WITHOUT_COUNTRIES = ("text", "why", "evidence", "levels")
COUNTRY_WORDS = re.compile(
    r"\b(Ireland|Irish|United States|America\w*|USA?|Canad\w+|Australia\w*|Denmark|Danish|Danes?|France|French"
    r"|German\w*|United Kingdom|UK|Brit\w+|England|English|Scot\w+|Wales|Welsh|Fraunhofer|Max Planck|Catapults?"
    r"|Mittelstand)\b"
)
LADDER_WORDS = re.compile(
    r"\b(somewhat|fully|largely|partially|partly|highly|very|systematic\w*|optimi[sz]\w+|ad hoc|mature|adequate\w*"
    r"|sufficient\w*|appropriate\w*|excellent|world-class|best[- ]practice)\b",
    re.IGNORECASE,
)
SCALE_WORDS = re.compile(r"^\d|\blevels? \d|\bscore\w*\b|\bstages?\b|\b(amber|traffic lights?)\b", re.IGNORECASE)
JARGON = re.compile(r"\b(triple helix|quadruple helix|smart speciali[sz]ation|KPIs?|stakeholders?)\b", re.IGNORECASE)

LONGEST = {"text": 140, "why": 240, "evidence": 200, "levels": 160, "does": 200}
MOST_WORDS = {"text": 24, "why": 40, "evidence": 32, "levels": 30, "does": 30}
HARDEST = {"text": 30, "why": 50, "evidence": 50, "levels": 25, "does": -40}
"""Lowest reading ease. What a country does has few, long words, which stand in the source."""
MEDIAN_EASE = {"text": 60, "why": 65, "evidence": 65, "levels": 65, "does": 30}
ALMOST_THE_SAME = 0.8


def passages(*parts: str) -> Iterator[prose.Passage]:
    return (passage for passage in prose.passages(RUBRIC) if passage.part.split(".")[0] in parts)


def test_the_practices_are_those_of_the_source() -> None:
    with Path(__file__).with_name("practices.csv").open(encoding="utf-8", newline="") as file:
        expected = [(row["id"], row["country"], row["title"], row["theme"]) for row in csv.DictReader(file)]

    assert [(p.id, p.country, p.title, p.theme) for p in RUBRIC.practices] == expected
    assert len(expected) == 47


def test_every_practice_is_cited() -> None:
    cited = {practice for question in RUBRIC.questions for practice in question.practices}

    assert cited == {practice.id for practice in RUBRIC.practices}


def test_the_themes_stand_in_their_order_with_weight_one() -> None:
    assert tuple(theme.id for theme in RUBRIC.themes) == THEMES
    assert {theme.weight for theme in RUBRIC.themes} == {1.0}


def test_the_rubric_has_44_to_50_questions() -> None:
    assert 44 <= len(RUBRIC.questions) <= 50


def test_questions_stand_in_rubric_order() -> None:
    assert [q.theme for q in RUBRIC.questions] == sorted((q.theme for q in RUBRIC.questions), key=THEMES.index)


@pytest.mark.parametrize("code", [country.code for country in RUBRIC.countries])
def test_every_country_is_cited_by_six_questions_or_more(code: str) -> None:
    assert RUBRIC.questions_by_country[code] >= 6


def test_every_theme_has_two_questions_or_more() -> None:
    assert all(len(questions) >= 2 for questions in RUBRIC.questions_by_theme.values())


@QUESTIONS
def test_ids_can_be_field_names(question: Question) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9-]*", question.id)
    assert not question.id.startswith(PREFIXES)


def test_nothing_is_said_twice() -> None:
    texts = [*(passage.text for passage in prose.passages(RUBRIC)), *(q.name for q in RUBRIC.questions)]
    twice = [text for text, times in Counter(text.casefold() for text in texts).items() if times > 1]

    assert twice == []


def test_nothing_is_said_almost_twice() -> None:
    pairs = [pair for pair in prose.most_alike(prose.passages(RUBRIC), 20) if pair.likeness >= ALMOST_THE_SAME]

    assert [(p.first.text, p.second.text) for p in pairs] == []


@pytest.mark.parametrize("part", LONGEST)
def test_no_text_is_too_long_or_too_short(part: str) -> None:
    wrong = [
        p
        for p in passages(part)
        if not 20 <= len(p.text) <= LONGEST[part] or len(prose.words(p.text)) > MOST_WORDS[part]
    ]

    assert wrong == []


@pytest.mark.parametrize("part", HARDEST)
def test_every_text_is_readable(part: str) -> None:
    ease = {passage: prose.reading_ease(passage.text) for passage in passages(part)}

    assert [passage for passage, found in ease.items() if found < HARDEST[part]] == []
    assert statistics.median(ease.values()) >= MEDIAN_EASE[part]


@QUESTIONS
def test_texts_have_their_form(question: Question) -> None:
    assert question.text.count("?") == 1
    assert question.text.endswith("?")
    assert len(re.findall(r"[.!?](?=\s|$)", question.why)) <= 2
    assert len(question.name.split()) <= 8
    for text in (question.why, question.evidence, *question.levels, *question.does.values()):
        assert text.endswith(".")
    for level in question.levels:
        assert len(re.findall(r"[.!?](?=\s|$)", level)) == 1


@QUESTIONS
def test_what_a_country_does_is_said_of_that_country(question: Question) -> None:
    for practice, text in question.does.items():
        name = RUBRIC.country_by_code[RUBRIC.practice_by_id[practice].country].name
        assert name.removeprefix("the ") in text
        assert text.rstrip(".").casefold() != RUBRIC.practice_by_id[practice].title.casefold()


def test_typography_is_one() -> None:
    wrong = [p for p in prose.passages(RUBRIC) if re.search(r"['\"]|  | - |\.\.\.|\t|\n", p.text)]

    assert wrong == []


def test_no_country_leads_the_respondent() -> None:
    assert [p for p in passages(*WITHOUT_COUNTRIES) if COUNTRY_WORDS.search(p.text)] == []
    assert [q.name for q in RUBRIC.questions if COUNTRY_WORDS.search(q.name)] == []


def test_levels_are_neither_numbered_nor_graded_by_adverbs() -> None:
    levels = list(passages("levels"))

    assert [p for p in levels if SCALE_WORDS.search(p.text)] == []
    assert [p for p in levels if LADDER_WORDS.search(p.text)] == []


def test_terms_of_the_trade_are_left_to_the_source() -> None:
    assert [p for p in passages(*WITHOUT_COUNTRIES) if JARGON.search(p.text)] == []


def test_top_levels_are_more_than_evaluations() -> None:
    tops = [question.levels[4] for question in RUBRIC.questions]

    assert sum(bool(re.search(r"\b(evaluat|improv)", top)) for top in tops) <= len(tops) / 5


def test_what_a_question_needs_is_asked_before_it() -> None:
    places = {question.id: place for place, question in enumerate(RUBRIC.questions)}

    for question in RUBRIC.questions:
        assert all(places[other] < places[question.id] for other in question.requires), question.id


def test_rivals_never_need_each_other() -> None:
    requires = {question.id: set(question.requires) for question in RUBRIC.questions}

    for question in RUBRIC.questions:
        for rival in question.tension:
            assert rival != question.id
            assert rival not in requires[question.id]
            assert question.id not in requires[rival]


def test_first_steps_are_of_every_length() -> None:
    assert {question.horizon for question in RUBRIC.questions} == set(HORIZONS.values())


def test_the_off_scale_answers_are_all_worded() -> None:
    assert {state.id for state in RUBRIC.states} == {"not-applicable", "outside-powers", "unknown", "undisclosed"}


def test_a_stored_rubric_is_the_same_rubric() -> None:
    again = load.from_content(json.loads(canonical(RUBRIC.content)))

    assert again == RUBRIC
    assert again.digest == RUBRIC.digest


def test_the_digest_follows_from_the_content_alone() -> None:
    assert load.read(load.DATA / RUBRIC.version).digest == RUBRIC.digest
    assert load.from_content({**RUBRIC.content, "title": "Another"}).digest != RUBRIC.digest
