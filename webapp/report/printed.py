"""The figures that every edition of a report prints, by name, to be looked for in a text whose layout is not known."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from webapp.report.context import Report
from webapp.report.wording import share, signed, whole

NEAR = 300
"""Characters before and after a label within which its figure is looked for."""
OUT_OF, OUT_OF_NEAR = "of 100", 4
"""What stands right behind the overall score, in English: the one figure that every reader looks for."""


@dataclass(frozen=True)
class Figure:
    """A figure: its `name` as in the result's JSON, how it is `printed`, and within `near` characters of which `label`.

    Without a label it is looked for in the whole text. A figure that is not `always` printed may be missing.
    """

    name: str
    printed: str
    label: str | None = None
    always: bool = True
    near: int = NEAR


def figures(report: Report, language: str, brief: bool) -> Iterator[Figure]:
    """What the report prints, as it is printed in `language`; of a brief only the scores are sure to stand there."""
    if report.score.value is not None:
        yield Figure("score.value", whole(report.score.value), OUT_OF if language == "en" else None, near=OUT_OF_NEAR)
    yield from _ends("score.interval", report.score.interval, None, not brief)
    yield from _ends("score.weightings", report.weightings, None, not brief)
    yield from _ends("evidenced", report.evidenced, None, not brief)
    for theme in report.themes:
        name = f"themes[{theme.id}].score"
        yield Figure(f"{name}.value", whole(theme.score.value), theme.title)
        yield from _ends(f"{name}.interval", theme.score.interval, theme.title, not brief)
    for line in report.ranking:
        name, country = f"exemplars.ranking[{line.country.code}]", line.country.name
        yield Figure(f"{name}.resemblance", signed(line.resemblance, language), country, not brief)
        yield Figure(f"{name}.stability", share(line.stability), country, not brief)
        yield Figure(f"{name}.answered", str(line.answered), country, not brief)


def _ends(name: str, ends: tuple[float, float] | None, label: str | None, always: bool) -> Iterator[Figure]:
    for place, end in enumerate(ends or ()):
        yield Figure(f"{name}[{place}]", whole(end), label, always)


def stands_in(figure: Figure, text: str) -> bool:
    """Whether `figure` is printed in `text`, which has single blanks only: whole, and near its label."""
    wanted = " ".join(figure.printed.split())
    pattern = re.compile(rf"(?<![\w.,+−]){re.escape(wanted)}(?!\w|[.,]\d)")
    if figure.label is None:
        return bool(pattern.search(text))
    places = (found.start() for found in re.finditer(re.escape(figure.label), text))
    return any(
        pattern.search(text[max(0, place - figure.near) : place + len(figure.label) + figure.near]) for place in places
    )
