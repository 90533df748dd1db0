"""What the commands of graph/cli.py do."""


class CommandError(Exception):
    """A command that cannot be done; one sentence that says why and what to do."""
