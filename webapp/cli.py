"""The command line: `./octant COMMAND`. Results go to standard output, everything else to standard error."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from rubric import answers, load
from rubric.assess import assess
from rubric.batch import assess_lines
from rubric.digests import canonical
from rubric.problems import InputError
from webapp.config import ROOT, Settings

DONE, FAILED, WRONG_INPUT = 0, 1, 2
DEFAULT_PORT = 8000


class Failure(Exception):
    """The command could not be done, though its input may be right. The message says why and what to do."""


def main(arguments: Sequence[str]) -> int:
    """Runs one command and gives back its exit code."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except InputError as error:
        return _say(*error.problems, code=WRONG_INPUT)
    except Failure as error:
        return _say(error, code=FAILED)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read the output has gone; there is nobody to tell
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
    report.set_defaults(command=_report)

    _add_rubric(commands.add_parser("rubric", help="show or check the rubric"))
    _add_admin(commands.add_parser("admin", help="manage accounts"))
    commands.add_parser("demo", help="fill the database with made-up regions").set_defaults(command=_demo)
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


def _add_admin(admin: argparse.ArgumentParser) -> None:
    commands = admin.add_subparsers(required=True, metavar="COMMAND")
    create = commands.add_parser("create", help="create an account; the password is asked, or read from standard input")
    create.add_argument("email", metavar="EMAIL")
    create.set_defaults(command=_admin_create)


def _port(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError("expected a number from 1 to 65535")
    return number


def _print_template(name: str, **context: object) -> None:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    sys.stdout.write(environment.get_template(name).render(context))


def _print_json(content: object) -> None:
    print(json.dumps(content, ensure_ascii=False, indent=2))


def _serve(options: argparse.Namespace) -> int:
    from webapp.app import create_app
    from webapp.serve import PortTaken, serve

    try:
        serve(lambda: create_app(Settings.from_environment()), options.port)
    except PortTaken as error:
        raise Failure(
            f"Port {options.port} cannot be used ({error.strerror}). Try another: ./octant serve --port {options.port + 1}"
        ) from None
    return DONE


def _assess(options: argparse.Namespace) -> int:
    if options.batch:
        return _assess_batch(sys.stdin.buffer)
    result = assess(*answers.read(options.file))
    if options.json:
        _print_json(result.json())
    else:
        _print_template("cli/summary.txt", result=result, figures=result.json())
    return DONE


def _assess_batch(lines: Iterable[bytes]) -> int:
    fine = True
    for text, went_well in assess_lines(lines):
        print(text)
        fine = fine and went_well
    return DONE if fine else WRONG_INPUT


def _report(options: argparse.Namespace) -> int:
    raise Failure("not yet")


def _rubric_show(options: argparse.Namespace) -> int:
    rubric = load.rubric()
    if options.json:
        print(canonical({**rubric.content, "digest": rubric.digest}))
    else:
        _print_template("cli/rubric.txt", rubric=rubric)
    return DONE


def _rubric_check(options: argparse.Namespace) -> int:
    raise Failure("not yet")


def _admin_create(options: argparse.Namespace) -> int:
    raise Failure("not yet")


def _demo(options: argparse.Namespace) -> int:
    raise Failure("not yet")
