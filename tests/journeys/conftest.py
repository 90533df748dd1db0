"""A brand with its members, two buyers with users, and the API in front of both databases."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from models.catalog import Sku
from models.database.sessions import Database
from models.policy import Role
from models.scope import EVERYTHING
from tests.support.client import Client, id_of, serving
from tests.support.clock import Clock
from tests.support.factories import Shop, make_shop


@dataclass
class World:
    """`do` runs a mutation by name and gives its payload; `ask` reads something of an order."""

    shop: Shop
    admin: Client
    brand: Client
    buyer: Client
    mail_folder: Path

    async def do(self, client: Client, name: str, select: str = "", /, **input: Any) -> dict[str, Any]:
        kind = name[0].upper() + name[1:]
        query = f"""mutation ($input: {kind}Input!) {{ {name}(input: $input) {{
                    userErrors {{ code message field }} {select} }} }}"""
        payload: dict[str, Any] = (await client.data(query, input=input))[name]
        return payload

    async def done(self, client: Client, name: str, select: str = "", /, **input: Any) -> dict[str, Any]:
        payload = await self.do(client, name, select, **input)
        assert payload["userErrors"] == []
        return payload

    async def ask(self, client: Client, order: str, select: str) -> dict[str, Any]:
        answer = await client.data(f"query ($id: ID!) {{ order(id: $id) {{ {select} }} }}", id=order)
        found: dict[str, Any] = answer["order"]
        return found

    async def place(self, client: Client | None = None, *, quantity: int = 10, **more: Any) -> str:
        """An order of the first SKU at 12.50; its id."""
        line = {"skuId": id_of(self.shop.skus[0]), "quantity": quantity, "unitPrice": "12.50"}
        input = {"buyerId": id_of(self.shop.buyer), "catalogCode": "SS27", "currency": "GBP", "lines": [line]}
        payload = await self.done(client or self.brand, "placeOrder", "order { id }", **(input | more))
        id: str = payload["order"]["id"]
        return id

    async def confirmed(self, **more: Any) -> str:
        order = await self.place(**more)
        await self.done(self.brand, "createOrderConfirmation", orderId=order, notify=False, askBuyerApproval=False)
        await self.done(self.brand, "confirmOrder", orderId=order, notify=False)
        return order


@pytest.fixture
async def world(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    shop = await make_shop(database, name="Northlight Trading", time_zone="Asia/Tokyo")
    async with database.transaction(EVERYTHING) as session:
        await session.execute(update(Sku).values(price_minor=1250, currency="GBP"))
    async with serving(database_url, tmp_path, Clock()) as api:
        yield World(
            shop=shop,
            admin=api.as_(shop.member(Role.ADMIN, name="Ada Lindqvist")),
            brand=api.as_(shop.member()),
            buyer=api.as_(shop.buyer_user()),
            mail_folder=tmp_path / "mail",
        )
