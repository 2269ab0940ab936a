"""What can be wrong between the entries of a rubric that are right by themselves."""

import graphlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from rubric.model import PREFIXES, Country, Head, Practice, Question, Theme
from rubric.problems import Problem, quote

Item = TypeVar("Item", Country, Theme, Practice, Question)


@dataclass(frozen=True)
class Listed(Generic[Item]):
    """The entries of one kind: `items` that are right, and `ids` of all, right or wrong (None if not readable)."""

    items: tuple[Item, ...]
    ids: tuple[str, ...] | None

    def lacks(self, name: str) -> bool:
        """Whether no entry is called `name`, as far as can be told."""
        return self.ids is not None and name not in self.ids


@dataclass(frozen=True)
class Parts:
    """All lists of a rubric, and the ids of the practices that its questions cite, right or wrong."""

    countries: Listed[Country]
    themes: Listed[Theme]
    practices: Listed[Practice]
    questions: Listed[Question]
    cited: Set[str]


def inconsistencies(parts: Parts, head: Head | None) -> Iterator[Problem]:
    """Every problem between the entries of `parts`, and between them and the `head`."""
    yield from _twice(parts, head)
    yield from _dangling(parts)
    yield from _uncited(parts)
    yield from _bad_ids(parts)
    yield from _contradictions(parts.questions.items)
    for vignette in head.vignettes if head else ():
        where = f"rubric.toml: vignettes.{vignette.id}.question"
        yield from _unknown(where, [vignette.question], parts.questions, "the id of a question")
    if head and head.norms is not None and parts.questions.ids is not None:
        yield from _norms(head.norms, parts.questions.ids)


def _twice(parts: Parts, head: Head | None) -> Iterator[Problem]:
    groups: dict[str, Iterable[str]] = {
        "rubric.toml: states": [state.id for state in head.states] if head else (),
        "rubric.toml: vignettes": [vignette.id for vignette in head.vignettes] if head else (),
        "countries.toml": parts.countries.ids or (),
        "themes.toml": parts.themes.ids or (),
        "practices.toml": parts.practices.ids or (),
        "questions": parts.questions.ids or (),
    }
    for where, ids in groups.items():
        for name, times in Counter(ids).items():
            if times > 1:
                yield Problem(f"{where}: {quote(name)}", f"stands there {times} times", "each id once")


def _dangling(parts: Parts) -> Iterator[Problem]:
    """References to ids that do not exist."""
    for practice in parts.practices.items:
        where = f"practices.toml: {practice.id}"
        yield from _unknown(f"{where}.theme", [practice.theme], parts.themes, "a theme of themes.toml")
        yield from _unknown(f"{where}.country", [practice.country], parts.countries, "a country of countries.toml")
    for question in parts.questions.items:
        where = _where(question)
        yield from _unknown(f"{where}.does", question.does, parts.practices, "a practice of practices.toml")
        yield from _unknown(f"{where}.requires", question.requires, parts.questions, "the id of a question")
        yield from _unknown(f"{where}.tension", question.tension, parts.questions, "the id of a question")


def _unknown(where: str, ids: Iterable[str], known: Listed[Any], expected: str) -> Iterator[Problem]:
    for name in ids:
        if known.lacks(name):
            yield Problem(where, f"unknown id {quote(name)}", expected)


def _where(question: Question) -> str:
    return f"questions/{question.theme}.toml: {question.id}"


def _uncited(parts: Parts) -> Iterator[Problem]:
    if parts.questions.ids is None:
        return
    for practice in parts.practices.items:
        if practice.id not in parts.cited:
            yield Problem(f"practices.toml: {practice.id}", "cited by no question", "at least one citation")


def _bad_ids(parts: Parts) -> Iterator[Problem]:
    for where, ids in (("questions", parts.questions.ids), ("themes.toml", parts.themes.ids)):
        for name in ids or ():
            if name.startswith(PREFIXES):
                expected = f"none of {', '.join(PREFIXES)} in front"
                yield Problem(f"{where}: {name}", "begins like another form field", expected)


def _contradictions(questions: Iterable[Question]) -> Iterator[Problem]:
    """Questions that are rivals of themselves or of what they need, and questions that need each other in a circle."""
    requires = {question.id: question.requires for question in questions}
    for question in questions:
        for name in question.tension:
            if name == question.id or name in question.requires or question.id in requires.get(name, ()):
                yield Problem(
                    f"{_where(question)}.tension", f"{quote(name)} is no rival", "another question, none that it needs"
                )
    try:
        graphlib.TopologicalSorter(requires).prepare()
    except graphlib.CycleError as error:
        yield Problem("questions: requires", f"a circle: {' needs '.join(error.args[1])}", "no circle")


def _norms(norms: Mapping[str, float], questions: Iterable[str]) -> Iterator[Problem]:
    if odd := norms.keys() ^ set(questions):
        yield Problem("rubric.toml: norms", f"differ at {', '.join(sorted(odd))}", "one for each question")
