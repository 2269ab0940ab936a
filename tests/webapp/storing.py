"""How tests store made-up regions with known answers, as an import does."""

import datetime as dt
from collections.abc import Mapping, Sequence

from rubric import load
from rubric.answers import Answers
from rubric.model import Rubric
from webapp.assessment.deposit import Deposit, store
from webapp.assessment.snapshot import snapshot
from webapp.database import Database
from webapp.status import Step

RUBRIC = load.rubric()
QUESTIONS = [question.id for question in RUBRIC.questions]
AT = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)


def stored(
    database: Database,
    region: str,
    answers: int | Mapping[str, int | str] = 2,
    at: Sequence[dt.datetime] = (AT,),
    steps: tuple[Step, ...] = ("submit",),
    country: str | None = None,
    rubric: Rubric = RUBRIC,
) -> list[int]:
    """Ids of the submissions, one at each of these times, of a region that stands at one level or answers so."""
    given = dict.fromkeys(QUESTIONS, answers) if isinstance(answers, int) else answers
    content = {"region": region, "country": country, "rubric": rubric.version, "answers": given}
    said = Answers.model_validate({key: value for key, value in content.items() if value is not None})
    made = tuple(snapshot(said, rubric, number, moment) for number, moment in enumerate(at, 1))
    with database.writing() as session:
        (assessment,) = store(session, rubric, [Deposit(said, made, steps)])
        return [submission.id for submission in assessment.submissions]
