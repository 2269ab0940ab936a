"""How tests submit a made-up region: through the pages, as a respondent would."""

from collections.abc import Mapping

from flask.testing import FlaskClient

from rubric import load
from rubric.answers import Answers
from tests.webapp.assessment.starting import DECLARED


def submit(client: FlaskClient, answers: Answers) -> str:
    """The path that leads to an assessment with these answers, which is submitted."""
    link: str = client.post("/start", data={"region": answers.region}).location
    for theme in load.rubric().themes:
        client.post(link + theme.id, data=_fields(answers, theme.id))
    assert client.post(link + "check", data=DECLARED).location == link + "result"
    return link


def _fields(answers: Answers, theme: str) -> dict[str, str]:
    beside: dict[str, Mapping[str, str]] = {
        "reason": answers.reasons,
        "note": answers.notes,
        "evidence": answers.evidence,
        "reference": answers.references,
    }
    fields = {f"priority-{theme}": str(answers.priorities.get(theme, 2))}
    for question in load.rubric().questions_by_theme[theme]:
        if question.id in answers.answers:
            fields[question.id] = str(answers.answers[question.id])
        for name, table in beside.items():
            if question.id in table:
                fields[f"{name}-{question.id}"] = table[question.id]
    return fields
