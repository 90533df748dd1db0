"""Queries read the replica; mutations, and everything that they read, use the primary database."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from graph.core.ids import Kind, to_id
from models.database.sessions import Database
from models.policy import OrderStatus
from tests.support.client import Client, serving
from tests.support.clock import Clock
from tests.support.factories import add_delivery_note, make_order, make_shop
from tests.support.plans import recorded
from tests.support.ports import free_port
from tests.support.postgres import UNPRIVILEGED, Postgres

REJECT = """mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: false}) {
            order { status rejection { rejectedBy } history { totalCount } } userErrors { code } } }"""
DELETE_NOTE = "mutation ($id: ID!) { deleteDeliveryNote(input: {deliveryNoteId: $id}) { userErrors { code } } }"


async def test_queries_may_read_the_replica_and_commands_never_do(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    shop = await make_shop(database)
    order = await make_order(database, shop)
    await database.close()
    # A replica that no longer follows the primary.
    replica = shutil.copy(sqlite_url.removeprefix("sqlite:///"), tmp_path / "replica.db")
    async with serving(sqlite_url, tmp_path, Clock(), replica_url=f"sqlite:///{replica}") as server:
        client = server.as_(shop.member())
        id = to_id(Kind.ORDER, order.id)
        answer = (await client.data(REJECT, id=id))["rejectOrder"]
        assert answer["userErrors"] == []
        assert answer["order"]["status"] == "REJECTED_BY_BRAND", "what the mutation reads, it has written"
        assert answer["order"]["rejection"] == {"rejectedBy": "Mina Sato"}
        again = (await client.data(REJECT, id=id))["rejectOrder"]
        assert [error["code"] for error in again["userErrors"]] == ["NOT_REJECTABLE"]
        assert await status(client, id) == "OC_REQUIRED", "a question was asked of the database itself"


async def test_a_follower_of_the_feed_misses_nothing(sqlite_url: str, tmp_path: Path) -> None:
    """An event has the order as it is in the primary; a first sync begins where the replica is."""
    database = Database(sqlite_url)
    shop = await make_shop(database)
    orders = [await make_order(database, shop) for _ in range(2)]
    async with serving(sqlite_url, tmp_path, Clock()) as server:
        await server.as_(shop.member()).data(REJECT, id=to_id(Kind.ORDER, orders[0].id))
    await database.close()
    # A replica that no longer follows the primary.
    replica = shutil.copy(sqlite_url.removeprefix("sqlite:///"), tmp_path / "replica.db")
    async with serving(sqlite_url, tmp_path, Clock(), replica_url=f"sqlite:///{replica}") as server:
        client = server.as_(shop.member())
        await client.data(REJECT, id=to_id(Kind.ORDER, orders[1].id))
        feed = (await client.data("{ events { nodes { sequence order { status } } headSequence lastSequence } }"))[
            "events"
        ]
        rejected = {"status": "REJECTED_BY_BRAND"}
        assert feed["nodes"] == [{"sequence": 1, "order": rejected}, {"sequence": 2, "order": rejected}]
        assert (feed["headSequence"], feed["lastSequence"]) == (1, 2)


async def test_a_mutation_looks_up_its_delivery_note_in_the_primary(sqlite_url: str, tmp_path: Path) -> None:
    """Also before its transaction begins, when it finds out which order to lock."""
    database = Database(sqlite_url)
    shop = await make_shop(database)
    replica = shutil.copy(sqlite_url.removeprefix("sqlite:///"), tmp_path / "replica.db")
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED)
    note = await add_delivery_note(database, order)
    await database.close()
    async with serving(sqlite_url, tmp_path, Clock(), replica_url=f"sqlite:///{replica}") as server:
        payload = await server.as_(shop.member()).data(DELETE_NOTE, id=to_id(Kind.DELIVERY_NOTE, note.id))
        assert payload["deleteDeliveryNote"] == {"userErrors": []}


async def status(client: Client, id: str) -> str:
    with recorded(client.database) as seen:
        answer = await client.data("query ($id: ID!) { order(id: $id) { status canReject } }", id=id)
    assert not [statement for statement, _ in seen if "orders" in statement]
    found: str = answer["order"]["status"]
    return found


async def test_a_real_replica_follows(postgres: Postgres, postgres_url: str, tmp_path: Path) -> None:
    """Streaming replication: a decision is read from the replica a moment later."""
    with ExitStack() as stack:
        replica = await asyncio.to_thread(stack.enter_context, following(postgres))
        async with serving(
            postgres_url, tmp_path, Clock(), replica_url=f"{replica}/{postgres_url.rpartition('/')[2]}"
        ) as server:
            database = server.database
            shop = await make_shop(database)
            order = await make_order(database, shop)
            client = server.as_(shop.member())
            id = to_id(Kind.ORDER, order.id)
            answer = (await client.data(REJECT, id=id))["rejectOrder"]
            assert answer["order"]["status"] == "REJECTED_BY_BRAND"
            async with asyncio.timeout(120):
                while await arrived(client, id) != "REJECTED_BY_BRAND":  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            analytics = "{ orderAnalytics(groupBy: MONTH) { orderCount } }"
            assert (await client.data(analytics))["orderAnalytics"]["orderCount"] == 0


async def arrived(client: Client, id: str) -> str | None:
    """None until the order has arrived at the replica."""
    answer = await client.data("query ($id: ID!) { order(id: $id) { status } }", id=id)
    status: str | None = answer["order"] and answer["order"]["status"]
    return status


@contextmanager
def following(postgres: Postgres) -> Iterator[str]:
    """A hot standby of the whole cluster. Returns its URL, without a database name."""
    with tempfile.TemporaryDirectory(prefix="replica-", ignore_cleanup_errors=True) as folder:
        data, port = Path(folder) / "data", free_port()
        user = UNPRIVILEGED if os.geteuid() == 0 else None
        if user:
            shutil.chown(folder, user)

        def run(program: str, *arguments: str) -> None:
            with (Path(folder) / f"{program}.log").open("w+") as log:
                command = [str(postgres.programs / program), *arguments]
                done = subprocess.run(
                    command,
                    user=user,
                    extra_groups=[] if user else None,
                    cwd=folder,
                    stdout=log,
                    stderr=log,
                    check=False,
                    timeout=120,
                )
                log.seek(0)
                assert done.returncode == 0, log.read()

        run(
            "pg_basebackup",
            f"--dbname={postgres.superuser_url}",
            f"--pgdata={data}",
            "--write-recovery-conf",
            "--checkpoint=fast",
        )
        options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200"
        run("pg_ctl", "start", "--wait", f"--pgdata={data}", f"--log={folder}/server.log", f"--options={options}")
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}"
        finally:
            run("pg_ctl", "stop", "--wait", "--mode=immediate", f"--pgdata={data}")
