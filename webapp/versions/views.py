"""Pages about rubric versions: which there are, what differs, scoring under another one, norms."""

from collections.abc import Iterator, Sequence

from flask import abort, redirect, render_template, request, stream_template, url_for
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from rubric.model import Rubric
from rubric.norms import FEWEST_REGIONS, TooFewRegions
from rubric.problems import InputError
from rubric.versions import compare
from webapp import audit
from webapp.accounts.roles import needs, pages
from webapp.assessment import rubrics
from webapp.assessment.rubrics import Version
from webapp.current import database
from webapp.models import LARGEST_ID, Submission
from webapp.regions import submissions
from webapp.versions import kept, norms
from webapp.versions.norms import Changed, Proposal, TooFewNewcomers
from webapp.versions.rescoring import Moved, Tally, moves, rescoring

bp = pages("versions")

Page = str | Response | tuple[str, int] | tuple[Iterator[str], int]
CONFIRM = "confirm"


@bp.get("/rubrics")
@needs("viewer")
def versions() -> str:
    with database().reading() as session:
        return render_template("versions/versions.html", lines=kept.lines(session))


@bp.get("/rubrics/<digest>/choose")
@needs("administrator")
def ask_to_choose(digest: str) -> Page:
    return _choose_page(digest, 200)


@bp.post("/rubrics/<digest>/choose")
@needs("administrator")
def choose(digest: str) -> Page:
    if CONFIRM not in request.form:
        return _choose_page(digest, 422, unconfirmed=True)
    try:
        with database().writing() as session:
            kept.choose(session, _rubric(session, digest), audit.account(current_user), request.form.get("seen", ""))
    except kept.OtherChosen:
        return _choose_page(digest, 409, overtaken=True)
    return redirect(url_for(".versions"), 303)


def _choose_page(digest: str, status: int, **said: bool) -> Page:
    with database().reading() as session:
        rubric, before = _rubric(session, digest), rubrics.current(session)
        line = next((line for line in kept.lines(session) if line.chosen), None)
    return render_template(
        "versions/choose.html",
        rubric=rubric,
        before=before,
        drafts=line.drafts if line else 0,
        found=compare(before, rubric),
        made_up=norms.from_made_up(rubric),
        **said,
    ), status


@bp.get("/rubrics/<digest>/changes")
@needs("viewer")
def changes(digest: str) -> Page:
    with database().reading() as session:
        rubric = _rubric(session, digest)
        others = kept.others(session, rubric)
        before = _asked(session, others, "from")
    found = compare(before, rubric) if before else None
    return render_template("versions/changes.html", rubric=rubric, before=before, others=others, found=found)


@bp.get(f"/submissions/<int(max={LARGEST_ID}):submission_id>/rescore")
@needs("viewer")
def rescore(submission_id: int) -> Page:
    with database().reading() as session:
        submission = session.get(Submission, submission_id) or abort(404)
        own = rubrics.rubric_of(session, submission.rubric_digest)
        siblings = [one for one in submissions(session, submission) if one.id != submission.id]
        other = _sibling(siblings)
        versions = (*kept.others(session, own), Version(own.version, own.digest))
        new = _asked(session, versions, "under") or own
        on = rescoring(session, submission, other, new) if other or new.digest != own.digest else None
        return render_template(
            "versions/rescoring.html",
            submission=submission,
            own=own,
            new=new,
            versions=versions,
            siblings=siblings,
            other=other,
            on=on,
        )


def _sibling(siblings: Sequence[Submission]) -> Submission | None:
    """The other submission of the region that the address names, if it names one."""
    number = request.args.get("with", "")
    if not number:
        return None
    return next((other for other in siblings if str(other.id) == number), None) or abort(404)


@bp.get("/rubrics/<digest>/norms")
@needs("viewer")
def preview_norms(digest: str) -> Page:
    return _norms_page(digest, 200)


@bp.post("/rubrics/<digest>/norms")
@needs("administrator")
def make_norms(digest: str) -> Page:
    if CONFIRM not in request.form:
        return _norms_page(digest, 422, unconfirmed=True)
    try:
        with database().writing() as session:
            base, seen = _rubric(session, digest), request.form.get("seen", "")
            made = norms.make(session, base, seen, audit.account(current_user))
    except (Changed, TooFewRegions, TooFewNewcomers, InputError):
        return _norms_page(digest, 409, changed=True)
    return redirect(url_for(".ask_to_choose", digest=made.digest, made="yes"), 303)


def _norms_page(digest: str, status: int, **said: bool) -> Page:
    """What norms would say and change; sent piece by piece, as to score a thousand regions takes seconds."""
    with database().reading() as session:
        base = _rubric(session, digest)
        accepted = norms.accepted(session, base)
        refused: Exception | None = None
        found: Proposal | None = None
        try:
            found = norms.proposal(session, base)
        except (TooFewRegions, TooFewNewcomers, InputError) as error:
            refused = error
    page = {"base": base, "accepted": accepted, "fewest": FEWEST_REGIONS, **said}
    if found is None:
        return render_template("versions/norms-not-yet.html", refused=refused, **page), status
    generate_csrf()  # while the session can still be sent
    tally = Tally(country.code for country in base.countries)
    rows = tally.counting(_moves(found))
    shown = rows if "all" in request.args else (row for row in rows if row.changes)
    return stream_template("versions/norms.html", found=found, rows=shown, tally=tally, **page), status


def _moves(found: Proposal) -> Iterator[Moved]:
    return moves(database(), [counted.submission for counted in found.accepted.regions], found.rubric)


def _rubric(session: Session, digest: str) -> Rubric:
    return rubrics.find(session, digest) or abort(404)


def _asked(session: Session, versions: Sequence[Version], name: str) -> Rubric | None:
    """Of `versions` the one whose digest the address gives as `name`; without it the first, if there is one."""
    digest = request.args.get(name, versions[0].digest if versions else None)
    if digest is None:
        return None
    return _rubric(session, digest) if digest in (version.digest for version in versions) else abort(404)
