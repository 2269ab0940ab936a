"""Two versions of a rubric: what differs between them, and which answers one takes over from the other."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from rubric.answers import Answers
from rubric.model import Question, Rubric

Kind = Literal["rubric", "level", "state", "term", "vignette", "theme", "question", "practice", "country"]
How = Literal["added", "removed", "changed"]
BY_QUESTION = ("answers", "reasons", "notes", "evidence", "references")
"""The tables of an answers file whose keys are questions."""
NORMED = "-norms-"
"""Stands in the name of a version between that of its questions and a number."""


@dataclass(frozen=True)
class Piece:
    """Words that stand in both texts (`same`), only in the first (`removed`) or only in the second (`added`)."""

    kind: Literal["same", "removed", "added"]
    text: str


@dataclass(frozen=True)
class Rewording:
    """What became of one part of something, such as `text`, `levels.2` or `does.dk-clusters`."""

    part: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Difference:
    """Something that one rubric has and the other has not, or has otherwise.

    `carries` says of a question whether answers to it go over from the first to the second; None of anything else.
    """

    kind: Kind
    id: str
    name: str
    how: How
    parts: tuple[Rewording, ...]
    carries: bool | None


@dataclass(frozen=True)
class Comparison:
    """What differs between two rubrics beside name and norms, in the order of the second; `reordered`: its questions.

    `carried` are the questions whose answers go over; `asked` is how many the second has. `norms` holds the typical
    level of each question before and after, None where there is none, and is empty where all are the same.
    """

    differences: tuple[Difference, ...]
    norms: Mapping[str, tuple[float | None, float | None]]
    reordered: bool
    carried: tuple[str, ...]
    asked: int

    def of(self, *kinds: Kind, how: How | None = None) -> tuple[Difference, ...]:
        """The differences of these kinds, all or of one sort."""
        return tuple(d for d in self.differences if d.kind in kinds and how in (None, d.how))

    @property
    def same(self) -> bool:
        """Whether nothing differs but the name."""
        return not (self.differences or self.norms or self.reordered)


def asked_alike(before: Question, after: Question) -> bool:
    """Whether an answer to the one is an answer to the other: the same id, the same question, the same five sentences.

    That is all that a respondent chooses by. Theme, practices, reasons and evidence may have changed: that changes what
    follows from an answer, not what it says.
    """
    return (before.id, before.text, before.levels) == (after.id, after.text, after.levels)


def carried_questions(old: Rubric, new: Rubric) -> tuple[str, ...]:
    """The questions of `new` to which answers to `old` are answers too, in its order. The one rule for this."""
    before = old.question_by_id
    return tuple(q.id for q in new.questions if q.id in before and asked_alike(before[q.id], q))


@dataclass(frozen=True)
class Carried:
    """Answers to one rubric, taken over to another; `dropped` were answered and are not asked so any more."""

    answers: Answers
    dropped: tuple[str, ...]


def carried(answers: Answers, old: Rubric, new: Rubric) -> Carried:
    """`answers` to `old` as answers to `new`: those to questions that are asked alike. All others are unanswered."""
    if old.digest == new.digest:
        return Carried(answers, ())
    kept = frozenset(carried_questions(old, new))
    tables = {name: {q: said for q, said in getattr(answers, name).items() if q in kept} for name in BY_QUESTION}
    priorities = {theme: priority for theme, priority in answers.priorities.items() if theme in new.theme_by_id}
    # Vignettes are rated in the words of one rubric, and enter no figure.
    others = {"rubric": new.version, "priorities": priorities, "vignettes": {}}
    return Carried(
        answers=answers.model_copy(update=tables | others),
        dropped=tuple(q.id for q in old.questions if q.id in answers.answers and q.id not in kept),
    )


def questions_name(version: str) -> str:
    """What in a version's name stands for its questions: versions that differ in their norms alone share it."""
    return version.partition(NORMED)[0]


def compare(old: Rubric, new: Rubric) -> Comparison:
    """All that differs between two rubrics."""
    kept = carried_questions(old, new)
    common = old.question_by_id.keys() & new.question_by_id.keys()
    before, after = ([q.id for q in one.questions if q.id in common] for one in (old, new))
    return Comparison(
        differences=tuple(_differences(_things(old), _things(new), frozenset(kept))),
        norms=_norms(old, new),
        reordered=before != after,
        carried=kept,
        asked=len(new.questions),
    )


def words(before: str, after: str) -> tuple[Piece, ...]:
    """The two texts as one, word by word: what stays, what goes and what comes in its place."""
    old, new = before.split(), after.split()
    found: list[Piece] = []
    for kind, start, end, first, last in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = " ".join(old[start:end]), " ".join(new[first:last])
        if kind == "equal":
            found.append(Piece("same", gone))
        else:
            found += [Piece("removed", gone)] if gone else []
            found += [Piece("added", come)] if come else []
    return tuple(found)


@dataclass(frozen=True)
class _Thing:
    """One thing that a rubric consists of, by its texts."""

    name: str
    parts: Mapping[str, str]


_Things = dict[tuple[Kind, str], _Thing]


def _differences(old: _Things, new: _Things, kept: frozenset[str]) -> Iterator[Difference]:
    kinds = list(dict.fromkeys(kind for kind, _id in (*new, *old)))
    for key in sorted(dict.fromkeys((*new, *old)), key=lambda key: kinds.index(key[0])):
        kind, name = key
        before, after = old.get(key), new.get(key)
        parts = tuple(_rewordings(before.parts if before else {}, after.parts if after else {}))
        if parts:
            how: How = "changed" if before and after else "added" if after else "removed"
            shown = (after or before or _Thing(name, {})).name
            yield Difference(kind, name, shown, how, parts, name in kept if kind == "question" else None)


def _rewordings(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Rewording]:
    for part in dict.fromkeys((*after, *before)):
        if before.get(part, "") != after.get(part, ""):
            yield Rewording(part, words(before.get(part, ""), after.get(part, "")))


def _norms(old: Rubric, new: Rubric) -> dict[str, tuple[float | None, float | None]]:
    before, after = old.norms or {}, new.norms or {}
    pairs = {q.id: (before.get(q.id), after.get(q.id)) for q in new.questions}
    return {question: pair for question, pair in pairs.items() if pair[0] != pair[1]}


def _things(rubric: Rubric) -> _Things:
    """All that `rubric` consists of, but for its name and norms, in the order in which differences are told."""
    source = {f"source.{part}": text for part, text in rubric.source.model_dump().items()}
    things: _Things = {("rubric", "rubric"): _Thing(rubric.title, {"title": rubric.title, **source})}
    for question in rubric.questions:
        things["question", question.id] = _Thing(question.name, _of_question(question))
    for theme in rubric.themes:
        parts = {"title": theme.title, "sentence": theme.sentence, "weight": f"{theme.weight:g}"}
        things["theme", theme.id] = _Thing(theme.title, parts)
    for practice in rubric.practices:
        parts = {"title": practice.title, "country": practice.country, "theme": practice.theme}
        things["practice", practice.id] = _Thing(practice.title, parts)
    for country in rubric.countries:
        things["country", country.code] = _Thing(country.name, {"name": country.name, "portrait": country.portrait})
    for number, level in enumerate(rubric.levels):
        things["level", str(number)] = _Thing(level.name, {"name": level.name, "meaning": level.meaning})
    for state in rubric.states:
        things["state", state.id] = _Thing(state.label, {"label": state.label, "meaning": state.meaning})
    for term in rubric.guide:
        things["term", term.name] = _Thing(term.name, {"meaning": term.meaning})
    for vignette in rubric.vignettes:
        parts = {part: str(text) for part, text in vignette.model_dump(exclude={"id"}).items()}
        things["vignette", vignette.id] = _Thing(vignette.id, parts)
    return things


def _of_question(question: Question) -> dict[str, str]:
    return {
        "theme": question.theme,
        "name": question.name,
        "text": question.text,
        **{f"levels.{number}": text for number, text in enumerate(question.levels)},
        "why": question.why,
        "evidence": question.evidence,
        "practices": " ".join(sorted(question.practices)),
        **{f"does.{practice}": text for practice, text in question.does.items()},
        "requires": " ".join(sorted(question.requires)),
        "tension": " ".join(sorted(question.tension)),
        "first_step": question.first_step,
    }
