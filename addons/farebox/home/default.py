"""Where the data folder is if nobody names one."""

from pathlib import Path


def default_folder() -> Path:
    """Return the platform's folder for a user's data."""
    # Services and tests name their folder, and this takes long to import.
    from platformdirs import user_data_path  # noqa: PLC0415

    return user_data_path("farebox")
