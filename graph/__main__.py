"""`python -m graph`: the command line."""

from graph.cli.main import main

main()
