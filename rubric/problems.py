"""Wrong input, told completely: where it stands, what is wrong, what was expected."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

_LONGEST_QUOTE = 60
_EXPECTED = {
    "missing": "a value",
    "extra_forbidden": "only keys that belong here",
    "dict_type": "a table",
    "model_type": "a table",
    "tuple_type": "a list",
    "string_type": "text in quotes",
    "string_unicode": "text without halves of characters",
    "string_too_short": "some text",
    "string_too_long": "at most {max_length} characters",
    "too_long": "at most {max_length} of them",
    "string_pattern_mismatch": "text that matches {pattern}",
}
"""What was expected, by pydantic's kind of error, where its own words say it less plainly."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input: `where` (file and key), `what` is wrong and what was `expected`."""

    where: str
    what: str
    expected: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; expected {self.expected}"


class InputError(ValueError):
    """Input that cannot be used. `problems` holds all of them, never only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def quote(value: object) -> str:
    """`value` as a person would recognise it in a message, cut to a readable length and kept on one line."""
    try:
        text = repr(value)
    except ValueError:  # a whole number of thousands of digits
        text = "a number that is far too long"
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


def place(file: str, *keys: object) -> str:
    """Where something stands: the file and its dotted key, unreadable characters escaped."""
    names = (name if (name := str(key)).isprintable() else repr(name) for key in keys)
    dotted = ".".join(name if len(name) <= _LONGEST_QUOTE else f"{name[:_LONGEST_QUOTE]}…" for name in names)
    return f"{file}: {dotted}" if dotted else file


def from_pydantic(error: ValidationError, file: str, *keys: str) -> list[Problem]:
    """The problems of a pydantic error, each placed by `file` and dotted key, `keys` in front."""
    return [_problem(file, keys, dict(detail)) for detail in error.errors(include_url=False)]


def _problem(file: str, keys: tuple[str, ...], detail: dict[str, Any]) -> Problem:
    loc = detail["loc"]
    where = place(file, *keys, *(loc if isinstance(loc, tuple) else (loc,)))
    kind, context = str(detail["type"]), detail.get("ctx")
    expected = _EXPECTED[kind].format_map(context or {}) if kind in _EXPECTED else _words(str(detail["msg"]))
    if kind == "extra_forbidden":
        return Problem(where, "unknown key", expected)
    if kind == "missing":
        return Problem(where, "missing", expected)
    return Problem(where, f"found {quote(detail['input'])}", expected)


def _words(message: str) -> str:
    for prefix in ("Input should be ", "Value error, ", "Assertion failed, "):
        message = message.removeprefix(prefix)
    return message
