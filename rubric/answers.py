"""What a region said: read from a file, checked against a rubric, frozen."""

import datetime as dt
import difflib
import json
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, StringConstraints, TypeAdapter, ValidationError

from rubric import load
from rubric.digests import digest
from rubric.model import TOP_LEVEL, Frozen, Rubric
from rubric.problems import InputError, Problem, from_pydantic, place, quote

NOTE_LENGTH = 2000
NOTE_LINES = 40
"""So many lines of a note still fit on a page of the report."""
LINE_LENGTH = 500
REGION_LENGTH = 120
LARGEST_FILE = 2_000_000
MOST_DOTS = 20
"""In one line of a TOML file, strings apart: answers files need one or two."""

LeftOut = Literal["not-applicable", "outside-powers"]
Open = Literal["unknown", "undisclosed"]
State = LeftOut | Open
Grade = Literal["none", "document", "published", "evaluated"]

LEFT_OUT: tuple[LeftOut, ...] = ("not-applicable", "outside-powers")
STATES: tuple[State, ...] = (*LEFT_OUT, "unknown", "undisclosed")
GRADES: tuple[Grade, ...] = ("none", "document", "published", "evaluated")
PRIORITIES = (1, 2, 3)
DEFAULT_PRIORITY = 2

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
ANSWER_EXPECTED = f"a level 0 to 4, or one of {', '.join(STATES)}"


@lru_cache
def territories() -> frozenset[str]:
    """The country codes of ISO 3166-1 alpha-2."""
    return frozenset((load.DATA / "countries-iso3166.txt").read_text(encoding="ascii").split())


def _answer(value: object) -> object:
    level = type(value) is int and 0 <= value <= TOP_LEVEL
    if not level and not (isinstance(value, str) and value in STATES):
        raise ValueError(ANSWER_EXPECTED)
    return value


def _territory(value: str) -> str:
    if value not in territories():
        raise ValueError("a country code of ISO 3166-1, two capital letters")
    return value


def _day(value: object) -> object:
    if type(value) is dt.date:
        return value
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return dt.date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError("a day as YYYY-MM-DD")


def _priority(value: object) -> object:
    if type(value) is not int or value not in PRIORITIES:
        raise ValueError("1, 2 or 3")
    return value


def _printable(value: str) -> str:
    """Text that every database, page and PDF can hold: no control characters, no halves of characters."""
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isprintable() and any(_unprintable(c) for c in text):  # the first is quick, but refuses line ends
        raise ValueError("text without control characters")
    return text


def _unprintable(c: str) -> bool:
    """Whether `c` is a control, half a character, a line break of a rare kind, or a place that Unicode keeps empty."""
    empty = ord(c) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(c) <= 0xFDEF
    return empty or (unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c not in "\n\t")


def _one_line(value: str) -> str:
    if "\n" in value:
        raise ValueError("a single line")
    return value


def _of_note_length(value: str) -> str:
    if len(value) > NOTE_LENGTH:
        raise ValueError(f"at most {NOTE_LENGTH} characters")
    if value.count("\n") >= NOTE_LINES:
        raise ValueError(f"at most {NOTE_LINES} lines")
    return value


_Trimmed = StringConstraints(strip_whitespace=True, min_length=1)
Line = Annotated[
    str, _Trimmed, StringConstraints(max_length=LINE_LENGTH), AfterValidator(_printable), AfterValidator(_one_line)
]
Note = Annotated[str, _Trimmed, AfterValidator(_printable), AfterValidator(_of_note_length)]
Region = Annotated[
    str, _Trimmed, StringConstraints(max_length=REGION_LENGTH), AfterValidator(_printable), AfterValidator(_one_line)
]
Answer = Annotated[int | State, BeforeValidator(_answer)]


@lru_cache
def adapter(kind: Any) -> TypeAdapter[str]:
    """Checks a text by itself, as a `kind` of it (Line, Note, Region) in a file would be."""
    return TypeAdapter(kind)


class Answers(Frozen):
    """One region's answers. Keys of all tables are question ids; of `priorities`, theme ids; of `vignettes`, theirs.

    A question that is not in `answers` is unanswered. Made by `parse` or `from_content`, which check the ids.
    """

    region: Region
    country: Annotated[str, AfterValidator(_territory)] | None = None
    date: Annotated[dt.date, BeforeValidator(_day)] | None = None
    rubric: str | None = None
    priorities: dict[str, Annotated[int, BeforeValidator(_priority)]] = {}
    answers: dict[str, Answer]
    reasons: dict[str, Note] = {}
    notes: dict[str, Note] = {}
    evidence: dict[str, Grade] = {}
    references: dict[str, Line] = {}
    vignettes: dict[str, Annotated[int, Field(ge=0, le=TOP_LEVEL)]] = {}

    @property
    def content(self) -> dict[str, JsonValue]:
        """Only what was given, as plain JSON: an answers file of the same meaning."""
        plain: dict[str, JsonValue] = self.model_dump(mode="json", exclude_none=True)
        return {key: value for key, value in plain.items() if value != {} or key == "answers"}

    def digest(self, rubric: Rubric) -> str:
        """SHA-256 over what the scores follow from: answers, priorities, evidence grades and the rubric's digest."""
        scored = ("answers", "priorities", "evidence")
        given = {key: value for key, value in self.content.items() if key in scored}
        return digest({**given, "rubric": rubric.digest})


def submission_digest(answers: Answers, number: int, at: dt.datetime) -> str:
    """SHA-256 over the whole answers file, its number (1, 2, …) and its time: which submission it is."""
    return digest({"answers": answers.content, "number": number, "at": at.isoformat()})


def from_content(content: object, file: str, rubric: Rubric | None = None) -> tuple[Answers, Rubric]:
    """Checked answers and the rubric that they answer, from plain data shaped like an answers file.

    The rubric is the given one, else the one that the answers name, else the newest. Raises InputError with all
    problems, each placed by `file` and key.
    """
    if not isinstance(content, Mapping):
        raise InputError([Problem(file, f"found {quote(content)}", "a table with region and answers")])
    problems: list[Problem] = []
    try:
        rubric = rubric or load.rubric(_named_rubric(content))
        problems += _unknown_ids(content, rubric, file)
    except InputError as error:
        problems += [Problem(f"{file}: {p.where}", p.what, p.expected) for p in error.problems]
    try:
        answers = Answers.model_validate(dict(content))
    except ValidationError as error:
        problems += from_pydantic(error, file)
    if problems or rubric is None:
        raise InputError(problems)
    return answers, rubric


def _named_rubric(content: Mapping[str, Any]) -> str | None:
    name = content.get("rubric")
    return name if isinstance(name, str) else None


def _unknown_ids(content: Mapping[str, Any], rubric: Rubric, file: str) -> Iterator[Problem]:
    questions: tuple[str, Collection[str]] = ("question", rubric.question_by_id)
    others: dict[str, tuple[str, Collection[str]]] = {
        "priorities": ("theme", rubric.theme_by_id),
        "vignettes": ("vignette", [vignette.id for vignette in rubric.vignettes]),
    }
    for table in ("answers", "reasons", "notes", "evidence", "references", *others):
        kind, known = others.get(table, questions)
        given = content.get(table)
        for name in given if isinstance(given, Mapping) else ():
            if name not in known:
                near = difflib.get_close_matches(str(name), known, n=1)
                hint = f" (did you mean {near[0]}?)" if near else ""
                yield Problem(place(file, table, name), f"unknown {kind}", f"an id of `octant rubric show`{hint}")


def parse(text: str, file: str) -> tuple[Answers, Rubric]:
    """Answers from the text of an answers file: JSON if so named or opened by a brace, else TOML."""
    return from_content(content_of(text, file), file)


def content_of(text: str, file: str) -> object:
    """The plain content of an answers file, unchecked. Raises InputError where it is neither JSON nor TOML."""
    is_json = file.endswith(".json") or text.lstrip().startswith("{")
    return parse_json(text, file) if is_json else _parse_toml(text, file)


def parse_json(text: str, file: str) -> object:
    """The JSON value in `text`; a key that stands twice is an error, not silently the last one."""
    try:
        return json.loads(text, object_pairs_hook=_no_twins)
    except (ValueError, RecursionError) as error:
        raise InputError([Problem(file, f"not JSON ({error})", "JSON, each key once")]) from None


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if twins := [key for key, times in Counter(keys).items() if times > 1]:
        raise ValueError(f"{quote(twins[0])} stands there twice")
    return dict(pairs)


_NOT_KEYS = re.compile(
    r""""{3}(?:\\.|(?!"{3}).)*"{3}|'{3}(?:(?!'{3}).)*'{3}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|#[^\n]*""", re.DOTALL
)
"""Strings and comments of TOML, in which a dot is only a dot."""


def _parse_toml(text: str, file: str) -> object:
    if any(line.count(".") > MOST_DOTS for line in _NOT_KEYS.sub("s", text).split("\n")):
        # Python's parser keeps every beginning of a dotted key: memory grows with the square of its parts
        raise InputError([Problem(file, f"a key of more than {MOST_DOTS} parts", "a table and a key")])
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # not TOML, or a number of thousands of digits
        raise InputError([Problem(file, f"not TOML ({error})", "TOML, or JSON in a file that ends in .json")]) from None


def read(file: Path) -> tuple[Answers, Rubric]:
    """Answers from a TOML or JSON file. Raises InputError, also where the file cannot be read."""
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_FILE + 1)  # no more, also of a device that never ends
        if len(content) > LARGEST_FILE:
            raise InputError([Problem(str(file), "larger than 2 MB", "an answers file")])
        return parse(content.decode("utf-8-sig"), str(file))
    except OSError as error:
        raise InputError([Problem(str(file), error.strerror or str(error), "a file that can be read")]) from None
    except UnicodeDecodeError:
        raise InputError([Problem(str(file), "not UTF-8", "text in UTF-8")]) from None
