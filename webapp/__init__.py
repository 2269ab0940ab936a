"""The shell around the domain: pages, database, report, administration, command line: `python -m webapp`."""
