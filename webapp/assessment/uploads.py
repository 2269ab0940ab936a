"""Answers files that respondents upload, of any kind, and what taking one over would change."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from rubric.answers import DEFAULT_PRIORITY, Answers, content_of, from_content
from rubric.model import Question, Rubric
from rubric.problems import InputError, Problem, place
from webapp.assessment import spreadsheet
from webapp.assessment.cells import OLE, ZIP
from webapp.assessment.entries import Change, Entry, entries, entry_in, priorities, rate, save, save_priority
from webapp.attachments import ANSWERS, PDF, attached
from webapp.config import LARGEST_REQUEST
from webapp.models import Assessment

LARGEST_UPLOAD = LARGEST_REQUEST * 9 // 10
"""Bytes of a file, also of a report with long notes: so many that a form around it still fits into a request."""
LONGEST_NAME = 80
MOST_KEYS = 500
"""In one table of a file: ten times what a rubric asks. Each one that is wrong is told, with the nearest right one."""


@dataclass(frozen=True)
class Difference:
    """What taking over a file would change about one question."""

    question: Question
    before: Entry
    after: Entry


def parse(data: bytes, name: str, rubric: Rubric, region: str = "") -> Answers:
    """The answers in an uploaded file that was called `name`: XLSX, TOML, JSON, or a report's PDF with them attached.

    `region` is whose they are where the file does not say so. Raises InputError with all problems, placed by that name;
    with one alone where the file is too large, is none of these, or answers another rubric than `rubric`.
    """
    file = readable(name)
    if len(data) > LARGEST_UPLOAD:
        what = _("is larger than %(max)d kB", max=LARGEST_UPLOAD // 1000)
        raise InputError([Problem(file, what, _("an answers file"))])
    if data.startswith(PDF):
        data, file = attached(data, file, (ANSWERS,)).files[ANSWERS].encode(), f"{file}: {ANSWERS}"
    content = _content(data, file, rubric)
    if isinstance(content, Mapping):
        spreadsheet.require_version(content, file, rubric)
        _refuse_endless(content, file)
        content = {"region": region, **content} if region else content
    return from_content(content, file, rubric)[0]


def readable(name: str) -> str:
    """`name` as messages can repeat it: without folders, on one line, not too long."""
    printable = "".join(c if c.isprintable() else "�" for c in re.split(r"[/\\]", name)[-1])
    return printable.strip()[:LONGEST_NAME] or str(_("the file"))


def _content(data: bytes, file: str, rubric: Rubric) -> object:
    if data.startswith((ZIP, OLE)):
        return spreadsheet.read(data, file, rubric)
    try:
        return content_of(data.decode("utf-8-sig"), file)
    except UnicodeDecodeError:
        expected = _("an answers file: a workbook saved as .xlsx, or TOML or JSON in UTF-8, or a report as PDF")
        raise InputError([Problem(file, _("is no text in UTF-8"), expected)]) from None


def _refuse_endless(content: Mapping[str, Any], file: str) -> None:
    tables = [((), content), *(((key,), table) for key, table in content.items())]
    problems = [
        Problem(place(file, *keys), _("more than %(max)d keys", max=MOST_KEYS), _("an answers file"))
        for keys, table in tables
        if isinstance(table, Mapping) and len(table) > MOST_KEYS
    ]
    if problems:
        raise InputError(problems)


def differences(answers: Answers, stored: Mapping[str, Entry], rubric: Rubric) -> tuple[Difference, ...]:
    """What taking over `answers` would change in the `stored` entries, by question id; in rubric order.

    What the file gives replaces what is stored; what it does not give, of a question or at all, is kept.
    """
    befores = ((question, stored.get(question.id, Entry())) for question in rubric.questions)
    found = (Difference(q, before, _merged(before, entry_in(answers, q.id))) for q, before in befores)
    return tuple(difference for difference in found if difference.before != difference.after)


def _merged(before: Entry, given: Entry) -> Entry:
    return replace(before, **{part: value for part, value in vars(given).items() if value is not None})


def priority_differences(answers: Answers, stored: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """For each theme whose priority `answers` would change, by id: the stored one and the new one, 1 to 3."""
    pairs = {theme: (stored.get(theme, DEFAULT_PRIORITY), given) for theme, given in answers.priorities.items()}
    return {theme: (before, after) for theme, (before, after) in pairs.items() if before != after}


def take_over(assessment: Assessment, answers: Answers, rubric: Rubric) -> None:
    """Makes the differences between an assessment and a file: answers, priorities and ratings of vignettes."""
    changes = differences(answers, entries(assessment), rubric)
    save(assessment, [Change(change.question.id, change.after, revision=None) for change in changes])
    for theme, (_before, after) in priority_differences(answers, priorities(assessment)).items():
        save_priority(assessment, theme, after)
    rate(assessment, answers.vignettes)
