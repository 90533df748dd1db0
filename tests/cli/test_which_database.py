"""Which database a command works on: its own, or the demo's when there is no other; a failing command makes nothing."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from graph.cli.commands import orders
from graph.cli.database import existing_settings
from graph.cli.errors import CommandError
from graph.telemetry import logs
from models.database.sessions import Database
from models.migrations import upgrade
from tests.support.ports import free_port


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


# Every command that works on a database, with arguments that would do.
ARGUMENTS = {
    "import": ["missing.csv"],
    "backup": ["copy.db"],
    "accounting": ["book.csv"],
    "deliver": ["--once"],
    "prune": [],
    "token": ["--role", "admin"],
    "sign-out": ["mina@example.com"],
    "brand add": ["kumo", "Kumo"],
    "brand set": ["--name", "Kumo"],
    "brand list": [],
    "buyer add": ["N-1", "New"],
    "buyer set": ["N-1", "--name", "New"],
    "buyer erase": ["N-1", "--yes"],
    "buyer list": [],
    "wording list": [],
    "wording show": ["ORDER_REJECTED", "en"],
    "wording set": ["ORDER_REJECTED", "en", "--subject", "{code}"],
    "wording delete": ["ORDER_REJECTED", "en"],
    "key create": ["ERP", "--scope", "orders:read"],
    "key list": [],
    "key rotate": ["key_1"],
    "key revoke": ["key_1"],
    "webhook create": ["https://example.com/hooks", "ERP"],
    "webhook list": [],
    "webhook update": ["whk_1", "--name", "ERP"],
    "webhook rotate": ["whk_1"],
    "webhook pause": ["whk_1"],
    "webhook resume": ["whk_1"],
    "webhook delete": ["whk_1"],
    "webhook test": ["whk_1"],
    "webhook replay": ["whk_1", "--after", "0"],
    "webhook deliveries": ["whk_1"],
    "audit verify": [],
    "audit anchor": [],
}
# These make a database, or need none.
OTHERS = {"serve", "migrate", "doctor", "schema", "schema check"}


def commands(command: Any = None, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each command by its words."""
    command = command or get_command(orders)
    for name, each in getattr(command, "commands", {}).items():
        yield from commands(each, f"{path} {name}".strip())
    if path and (not getattr(command, "commands", {}) or command.invoke_without_command):
        yield path, command


def files(folder: Path) -> list[str]:
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*"))


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder, which is not there yet, in the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ORDERS_DATA_FOLDER", str(tmp_path / "var"))
    monkeypatch.setattr(logs, "configure", lambda: None)
    return tmp_path / "var"


def run(*arguments: str) -> tuple[bool, str]:
    """Whether it succeeded, and what it said on stderr or as its error."""
    done = CliRunner().invoke(orders, list(arguments))
    error = "" if isinstance(done.exception, SystemExit | None) else str(done.exception)
    return done.exit_code == 0, done.stderr + error


def test_every_command_is_tried_here() -> None:
    found = dict(commands())
    assert found.keys() == ARGUMENTS.keys() | OTHERS
    without = [name for name in ARGUMENTS if "--demo" not in str([each.opts for each in found[name].params])]
    assert without == []


@pytest.mark.parametrize("demo", [[], ["--demo"]])
@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_command_without_a_database_makes_nothing(var: Path, name: str, demo: list[str]) -> None:
    is_done, said = run(*name.split(), *ARGUMENTS[name], *demo)
    assert not is_done
    assert f"there is no file {var / ('demo.db' if demo else 'orders.db')}" in said
    assert files(var.parent) == []


@pytest.mark.parametrize("name", ARGUMENTS)
def test_every_command_falls_back_to_the_demos_database_and_says_so(
    var: Path, name: str, sqlite_template: Path
) -> None:
    var.mkdir()
    shutil.copy(sqlite_template, var / "demo.db")
    is_done, said = run(*name.split(), *ARGUMENTS[name])
    assert "There is no database but the demo's: this command uses the demo's." in said
    assert is_done or ("secret.key" not in str(files(var)) and "demo.key" not in str(files(var)))
    assert not (var / "orders.db").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["token", "--role", "admin"],  # there is no brand
        ["token", "--role", "buyer"],
        ["audit", "anchor", "--file", "."],  # a folder
        ["import", "missing.csv"],
        ["sign-out", "mina@example.com"],
    ],
)
def test_a_command_that_fails_makes_no_key(var: Path, arguments: list[str], sqlite_template: Path) -> None:
    var.mkdir()
    shutil.copy(sqlite_template, var / "orders.db")
    before = files(var.parent)
    assert not run(*arguments)[0]
    assert [each for each in files(var.parent) if not each.endswith(("-wal", "-shm"))] == before


def test_the_first_token_makes_the_key(var: Path, sqlite_template: Path) -> None:
    var.mkdir()
    shutil.copy(sqlite_template, var / "orders.db")
    assert run("brand", "add", "kumo", "Kumo")[0]
    assert not (var / "secret.key").exists()
    assert run("token", "--role", "admin")[0]
    assert (var / "secret.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["serve", "--host", "nowhere.invalid"], {}),
        (["serve", "--no-migrate"], {}),
        (["serve", "--port", "0"], {}),
        (["serve", "--port", "PORT"], {"ORDERS_SMTP_URL": "nonsense", "ORDERS_MAIL_FROM": "a@b.example"}),
        (["serve", "--port", "PORT"], {"ORDERS_SECRET_KEY": "weak"}),
        (["serve", "--port", "PORT"], {"ORDERS_DATABASE_URL": "postgresql://u:p@127.0.0.1:9/x"}),
        (["serve", "--port", "PORT", "--demo"], {"ORDERS_DATABASE_URL": "postgresql://u:p@127.0.0.1:9/x"}),
        (["migrate"], {"ORDERS_DATABASE_URL": "postgresql://u:p@127.0.0.1:9/x"}),
        (["migrate"], {"ORDERS_NONSENSE": "x"}),
        (["migrate", "--grant-to", "somebody"], {}),
        (["migrate", "--check"], {}),
    ],
)
def test_a_server_that_cannot_start_makes_nothing(
    var: Path, arguments: list[str], environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert not run(*(str(free_port()) if each == "PORT" else each for each in arguments))[0]
    assert files(var.parent) == []


def test_a_machine_is_examined_without_a_trace(var: Path) -> None:
    for demo in ([], ["--demo"]):
        run("doctor", *demo)
    assert files(var.parent) == []


def test_several_brands_are_listed_with_the_command_to_type(
    var: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    var.mkdir()
    shutil.copy(sqlite_template, var / "orders.db")
    for code in ("north", "south & sons"):
        assert run("brand", "add", code, "Name")[0]
    monkeypatch.setattr("sys.argv", ["orders", "import", "my orders.csv"])
    assert run("import", "my orders.csv") == (
        False,
        "There are several brands (north, south & sons). Name one of them:\n"
        "  ./run orders import 'my orders.csv' --brand north\n"
        "  ./run orders import 'my orders.csv' --brand 'south & sons'",
    )
