"""The error of a command line that cannot be executed."""


class CommandError(Exception):
    """One sentence that says why the command cannot be done, and what to do."""
