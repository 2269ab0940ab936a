"""The commands about accounts that are there already. All of them run inside the application."""

import argparse
import sys
from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rubric.problems import InputError, Problem, quote
from webapp.console import print_template
from webapp.models import User

DONE = 0
LOCAL = "http://127.0.0.1:8000"
"""Where the site is when nothing else is said."""

Command = Callable[[argparse.Namespace], int]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", run: Command) -> None:
    """Adds the commands, each run by `run`, which calls the option `inside` where there is an application."""
    everybody = commands.add_parser("list", help="all accounts, with role, state and second factor")
    everybody.set_defaults(command=run, inside=_list)
    reset = commands.add_parser("reset", help="print a link to a new password; it works once, within two hours")
    reset.add_argument("--site", metavar="URL", help=f"where the site is; default OCTANT_SITE_URL, else {LOCAL}")
    reset.set_defaults(command=run, inside=_reset)
    off = commands.add_parser("second-factor-off", help="take app, passkeys and recovery codes from an account")
    off.set_defaults(command=run, inside=_second_factor_off)
    for command in (reset, off):
        command.add_argument("email", metavar="EMAIL")


def _list(_: argparse.Namespace) -> int:
    from webapp.accounts import members
    from webapp.current import database

    with database().reading() as session:
        print_template("cli/accounts.txt", members=members.members(session))
    return DONE


def _reset(options: argparse.Namespace) -> int:
    from flask_security.recoverable import generate_reset_password_token

    from webapp import audit
    from webapp.accounts.events import RESET
    from webapp.current import database, settings

    with database().writing() as session:
        user = _account(session, options.email)
        if not user.active:
            found = f"the account of {user.email} is closed"
            raise InputError([Problem("EMAIL", found, "one that an administrator has opened again")])
        token = generate_reset_password_token(user)  # type: ignore[no-untyped-call]  # not typed there
        audit.record(session, audit.COMMAND_LINE, "reset-given", audit.account(user))
    mail = settings().mail
    site = options.site or (mail.site if mail else LOCAL)
    print(site.rstrip("/") + f"{RESET}/{token}")
    return DONE


def _second_factor_off(options: argparse.Namespace) -> int:
    from webapp import audit
    from webapp.accounts import second_factor
    from webapp.current import database

    with database().writing() as session:
        user = _account(session, options.email)
        second_factor.switch_off(session, user, audit.COMMAND_LINE)
        email = user.email
    print(f"The password of {email} alone lets in now. Every browser is signed out.", file=sys.stderr)
    return DONE


def _account(session: Session, email: str) -> User:
    """The account with an address, however it is written. Raises InputError."""
    user = session.scalar(select(User).where(func.lower(User.email) == email.strip().lower()))
    if user is None:
        raise InputError([Problem("EMAIL", f"no account has {quote(email)}", "one that ./octant admin list shows")])
    return user
