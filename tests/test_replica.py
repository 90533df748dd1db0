"""Questions go to the replica; a mutation, and what is read in it, to the database itself."""

import shutil
from pathlib import Path

from graph.ids import Kind, to_id
from models.base import Database
from tests.client import Client, serving
from tests.clock import Clock
from tests.factories import make_order, make_shop
from tests.plans import recorded

REJECT = """mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: false}) {
            order { status rejection { rejectedBy } history { totalCount } } userErrors { code } } }"""


async def test_reads_may_lag_and_decisions_never_do(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    shop = await make_shop(database)
    order = await make_order(database, shop)
    await database.close()
    # A replica that has stopped following.
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


async def status(client: Client, id: str) -> str:
    with recorded(client.database) as seen:
        answer = await client.data("query ($id: ID!) { order(id: $id) { status canReject } }", id=id)
    assert not [statement for statement, _ in seen if "orders" in statement]
    found: str = answer["order"]["status"]
    return found
