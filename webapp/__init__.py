"""The shell around the domain: pages, database, report, administration, command line. Run it with `python -m webapp`."""
