"""The commands about data protection: the audit log, periods, persons. All of them run inside the application."""

import argparse
import json
import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from rubric.problems import InputError, Problem, quote
from webapp.console import Failure, print_template

if TYPE_CHECKING:
    from webapp.governance.places import Person

DONE, FAILED = 0, 1
WORD = "erase"
"""What is typed to confirm."""

Command = Callable[[argparse.Namespace], int]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", run: Command) -> None:
    """Adds the commands. Each is run by `run`, which calls the option `inside` where there is an application."""
    log = commands.add_parser("audit", help="check the log of who did what")
    verify = log.add_subparsers(required=True, metavar="COMMAND").add_parser("verify", help="whether it is whole")
    verify.add_argument("--expect", type=_hash, metavar="HASH", help="a hash of the log that was noted elsewhere")
    verify.set_defaults(command=run, inside=_verify)

    retention = commands.add_parser("retention", help="show what has been kept for as long as the settings say")
    retention.add_argument("--apply", action="store_true", help="delete it")
    retention.set_defaults(command=run, inside=_retention)

    person = commands.add_parser("person", help="hand out or erase what is held about somebody")
    actions = person.add_subparsers(required=True, metavar="COMMAND")
    export = actions.add_parser("export", help="print all of it as JSON")
    erase = actions.add_parser("erase", help="erase it, with the figures kept; asks first")
    for action, inside in ((export, _export), (erase, _erase)):
        action.add_argument("email", nargs="?", default="", metavar="EMAIL")
        action.add_argument("--name", default="", help="as colleagues are called, or as it may stand in notes")
        action.set_defaults(command=run, inside=inside)
    erase.add_argument("--texts", action="store_true", help="also out of notes, reasons, references and reviews")
    erase.add_argument("--yes", action="store_true", help="without asking")


def _hash(text: str) -> str:
    if not re.fullmatch("[0-9a-f]{64}", text.lower(), re.ASCII):
        raise argparse.ArgumentTypeError("expected 64 hexadecimal digits")
    return text.lower()


def _verify(options: argparse.Namespace) -> int:
    from webapp import audit
    from webapp.current import database

    with database().reading() as session:
        found = audit.verify(session, options.expect)
    print_template("cli/audit.txt", found=found)
    return DONE if found.whole else FAILED


def _retention(options: argparse.Namespace) -> int:
    from webapp import audit
    from webapp.config import PERIODS
    from webapp.current import database, settings
    from webapp.governance import retention

    periods = settings().retention
    with database().reading() as session:
        previews = retention.previews(session, periods)
    done = {
        preview.rule: retention.apply(database(), periods, preview.rule, None, audit.SYSTEM)
        for preview in previews
        if options.apply and preview.days
    }
    print_template("cli/retention.txt", previews=previews, done=done, settings=PERIODS)
    return DONE


def _export(options: argparse.Namespace) -> int:
    from webapp import audit
    from webapp.current import database
    from webapp.governance import persons

    person = _person(options)
    with database().writing() as session:
        content = persons.hand_out(session, person, audit.COMMAND_LINE)
    print(json.dumps(content, ensure_ascii=False, indent=2))
    return DONE


def _erase(options: argparse.Namespace) -> int:
    from webapp import audit
    from webapp.accounts.members import LastAdministrator
    from webapp.current import database
    from webapp.governance import erasing, erasure, persons

    person = _person(options)
    with database().writing() as session:
        persons.look_up(session, person, audit.COMMAND_LINE)
    with database().reading() as session:
        held = persons.held(session, person)
        print_template("cli/person.txt", held=held, texts=options.texts)
    if held.account and held.account.last:
        raise Failure("Nothing was erased: this is the last account that may do everything. Make another one first.")
    if not held.going and not (options.texts and held.in_running):
        return DONE
    if not (options.yes or _confirmed()):
        raise Failure("Nothing was erased. Say so with --yes, or type it when asked on a terminal.")
    try:
        with database().writing() as session:
            erasure.erase(session, person, options.texts, held.state, audit.COMMAND_LINE)
    except (erasing.Changed, LastAdministrator):
        raise Failure("Nothing was erased: what is held has changed meanwhile. Run the command again.") from None
    print("Erased.")
    return DONE


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        return False
    sys.stdout.flush()
    print(f"Type “{WORD}” to erase this: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() == WORD


def _person(options: argparse.Namespace) -> "Person":
    from werkzeug.datastructures import MultiDict

    from webapp.governance.forms import PersonForm

    form = PersonForm(MultiDict({"email": options.email, "name": options.name}))
    if form.validate():
        return form.person
    told = {
        "email": Problem("EMAIL", f"found {quote(options.email)}", "an e-mail address, a name by --name, or both"),
        "name": Problem("--name", f"found {quote(options.name)}", "3 to 120 characters"),
    }
    raise InputError(told[field.name] for field in form if field.errors)
