"""Made-up regions whose reports are hard to set: everything answered, little, nothing, and the longest texts."""

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import pytest

from rubric import load
from rubric.answers import LINE_LENGTH, NOTE_LENGTH, NOTE_LINES, REGION_LENGTH, Answers
from rubric.assess import Result, assess
from rubric.model import Question, Rubric
from rubric.peers import Peers
from webapp.report.context import Report, report_of
from webapp.report.issue import Earlier, Issue

ISSUE = Issue(3, dt.datetime(2026, 3, 31, 9, 0, tzinfo=dt.UTC), "sha256:" + "a" * 64)
LONG_WORD = "Kraftfahrzeughaftpflichtversicherungsamt"


def full() -> Answers:
    """Follows one country's practices, with every kind of answer and all that may be said beside one."""
    rubric, chance = load.rubric(), random.Random(5)
    levels: dict[str, Any] = {
        q.id: chance.choice([3, 4] if "DK" in rubric.countries_of(q) else [0, 1, 2, 2, 3]) for q in rubric.questions
    }
    ids = list(levels)
    levels |= {ids[4]: "unknown", ids[9]: "not-applicable", ids[30]: "outside-powers", ids[22]: "undisclosed"}
    del levels[ids[40]]
    return _answers(
        region="Made-up Region",
        country="PT",
        answers=levels,
        priorities={"skills": 3, "finance": 1},
        reasons={ids[9]: "There is no research organisation."},
        notes={ids[0]: "Adopted by all parties.", ids[3]: 'Called "<b>the plan</b>" & renewed.'},
        evidence={ids[0]: "document", ids[3]: "published", ids[12]: "evaluated", ids[15]: "none"},
        references={ids[0]: "Council decision 12/2019"},
    )


def sparse() -> Answers:
    """A quarter of the questions answered, so that some countries cannot be compared."""
    chance = random.Random(5)
    return _answers(answers={q.id: chance.choice([0, 1, 2, 3, 4]) for q in load.rubric().questions[::4]})


def unknown() -> Answers:
    """Nothing is known."""
    return _answers(answers={q.id: "unknown" for q in load.rubric().questions})


def all_equal() -> Answers:
    """No pattern to compare."""
    return _answers(answers={q.id: 2 for q in load.rubric().questions})


def longest() -> Answers:
    """Every free text as long as it may be, with words that are wider than a column."""
    chance = random.Random(7)
    ids = [q.id for q in load.rubric().questions]
    note = f"{LONG_WORD} is a long word. " * (NOTE_LENGTH // len(LONG_WORD))
    return _answers(
        region=(f"The {LONG_WORD} of the Upper and the Lower Districts " * 3)[:REGION_LENGTH].strip(),
        answers={i: chance.choice([0, 0, 1, 2, 3, 4]) for i in ids},
        notes=dict.fromkeys(ids[::5], note[:NOTE_LENGTH]),
        references=dict.fromkeys(ids[::5], ("https://example.org/" + "a" * LINE_LENGTH)[:LINE_LENGTH]),
        evidence=dict.fromkeys(ids, "published"),
    )


FETCHING = (
    '<img src="file:///etc/passwd">',
    '<link rel="attachment" href="file:///etc/hostname">',
    '<style>@import "http://example.org/x.css"; p { color: red }</style>',
    '<object data="data:text/plain,x"></object>',
    '<svg><image href="https://example.org/x.png"/></svg>',
    '<a href="https://example.org/">a link</a>',
    "</p></td></tr></table><h1>Not ours</h1>",
    "url(octant:report.css) {{ report.region }} %(score)s &lt;b&gt;",
)
"""Texts that try to be markup, to fetch something, or to be a template."""


def hostile() -> Answers:
    """Every free text tries to be markup and to fetch something."""
    ids = [q.id for q in load.rubric().questions]
    texts = dict(zip(ids, FETCHING, strict=False))
    return _answers(
        region="Evil <script>alert(1)</script> <img src=file:///etc/passwd>",
        answers={i: "not-applicable" if n >= len(ids) - len(FETCHING) else n % 5 for n, i in enumerate(ids)},
        notes=texts,
        references=texts,
        reasons=dict(zip(ids[-len(FETCHING) :], FETCHING, strict=True)),
    )


def largest() -> Answers:
    """The most that a region can submit: every free text full, in as many lines and as wide letters as may be."""
    ids = [q.id for q in load.rubric().questions]
    note = "\n".join(["W" * (NOTE_LENGTH // NOTE_LINES - 1)] * NOTE_LINES)
    return _answers(
        region="W" * REGION_LENGTH,
        answers=dict.fromkeys(ids, "not-applicable"),
        reasons=dict.fromkeys(ids, note),
        notes=dict.fromkeys(ids, note),
        references=dict.fromkeys(ids, "W" * LINE_LENGTH),
        evidence=dict.fromkeys(ids, "none"),
    )


def mirrored() -> Answers:
    """Text that runs from right to left, and that tries to turn round what stands beside it."""
    first = load.rubric().questions[0].id
    return _answers(region="\u202eמחוז", answers={first: 1}, notes={first: "\u202eturned"})


def greek() -> Answers:
    """A region that writes in the one other alphabet of which all is in our fonts, old accents too."""
    return _speaking("Περιφέρεια Κεντρικής Μακεδονίας", "Εγκρίθηκε από το περιφερειακό συμβούλιο το 2021 («ἀρχὴ»).")


def arabic() -> Answers:
    """A region that writes from right to left, in lines that are longer than their column."""
    note = "اعتمد المجلس الإقليمي الخطة في عام 2021 (القرار 12)، وهي منشورة على الموقع."
    return _speaking("منطقة تجريبية كبرى", note)


def japanese() -> Answers:
    """A region that writes in characters for which we have no font of our own."""
    return _speaking("試験地域", "計画は2021年に議会で承認された。")


def odd() -> Answers:
    """Characters that are no letters: private, unassigned, unseen, coloured, turning round what follows."""
    return _speaking(
        "Odd\u2067 \ufeffRegion\u2069\u2069",
        "\ue000 \u0378 \u200b\u200d\u00ad\u034f 😀 ✔️ 1️⃣ 👨‍👩‍👧 🇬🇷 \u202eturned\ufffc",
    )


def _speaking(region: str, note: str) -> Answers:
    """A region with a few answers, which says `note` by itself, inside English and on lines of its own."""
    ids = [q.id for q in load.rubric().questions[::5]]
    notes = [note, f"Said: {note} And so on.", f"{note}\nEnglish.\n{note}"]
    return _answers(
        region=region,
        answers={i: n % 5 for n, i in enumerate(ids)},
        notes=dict(zip(ids, notes, strict=False)),
        references={ids[0]: note},
    )


CASES = {f.__name__: f for f in (full, sparse, unknown, all_equal, longest, hostile, greek, arabic, japanese, odd)}
LESS_TELLING = {"all_equal", "greek", "japanese", "odd"}
"""Cases whose whole PDFs are looked at with the long tests alone: what sets them apart has tests of its own."""
NAMES = [pytest.param(name, marks=pytest.mark.long) if name in LESS_TELLING else name for name in CASES]


def wordy(rubric: Rubric) -> Rubric:
    """`rubric` with each text as long as the longest of its kind, every question citing five countries more."""
    practices = [next(p.id for p in rubric.practices if p.country == c) for c in ("AU", "GB", "CA", "US", "DE")]
    name = max((q.name for q in rubric.questions), key=len)
    level = max((text for q in rubric.questions for text in q.levels), key=len)
    does = max((text for q in rubric.questions for text in q.does.values()), key=len)
    return reworded(
        rubric, lambda q: {"name": name, "levels": [level] * 5, "does": q.does | dict.fromkeys(practices, does)}
    )


def reworded(rubric: Rubric, change: Callable[[Question], dict[str, Any]]) -> Rubric:
    """`rubric` with some parts of its questions changed: a rubric of its own, with another digest."""
    plain: Any = rubric.content
    questions = [q | change(rubric.question_by_id[q["id"]]) for q in plain["questions"]]
    questions = [q | {"practices": list(q["does"])} for q in questions]
    return load.from_content({**plain, "questions": questions})


def result_of(answers: Answers, rubric: Rubric | None = None) -> Result:
    """The result of one of these regions."""
    return assess(answers, rubric or load.rubric())


def told(line: dict[str, Any]) -> dict[str, Any]:
    """A country of a result's ranking as reports tell it: what cannot be compared is not said to be never first."""
    return line if line["resemblance"] is not None else {**line, "stability": None}


def report_on(answers: Answers, issue: Issue = ISSUE) -> Report:
    """The report on one of these regions."""
    return report_of(result_of(answers), issue, "en")


def again() -> Report:
    """The report on the full case as a second submission, among others."""
    changed = full().model_copy(update={"answers": {**full().answers, **dict.fromkeys(list(full().answers)[::6], 1)}})
    before = Issue(2, dt.datetime(2025, 3, 20, 9, 0, tzinfo=dt.UTC), "sha256:" + "b" * 64)
    chance = random.Random(3)
    starts = {theme.id: 5.0 * chance.randrange(3, 11) for theme in load.rubric().themes[1:]}
    themes = {theme: (start, start + 10, start + 25) for theme, start in starts.items()}
    peers = Peers(25, dt.date(2026, 3, 1), (35, 45, 60), themes, dict.fromkeys(themes, 25))
    return report_of(result_of(full()), ISSUE, "en", Earlier(before, result_of(changed)), peers)


def _answers(**content: Any) -> Answers:
    return Answers.model_validate({"region": "Made-up Region", **content})
