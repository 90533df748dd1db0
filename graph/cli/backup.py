"""`orders backup`: a copy of a SQLite database while it is in use. PostgreSQL has pg_dump: docs/operations.md."""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from graph.cli.database import existing_settings
from graph.cli.errors import CommandError
from graph.cli.options import Demo
from models.database.sessions import Database

PAGES_AT_A_TIME = 4_000  # 16 MB; between two of them writers have their turn
BUSY = 10.0  # seconds to wait for a lock


def backup_database(
    file: Annotated[Path, typer.Argument(help="The new file for the copy; an existing file is never replaced.")],
    demo: Demo = False,
) -> None:
    """Copy a SQLite database while it is in use, and check the copy. For PostgreSQL, see docs/operations.md."""
    settings = existing_settings(demo=demo)
    size = asyncio.run(backup(Database(settings.database_url), file))
    typer.echo(f"{file} is a complete copy ({size:,} bytes).")


async def backup(database: Database, file: Path) -> int:
    """The size of the copy in bytes. A file that has its name is whole and was checked. Raises CommandError."""
    if not database.is_sqlite:
        raise CommandError("PostgreSQL is backed up by pg_dump: docs/operations.md has the commands.")
    if not database.exists():
        raise CommandError("There is no database yet, so there is nothing to back up.")
    return await asyncio.to_thread(_backup, Path(database.url.database or ""), file)


def _backup(source: Path, file: Path) -> int:
    if file.exists():
        raise CommandError(f"{file} is there already: a backup replaces no file; give another name.")
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        _copy(source, draft)
        draft.chmod(0o600)
        try:
            file.hardlink_to(draft)
        except FileExistsError:
            raise CommandError(f"{file} is there already: a backup replaces no file; give another name.") from None
        return file.stat().st_size
    except sqlite3.Error as error:
        raise CommandError(f"The backup could not be made ({error}).") from None
    except OSError as error:
        raise CommandError(f"{file} cannot be written ({error.strerror}).") from None
    finally:
        draft.unlink(missing_ok=True)


def _copy(source: Path, draft: Path) -> None:
    draft.touch(mode=0o600)
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY)) as of,
        closing(sqlite3.connect(draft, timeout=BUSY)) as to,
    ):
        # One snapshot: without it, each write of another process would make the copy start again.
        of.execute("BEGIN")
        of.execute("SELECT 1 FROM alembic_version").fetchone()
        of.backup(to, pages=PAGES_AT_A_TIME)
        # One file, without a -wal beside it.
        to.execute("PRAGMA journal_mode=DELETE")
        found = to.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            raise CommandError(f"The copy is damaged ({found}) and was removed; the database may be damaged too.")
    with draft.open("rb") as written:
        os.fsync(written.fileno())
