"""The error that a setting which cannot be used raises."""


class SettingsError(ValueError):
    """A setting that cannot be used; one sentence that names it and says what to write."""
