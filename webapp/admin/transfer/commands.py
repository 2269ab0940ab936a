"""The commands by which submissions leave and enter: export, import, and made-up ones. All run in the application."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from rubric.problems import InputError, Problem
from webapp.console import Failure, print_template, written

# What these commands need besides is imported when they run, so that all others begin at once.
DONE = 0
MOST_MADE_UP = 1_000_000
TOLD_EVERY = 1000
"""After so many made-up submissions `demo` says how far it is."""

Command = Callable[[argparse.Namespace], int]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", run: Command) -> None:
    """Adds the commands. Each is run by `run`, which calls the option `inside` where there is an application."""
    export = commands.add_parser("export", help="all submissions as a file, with a dictionary of what it holds")
    formats = "csv and jsonl come in a ZIP archive"
    export.add_argument("--format", choices=("csv", "xlsx", "jsonl"), required=True, help=formats)
    export.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    export.add_argument("--notes", action="store_true", help="also what regions wrote")
    export.add_argument("--contacts", action="store_true", help="also e-mail addresses of contacts")
    export.set_defaults(command=run, inside=_export)

    taken = commands.add_parser("import", help="make assessments of many answers files, all of them or none")
    kinds = "an answers file, a ZIP archive of them, or one JSON object a line"
    taken.add_argument("files", nargs="+", type=Path, metavar="FILE", help=kinds)
    taken.add_argument("--dry-run", action="store_true", help="only say what would be made")
    taken.set_defaults(command=run, inside=_import)

    demo = commands.add_parser("demo", help="fill the database with made-up regions, marked as such")
    demo.add_argument("--submissions", type=_count, default=12, metavar="N", help="default 12")
    demo.set_defaults(command=run, inside=_demo)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_MADE_UP):
        raise argparse.ArgumentTypeError(f"expected a number from 1 to {MOST_MADE_UP}")
    return int(text)


def _export(options: argparse.Namespace) -> int:
    """Writes all submissions, newest first. The audit log says so."""
    from webapp import audit
    from webapp.admin.submissions import lists
    from webapp.admin.submissions.criteria import Filters
    from webapp.admin.transfer import export
    from webapp.admin.transfer.columns import Wanted
    from webapp.current import database

    wanted = Wanted(options.notes, options.contacts)
    with database().reading() as session:
        found = export.survey(session, lists.ids(session, Filters()))
    if options.format == "xlsx" and found.submissions > export.MOST_ROWS:
        raise Failure(
            f"A workbook holds at most {export.MOST_ROWS} submissions, here are {found.submissions}. Use csv."
        )
    with database().writing() as session:
        export.record(session, audit.COMMAND_LINE, found, options.format, wanted)
    chosen = export.Export(database(), found, wanted)
    try:
        with written(options.output) as out:
            for piece in chosen.figures(options.format):
                out.write(piece)
    except OSError as error:
        raise Failure(f"{options.output}: cannot be written ({error.strerror})") from None
    return _say(f"Exported {found.submissions} submissions to {options.output}.")


def _import(options: argparse.Namespace) -> int:
    """Imports answers files, all or nothing, unless it is a dry run; says what was, or would be, made."""
    from webapp import audit
    from webapp.admin.transfer import imports, uploaded
    from webapp.assessment.rubrics import current
    from webapp.current import database

    with database().reading() as session:
        rubric = current(session)
        read = [found for file in options.files for found in uploaded.read(_content(file), file.name, rubric)]
        plan = imports.plan(session, read, rubric)
    if plan.ready and not options.dry_run:
        try:
            imports.carry_out(database(), read, plan, rubric, audit.COMMAND_LINE)
        except imports.Changed:
            raise Failure("Nothing was imported: what is there has changed meanwhile. Run the command again.") from None
    print_template("cli/import.txt", plan=plan, dry_run=options.dry_run)
    if plan.problems:
        raise InputError(plan.problems)
    return DONE


def _content(file: Path) -> bytes:
    from webapp.admin.transfer.uploaded import LARGEST

    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST + 1)  # no more, also of a device that never ends
    except OSError as error:
        raise InputError([Problem(str(file), error.strerror or str(error), "a file that can be read")]) from None


def _demo(options: argparse.Namespace) -> int:
    from webapp import demo
    from webapp.current import database

    added = 0
    for added, _made in enumerate(demo.fill(database(), options.submissions), 1):
        if added % TOLD_EVERY == 0:
            _say(f"{added} of {options.submissions}")
    there = options.submissions - added
    return _say(f"Added {added} made-up submissions; {there} were there already. See them at /admin/.")


def _say(message: str) -> int:
    print(message, file=sys.stderr)
    return DONE
