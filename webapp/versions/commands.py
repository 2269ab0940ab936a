"""The commands about rubric versions that need the database: add one, choose one, see what differs."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rubric import load
from webapp.console import print_template

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from rubric.model import Rubric

DONE = 0

Command = Callable[[argparse.Namespace], int]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", run: Command) -> None:
    """Adds the commands. Each is run by `run`, which calls the option `inside` where there is an application."""
    added = commands.add_parser("add", help="check the rubric in a folder and keep it beside the others")
    added.add_argument("folder", type=Path, metavar="FOLDER")
    added.set_defaults(command=run, inside=_add)

    chosen = commands.add_parser("choose", help="let new assessments begin with a version")
    chosen.add_argument("version", metavar="VERSION", help="name or digest")
    chosen.set_defaults(command=run, inside=_choose)

    diff = commands.add_parser("diff", help="what differs between two versions, question by question")
    for name in ("A", "B"):
        diff.add_argument(name.lower(), metavar=name, help="name or digest of a version, or a folder")
    diff.set_defaults(command=run, inside=_diff)


def _add(options: argparse.Namespace) -> int:
    from webapp import audit
    from webapp.assessment import rubrics
    from webapp.current import database

    rubric = load.read(options.folder)
    with database().writing() as session:
        new = rubrics.add(session, rubric, audit.COMMAND_LINE)
        chosen = rubrics.current(session)
    print_template("cli/rubric-added.txt", rubric=rubric, new=new, chosen=chosen)
    return DONE


def _choose(options: argparse.Namespace) -> int:
    from webapp import audit
    from webapp.assessment import rubrics
    from webapp.current import database
    from webapp.versions import kept

    with database().writing() as session:
        rubric, before = kept.named(session, options.version, "VERSION"), rubrics.current(session)
        new = kept.choose(session, rubric, audit.COMMAND_LINE)
    print_template("cli/rubric-chosen.txt", rubric=rubric, new=new, before=before)
    return DONE


def _diff(options: argparse.Namespace) -> int:
    from rubric.versions import compare
    from webapp.current import database

    with database().reading() as session:
        before, after = _meant(session, options.a, "A"), _meant(session, options.b, "B")
    print_template("cli/rubric-diff.txt", before=before, after=after, found=compare(before, after))
    return DONE


def _meant(session: "Session", name: str, where: str) -> "Rubric":
    """The version that is called so, or else the rubric in a folder of that name. Raises InputError."""
    from webapp.versions import kept

    folder = Path(name)
    return load.read(folder) if folder.is_dir() else kept.named(session, name, where, "a folder")
