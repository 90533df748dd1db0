"""The error of a command that cannot be done."""


class CommandError(Exception):
    """One sentence that says why the command cannot be done, and what to do."""
