"""A second brand with the same ids and codes: whatever a viewer asks or does, the twin is neither seen nor touched.

On SQLite, where no row-level security stands behind the conditions of the statements.
"""

# ruff: noqa: S608 - all names are our own
import asyncio
import json
import sqlite3
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Enum, String, Table

from graph.settings.edge import Edge
from models.base import new_id
from models.brand import Brand
from models.database.sessions import Database
from models.database.tables import metadata
from models.policy import OrderStatus, Role
from tests.api.test_tenants import everything_of
from tests.support.client import Client, id_of, serving
from tests.support.clock import Clock
from tests.support.every_mutation import EveryMutation
from tests.support.factories import add_cart, make_order, make_shop
from tests.support.walk import Walk

# Their rows have keys that no two brands share, or are sent to somebody.
LEFT_OUT = {"api_keys", "webhooks", "webhook_deliveries"}
# The server brings these up to date in the background.
IN_BACKGROUND = {"analytics_sums", "analytics_marks"}
NOT_SENT = {"due_at": "'2099-01-01 00:00:00.000000'", "leased_until": "NULL"}  # by the relay
FOREIGN = "of the twin"


class Twin:
    """A copy of a brand's rows, with the same ids and codes and other texts, in the database of a test."""

    def __init__(self, url: str, brand: Brand) -> None:
        self._path = url.removeprefix("sqlite:///")
        self._brand, self._twin = brand.id.hex, new_id().hex
        tables = metadata.sorted_tables
        self._tables = [each for each in tables if each.name not in LEFT_OUT and "brand_id" in each.c]

    def copy(self) -> None:
        """Replaces the twin's rows by a copy of what the brand has now."""
        with _open(self._path) as file:
            found = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid"
            triggers = file.execute(found).fetchall()
            for name, _ in triggers:
                file.execute(f"DROP TRIGGER {name}")
            brands = metadata.tables["brands"]
            for table in (brands, *self._tables):
                own = "id" if table is brands else "brand_id"
                file.execute(f"DELETE FROM {table.name} WHERE {own} = ?", [self._twin])
                names, values = zip(*self._columns(table, own), strict=True)
                file.execute(
                    f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(values)}"
                    f" FROM {table.name} WHERE {own} = '{self._brand}'"
                )
            for _, statement in triggers:
                file.execute(statement)

    def _columns(self, table: Table, own: str) -> Iterable[tuple[str, str]]:
        keyed: list[Any] = [*table.indexes, *table.constraints]
        keys = {column.name for each in keyed for column in each.columns}
        for column in table.c:
            kind = column.type
            is_text = isinstance(kind, String) and not isinstance(kind, Enum) and (kind.length or 1000) > 30
            if table.name == "outbox_messages" and column.name in NOT_SENT:
                yield column.name, NOT_SENT[column.name]
            elif column.name == own:
                yield column.name, f"'{self._twin}'"
            elif table.name == "brands" and column.name == "code":
                yield column.name, "code || '-twin'"
            elif is_text and column.name not in keys and column.name not in ("time_zone", "kind"):
                yield column.name, f"CASE WHEN {column.name} IS NOT NULL THEN '{FOREIGN}' END"
            else:
                yield column.name, column.name

    def rows(self) -> dict[str, list[Any]]:
        with _open(self._path) as file:
            return {
                table.name: file.execute(f"SELECT * FROM {table.name} WHERE brand_id = ?", [self._twin]).fetchall()
                for table in self._tables
                if table.name not in IN_BACKGROUND
            }


class _open:
    def __init__(self, path: str) -> None:
        self._file = sqlite3.connect(path, timeout=60)

    def __enter__(self) -> sqlite3.Connection:
        self._file.execute("BEGIN IMMEDIATE")
        return self._file

    def __exit__(self, *error: object) -> None:
        self._file.rollback() if error[0] else self._file.commit()
        self._file.close()


async def answers(client: Client, ids: dict[str, str]) -> dict[str, str]:
    """What each query of the schema answers; for a link, what it leads to."""
    walk = await Walk.of(client)
    found = {}
    for operation, name, field in walk.fields():
        if operation == "mutation":
            continue
        answered = await client.execute(walk.document(operation, name), **walk.variables(field, ids))
        answered.pop("extensions", None)
        link = (answered.get("data") or {}).get(name)
        if isinstance(link, dict) and link.get("__typename") == "Download":
            response = await client.http.get(link.pop("url"))
            assert response.status_code == 200, response.text
            book = openpyxl.load_workbook(BytesIO(response.content))
            link["book"] = [[[str(cell) for cell in row] for row in sheet.values] for sheet in book]
        found[name] = json.dumps(answered, sort_keys=True, ensure_ascii=False)
    return found


# Documents of the usual kinds, which are compiled: by code, by ids, with aliases, fragments and variables.
COMPILED = """query ($id: ID!, $ids: [ID!]!, $code: String!, $buyer: ID!) {
  orders(first: 50) { totalCount edges { node { ...whole } cursor } pageInfo { endCursor } }
  filtered: orders(first: 50, filter: {canReject: true, buyerIds: [$buyer]}) { nodes { ...whole } }
  order(id: $id) { ...whole } again: order(id: $id) { code comment }
  orderByCode(code: $code) { ...whole } node(id: $id) { id ... on Order { comment } }
  nodes(ids: $ids) { id ... on Order { ...whole } ... on Buyer { name } ... on Tag { name } ... on Sku { name } }
  buyer(id: $buyer) { name address } buyers(first: 50) { nodes { name } totalCount }
  tagConnection(first: 50) { nodes { name } totalCount } skus(first: 50) { nodes { name } totalCount }
  catalogs(first: 50) { nodes { name } totalCount }
}
fragment whole on Order { id code comment buyer { name } catalog { name } brand { name } tags { name } version
  rejectionBlockers { code message } canReject total { amount }
  lines(first: 10) { nodes { quantity sku { name number } } } }"""


@pytest.mark.parametrize("compiled", [True, False])
async def test_a_twin_changes_no_answer(sqlite_url: str, tmp_path: Path, clock: Clock, compiled: bool) -> None:
    edge = Edge(request_timeout=90, rate_limit=0)
    async with serving(sqlite_url, tmp_path, clock, compiled=compiled, edge=edge) as api:
        shop = await make_shop(api.database)
        order = await make_order(api.database, shop, comment="ours", status=OrderStatus.OC_CREATED)
        await add_cart(api.database, order)
        ids = await everything_of(api.database, api, shop)
        viewers = [api.as_(shop.member(Role.ADMIN)), api.as_(shop.buyer_user())]
        given = {"id": id_of(order), "ids": list(ids.values()), "code": order.code, "buyer": id_of(shop.buyer)}

        async def everything() -> list[Any]:
            return [
                [await answers(each, ids) if compiled else {}, (await each.execute(COMPILED, **given))["data"]]
                for each in viewers
            ]

        before = await everything()
        await asyncio.to_thread(Twin(sqlite_url, shop.brand).copy)
        after = await everything()
        for viewer, (old, own), (new, now) in zip(viewers, before, after, strict=True):
            assert own is not None
            assert now == own
            for name in old:
                assert new[name] == old[name], (name, viewer.actor and viewer.actor.role)
        assert FOREIGN not in json.dumps(after)


class BesideTwin(EveryMutation):
    """`spared`: the mutations after which the twin was as before."""

    def __init__(self, database: Database, api: Client, shop: Any, twin: Twin) -> None:
        super().__init__(database, api, shop)
        self._twin = twin
        self.spared: set[str] = set()

    async def _do(self, client: Client, name: str, show: str = "", /, **input: Any) -> Any:
        # In threads: the server writes meanwhile, and needs the event loop for its COMMIT.
        await asyncio.to_thread(self._twin.copy)
        before = await asyncio.to_thread(self._twin.rows)
        payload = await super()._do(client, name, show, **input)
        after = await asyncio.to_thread(self._twin.rows)
        changed = {table for table in before if before[table] != after[table]}
        assert changed == set(), (name, changed)
        self.spared.add(name)
        return payload


async def test_no_mutation_touches_a_twin(sqlite_url: str, tmp_path: Path, clock: Clock) -> None:
    async with serving(sqlite_url, tmp_path, clock, edge=Edge(request_timeout=90, rate_limit=0)) as api:
        shop = await make_shop(api.database)
        beside = BesideTwin(api.database, api, shop, Twin(sqlite_url, shop.brand))
        await beside.run()
        assert beside.spared == {each.name for each in beside.done}
