"""`orders audit`: what it prints and its exit code; the file of anchors; the server's anchors."""

import asyncio
import json
import logging
import os
import time
from pathlib import Path

import pytest

from graph.core import anchors
from graph.core.anchors import FILE, INTERVAL, AnchorFileError, Anchoring, append, read
from graph.settings.environment import Settings
from models.audit_anchor import Anchor
from models.database.sessions import Database
from resolvers.audit import anchors as make_anchors
from resolvers.core.context import Context
from resolvers.tags import create_tag
from tests.cli.test_command_line import orders
from tests.support.client import SECRET, serving
from tests.support.clock import Clock
from tests.support.factories import NOON, Shop, make_shop


@pytest.fixture
async def shop(database: Database) -> Shop:
    made = await make_shop(database, code="kumo")
    await add_tag(database, made, "vip")
    return made


async def add_tag(database: Database, shop: Shop, code: str) -> None:
    context = Context(database, shop.member(), clock=lambda: NOON)
    assert not (await create_tag(context, code, code, None)).refusals


def made_settings(database: Database, folder: Path) -> Settings:
    return Settings(
        database_url=database.url.render_as_string(hide_password=False), secret_key=SECRET, data_folder=folder
    )


async def test_anchors_are_written_and_verified(
    database: Database, database_url: str, shop: Shop, tmp_path: Path
) -> None:
    file = tmp_path / "kept" / "anchors.jsonl"
    for _ in range(2):
        made = await asyncio.to_thread(orders, database_url, "audit", "anchor", "--file", str(file))
        assert made.returncode == 0, made.stderr
    (head,) = (Anchor.read(line, SECRET) for line in made.stdout.splitlines())
    assert (head.brand, head.sequence, len(head.hash)) == ("kumo", 1, 64)
    assert len(file.read_text().splitlines()) == 2
    assert file.stat().st_mode & 0o777 == 0o600
    await add_tag(database, shop, "late")
    verified = await asyncio.to_thread(orders, database_url, "audit", "verify", "--anchors", str(file))
    assert (verified.returncode, verified.stdout) == (0, "kumo: 2 entries, 2 anchors, intact\n")


def test_without_a_brand_nothing_is_intact(sqlite_url: str) -> None:
    verified = orders(sqlite_url, "audit", "verify")
    assert (verified.returncode, verified.stdout) == (1, "BROKEN: there is no brand\n")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read"),
        ("", "holds no anchor"),
        ("\n\n", "holds no anchor"),
        ("nonsense\n", "Line 1 of .* is no anchor"),
        ("[]\n", "Line 1 of .* is no anchor"),
        ("{}\n", "Line 1 of .* is no anchor"),
        ('{"signature": 1}\n', "Line 1 of .* is no anchor"),
        ("GOOD\nFORGED\n", "Line 2 of .* is not signed with this server's key"),
        ("GOOD\nFOREIGN\n", "Line 2 of .* is not signed with this server's key"),
    ],
)
async def test_a_file_of_anything_else_is_refused(
    database: Database, shop: Shop, tmp_path: Path, content: str | None, says: str
) -> None:
    (anchor,) = await make_anchors(database, NOON)
    good, file = anchor.line(SECRET), tmp_path / "anchors.jsonl"
    if content is not None:
        content = content.replace("FORGED", good.replace('"sequence": 1', '"sequence": 0'))
        file.write_text(content.replace("GOOD", good).replace("FOREIGN", anchor.line("x" * 40)))
    with pytest.raises(AnchorFileError, match=says):
        read(file, SECRET)


async def test_the_server_anchors_what_has_grown(
    database: Database, shop: Shop, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "orders.audit")
    anchoring = Anchoring(database, made_settings(database, tmp_path), Clock())
    await anchoring.anchor()
    await anchoring.anchor()
    await add_tag(database, shop, "late")
    await anchoring.anchor()
    found = read(tmp_path / FILE, SECRET)
    assert [(anchor.sequence, anchor.at) for anchor in found] == [(1, NOON), (2, NOON)]
    logged = [json.loads(record.__dict__["anchor"]) for record in caplog.records]
    assert [line["sequence"] for line in logged] == [1, 2]


async def test_a_file_that_cannot_be_written_leaves_the_anchors_in_the_log(
    database: Database, shop: Shop, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "orders.audit")
    (tmp_path / FILE).mkdir()
    await Anchoring(database, made_settings(database, tmp_path), Clock()).anchor()
    told = [record.getMessage() for record in caplog.records]
    assert told[0] == "audit anchor"
    assert "the anchors are only in this log" in told[1]


async def test_the_server_anchors_once_an_hour(
    database: Database, database_url: str, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour after the last anchor of any worker; and no further one meanwhile."""
    monkeypatch.setattr(anchors, "FIRST", 0.01)
    file = tmp_path / FILE
    append(file, [])
    assert Anchoring(database, made_settings(database, tmp_path), Clock())._due_in() > 0
    an_hour_ago = time.time() - INTERVAL
    os.utime(file, (an_hour_ago, an_hour_ago))
    async with serving(database_url, tmp_path, Clock()), asyncio.timeout(60):
        while not file.read_text():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert [anchor.brand for anchor in read(file, SECRET)] == ["kumo"]
