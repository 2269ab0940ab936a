"""Two versions of a rubric are told apart question by question, and only answers to the same words go over."""

from typing import Any

from rubric import load
from rubric.model import Rubric
from rubric.versions import Piece, carried, compare, words
from tests.rubric.made_up import answers_of

OLD = load.rubric()
FIRST, SECOND, THIRD, LAST = (OLD.questions[n].id for n in (0, 1, 2, -1))


def changed(version: str = "2027.1", **by_question: dict[str, Any] | None) -> Rubric:
    """The rubric with some questions changed, or taken out (None)."""
    plain: Any = OLD.content
    given = {name.replace("_", "-"): change for name, change in by_question.items()}
    questions = [q | (given.get(q["id"]) or {}) for q in plain["questions"] if given.get(q["id"], {}) is not None]
    questions = [q | {"practices": list(q["does"])} for q in questions]
    return load.from_content({**plain, "version": version, "questions": questions})


def by_id(**changes: Any) -> dict[str, Any]:
    return {name.replace("-", "_"): change for name, change in changes.items()}


def test_versions_with_another_name_alone_do_not_differ() -> None:
    found = compare(OLD, changed("2027.1"))
    assert found.same and len(found.carried) == found.asked == 50


def test_each_kind_of_change_is_told_at_its_question() -> None:
    question = OLD.question_by_id[SECOND]
    levels = list(question.levels)
    levels[2] = levels[2] + " More."
    practice, told = next(iter(question.does.items()))
    new = changed(
        **by_id(
            **{
                FIRST: {"text": "Is it otherwise?"},
                SECOND: {"levels": levels, "requires": [FIRST]},
                THIRD: {"why": "For another reason.", "does": {**OLD.question_by_id[THIRD].does, practice: told}},
                LAST: None,
            }
        )
    )
    found = compare(OLD, new)
    assert {d.id: (d.how, d.carries) for d in found.of("question")} == {
        FIRST: ("changed", False),
        SECOND: ("changed", False),
        THIRD: ("changed", True),
        LAST: ("removed", False),
    }
    parts = {d.id: {part.part: part.pieces for part in d.parts} for d in found.of("question", how="changed")}
    assert set(parts[FIRST]) == {"text"}
    assert parts[SECOND]["levels.2"][-1] == Piece("added", "More.")
    assert parts[SECOND]["requires"][-1].kind == "added"
    assert {"why", "practices", f"does.{practice}"} <= set(parts[THIRD])
    assert len(found.carried) == 47 and found.asked == 49
    back = compare(new, OLD)
    assert [d.id for d in back.of("question", how="added")] == [LAST]


def test_words_are_marked_where_they_differ() -> None:
    assert words("one two three", "one four three five") == (
        Piece("same", "one"),
        Piece("removed", "two"),
        Piece("added", "four"),
        Piece("same", "three"),
        Piece("added", "five"),
    )


def test_another_order_and_other_norms_are_told() -> None:
    plain: Any = OLD.content
    first, second, *rest = plain["questions"]
    norms = dict.fromkeys(OLD.question_by_id, 1.5)
    new = load.from_content({**plain, "version": "2027.1", "questions": [second, first, *rest], "norms": norms})
    found = compare(OLD, new)
    assert found.reordered and not found.same and found.differences == ()
    assert found.norms[FIRST] == (None, 1.5)


def test_only_answers_to_the_same_words_go_over() -> None:
    new = changed(**by_id(**{FIRST: {"text": "Is it otherwise?"}, LAST: None}))
    said = answers_of({FIRST: 3, SECOND: 2, LAST: 1}, notes={FIRST: "A note.", SECOND: "Another."})
    found = carried(said, OLD, new)
    assert found.answers.answers == {SECOND: 2}
    assert found.answers.notes == {SECOND: "Another."}
    assert found.dropped == (FIRST, LAST)
