"""Documents that are made in processes of their own: the same bytes, and nothing is left of one that ends."""

import asyncio
import io
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import openpyxl
import pytest

from graph.core.download_links import Drawn
from graph.downloads import DOCUMENTS
from graph.http import document_processes, downloads
from graph.http.document_processes import Documents, Setup
from models.database.sessions import Database
from models.locale import Locale
from tests.support.client import Client, id_of, serving
from tests.support.clock import Clock
from tests.support.factories import make_order, make_shop

LINKS = "query ($id: ID!) { order(id: $id) { excel { url } pdf(document: PURCHASE_ORDER) { url } } }"


@pytest.fixture
async def client(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """Temporary files are in `tmp_path`."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    url = database.url.render_as_string(hide_password=False)
    async with serving(url, tmp_path, Clock(), document_processes=True) as client:
        yield client


async def links(client: Client) -> tuple[str, str]:
    """Of an order's PDF and workbook."""
    shop = await make_shop(client.database)
    order = await make_order(client.database, shop)
    found = (await client.as_(shop.member()).data(LINKS, id=id_of(order)))["order"]
    return found["pdf"]["url"], found["excel"]["url"]


def children() -> set[int]:
    """The document processes of this one that have not ended."""
    found = {each for task in Path("/proc/self/task").iterdir() for each in read(task / "children").split()}
    return {int(each) for each in found if b"spawn_main" in read(Path(f"/proc/{each.decode()}/cmdline"))}


def read(file: Path) -> bytes:
    """Empty for a thread or a process that has just ended."""
    try:
        return file.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def test_a_process_makes_what_the_server_itself_would_make(
    client: Client, database: Database, tmp_path: Path
) -> None:
    pdf, excel = await links(client)
    url = database.url.render_as_string(hide_password=False)
    async with serving(url, tmp_path, client.clock) as without:
        expected = await without.http.get(pdf)
    made = await client.http.get(pdf)
    assert made.status_code == 200
    assert made.content == expected.content
    assert {**made.headers, "x-request-id": ""} == {**expected.headers, "x-request-id": ""}
    [process] = children()
    assert openpyxl.load_workbook(io.BytesIO((await client.http.get(excel)).content)).sheetnames == [
        "Order",
        "Orders",
        "Lines",
    ]
    assert (await client.http.get(pdf)).content == expected.content
    assert children() == {process}  # one is enough for one viewer
    changed = await client.http.get(pdf[:-2] + ("aa" if pdf[-2:] != "aa" else "bb"))
    assert changed.status_code == 403


async def test_another_process_makes_the_document_of_one_that_is_killed(client: Client, tmp_path: Path) -> None:
    pdf, _ = await links(client)
    made = await client.http.get(pdf)
    [process] = children()
    # It is stopped first, so that it is killed while it has the document to make.
    os.kill(process, signal.SIGSTOP)
    waiting = asyncio.create_task(client.http.get(pdf))
    await until(lambda: any(tmp_path.glob("orders-document-*")))  # right before the process is asked
    os.kill(process, signal.SIGKILL)
    assert (await waiting).content == made.content
    assert process not in children()


def die() -> NoReturn:
    os._exit(1)


async def test_two_processes_that_end_are_an_answer_to_try_again(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdf, _ = await links(client)
    monkeypatch.setattr(
        document_processes.DocumentProcesses, "_start", lambda each: document_processes._Process(Setup(die, die))
    )
    answer = await client.http.get(pdf)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Open the link again" in answer.text
    assert not any(tmp_path.glob("orders-document-*"))


async def test_the_process_of_a_cancelled_request_ends_and_leaves_nothing(client: Client, tmp_path: Path) -> None:
    _, excel = await links(client)
    assert (await client.http.get(excel)).status_code == 200
    [process] = children()
    os.kill(process, signal.SIGSTOP)
    waiting = asyncio.create_task(client.http.get(excel))
    await until(lambda: any(tmp_path.glob("orders-document-*")))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await until(lambda: not children())
    assert not list(tmp_path.glob("orders-document-*"))


async def never(snapshot: object, locale: Locale) -> bytes:
    while True:
        pass


def endless_documents() -> Documents:
    return {
        name: replace(each, made=replace(each.made, draw=never)) if isinstance(each.made, Drawn) else each
        for name, each in DOCUMENTS.items()
    }


async def test_a_drawing_that_never_ends_is_stopped_and_another_process_takes_its_place(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdf, excel = await links(client)
    with monkeypatch.context() as patched:
        start = document_processes.DocumentProcesses._start

        def start_endless(processes: document_processes.DocumentProcesses) -> document_processes._Process:
            patched.setattr(processes, "_setup", replace(processes._setup, documents=endless_documents))
            return start(processes)

        patched.setattr(document_processes.DocumentProcesses, "_start", start_endless)
        patched.setattr(downloads, "MAX_DRAWING_SECONDS", 0.2)
        assert (await client.http.get(excel)).status_code == 200, "a workbook has no limit"
        [process] = children()
        answer = await client.http.get(pdf)
    assert (answer.status_code, answer.text) == (
        500,
        "This document cannot be drawn: it takes longer than 10 minutes.\n",
    )
    assert "Retry-After" not in answer.headers
    assert not children(), process
    assert not any(tmp_path.glob("orders-document-*"))
    assert (await client.http.get(pdf)).status_code == 200


async def test_an_idle_process_ends(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_processes, "IDLE_SECONDS", 0.0)
    pdf, _ = await links(client)
    assert (await client.http.get(pdf)).status_code == 200
    await until(lambda: not children())
    assert (await client.http.get(pdf)).status_code == 200
