"""Which database a command works on: its own, or the demo's when there is no other; a failing command makes nothing."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from graph.cli.database import existing_settings
from graph.cli.errors import CommandError
from models.database.sessions import Database
from models.migrations import upgrade


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ORDERS_DATABASE_URL", "ORDERS_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)


def make(path: Path) -> None:
    async def migrate() -> None:
        database = Database(f"sqlite:///{path}")
        await upgrade(database)
        await database.close()

    asyncio.run(migrate())


@pytest.mark.parametrize("demo", [False, True])
def test_without_a_database_nothing_is_made(tmp_path: Path, demo: bool) -> None:
    with pytest.raises(CommandError, match="The database is empty"):
        existing_settings(demo=demo, data_folder=tmp_path / "var")
    assert list(tmp_path.iterdir()) == []


def test_beside_a_demo_its_database_is_used_and_stderr_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path / "demo.db")
    settings = existing_settings(demo=False, data_folder=tmp_path)
    assert settings.is_demo
    assert settings.database_url == f"sqlite:///{tmp_path / 'demo.db'}"
    said = capsys.readouterr()
    assert "uses the demo's" in said.err
    assert said.out == ""


def test_a_database_of_its_own_comes_before_the_demos(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(tmp_path / "demo.db")
    make(tmp_path / "orders.db")
    settings = existing_settings(demo=False, data_folder=tmp_path)
    assert not settings.is_demo
    assert settings.database_url == f"sqlite:///{tmp_path / 'orders.db'}"
    assert capsys.readouterr().err == ""


def test_a_database_that_is_named_is_never_replaced_by_the_demos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "demo.db")
    monkeypatch.setenv("ORDERS_DATABASE_URL", f"sqlite:///{tmp_path / 'mine.db'}")
    with pytest.raises(CommandError, match="The database is empty"):
        existing_settings(demo=False, data_folder=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["demo.db"]


def test_a_database_without_a_schema_is_not_migrated_by_a_command_that_needs_data(tmp_path: Path) -> None:
    path = tmp_path / "orders.db"
    path.touch()
    with pytest.raises(CommandError, match=f"The database is empty: run the migrations .*{path}"):
        existing_settings(demo=False, data_folder=tmp_path)
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT * FROM sqlite_master").fetchall() == []
    assert not (tmp_path / "secret.key").exists()
