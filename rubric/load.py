"""Reads rubric versions from their folders, telling every problem at once."""

import json
import tomllib
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from rubric.consistency import Item, Listed, Parts, inconsistencies
from rubric.model import Country, Head, Practice, Question, Rubric, Theme
from rubric.problems import InputError, Problem, from_pydantic, place, quote

DATA = Path(__file__).parent / "data"
QUESTIONS = "questions"
"""The folder with a file for each theme."""


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
    """The rubric whose `Rubric.content` is given, as it is stored beside submissions; keys may come in any order."""
    questions = [_as_in_file(question) for question in content["questions"]]
    return Rubric.model_validate_json(json.dumps({**content, "questions": questions}))


def _as_in_file(question: Mapping[str, Any]) -> dict[str, Any]:
    """A question of `Rubric.content` without what follows from the rest, `does` in its own order again."""
    does = {practice: question["does"][practice] for practice in question["practices"]}
    return {**{k: v for k, v in question.items() if k not in ("practices", "countries")}, "does": does}


def read(folder: Path) -> Rubric:
    """The rubric in `folder`. Raises InputError with every problem of every file."""
    names = [f"{QUESTIONS}/{file.name}" for file in (folder / QUESTIONS).glob("*")]
    problems: list[Problem] = []
    head = _head(folder, problems)
    parts = _parts(folder, names, problems)
    problems += inconsistencies(parts, head)
    if problems or head is None:
        raise InputError(problems)
    return Rubric(
        **{name: getattr(head, name) for name in Head.model_fields},
        countries=parts.countries.items,
        themes=parts.themes.items,
        practices=parts.practices.items,
        questions=parts.questions.items,
    )


def _head(folder: Path, problems: list[Problem]) -> Head | None:
    file = "rubric.toml"
    data = _table(folder, file, problems)
    return None if data is None else _checked(data, Head, file, problems)


def _parts(folder: Path, question_files: Collection[str], problems: list[Problem]) -> Parts:
    themes = _listed(folder, "themes", Theme, problems)
    files = {theme: f"{QUESTIONS}/{theme}.toml" for theme in themes.ids or ()}
    if themes.ids is not None:
        problems += _stray_files(question_files, files.values())
    cited: set[str] = set()
    by_theme = [_questions(folder, theme, file, cited, problems) for theme, file in files.items()]
    readable = themes.ids is not None and all(part.ids is not None for part in by_theme)
    return Parts(
        countries=_listed(folder, "countries", Country, problems),
        themes=themes,
        practices=_listed(folder, "practices", Practice, problems),
        questions=Listed(
            items=tuple(question for part in by_theme for question in part.items),
            ids=tuple(name for part in by_theme for name in part.ids or ()) if readable else None,
        ),
        cited=cited,
    )


def _questions(folder: Path, theme: str, file: str, cited: set[str], problems: list[Problem]) -> Listed[Question]:
    """The questions of one theme; adds the ids of the practices that they cite to `cited`."""
    entries = _entries(folder, file, "questions", problems)
    for number, entry in enumerate(entries or ()):
        if "theme" in entry:
            where = place(file, _label(number, entry, "questions"), "theme")
            problems.append(Problem(where, "unknown key", "no theme here; the file's name says it"))
        if isinstance(entry.get("does"), dict):
            cited.update(entry["does"])
    told = None if entries is None else [{**entry, "theme": theme} for entry in entries]
    return _validated(file, "questions", told, Question, problems)


def _listed(folder: Path, name: str, model: type[Item], problems: list[Problem]) -> Listed[Item]:
    file = f"{name}.toml"
    return _validated(file, name, _entries(folder, file, name, problems), model, problems)


def _validated(
    file: str, name: str, entries: list[dict[str, Any]] | None, model: type[Item], problems: list[Problem]
) -> Listed[Item]:
    if entries is None:
        return Listed((), None)
    checked = (
        _checked(entry, model, file, problems, _label(number, entry, name)) for number, entry in enumerate(entries)
    )
    items = tuple(item for item in checked if item is not None)
    return Listed(items, tuple(found for entry in entries if (found := _id(entry)) is not None))


def _entries(folder: Path, file: str, name: str, problems: list[Problem]) -> list[dict[str, Any]] | None:
    """The tables of the list `name` in `file`, which holds nothing else; None with problems where there is none."""
    data = _table(folder, file, problems)
    if data is None:
        return None
    problems += [
        Problem(place(file, key), "unknown key", f"only [[{name}]] in this file") for key in data if key != name
    ]
    entries = data.get(name)
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        problems.append(Problem(place(file, name), "missing or no list of tables", f"[[{name}]] at least once"))
        return None
    return entries


def _table(folder: Path, file: str, problems: list[Problem]) -> dict[str, Any] | None:
    """The content of a TOML file, or None with what is wrong added to `problems`."""
    try:
        return tomllib.loads((folder / file).read_bytes().decode())
    except OSError as error:
        problems.append(Problem(file, (error.strerror or str(error)).lower(), "a file of this name"))
    except (ValueError, RecursionError) as error:  # not UTF-8, not TOML, a number of thousands of digits
        problems.append(Problem(file, f"not TOML ({error})", "TOML in UTF-8"))
    return None


_Model = TypeVar("_Model", bound=BaseModel)


def _checked(
    data: Mapping[str, Any], model: type[_Model], file: str, problems: list[Problem], *label: str
) -> _Model | None:
    try:
        return model.model_validate_json(json.dumps(data, default=str))
    except ValidationError as error:
        problems += from_pydantic(error, file, *label)
        return None


def _id(entry: Mapping[str, Any]) -> str | None:
    name = entry.get("id", entry.get("code"))
    return name if isinstance(name, str) else None


def _label(number: int, entry: Mapping[str, Any], name: str) -> str:
    """How messages name an entry: by its id, or where it has none by its place in the list, from 1."""
    return _id(entry) or f"{name} number {number + 1}"


def _stray_files(files: Collection[str], expected: Collection[str]) -> Iterator[Problem]:
    for file in sorted(frozenset(files) - frozenset(expected)):
        yield Problem(file, "belongs to no theme", "a file named for a theme of themes.toml")
