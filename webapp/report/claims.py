"""What a report says of itself, in the files attached to it: read, and checked for its form, but not believed."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from flask_babel import gettext as _
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from rubric import load
from rubric.answers import Answers, from_content, parse_json, submission_digest
from rubric.model import Rubric
from rubric.peers import Peers
from rubric.problems import InputError, Problem, from_pydantic, quote
from webapp.attachments import ANSWERS, REPORT, RESULT, Attached
from webapp.config import TRANSLATIONS
from webapp.report.edition import Edition, Paper
from webapp.report.issue import Issue

ENGLISH = "en"
FIRST_YEAR, LAST_YEAR = 2000, 2999
"""When a submission may have been made, so that its time can be written in every time zone."""

Kept = Callable[[str], Rubric | None]
"""Finds a rubric that does not come with the program, by its digest."""
_DIGEST = re.compile("sha256:[0-9a-f]{64}", re.ASCII)
_Score = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
_Spread = tuple[_Score, _Score, _Score]


def _moment(value: dt.datetime) -> dt.datetime:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"a moment in the years {FIRST_YEAR} to {LAST_YEAR}")
    return value


def _language(value: str) -> str:
    if value != ENGLISH and not (TRANSLATIONS / value).is_dir():
        raise ValueError("the code of a language that Octant speaks here")
    return value


class _Form(BaseModel):
    """A part of report.json. It may say more than is asked for: files of later versions will."""

    model_config = ConfigDict(frozen=True)


class _Submission(_Form):
    number: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    at: Annotated[AwareDatetime, AfterValidator(_moment)] | None = None


class _Earlier(_Submission):
    digest: Annotated[str, Field(pattern=_DIGEST.pattern + r"\z")] | None = None
    answers: dict[str, JsonValue]


class _Peers(_Form):
    regions: Annotated[int, Field(ge=1, le=1_000_000)]
    day: dt.date
    overall: _Spread
    themes: dict[str, _Spread]
    theme_regions: dict[str, Annotated[int, Field(ge=1, le=1_000_000)]]


class _About(_Form):
    format: Literal["octant-report/1"]
    template: str
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}\z"), AfterValidator(_language)]
    paper: Paper
    brief: bool
    submission: _Submission
    earlier: _Earlier | None = None
    peers: _Peers | None = None


@dataclass(frozen=True)
class Claims:
    """What a report says: `result` and `about` are its result.json and report.json as they are.

    `issue` has the digest that follows from the answers, not the one that is claimed; of `earlier` there is nothing
    but answers, from which no digest follows.
    """

    rubric: Rubric
    answers: Answers
    issue: Issue
    edition: Edition
    template: str
    earlier: tuple[Answers, Issue] | None
    peers: Peers | None
    result: Mapping[str, Any]
    about: Mapping[str, Any]


def read(attached: Attached, file: str, kept: Kept) -> Claims:
    """The claims in what is `attached` to the PDF called `file`, whose rubric must be one of ours or `kept`.

    Raises InputError with all problems of the first attachment that has any.
    """
    where = {name: f"{file}: {name}" for name in attached.files}
    result, raw = (_table(attached.files[name], where[name]) for name in (RESULT, REPORT))
    rubric = _rubric(result, where[RESULT], kept)
    answers, _same = from_content(parse_json(attached.files[ANSWERS], where[ANSWERS]), where[ANSWERS], rubric)
    about = _about(attached.files[REPORT], where[REPORT])
    return Claims(
        rubric=rubric,
        answers=answers,
        issue=_issue(about.submission, answers),
        edition=Edition(about.language, about.paper, about.brief),
        template=about.template,
        earlier=_earlier(about.earlier, f"{where[REPORT]}: earlier", answers.region, rubric) if about.earlier else None,
        peers=Peers(**dict(about.peers)) if about.peers else None,
        result=result,
        about=raw,
    )


def _table(text: str, where: str) -> Mapping[str, Any]:
    content = parse_json(text, where)
    if not isinstance(content, Mapping):
        raise InputError([Problem(where, _("is no table"), _("JSON as Octant attaches it"))])
    return content


def _rubric(result: Mapping[str, Any], where: str, kept: Kept) -> Rubric:
    named = result.get("rubric")
    version, digest = (named.get("version"), named.get("digest")) if isinstance(named, Mapping) else (None, None)
    ours = {rubric.digest: rubric for rubric in map(load.rubric, load.versions())}
    if isinstance(digest, str) and _DIGEST.fullmatch(digest) and (found := ours.get(digest) or kept(digest)):
        return found
    what = _("rests on rubric %(version)s with the digest %(digest)s, which is not here: it cannot be verified here")
    theirs = {"version": _quoted(version), "digest": _quoted(digest)}
    expected = " or ".join(f"{rubric.version} ({rubric.digest})" for rubric in ours.values())
    raise InputError([Problem(f"{where}: rubric", what % theirs, expected)])


def _quoted(value: object) -> str:
    if isinstance(value, str) and _DIGEST.fullmatch(value):
        return value  # whole, so that it can be compared
    return quote(value) if isinstance(value, str) else str(_("that is not named"))


def _about(text: str, where: str) -> _About:
    try:
        return _About.model_validate_json(text)
    except ValidationError as error:
        raise InputError(from_pydantic(error, where)) from None


def _issue(said: _Submission, answers: Answers) -> Issue:
    if said.number is None or said.at is None:
        return Issue(said.number, said.at)
    return Issue(said.number, said.at, submission_digest(answers, said.number, said.at))


def _earlier(said: _Earlier, where: str, region: str, rubric: Rubric) -> tuple[Answers, Issue]:
    answers, _same = from_content({"region": region, "answers": said.answers}, where, rubric)
    return answers, Issue(said.number, said.at, said.digest)
