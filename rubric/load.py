"""Reads rubric versions from their folders, telling every problem at once."""

import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import JsonValue, ValidationError

from rubric.model import PREFIXES, Country, Frozen, Level, Practice, Question, Rubric, Source, State, Theme
from rubric.problems import InputError, Problem, from_pydantic, quote

DATA = Path(__file__).parent / "data"


class _Head(Frozen):
    version: str
    title: str
    source: Source
    levels: tuple[Level, ...]
    states: tuple[State, ...]
    norms: dict[str, float] | None = None


class _Countries(Frozen):
    countries: tuple[Country, ...]


class _Themes(Frozen):
    themes: tuple[Theme, ...]


class _Practices(Frozen):
    practices: tuple[Practice, ...]


class _Questions(Frozen):
    questions: tuple[Question, ...]


_Part = TypeVar("_Part", bound=Frozen)


def versions() -> tuple[str, ...]:
    """Names of the rubric versions that come with the program, newest last."""
    return tuple(sorted((p.name for p in DATA.iterdir() if p.is_dir()), key=_version_key))


def _version_key(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split(".") if part.isdigit())


@lru_cache
def rubric(version: str | None = None) -> Rubric:
    """The rubric named `version`, by default the newest. Raises InputError for an unknown one."""
    known = versions()
    if version is not None and version not in known:
        raise InputError([Problem("rubric", f"no version {quote(version)}", " or ".join(known))])
    return read(DATA / (version or known[-1]))


def from_content(content: Mapping[str, Any]) -> Rubric:
    """The rubric whose `Rubric.content` is given, as it is stored beside submissions."""
    derived = {"practices", "countries"}
    questions = [{k: v for k, v in q.items() if k not in derived} for q in content["questions"]]
    return Rubric.model_validate_json(json.dumps({**content, "questions": questions}))


def read(folder: Path) -> Rubric:
    """The rubric in `folder`. Raises InputError with every problem of every file."""
    problems: list[Problem] = []
    head = _part(folder / "rubric.toml", _Head, problems)
    countries = _part(folder / "countries.toml", _Countries, problems)
    themes = _part(folder / "themes.toml", _Themes, problems)
    practices = _part(folder / "practices.toml", _Practices, problems)
    found = themes.themes if themes else ()
    files = {theme.id: folder / "questions" / f"{theme.id}.toml" for theme in found}
    parts = [_part(file, _Questions, problems, theme=theme) for theme, file in files.items()]
    problems += _stray_files(folder / "questions", files)
    if problems or not (head and countries and themes and practices):
        raise InputError(problems)
    return _assemble(
        folder,
        {
            **head.model_dump(mode="json"),
            **countries.model_dump(mode="json"),
            **themes.model_dump(mode="json"),
            **practices.model_dump(mode="json"),
            "questions": [q.model_dump(mode="json") for part in parts if part for q in part.questions],
        },
    )


def _part(file: Path, model: type[_Part], problems: list[Problem], theme: str | None = None) -> _Part | None:
    """The content of one file, or None with what is wrong added to `problems`."""
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problems.append(Problem(_place(file), "no such file", "a file of this name"))
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(Problem(_place(file), f"not TOML ({error})", "TOML in UTF-8"))
        return None
    if theme and isinstance(data.get("questions"), list):
        data["questions"] = [{**q, "theme": theme} for q in data["questions"]]
    try:
        return model.model_validate_json(json.dumps(data, default=str))
    except ValidationError as error:
        problems += from_pydantic(error, _place(file))
        return None


def _place(file: Path) -> str:
    folder = file.parent.name
    return f"{folder}/{file.name}" if folder == "questions" else file.name


def _stray_files(folder: Path, expected: Mapping[str, Path]) -> Iterator[Problem]:
    for file in sorted(folder.glob("*")):
        if file not in expected.values():
            yield Problem(_place(file), "belongs to no theme", "a file named for a theme of themes.toml")


def _assemble(folder: Path, content: Mapping[str, JsonValue]) -> Rubric:
    try:
        rubric = Rubric.model_validate_json(json.dumps(content))
    except ValidationError as error:
        raise InputError(from_pydantic(error, folder.name)) from None
    problems = [*_twice(rubric), *_dangling(rubric), *_uncited(rubric), *_bad_ids(rubric), *_norms(rubric)]
    if problems:
        raise InputError(problems)
    return rubric


def _twice(rubric: Rubric) -> Iterator[Problem]:
    groups: dict[str, Iterable[str]] = {
        "countries.toml": (c.code for c in rubric.countries),
        "themes.toml": (t.id for t in rubric.themes),
        "practices.toml": (p.id for p in rubric.practices),
        "questions": (q.id for q in rubric.questions),
        "rubric.toml: states": (s.id for s in rubric.states),
    }
    for where, ids in groups.items():
        for name, times in Counter(ids).items():
            if times > 1:
                yield Problem(f"{where}: {name}", f"stands there {times} times", "each once")


def _dangling(rubric: Rubric) -> Iterator[Problem]:
    """References to ids that do not exist."""
    themes, countries = rubric.theme_by_id, rubric.country_by_code
    for practice in rubric.practices:
        where = f"practices.toml: {practice.id}"
        yield from _unknown(f"{where}.theme", [practice.theme], themes, "a theme of themes.toml")
        yield from _unknown(f"{where}.country", [practice.country], countries, "a country of countries.toml")
    for question in rubric.questions:
        where = f"questions/{question.theme}.toml: {question.id}"
        others = rubric.question_by_id.keys() - {question.id}
        yield from _unknown(f"{where}.does", question.does, rubric.practice_by_id, "a practice of practices.toml")
        yield from _unknown(f"{where}.requires", question.requires, others, "the id of another question")
        yield from _unknown(f"{where}.tension", question.tension, others, "the id of another question")


def _unknown(where: str, ids: Iterable[str], known: Iterable[str], expected: str) -> Iterator[Problem]:
    for name in ids:
        if name not in set(known):
            yield Problem(where, f"unknown id {quote(name)}", expected)


def _uncited(rubric: Rubric) -> Iterator[Problem]:
    cited = {practice for question in rubric.questions for practice in question.practices}
    for practice in rubric.practices:
        if practice.id not in cited:
            yield Problem(f"practices.toml: {practice.id}", "cited by no question", "at least one citation")
    for theme in rubric.themes:
        if not rubric.questions_by_theme[theme.id]:
            yield Problem(f"questions/{theme.id}.toml", "no questions", "at least one")


def _bad_ids(rubric: Rubric) -> Iterator[Problem]:
    for name in (*rubric.question_by_id, *rubric.theme_by_id):
        if name.startswith(PREFIXES):
            yield Problem(name, "begins like another form field", f"none of {', '.join(PREFIXES)} in front")


def _norms(rubric: Rubric) -> Iterator[Problem]:
    if rubric.norms is not None and rubric.norms.keys() != rubric.question_by_id.keys():
        odd = rubric.norms.keys() ^ rubric.question_by_id.keys()
        yield Problem("rubric.toml: norms", f"differ at {', '.join(sorted(odd))}", "one for each question")
