"""Norms are the levels that regions usually give, worked out by hand; over these regions no country rises."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from rubric import load
from rubric.assess import assess
from rubric.model import Rubric
from rubric.norms import Norm, Told, TooFewRegions, norms_of, proposed_version, with_norms
from rubric.problems import InputError
from tests.rubric.made_up import Asked, answers_of, rubric_of

RUBRIC = rubric_of(["t"], [Asked(name, "t", ("IE",)) for name in "abc"])


def regions(**levels: list[int | str | None]) -> list[tuple[int, Mapping[str, int | str]]]:
    """What each region answers, by its number: one value of each list, None for no answer."""
    count = max(map(len, levels.values()))
    rows = [{q: said[n] for q, said in levels.items() if n < len(said)} for n in range(count)]
    return [(n, {q: said for q, said in row.items() if said is not None}) for n, row in enumerate(rows)]


def test_norms_worked_out_by_hand() -> None:
    # a: 30 levels, 10 each of 1, 2 and 4: mean 7/3, which stands as it is.
    # b: 15 levels of 1: mean 1. c: 5 levels, too few for a mean of their own.
    # The mean of the means is (7/3 + 1) / 2 = 5/3; b leans half-way to it: (15 * 1 + 15 * 5/3) / 30 = 4/3.
    found = norms_of(
        RUBRIC,
        regions(a=[1, 2, 4] * 10, b=[1] * 15 + ["unknown"] * 15, c=[4] * 5 + ["not-applicable"] * 5),
    )
    assert [(norm.question, norm.answered, norm.typical, norm.own) for norm in found] == [
        ("a", 30, 2.33, True),
        ("b", 15, 1.33, False),
        ("c", 5, 1.67, False),
    ]
    assert [norm.mean for norm in found] == [pytest.approx(7 / 3), 1.0, None]


def told(count: int, norms: Iterable[Norm]) -> Told:
    """Norms that came from the first `count` regions."""
    return Told(frozenset(range(count)), {norm.question: norm for norm in norms})


def test_a_question_stays_as_it_was_told_until_five_more_have_given_a_level() -> None:
    known: list[int | str | None] = [2] * 30
    first = norms_of(RUBRIC, regions(a=known, b=[1] * 30, c=[3] * 30))
    # Of five more, all say a level of a, one of b and four of c, of which another region takes back what it said.
    c: list[int | str | None] = ["unknown", *[3] * 29, *[0] * 4]
    second = norms_of(RUBRIC, regions(a=[*known, *[4] * 5], b=[*[1] * 30, 4], c=c), [told(30, first)])
    assert second[0] == Norm("a", 35, 80 / 35, 2.29)
    assert second[1:] == tuple(replace(norm, kept=True) for norm in first[1:])
    # The four that gave c a level before the second norms are newcomers still: it was told before they came.
    third = norms_of(
        RUBRIC,
        regions(a=[*known, *[4] * 9], b=[*[1] * 30, *[4] * 4], c=[*c, 0]),
        [told(35, second), told(30, first)],
    )
    assert third[0] == replace(second[0], kept=True)
    assert (third[1].answered, third[1].kept) == (30, True)
    assert third[2] == Norm("c", 34, 87 / 34, 2.56)


def test_twenty_nine_regions_are_too_few() -> None:
    with pytest.raises(TooFewRegions) as caught:
        norms_of(RUBRIC, regions(a=[1] * 29))
    assert caught.value.found == 29


def test_where_nobody_knows_anything_there_are_no_norms() -> None:
    with pytest.raises(InputError) as caught:
        norms_of(RUBRIC, regions(a=["unknown"] * 30))
    assert [problem.what for problem in caught.value.problems] == ["no question has 6 levels"]


def test_over_the_regions_that_norms_come_from_no_country_rises() -> None:
    rubric, chance = load.rubric(), np.random.RandomState(5)
    # What Denmark is known for is commonplace: all regions stand two levels higher on it.
    commonplace = {q.id: 2 if "DK" in rubric.countries_of(q) else 0 for q in rubric.questions}
    said = [{q: int(chance.randint(0, 3)) + raised for q, raised in commonplace.items()} for _ in range(30)]
    normed = with_norms(rubric, norms_of(rubric, enumerate(said)), "2026.1-norms-1")

    def mean(under: Rubric) -> float:
        results = [assess(answers_of(answers), under).exemplars.ranking for answers in said]
        return float(np.mean([e.resemblance for ranking in results for e in ranking if e.country == "DK"]))

    assert mean(rubric) > 3
    assert abs(mean(normed)) < 0.1


def test_a_rubric_with_norms_differs_in_name_and_norms_alone() -> None:
    rubric = load.rubric()
    normed = with_norms(rubric, [Norm(q.id, 30, 1.5, 1.5) for q in rubric.questions], "2026.1-norms-1")
    content = json.loads(normed.text)
    assert content["norms"] == dict.fromkeys(rubric.question_by_id, 1.5)
    assert {k: v for k, v in content.items() if k not in ("version", "norms")} == {
        k: v for k, v in rubric.content.items() if k != "version"
    }
    assert normed.digest != rubric.digest
    with pytest.raises(InputError):
        with_norms(rubric, [], "no version at all")


def test_names_go_on_from_those_that_are_taken() -> None:
    assert proposed_version("2026.1", ["2026.1"]) == "2026.1-norms-1"
    taken = ["2026.1", "2026.1-norms-1", "2026.1-norms-2", "2027.1-norms-3"]
    assert proposed_version("2026.1-norms-1", taken) == "2026.1-norms-3"
