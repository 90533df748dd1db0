"""What the commands of graph/cli/main.py do."""


class CommandError(Exception):
    """A command that cannot be done; one sentence that says why and what to do."""
