"""The error for a setting that cannot be used."""


class SettingsError(ValueError):
    """A setting that cannot be used; one sentence that names it and says what to write."""
