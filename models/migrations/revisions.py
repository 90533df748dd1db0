"""Where Alembic finds the revisions of this release. It is imported only to migrate."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

FOLDER = Path(__file__).parent
# Folders of revisions; a test adds the one of a release to come.
VERSIONS = [FOLDER / "versions"]


def config(connection: Connection | None = None) -> "Config":
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", _plain(FOLDER))
    made.set_main_option("path_separator", "newline")
    made.set_main_option("version_locations", "\n".join(map(_plain, VERSIONS)))
    made.attributes["connection"] = connection
    return made


def _plain(path: Path) -> str:
    return str(path).replace("%", "%%")  # the option is a ConfigParser's


@cache
def scripts() -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(config())
