"""The command line: `./octant COMMAND`. Results go to standard output, everything else to standard error."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from getpass import getpass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from rubric import answers, batch, load, prose
from rubric.assess import assess
from rubric.digests import canonical
from rubric.model import Rubric
from rubric.problems import InputError, Problem
from webapp.accounts import commands as accounts
from webapp.admin.transfer import commands as transfer
from webapp.config import Settings
from webapp.console import Failure, print_template, written
from webapp.governance import commands as governance
from webapp.i18n import DEFAULT_LANGUAGE
from webapp.versions import commands as versions

if TYPE_CHECKING:
    from webapp.database import Database

DONE, FAILED, WRONG_INPUT = 0, 1, 2
DEFAULT_PORT = 8000
MOST_TOLD = 20
"""How many pairs and passages `rubric check --report` prints."""


def main(arguments: Sequence[str]) -> int:
    """Runs one command and gives back its exit code."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        code = command(options)
        sys.stdout.flush()
        return code
    except InputError as error:
        return _say(*error.problems, code=WRONG_INPUT)
    except Failure as error:
        return _say(error, code=FAILED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone; nobody to tell
        return FAILED
    except KeyboardInterrupt:
        return FAILED


def _say(*messages: object, code: int) -> int:
    for message in messages:
        print(message, file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="octant", description="Self-assessment of industrial cluster policy.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="start the web server")
    serve.add_argument("--port", type=_port, default=DEFAULT_PORT, metavar="N", help=f"default {DEFAULT_PORT}")
    serve.set_defaults(command=_serve)

    test = commands.add_parser("test", help="lint, types and all tests; options go to pytest")
    test.set_defaults(command=_test)

    score = commands.add_parser("assess", help="score answers files")
    source = score.add_mutually_exclusive_group(required=True)
    source.add_argument("file", nargs="?", type=Path, metavar="FILE", help="answers in TOML or JSON")
    source.add_argument(
        "--batch", action="store_true", help="one JSON object a line, from standard input to standard output"
    )
    score.add_argument("--json", action="store_true", help="the whole result as JSON")
    score.set_defaults(command=_assess)

    report = commands.add_parser("report", help="make the PDF of an answers file")
    report.add_argument("file", type=Path, metavar="FILE", help="answers in TOML or JSON")
    report.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.pdf")
    report.add_argument("--paper", choices=("a4", "letter"), help="default: the usual one of the region’s country")
    report.add_argument("--brief", action="store_true", help="only the two-page summary")
    report.set_defaults(command=_report)

    verify = commands.add_parser("verify", help="check whether all that a report says follows from its answers")
    verify.add_argument("file", type=Path, metavar="REPORT.pdf", help="a report as Octant made it")
    verify.add_argument("--json", action="store_true", help="outcome, what was compared and found, as JSON")
    verify.set_defaults(command=_verify)

    backup = commands.add_parser("backup", help="write everything that cannot be made again to a file, while in use")
    backup.add_argument("file", type=Path, metavar="FILE")
    backup.set_defaults(command=_backup)
    restore = commands.add_parser("restore", help="put a backup in place, into an empty database of either kind")
    restore.add_argument("file", type=Path, metavar="FILE", help="as backup wrote it")
    restore.set_defaults(command=_restore)

    doctor = commands.add_parser("doctor", help="look for what is missing or wrong here, and say how to mend it")
    doctor.set_defaults(command=_doctor)

    _add_rubric(commands.add_parser("rubric", help="show or check the rubric"))
    _add_admin(commands.add_parser("admin", help="manage accounts"))
    transfer.add(commands, _inside)
    governance.add(commands, _inside)
    return parser


def _add_rubric(rubric: argparse.ArgumentParser) -> None:
    commands = rubric.add_subparsers(required=True, metavar="COMMAND")
    show = commands.add_parser("show", help="print the rubric")
    show.add_argument("--json", action="store_true", help="everything that the rubric holds")
    show.set_defaults(command=_rubric_show)
    check = commands.add_parser("check", help="find every problem of a rubric")
    check.add_argument(
        "folder", nargs="?", type=Path, metavar="DIR", help="default: the newest that comes with the program"
    )
    check.add_argument("--report", action="store_true", help="also the most alike and the hardest to read")
    check.set_defaults(command=_rubric_check)
    versions.add(commands, _inside)


def _add_admin(admin: argparse.ArgumentParser) -> None:
    commands = admin.add_subparsers(required=True, metavar="COMMAND")
    create = commands.add_parser("create", help="create an account; the password is asked, or read from standard input")
    create.add_argument("email", metavar="EMAIL")
    create.add_argument("--role", choices=("viewer", "reviewer", "administrator"), default="administrator")
    create.set_defaults(command=_admin_create)
    accounts.add(commands, _inside)


def _port(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError("expected a number from 1 to 65535")
    return number


def _print_json(content: object) -> None:
    print(json.dumps(content, ensure_ascii=False, indent=2))


def _serve(options: argparse.Namespace) -> int:
    from webapp.app import create_app
    from webapp.serve import PortTaken, serve

    try:
        serve(lambda: create_app(Settings.from_environment()), options.port)
    except PortTaken as error:
        another = f"./octant serve --port {options.port + 1}"
        raise Failure(f"Port {options.port} cannot be used ({error.strerror}). Try another: {another}") from None
    return DONE


def _test(options: argparse.Namespace) -> int:
    raise Failure("The script sets up what tests need, and runs them: ./octant test")


def _assess(options: argparse.Namespace) -> int:
    if options.batch:
        return _assess_batch(batch.lines(sys.stdin.buffer))
    result = assess(*answers.read(options.file))
    if options.json:
        _print_json(result.json())
    else:
        from webapp.report.context import report_of
        from webapp.report.issue import Issue

        print_template("cli/summary.txt", report=report_of(result, Issue(), DEFAULT_LANGUAGE))
    return DONE


def _assess_batch(lines: Iterable[bytes]) -> int:
    fine = True
    for text, went_well in batch.assess_lines(lines):
        print(text, flush=True)
        fine = fine and went_well
    return DONE if fine else WRONG_INPUT


def _report(options: argparse.Namespace) -> int:
    from webapp.report.context import report_of
    from webapp.report.edition import Edition, usual_paper
    from webapp.report.issue import Issue
    from webapp.report.pdf import NoPango, pdf

    result = assess(*answers.read(options.file))
    paper = options.paper or usual_paper(result.answers.country)
    try:
        with written(options.output) as out:
            out.write(
                pdf(
                    report_of(result, Issue(), DEFAULT_LANGUAGE),
                    Edition(DEFAULT_LANGUAGE, paper, options.brief),
                )
            )
    except NoPango as error:
        raise Failure(f"A PDF needs Pango, which is missing or too old. Install it with: {error.command}") from None
    except OSError as error:
        raise Failure(f"{options.output}: cannot be written ({error.strerror})") from None
    return DONE


def _verify(options: argparse.Namespace) -> int:
    from webapp import attachments
    from webapp.report.verify import verify

    found = verify(attachments.read(options.file), str(options.file), _kept_rubric)
    if options.json:
        _print_json(found.content)
    else:
        print_template("cli/verify.txt", file=options.file, found=found)
    return DONE if found.outcome == "follows" else FAILED


def _kept_rubric(digest: str) -> Rubric | None:
    """The rubric with this digest in the database, if there is a database with it. Raises InputError."""
    from sqlalchemy import inspect, make_url
    from sqlalchemy.exc import NoResultFound, SQLAlchemyError

    from webapp.assessment.rubrics import rubric_of
    from webapp.database import Database
    from webapp.models import StoredRubric

    url = Settings.from_environment().database_url
    try:
        parts = make_url(url)
        if parts.get_backend_name() == "sqlite" and not Path(parts.database or "").is_file():
            return None  # it would be made by being opened
        with closing(Database(url)) as database, database.reading() as session:
            made = inspect(session.connection()).has_table(StoredRubric.__tablename__)
            return rubric_of(session, digest) if made else None
    except NoResultFound:
        return None
    except SQLAlchemyError as error:
        reason = " ".join(str(getattr(error, "orig", error)).split())
        raise InputError([Problem("OCTANT_DATABASE_URL", reason, "a database that can be read, or none")]) from None


def _backup(options: argparse.Namespace) -> int:
    from webapp import backup
    from webapp.database import Database

    settings = Settings.from_environment()
    try:
        # Not in the application, which would first bring older tables up to date.
        with closing(Database(settings.database_url)) as database, written(options.file, mode=0o600) as out:
            copied = backup.write(database, settings, out)
    except OSError as error:
        raise Failure(f"{options.file}: cannot be written ({error.strerror})") from None
    return _say(f"Wrote {sum(copied.rows.values())} rows and the secrets to {options.file}. Keep it safe.", code=DONE)


def _restore(options: argparse.Namespace) -> int:
    from webapp import backup
    from webapp.database import Database

    settings = Settings.from_environment()
    with closing(Database(settings.database_url)) as database:
        copied = backup.restore(database, settings, options.file)
    when = copied.at.strftime("%d %B %Y, %H:%M UTC")
    return _say(f"Restored {sum(copied.rows.values())} rows as they were on {when}.", code=DONE)


def _doctor(options: argparse.Namespace) -> int:
    from webapp.doctor import examine

    found = examine()
    print_template("cli/doctor.txt", found=found)
    return FAILED if any(finding.state == "broken" for finding in found) else DONE


def _rubric_show(options: argparse.Namespace) -> int:
    rubric = load.rubric()
    if options.json:
        print(canonical({**rubric.content, "digest": rubric.digest}))
    else:
        print_template("cli/rubric.txt", rubric=rubric)
    return DONE


def _rubric_check(options: argparse.Namespace) -> int:
    rubric = load.read(options.folder) if options.folder else load.rubric()
    print_template(
        "cli/check.txt",
        rubric=rubric,
        where=options.folder or "comes with the program",
        by_country=rubric.questions_by_country.items(),
        alike=prose.most_alike(prose.level_sentences(rubric), MOST_TOLD) if options.report else None,
        hardest=prose.hardest(prose.passages(rubric), MOST_TOLD) if options.report else None,
    )
    return DONE


def _admin_create(options: argparse.Namespace) -> int:
    from webapp import audit
    from webapp.accounts import creating

    with _application() as database:
        with database.reading() as session:
            email = creating.new_email(session, options.email)
        password = _asked_password(email) if sys.stdin.isatty() else _read_password(sys.stdin.buffer)
        with database.writing() as session:
            creating.create(session, email, password, options.role, audit.COMMAND_LINE)
    return _say(f"Made an account for {email}. Sign in at /admin/.", code=DONE)


def _inside(options: argparse.Namespace) -> int:
    """Runs a command that needs the application."""
    with _application():
        command: Callable[[argparse.Namespace], int] = options.inside
        return command(options)


@contextmanager
def _application() -> Iterator["Database"]:
    """The application around a command, and its database, closed at the end."""
    from webapp import current
    from webapp.app import create_app

    with create_app(Settings.from_environment()).app_context(), closing(current.database()) as database:
        yield database


def _asked_password(email: str) -> str:
    try:
        password = getpass(f"Password for {email}: ")
        again = getpass("The same again: ")
    except EOFError:
        raise InputError([Problem("password", "none was given", "one")]) from None
    if password != again:
        raise InputError([Problem("password", "the two differ", "the same twice")])
    return password


def _read_password(lines: IO[bytes]) -> str:
    """The first line, whole but for its end."""
    try:
        return lines.readline().decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise InputError([Problem("password", "not UTF-8", "text in UTF-8")]) from None
