"""A change between two submissions falls into a part of the rubric and a part of the answers that add up to it."""

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rubric import load
from rubric.assess import assess
from rubric.model import Rubric
from rubric.split import Given, Split, figures_of, rescored
from tests.rubric.made_up import answers_of

OLD = load.rubric()
CHANGED, GONE = OLD.questions[3].id, OLD.questions[20].id


def _new() -> Rubric:
    """One question asked otherwise, one gone, one new."""
    plain: Any = OLD.content
    questions = [q for q in plain["questions"] if q["id"] != GONE]
    questions = [q | ({"text": "Something else?"} if q["id"] == CHANGED else {}) for q in questions]
    questions.append({**questions[-1], "id": "brand-new"})
    return load.from_content({**plain, "version": "2027.1", "questions": questions})


NEW = _new()


def answers(rubric: Rubric) -> st.SearchStrategy[dict[str, int | str]]:
    """What a region may answer: most questions with a level."""
    said = st.one_of(st.integers(0, 4), st.integers(0, 4), st.sampled_from(["unknown", "not-applicable"]))
    return st.fixed_dictionaries({}, optional={q.id: said for q in rubric.questions})


def submitted(said: dict[str, int | str], rubric: Rubric) -> Given:
    region = answers_of(said)
    return Given(region, rubric, figures_of(assess(region, rubric).json()))


@settings(max_examples=30, deadline=None)
@given(answers(OLD), answers(NEW))
def test_the_parts_add_up_exactly_and_no_order_decides(
    first: dict[str, int | str], later: dict[str, int | str]
) -> None:
    one, two = submitted(first, OLD), submitted(later, NEW)
    there, back = rescored(one, NEW, two), rescored(two, OLD, one)
    assert there.first.old == one.figures and there.last == two.figures  # as they were given out
    pairs = [(there.overall, back.overall), *((split, back.themes[theme]) for theme, split in there.themes.items())]
    for split, reverse in pairs:
        assert _adds_up(split)
        assert _negated(split) == reverse
    alone = rescored(one, NEW)
    assert alone.overall.rubric == alone.overall.total and alone.overall.answers is None


def _adds_up(split: Split) -> bool:
    if split.total is None or split.rubric is None or split.answers is None:
        return split.total is None or (split.rubric is None and split.answers is None)
    return split.rubric + split.answers == split.total


def _negated(split: Split) -> Split:
    return Split(*(None if part is None else -part for part in (split.rubric, split.answers, split.total)))


def test_a_split_worked_out_by_hand() -> None:
    """The theme's other questions stand at 2 throughout, so only what differs moves its score."""
    theme = OLD.question_by_id[GONE].theme
    others = [q.id for q in OLD.questions_by_theme[theme] if q.id != GONE]
    n = len(others)
    first = submitted({**dict.fromkeys(others, 2), GONE: 4}, OLD)
    later = submitted(dict.fromkeys(others, 3), NEW)

    def score(levels: float, questions: int) -> Decimal:
        return Decimal(str(round(25 * levels / questions + 1e-9, 1)))

    old_old, new_old, old_new, new_new = (
        score(2 * n + 4, n + 1), score(2 * n, n), score(3 * n, n), score(3 * n, n)
    )  # fmt: skip
    split = rescored(first, NEW, later).themes[theme]
    assert split.total == new_new - old_old
    assert split.rubric == ((new_old - old_old) + (new_new - old_new)) / 2
    assert split.answers == ((old_new - old_old) + (new_new - new_old)) / 2


def test_a_submission_under_its_own_rubric_is_as_it_was_given_out() -> None:
    one = submitted({q.id: 2 for q in OLD.questions[:5]}, OLD)
    found = rescored(one, OLD)
    assert found.first.old == found.first.new == one.figures
    assert found.overall == Split(Decimal(0), None, Decimal(0))


def test_answers_that_are_asked_otherwise_are_named() -> None:
    one = submitted({CHANGED: 3, GONE: 2, OLD.questions[0].id: 4}, OLD)
    assert rescored(one, NEW).first.dropped == (CHANGED, GONE)
