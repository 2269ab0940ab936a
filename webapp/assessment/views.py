"""Pages on which questions are answered, checked and submitted. The link is the only key: no account, no cookie."""

from collections.abc import Sequence, Set
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from rubric.answers import Answers
from rubric.digests import canonical
from rubric.model import Theme
from rubric.problems import InputError, Problem
from webapp import mail, notices
from webapp.assessment import autosave, entries, links, replies, rubrics, service, submitted, uploads
from webapp.assessment.entries import Entry
from webapp.assessment.forms import BeginForm, SubmitForm, mistakes_in, ratings_form
from webapp.assessment.links import Visit
from webapp.assessment.progress import minutes_left, progress
from webapp.assessment.reply_form import ReplyForm
from webapp.assessment.theme_form import ThemeForm
from webapp.current import database
from webapp.i18n import country_names, language

bp = Blueprint("assessment", __name__)

KEPT = "kept.json"
"""What the content of a file is called that the page of an earlier try sends back."""
Page = str | Response | tuple[str, int] | dict[str, Any]
CHECK = "check"
"""What a page that was opened from the check page says of itself, so that saving leads back there."""


@bp.get("/start")
def start() -> Page:
    return _start_page(BeginForm())


@bp.post("/start")
def begin() -> Page:
    form = BeginForm(request.form)
    try:
        answers = _brought()
    except InputError as error:
        told = ngettext(
            "The file was not taken: one problem", "The file was not taken: %(num)d problems", len(error.problems)
        )
        form.refuse_file(told)
        return _start_page(form, error.problems), 422
    if answers is None and "refused" in request.form and "without" not in request.form:
        form.refuse_file(_("Choose the mended file, or start without a file."))
        return _start_page(form), 422
    if answers:
        form.take(answers)
    if not form.validate():
        return _start_page(form, brought=answers), 422
    taken = len(answers.answers) if answers else None
    return redirect(url_for(".tasks", token=_begun(form, answers), taken=taken), 303)


def _brought() -> Answers | None:
    """What the file says that a new assessment goes on from: the one just chosen, or that of an earlier try.

    Raises InputError.
    """
    with database().reading() as session:
        rubric = rubrics.current(session)
    if file := request.files.get("file"):
        region = request.form.get("region", "").strip()
        return uploads.parse(file.read(), file.filename or "", rubric, region)
    if kept := request.form.get("brought"):
        return uploads.parse(kept.encode(), KEPT, rubric)
    return None


def _begun(form: BeginForm, answers: Answers | None) -> str:
    """The secret of the link to a new assessment, with `answers` as a draft."""
    with database().writing() as session:
        token = service.start(session, form.region.data or "", form.country.data, form.contact.data)
        if answers:
            visit = links.owner_visit(session, token)
            uploads.take_over(visit.assessment, answers, visit.rubric)
    return token


def _start_page(form: BeginForm, problems: Sequence[Problem] = (), brought: Answers | None = None) -> str:
    return render_template(
        "assessment/start.html",
        form=form,
        countries=country_names(language()),
        problems=problems,
        brought=canonical(brought.content) if brought else None,
    )


@bp.get("/a/<token>/")
def tasks(token: str) -> Page:
    with database().reading() as session:
        visit = links.visit(session, token)
        given = entries.entries(visit.assessment)
        submission = service.latest_submission(session, visit.assessment)
        return render_template(
            "assessment/tasks.html",
            visit=visit,
            progress=progress(visit.themes, visit.rubric, given),
            standing=replies.standing(session, visit),
            minutes=minutes_left(visit.rubric, visit.themes, given),
            submission=submission,
            earlier=service.earlier(session, submission) if submission else (),
            changed=submission and service.changed_since(visit.assessment, submission, visit.rubric),
            ratings=entries.ratings(visit.assessment),
            previous=service.previous(session, visit.assessment),
            saved=_saved(visit),
            taken=request.args.get("taken", type=int),
            rated="rated" in request.args,
            can_mail=mail.configured(),
            next_day=submission and service.next_begun(session, visit.assessment),
        )


@bp.get("/a/<token>/<theme_id>")
def theme(token: str, theme_id: str) -> Page:
    with database().reading() as session:
        visit = links.visit(session, token)
        chosen = _theme(visit, theme_id)
        stored = entries.entries(visit.assessment)
        form, replied = _form(visit, chosen, stored), _replies(session, visit, chosen)
        return render_template("assessment/theme.html", **_theme_page(session, visit, chosen, form, replied, stored))


@bp.post("/a/<token>/<theme_id>")
def save(token: str, theme_id: str) -> Page:
    by_itself = autosave.asked_for(request.accept_mimetypes.values())
    with database().writing() as session:
        visit = links.visit(session, token, lock=True)
        chosen = _theme(visit, theme_id)
        stored = entries.entries(visit.assessment)
        form = _form(visit, chosen, stored, request.form)
        replied = _replies(session, visit, chosen, request.form)
        valid = all((form.validate(), replied.validate()))
        changes = form.changes
        overtaken = entries.save(visit.assessment, changes, visit.contributor)
        replies.save(session, visit.assessment, replied.changes)
        if form.chosen_priority:
            entries.save_priority(visit.assessment, theme_id, form.chosen_priority)
        stored |= {change.question: change.entry for change in changes if change.question not in overtaken}
        again = overtaken or not (valid or by_itself)
        page = _theme_page(session, visit, chosen, form, replied, stored, overtaken) if again else {}
    if by_itself:
        far = progress(visit.themes, visit.rubric, stored)
        return autosave.theme_saved(visit, chosen, form, replied, far, overtaken, page)
    if again:
        return render_template("assessment/theme.html", **page), 422
    return redirect(_next_page(visit, chosen, form), 303)


def _form(visit: Visit, theme: Theme, stored: dict[str, Entry], sent: MultiDict[str, str] | None = None) -> ThemeForm:
    priority = entries.priorities(visit.assessment).get(theme.id)
    return ThemeForm(visit.rubric, theme, stored, priority, sent)


def _replies(session: Session, visit: Visit, theme: Theme, sent: MultiDict[str, str] | None = None) -> ReplyForm:
    about = [asked for asked in replies.asked(session, visit) if asked.question.theme == theme.id]
    return ReplyForm(about, sent, shown=visit.assessment.status in replies.TALKING)


def _theme_page(
    session: Session,
    visit: Visit,
    theme: Theme,
    form: ThemeForm,
    replied: ReplyForm,
    stored: dict[str, Entry],
    overtaken: Set[str] = frozenset(),
) -> dict[str, Any]:
    """All that the page of a theme shows."""
    questions = visit.rubric.questions_by_theme[theme.id]
    return {
        "visit": visit,
        "theme": theme,
        "form": form,
        "replies": replied,
        "stored": stored,
        "given": entries.given(visit.assessment, questions),
        "seen": entries.seen(visit.assessment, questions),
        "not_saved": form.not_saved(overtaken),
        "overtaken": overtaken,
        "mistakes": replied.mistakes + form.mistakes(overtaken),
        "previous": service.previous(session, visit.assessment),
        "progress": progress(visit.themes, visit.rubric, stored),
        "saved": _saved(visit),
        "back": request.args.get("back") == CHECK,
    }


def _saved(visit: Visit) -> Theme | None:
    """The theme that the page before this one saved, if it says so."""
    return visit.rubric.theme_by_id.get(request.args.get("saved", ""))


def _next_page(visit: Visit, theme: Theme, form: ThemeForm) -> str:
    """Where the pressed button leads."""
    then, token = request.form.get("then"), visit.token
    if form.decided:
        back = request.args.get("back")
        return url_for(".theme", token=token, theme_id=theme.id, back=back, saved=theme.id, _anchor=form.decided)
    if then == CHECK and not visit.contributor:
        return url_for(".check", token=token, saved=theme.id, _anchor=theme.id)
    later = visit.themes[visit.themes.index(theme) + 1 :]
    if then == "tasks" or (visit.contributor and not later):
        return url_for(".tasks", token=token, saved=theme.id)
    if not later:
        return url_for(".check", token=token, saved=theme.id)
    return url_for(".theme", token=token, theme_id=later[0].id, saved=theme.id)


@bp.get("/a/<token>/check")
def check(token: str) -> Page:
    with database().reading() as session:
        visit = links.owner_visit(session, token)
        return render_template("assessment/check.html", **_check_page(session, visit, SubmitForm()))


@bp.post("/a/<token>/check")
def submit(token: str) -> Page:
    form = SubmitForm(request.form)
    form.validate()
    with database().writing() as session:
        visit = links.owner_visit(session, token, lock=True)
        mistakes = form.mistakes_with(entries.entries(visit.assessment), visit.rubric)
        before = service.latest_submission(session, visit.assessment)
        submission = None if mistakes else service.submit(session, visit.assessment)
        new = submission is not before
        to = replies.reviewer(session, visit.assessment) if submission and new else None
        planned = notices.plan(session, to)
        page = _check_page(session, visit, form) if mistakes else {}
    if submission is None:
        return render_template("assessment/check.html", **page, mistakes=mistakes), 422
    submitted.tell(submission, visit.rubric)
    notices.carry_out(planned, to, "assessment/resubmitted-mail.txt", f"/admin/submissions/{submission.id}")
    return redirect(url_for("report.result", token=token, unchanged=None if new else "yes"), 303)


def _check_page(session: Session, visit: Visit, form: SubmitForm) -> dict[str, Any]:
    given = entries.entries(visit.assessment)
    return {
        "visit": visit,
        "form": form,
        "standing": replies.standing(session, visit),
        "entries": given,
        "given": entries.given(visit.assessment, visit.rubric.questions),
        "priorities": entries.priorities(visit.assessment),
        "previous": service.previous(session, visit.assessment),
        "progress": progress(visit.themes, visit.rubric, given),
        "saved": _saved(visit),
    }


@bp.get("/a/<token>/vignettes")
def vignettes(token: str) -> Page:
    with database().reading() as session:
        visit = links.owner_visit(session, token)
        form = ratings_form(visit.rubric, entries.ratings(visit.assessment))
    return render_template("assessment/vignettes.html", visit=visit, form=form)


@bp.post("/a/<token>/vignettes")
def rate(token: str) -> Page:
    with database().writing() as session:
        visit = links.owner_visit(session, token, lock=True)
        form = ratings_form(visit.rubric, entries.ratings(visit.assessment), request.form)
        form.validate()
        sent = [field for field in form if field.name in request.form and not field.errors]
        entries.rate(visit.assessment, {field.name: int(field.data) if field.data else None for field in sent})
    if autosave.asked_for(request.accept_mimetypes.values()):
        return autosave.form_saved(form)
    if form.errors:
        return render_template("assessment/vignettes.html", visit=visit, form=form, mistakes=mistakes_in(form)), 422
    return redirect(url_for(".tasks", token=token, rated="yes"), 303)


@bp.app_errorhandler(links.NoSuchLink)
def no_such_link(_: links.NoSuchLink) -> tuple[str, int]:
    return render_template("assessment/no-such-link.html"), 404


@bp.app_errorhandler(links.LinkEnded)
def link_ended(error: links.LinkEnded) -> tuple[str, int]:
    return render_template("assessment/link-ended.html", error=error), 410


@bp.app_errorhandler(links.NotForThisLink)
def not_for_this_link(error: links.NotForThisLink) -> tuple[str, int]:
    return render_template("assessment/not-for-this-link.html", token=error.token), 403


def _theme(visit: Visit, theme_id: str) -> Theme:
    chosen = visit.rubric.theme_by_id.get(theme_id) or abort(404)
    if not visit.allows(theme_id):
        raise links.NotForThisLink(visit.token)
    return chosen
