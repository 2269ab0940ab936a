"""Starts the command line: `python -m webapp`."""

import io
import sys

from webapp.cli import main

if isinstance(sys.stdout, io.TextIOWrapper):
    sys.stdout.reconfigure(encoding="utf-8")  # JSON is UTF-8, whatever the terminal's language
sys.exit(main(sys.argv[1:]))
