"""`orders wording …`: set, shown, listed and deleted."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from graph.cli.brands import add_brand, new_brand
from graph.cli.commands import orders
from graph.telemetry import logs
from models.database.sessions import Database
from models.locale import Locale


@pytest.fixture
async def brand(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_brand(database, new_brand("north", "Northlight", Locale.EN, "UTC", "GBP", None))
    monkeypatch.setenv("ORDERS_DATABASE_URL", str(database.url))
    monkeypatch.setenv("ORDERS_DATA_FOLDER", str(tmp_path))
    monkeypatch.setattr(logs, "configure", lambda: None)


def run(*arguments: str) -> str:
    """What it says on stdout, or its error."""
    done = CliRunner().invoke(orders, ["wording", *arguments])
    return done.stdout if done.exit_code == 0 else f"error: {done.exception} {done.stderr}"


@pytest.mark.usefixtures("brand")
def test_a_wording_is_set_shown_listed_and_deleted(tmp_path: Path) -> None:
    file = tmp_path / "message.txt"
    file.write_text("見てください {code}\n\nThanks", "utf-8")
    assert "is saved" in run("set", "OC_CREATED", "en", "--subject", "About {code}", "--body-file", str(file))
    shown = run("show", "oc_created", "EN")
    assert "subject:\n  About {code}\nheading (standard):\n  Our confirmation of your order {code}\n" in shown
    assert "body:\n  見てください {code}\n  \n  Thanks\n" in shown
    run("set", "OC_CREATED", "en", "--body", "")
    assert "subject:\n  About {code}" in run("show", "OC_CREATED", "en"), "what is not named stays"
    assert "is deleted" in run("delete", "OC_CREATED", "en")
    assert run("list") == ""
    versions = [line.split("\t") for line in run("list", "--all-versions").splitlines()]
    assert [(version, subject) for _, _, version, _, _, subject in versions] == [
        ("3", "(deleted)"),
        ("2", "About {code}"),
        ("1", "About {code}"),
    ]
    assert "subject (standard):" in run("show", "OC_CREATED", "en")


@pytest.mark.usefixtures("brand")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["set", "OC_CREATED", "en"], "Name what changes"),
        (["set", "OC_CREATED", "en", "--subject", "{order}"], "mailWordings.0.subject: There is no variable {order}"),
        (["set", "OC_CREATED", "en", "--body", "a", "--body-file", "b"], "either with --body or with --body-file"),
        (["set", "OC_CREATED", "en", "--body-file", "missing.txt"], "missing.txt cannot be read: No such file"),
        (["delete", "OC_CREATED", "en"], "no wording of its own for OC_CREATED"),
        (["show", "NONE", "en"], "NONE"),
        (["show", "OC_CREATED", "fr"], "fr"),
    ],
)
def test_what_is_wrong_is_said(arguments: list[str], said: str) -> None:
    assert said in run(*arguments)
