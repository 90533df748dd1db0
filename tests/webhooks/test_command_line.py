"""`orders webhook …` and `orders deliver --once`; and the guide's code for receivers."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from graph.cli.commands import orders
from graph.cli.deliver import run_senders
from graph.settings.environment import from_environment
from models.database.sessions import Database
from tests.support.client import SECRET
from tests.support.ports import free_port
from tests.webhooks.receiver import Received, receiving

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "webhooks.md"
CODE = re.search(r"^```python\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def verify(secret: str, request: Received) -> bool:
    """As the guide shows it."""
    assert CODE
    names: dict[str, Any] = {}
    exec(CODE[1], names)  # noqa: S102 - of our own documentation
    verified: bool = names["verify"](secret, request.headers, request.body)
    return verified


def run(*arguments: str) -> str:
    done = CliRunner().invoke(orders, ["webhook", *arguments])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def test_a_webhook_from_its_creation_to_its_end(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"DATABASE_URL": sqlite_url, "SECRET_KEY": SECRET, "DATA_FOLDER": str(tmp_path)}
    for name, value in (settings | {"WEBHOOKS_TO_LOOPBACK": "on"}).items():
        monkeypatch.setenv(f"ORDERS_{name}", value)
    CliRunner().invoke(orders, ["brand", "add", "kumo", "Kumo"])

    async def deliver() -> tuple[int, list[Received]]:
        database = Database(sqlite_url)
        async with receiving(port) as receiver:
            code = await run_senders(database, from_environment(), once=True)
            await database.close()
            return code, receiver.requests

    port = free_port()
    secret = run("create", f"http://127.0.0.1:{port}/hooks", "ERP", "--alert-email", "dev@example.com").strip()
    assert re.fullmatch(r"whsec_[\w+/]{43}=", secret)
    id, *columns = run("list").rstrip("\n").split("\t")
    assert columns == ["ERP", f"http://127.0.0.1:{port}/hooks", "ACTIVE", "all kinds", "event 0"]
    assert run("update", id, "--name", "Shop", "--kind", "WEBHOOK_UPDATED") == f"{id} is changed.\n"
    run("test", id)
    code, requests = asyncio.run(deliver())
    assert code == 0
    assert [each.payload["type"] for each in requests] == ["WEBHOOK_TEST", "WEBHOOK_UPDATED"]
    assert all(verify(secret, each) for each in requests)
    assert not any(verify("whsec_" + "A" * 43 + "=", each) for each in requests)
    lines = [line.split("\t")[1:] for line in run("deliveries", id).splitlines()]
    assert lines == [["2 WEBHOOK_UPDATED", "attempt 1", "204", ""], ["test", "attempt 1", "204", ""]]
    assert run("rotate", id).strip() != secret
    assert run("pause", id) == f"{id} is paused.\n"
    assert run("resume", id) == f"{id} is resumed.\n"
    assert run("replay", id, "--after", "1") == f"{id} goes on after event 1.\n"
    assert run("delete", id) == f"{id} is deleted.\n"
    assert run("list") == ""
    refused = CliRunner().invoke(orders, ["webhook", "pause", id])
    assert str(refused.exception) == "There is no such webhook."
    refused = CliRunner().invoke(orders, ["webhook", "create", "https://10.0.0.1/", "ERP"])
    assert str(refused.exception) == "url: The URL leads to 10.0.0.1, which is no public address."
