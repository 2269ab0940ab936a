"""Pages on which a submission is reviewed: the desk, what changed between two submissions, and withdrawing."""

from collections.abc import Callable, Mapping
from typing import cast

from flask import abort, get_template_attribute, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from rubric.model import Rubric
from webapp import notices
from webapp.accounts.members import reviewers
from webapp.accounts.roles import needs, pages
from webapp.admin.review import desk
from webapp.admin.review.changes import changes
from webapp.admin.review.desk import Desk
from webapp.admin.review.forms import MESSAGE, NOTE, REVIEWER, DeskForm, WithdrawForm, ask_field, seen
from webapp.admin.review.hints import hints
from webapp.admin.review.steps import (
    Case,
    NothingAsked,
    NotNow,
    Unsent,
    drafts,
    message_of,
    open_case,
)
from webapp.admin.submissions.forms import NOBODY
from webapp.admin.submissions.lists import siblings
from webapp.assessment import service
from webapp.assessment.rubrics import rubric_of
from webapp.current import database
from webapp.downloads import attachment, file_name
from webapp.i18n import language
from webapp.models import LARGEST_ID, Assessment, Submission, User
from webapp.notices import Fate
from webapp.report.pdf import NoPango
from webapp.report.store import report_on, reports
from webapp.report.views import asked_edition
from webapp.status import Overtaken
from webapp.versions import kept

bp = pages("review", f"/submissions/<int(max={LARGEST_ID}):submission_id>")

Page = str | Response | tuple[str, int]
STEPS: Mapping[str, Callable[[Case], None]] = {"begin": Case.begin, "return": Case.send_back, "accept": Case.accept}
NOTICES = {"return": "assessment/returned-mail.txt", "accept": "assessment/accepted-mail.txt"}
WITHDRAWN = "assessment/withdrawn-mail.txt"


class Unfit(Exception):
    """Something that was typed cannot be kept."""


class NoHint(Exception):
    """The answers no longer give the hint that was to become a question."""


STATUSES: Mapping[type[Exception], int] = {
    Overtaken: 409,
    NotNow: 409,
    NoHint: 409,
    Unfit: 422,
    NothingAsked: 422,
    Unsent: 422,
}
"""How the desk is shown again after nothing was done, and why."""


@bp.get("")
@needs("viewer")
def show(submission_id: int) -> str:
    """The desk with a submission, as it is."""
    with database().reading() as session:
        submission, rubric = _opened(session, submission_id)
        return _desk(session, submission, rubric)


@bp.post("")
@needs("reviewer")
def act(submission_id: int) -> Page:
    what, _, where = request.form.get("do", "keep").partition(":")
    try:
        with database().writing() as session:
            submission, rubric = _opened(session, submission_id)
            with open_case(session, submission, seen(request.form), _user()) as case:
                _take_step(case, submission, rubric, what, where)
                to = case.contact
                planned = notices.plan(session, to) if what in NOTICES else None
    except tuple(STATUSES) as error:
        return _desk_again(submission_id, error)
    told = notices.carry_out(planned, to, NOTICES[what]) if planned else None
    anchor = "answer-" + where.partition(":")[2] if what == "hint" else where or None
    return redirect(_address(submission_id, told, anchor), 303)


def _take_step(case: Case, submission: Submission, rubric: Rubric, what: str, where: str) -> None:
    """Keeps all that was typed, and does `what` the button says."""
    if what == "begin":
        case.begin()
    form = _form(case.session, case.assessment, rubric, typed=True)
    if not form.validate():
        raise Unfit
    _keep(case, form)
    if what == "hint":
        _ask_by_hint(case, submission, rubric, where)
    elif what in STEPS and what != "begin":
        STEPS[what](case)


def _keep(case: Case, form: DeskForm) -> None:
    for question, text in form.asks.items():
        case.ask(question, text)
    changed = form.changes
    if MESSAGE in changed:
        case.word(changed[MESSAGE])
    if changed.get(NOTE):
        case.note(changed[NOTE])
    if REVIEWER in changed:
        case.assign(case.session.get(User, int(changed[REVIEWER])))


def _ask_by_hint(case: Case, submission: Submission, rubric: Rubric, where: str) -> None:
    """Turns a hint into a question about one of its answers, with words that can be changed."""
    key, _, name = where.partition(":")
    found = hints(desk.answers_in(submission, rubric), rubric, desk.minutes(case.session, submission))
    hint = next((h for h in found if h.key == key and name in (q.id for q in h.questions)), None)
    if hint is None:
        raise NoHint
    words = get_template_attribute("admin/review/words.html", "hint_question")(rubric, hint)
    draft = case.drafts.get(name)
    case.ask(name, "\n\n".join([*([draft.text] if draft else []), words.strip()]))


@bp.get("/report.pdf")
@needs("viewer")
def report(submission_id: int) -> Response:
    with database().reading() as session:
        submission, rubric = _opened(session, submission_id)
    try:
        content = reports().pdf(submission, rubric, asked_edition(submission))
    except NoPango:
        return redirect(_address(submission_id, None))
    return attachment(content, "application/pdf", file_name(submission.assessment.region, submission.number, "pdf"))


@bp.get("/withdraw")
@needs("reviewer")
def ask_to_withdraw(submission_id: int) -> str:
    with database().reading() as session:
        submission, rubric = _opened(session, submission_id)
        return _withdraw_page(desk.desk(session, submission, rubric), WithdrawForm())


@bp.post("/withdraw")
@needs("reviewer")
def withdraw(submission_id: int) -> Page:
    form = WithdrawForm(request.form)
    try:
        with database().writing() as session:
            submission, _ = _opened(session, submission_id)
            with open_case(session, submission, seen(request.form), _user()) as case:
                if not form.validate():
                    raise Unfit
                case.withdraw(form.reason.data or "")
                to = case.contact
                planned = notices.plan(session, to)
    except tuple(STATUSES) as error:
        with database().reading() as session:
            shown, rubric = _shown_again(session, submission_id, error)
            page = _withdraw_page(desk.desk(session, shown, rubric), form, error)
        return page, STATUSES[type(error)]
    return redirect(_address(submission_id, notices.carry_out(planned, to, WITHDRAWN)), 303)


@bp.get("/changes")
@needs("viewer")
def compare(submission_id: int) -> str:
    number = request.args.get("with")
    with database().reading() as session:
        submission, rubric = _opened(session, submission_id)
        others = desk.comparable(session, submission)
    if not others and number is None:
        return render_template("admin/review/changes.html", submission=submission)
    try:
        first, second = desk.pair(submission, others, number)
    except LookupError:
        abort(404)
    found = changes(desk.answers_in(first, rubric), desk.answers_in(second, rubric), rubric)
    return render_template(
        "admin/review/changes.html",
        submission=submission,
        others=others,
        pair=(first, second),
        found=found,
        rubric=rubric,
    )


def _opened(session: Session, submission_id: int) -> tuple[Submission, Rubric]:
    submission = service.submission(session, submission_id) or abort(404)
    return submission, rubric_of(session, submission.rubric_digest)


def _user() -> User:
    return cast(User, current_user)


def _address(submission_id: int, told: Fate | None, anchor: str | None = None) -> str:
    return url_for("review.show", submission_id=submission_id, told=told, _anchor=anchor)


def _form(session: Session, assessment: Assessment, rubric: Rubric, typed: bool) -> DeskForm:
    stored = {ask_field(draft.question): draft.text for draft in drafts(session, assessment)}
    message = message_of(session, assessment)
    stored |= {MESSAGE: message.text if message else "", REVIEWER: str(assessment.reviewer_id or NOBODY)}
    ids = [user.id for user in reviewers(session)]
    return DeskForm(rubric.questions, ids, stored, request.form if typed else None)


def _desk_again(submission_id: int, error: Exception) -> tuple[str, int]:
    """The desk as it is now, with all that was typed, and with why nothing was done."""
    with database().reading() as session:
        submission, rubric = _shown_again(session, submission_id, error)
        return _desk(session, submission, rubric, error), STATUSES[type(error)]


def _shown_again(session: Session, submission_id: int, error: Exception) -> tuple[Submission, Rubric]:
    """The submission where nothing was done; the newest, where it may be another by now."""
    submission, rubric = _opened(session, submission_id)
    newest = service.latest_submission(session, submission.assessment) if isinstance(error, Overtaken) else None
    return (newest, rubric_of(session, newest.rubric_digest)) if newest else (submission, rubric)


def _desk(session: Session, submission: Submission, rubric: Rubric, error: Exception | None = None) -> str:
    on = desk.desk(session, submission, rubric)
    form = _form(session, submission.assessment, rubric, typed=error is not None)
    if error:
        form.validate()
    return render_template(
        "admin/review/desk.html",
        desk=on,
        form=form,
        written=tuple(question for question in rubric.questions if form[ask_field(question.id)].data),
        problem=type(error).__name__ if error else None,
        since=on.since(seen(request.form).revision) if error else (),
        submission=submission,
        report=report_on(session, submission, rubric, language()),
        siblings=siblings(session, submission),
        following=desk.next_waiting(session, submission, _user()),
        comparable=bool(desk.comparable(session, submission)),
        rescorable=bool(kept.others(session, rubric)),
        missing=None if reports().works() else NoPango().command,
        told=request.args.get("told"),
    )


def _withdraw_page(on: Desk, form: WithdrawForm, error: Exception | None = None) -> str:
    return render_template(
        "admin/review/withdraw.html",
        desk=on,
        form=form,
        problem=type(error).__name__ if error else None,
        since=on.since(seen(request.form).revision) if error else (),
    )
