"""Resemblance, verdict and their undefined and tied cases, worked by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from rubric.assess import assess
from rubric.model import CountryCode, Rubric
from rubric.resemblance import Exemplars
from tests.rubric.made_up import CODES, Asked, answers_of, rubric_of

THEME = "strategy"
FR: tuple[CountryCode, ...] = ("FR",)
US: tuple[CountryCode, ...] = ("US",)


def cited_by(*countries: Sequence[CountryCode]) -> Rubric:
    """A rubric with one question for each of `countries`, named q0, q1, …"""
    return rubric_of([THEME], [Asked(f"q{n}", THEME, tuple(cited)) for n, cited in enumerate(countries)])


def compared(rubric: Rubric, answers: Sequence[int | str | None]) -> Exemplars:
    given = {f"q{n}": answer for n, answer in enumerate(answers) if answer is not None}
    return assess(answers_of(given), rubric).exemplars


def resemblances(found: Exemplars) -> dict[str, float | None]:
    return {exemplar.country: exemplar.resemblance for exemplar in found.ranking}


def stabilities(found: Exemplars) -> dict[str, float | None]:
    return {exemplar.country: exemplar.stability for exemplar in found.ranking}


IE_US = cited_by(["IE"], ["IE"], ["US"], ["US"], *[FR] * 6)


def test_resemblance_counts_standard_errors() -> None:
    found = resemblances(compared(IE_US, [4, 4, 0, 0, 2, 2, 2, 2, 2, 2]))

    # Mean 2, s2 = (4 x 4) / 10 = 1.6. For two of ten: sqrt(1.6 / 2 x 8 / 9) = 0.843274.
    assert found["IE"] == pytest.approx(2 / 0.8432740427)
    assert found["US"] == pytest.approx(-2 / 0.8432740427)
    assert found["FR"] == pytest.approx(0)


def test_a_question_of_two_countries_counts_for_both() -> None:
    rubric = cited_by(["IE", "US"], ["IE"], ["US"], *[FR] * 7)
    found = resemblances(compared(rubric, [4, 2, 0, 2, 2, 2, 2, 2, 2, 2]))

    # Mean 2, s2 = 0.8; for two of ten sqrt(0.8 / 2 x 8 / 9) = 0.596285; means 3 and 2.
    assert found["IE"] == pytest.approx(1 / 0.5962847940)
    assert found["US"] == pytest.approx(0)


def test_two_practices_of_a_country_count_its_question_once() -> None:
    rubric = cited_by(["IE"], ["IE"], ["US"], ["US"], *[FR] * 6)
    second = rubric.practices[0].model_copy(update={"id": "ie-second"})
    first = rubric.questions[0]
    doubled = cited_by(["IE"], ["IE"], ["US"], ["US"], *[FR] * 6).model_copy(
        update={
            "practices": (*rubric.practices, second),
            "questions": (
                first.model_copy(update={"does": {**first.does, "ie-second": "Made up."}}),
                *rubric.questions[1:],
            ),
        }
    )
    answers = [4, 1, 0, 0, 2, 2, 2, 2, 2, 3]

    assert compared(doubled, answers) == compared(rubric, answers)


def test_norms_are_taken_off_the_levels() -> None:
    normed = IE_US.model_copy(update={"norms": {f"q{n}": 2.0 if n < 2 else 0.0 for n in range(10)}})

    # The same as two levels less on the first two questions.
    found = compared(normed, [4, 4, 0, 0, 2, 2, 2, 2, 2, 2])
    plain = compared(IE_US, [2, 2, 0, 0, 2, 2, 2, 2, 2, 2])
    assert resemblances(found) == pytest.approx(resemblances(plain))
    assert found.p == plain.p


def test_stability_is_the_share_of_draws_led() -> None:
    found = compared(IE_US, [4, 4, 0, 0, 2, 2, 2, 2, 2, 2])

    # The same computed here again, draw by draw.
    random = np.random.RandomState(int.from_bytes(bytes.fromhex(IE_US.digest[7:15]), "big"))
    led = dict.fromkeys(("FR", "IE", "US"), 0)
    for noise in random.normal(0, 0.75, (1000, 10)):
        y = np.array([4, 4, 0, 0, 2, 2, 2, 2, 2, 2]) + noise
        z = {
            code: (y[cited].mean() - y.mean()) / (y.var() / len(cited) * (10 - len(cited)) / 9) ** 0.5
            for code, cited in (("FR", [4, 5, 6, 7, 8, 9]), ("IE", [0, 1]), ("US", [2, 3]))
        }
        led[max(z, key=lambda code: z[code])] += 1
    assert {code: stability for code, stability in stabilities(found).items() if code in led} == pytest.approx(
        {code: times / 1000 for code, times in led.items()}
    )


def test_chance_is_the_share_of_orders_with_as_large_a_likeness() -> None:
    found = compared(IE_US, [4, 4, 0, 0, 2, 2, 2, 2, 2, 2])

    # By counting: both fours on IE, or both on US, 2 of the 45 pairs; for FR it takes both zeros elsewhere
    # and more than chance for six: z = 2.37 would need a mean of 2.82 where the most is (4 x 2 + 2 x 4) / 6 = 2.67.
    assert found.p == pytest.approx(2 / 45, abs=0.02)
    assert (found.p * 1001) == pytest.approx(round(found.p * 1001))


def test_an_open_question_is_drawn_from_the_answers() -> None:
    answers: list[int | str | None] = [4, 4, 0, 0, 2, 2, 2, 2, 2, 2]
    rubric = cited_by(["IE"], ["IE"], ["US"], ["US"], *[FR] * 6, ["IE"])
    with_open, without = compared(rubric, [*answers, "unknown"]), compared(rubric, [*answers, "not-applicable"])

    assert resemblances(with_open) == resemblances(without)
    assert stabilities(with_open) != stabilities(without)
    assert compared(rubric, [*answers, "undisclosed"]) == with_open == compared(rubric, [*answers, None])


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([4, 4, 0, 0, 2, 2, 2, 2, 2, None], "nine answers"),
        ([2] * 10, "all levels equal"),
        ([None] * 10, "no answer"),
        (["not-applicable"] * 10, "all left out"),
    ],
)
def test_undefined_cases(answers: list[int | str | None], why: str) -> None:
    found = compared(IE_US, answers)

    assert (found.verdict, found.p, found.closest, found.fragile) == ("none", 1, (), None), why
    assert [exemplar.country for exemplar in found.ranking] == sorted(CODES)
    assert set(resemblances(found).values()) == set(stabilities(found).values()) == {None}


def test_equal_distances_from_the_norms_are_undefined() -> None:
    normed = IE_US.model_copy(update={"norms": {f"q{n}": float(n % 4) + 0.1 for n in range(10)}})

    assert compared(normed, [n % 4 for n in range(10)]).closest == ()


def test_one_country_is_no_comparison() -> None:
    # FR is cited by all that was answered, IE by two, the others by one or none.
    rubric = cited_by(["FR", "IE"], ["FR", "IE"], *[FR] * 8)

    assert compared(rubric, [4, 3, 2, 1, 0, 0, 1, 2, 3, 4]).closest == ()


def test_a_country_needs_two_answered_questions() -> None:
    rubric = cited_by(["IE"], ["IE"], ["US"], ["US"], ["DE"], *[FR] * 6)
    found = compared(rubric, [4, 4, 0, "unknown", 3, 2, 2, 2, 2, 2, 2])

    assert [exemplar.country for exemplar in found.ranking] == ["IE", "FR", "AU", "CA", "DE", "DK", "GB", "US"]
    last = found.ranking[-1]
    assert (last.country, last.resemblance, last.stability, last.answered, last.questions) == ("US", None, 0, 1, 2)


def test_equal_countries_go_by_code_and_are_never_clear() -> None:
    # IE and DK alike at the top; every order of the eight lower levels leaves them there.
    rubric = cited_by(["IE", "DK"], ["IE", "DK"], ["IE", "DK"], *[US] * 8, *[FR] * 8)
    found = compared(rubric, [4, 4, 4, *[0] * 16])

    assert [exemplar.country for exemplar in found.ranking[:2]] == ["DK", "IE"]
    assert found.ranking[0].resemblance == found.ranking[1].resemblance
    assert found.p <= 0.05
    assert found.ranking[0].stability == 1  # in draws, too, the code decides
    assert found.closest == ("DK",)
    assert found.verdict == "leaning"


def test_a_clear_first() -> None:
    rubric = cited_by(["IE"], ["IE"], ["IE"], *[US] * 8, *[FR] * 8)
    found = compared(rubric, [4, 4, 4, *[0] * 16])

    assert (found.verdict, found.closest) == ("clear", ("IE",))
    assert found.fragile is None


def test_leaning_names_three_countries_at_most() -> None:
    three = cited_by(["IE", "DE"], ["US", "DE"], ["IE", "US"], ["IE"], ["US"], ["DE"], *[FR] * 8)
    found = compared(three, [4, 4, 4, 3, 3, 3, *[0] * 8])
    assert found.p <= 0.10
    assert (found.verdict, sorted(found.closest)) == ("leaning", ["DE", "IE", "US"])

    codes: list[CountryCode] = ["IE", "US", "DE", "GB"]
    all_but_one = [[code for code in codes if code != other] for other in codes]
    four = cited_by(*all_but_one, *([code] for code in codes), *[FR] * 8)
    found = compared(four, [4, 4, 4, 4, 2, 2, 2, 2, *[0] * 8])
    assert found.p <= 0.05
    assert (found.verdict, sorted(found.closest)) == ("none", sorted(codes))


def test_chance_alone() -> None:
    found = compared(IE_US, [2, 3, 3, 2, 3, 2, 3, 2, 3, 2])

    assert found.verdict == "none"
    assert found.p > 0.1


def test_the_closest_set_holds_nine_tenths_and_no_more_than_needed() -> None:
    found = compared(IE_US, [2, 3, 3, 2, 3, 2, 3, 2, 3, 2])
    held = [stabilities(found)[code] or 0 for code in found.closest]

    assert held == sorted(held, reverse=True)
    assert sum(held) >= 0.9
    assert sum(held[:-1]) < 0.9


def test_the_first_answer_that_changes_the_first_name_is_told() -> None:
    rubric = cited_by(["IE"], ["IE"], ["AU"], ["AU"], *[FR] * 6)
    found = compared(rubric, [4, 3, 3, 3, 2, 2, 2, 2, 2, 2])

    # IE leads by half a level; one level less on q0 makes both equal, and AU goes first by code.
    assert found.ranking[0].country == "IE"
    assert found.fragile is not None
    assert vars(found.fragile) == {"question": "q0", "before": 4, "after": 3, "becomes": "AU"}


def test_a_move_to_a_tie_that_leaves_the_name_is_no_change() -> None:
    # As before, but here the leader also has the first code.
    assert compared(IE_US, [4, 3, 3, 3, 2, 2, 2, 2, 2, 2]).fragile is None


def test_the_lower_level_is_tried_first() -> None:
    rubric = cited_by(["IE", "US"], ["IE"], ["IE"], ["US"], ["AU"], ["AU"], *[FR] * 5)
    # IE, US and AU have mean 2, IE of three questions and so first. A level less on q0 puts AU first (IE 1.67,
    # US 1.5); a level more puts US first (2.5, IE 2.33).
    found = compared(rubric, [2, 1, 3, 2, 4, 0, 1, 0, 2, 1, 3])

    assert found.ranking[0].country == "IE"
    assert found.fragile is not None
    assert vars(found.fragile) == {"question": "q0", "before": 2, "after": 1, "becomes": "AU"}
    assert compared(rubric, [3, 1, 3, 2, 4, 0, 1, 0, 2, 1, 3]).ranking[0].country == "US"


def test_a_move_that_leaves_nothing_to_compare_does_not_count() -> None:
    rubric = cited_by(["IE"], ["IE"], ["AU"], ["AU"], *[FR] * 6)
    # Only q0 differs: one level less makes all equal, one more leaves IE first. Then q1 at 1 evens IE out.
    found = compared(rubric, [3, 2, 2, 2, 2, 2, 2, 2, 2, 2])

    assert found.fragile is not None
    assert (found.fragile.question, found.fragile.after, found.fragile.becomes) == ("q1", 1, "AU")


def test_the_order_of_a_files_answers_is_nothing() -> None:
    answers: Mapping[str, int] = {f"q{n}": level for n, level in enumerate([4, 4, 0, 0, 2, 1, 2, 3, 2, 2])}
    backwards = dict(reversed(list(answers.items())))

    one, other = (assess(answers_of(given), IE_US) for given in (answers, backwards))
    assert replace(one, answers=other.answers) == other
