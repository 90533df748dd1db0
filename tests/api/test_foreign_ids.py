"""An id of another brand's, or of another buyer's, is answered like an id of nothing – in every argument there is.

The arguments are found by introspection, nested ones too (tests/support/walk.py). Each is tried with ids that lead
nowhere and with ids of what others have, by a brand's admin and by a buyer's user; what comes back must be the same but
for the id itself, and nothing may have changed.
"""

import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from graphql import build_schema
from sqlalchemy import select

from graph.core.ids import Kind, parse, to_id
from models.audit import AuditEntry
from models.base import new_id
from models.database.sessions import Database
from models.policy import OrderStatus, Role
from models.scope import Scope
from tests.api.test_tenants import everything_of
from tests.support.client import Client, id_of, serving
from tests.support.clock import Clock
from tests.support.documents import make_note
from tests.support.factories import Shop, add_cart, make_buyer, make_order, make_shop
from tests.support.trace import trace
from tests.support.walk import ANY_KIND, Place, Walk, at

# A bulk run is remembered with the ids that were asked for, whatever they are of.
# The server makes sums for the analytics, and adds up numbers of orders, in the background.
BOOKKEEPING = {"bulk_runs", "analytics_marks", "analytics_sums", "order_counts"}
# What takes arguments below the root: none of them an id. Extend it when one is added; an ID must be walked, too.
REJECT = """mutation ($id: ID!, $reason: String) {
  rejectOrder(input: {orderId: $id, notify: false, reason: $reason}) { userErrors { message } } }"""
NESTED = {
    "Order.statusLabel(locale)",
    "Order.deliveryStatusLabel(locale)",
    "Order.lines(first)",
    "Order.lines(after)",
    "Order.history(first)",
    "Order.history(after)",
    "Order.pdf(document)",
    "Order.pdf(locale)",
    "Order.excel(locale)",
    "BrandSettings.letterheadPreview(locale)",
    "BrandSettings.mailWordings(allVersions)",
    "CreditNote.pdf(locale)",
    "RejectionReason.label(locale)",
    *(
        f"{type_}.{field}"
        for type_ in ("DeliveryNote", "Invoice")
        for field in ("lines(first)", "lines(after)", "pdf(locale)")
    ),
}


# Where the other ids are looked at only when the order is not confirmed yet.
BEFORE_CONFIRMED = {"updateOrderConfirmation", "confirmOrder"}


async def fitting(database: Database, shop: Shop, own: dict[str, str], place: Place) -> dict[str, str]:
    """The ids to stand beside the one at this place, so that it is reached."""
    if place.field in BEFORE_CONFIRMED and place.kind != "Order":
        return own | {"Order": id_of(await make_order(database, shop, status=OrderStatus.OC_CREATED))}
    if "packing" in place.path:  # of an order without backlog SKUs, and a note that is not invoiced
        order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED)
        if place.field == "createDeliveryNote":
            return own | {"Order": id_of(order)}
        return own | {"DeliveryNote": id_of(await make_note(database, shop, order, code=f"DN-{order.code}"))}
    if place.field == "eraseBuyer":  # not the buyer of everything else
        return own | {"Buyer": id_of(await make_buyer(database, shop.brand))}
    if place.field in ("history", "historyExcel", "events"):
        async with database.read(Scope(shop.brand.id)) as session:
            told_of = await session.scalars(select(AuditEntry.order_id).where(AuditEntry.order_id.is_not(None)))
            return own | {"Order": to_id(Kind.ORDER, told_of.first() or new_id())}
    return own


# The mail that is about a document of this kind.
MAILS = {"DeliveryNote": "DELIVERY_NOTE_CREATED", "Invoice": "INVOICE_ISSUED"}


def variables_of(walk: Walk, field: Any, own: dict[str, str], place: Place) -> dict[str, Any]:
    variables = walk.variables(field, own, place.path)
    if place.field == "orderMailPreview":
        variables["kind"] = MAILS.get(place.kind, variables["kind"])
    return variables


def nothing_like(id: str) -> str:
    """A well-formed id of the same kind, of nothing."""
    found = parse(id)
    assert found
    return to_id(found[0], new_id())


@dataclass
class World:
    """Everything that a viewer has, a rival buyer of the same brand has, and another brand has: kind → id."""

    shop: Shop
    own: dict[str, str]
    rivals: dict[str, str]
    foreign: dict[str, str]


@pytest.fixture
async def world(database: Database, api: Client) -> World:
    shop, other = await make_shop(database), await make_shop(database)
    rival = await make_buyer(database, shop.brand)
    same_brand = Shop(shop.brand, rival, shop.catalog, shop.skus)
    for each in (shop, other, same_brand):
        await add_cart(database, await make_order(database, each))
    return World(
        shop,
        await everything_of(database, api, shop),
        await everything_of(database, api, same_brand, tag="rival"),
        await everything_of(database, api, other),
    )


async def answer(client: Client, walk: Walk, place: Place, variables: dict[str, Any], id: str) -> str:
    """The whole answer as text, without the id that was given; for a link, what it leads to."""
    document = walk.document(place.operation, place.field)
    answered = await client.execute(document, **at(variables, place.path, lambda _: id))
    del answered["extensions"]  # what is left of the budget
    link = (answered.get("data") and answered["data"][place.field]) or {}
    if isinstance(link, dict) and link.get("__typename") == "Download":
        response = await client.http.get(link["url"])
        assert response.status_code == 200, response.text
        book = openpyxl.load_workbook(BytesIO(response.content))
        link["url"] = [[[str(cell) for cell in row] for row in sheet.values] for sheet in book]
    return json.dumps(answered, sort_keys=True, ensure_ascii=False).replace(id, "ID")


async def test_foreign_ids_look_like_missing_ones(database: Database, api: Client, world: World) -> None:
    admin, buyer = api.as_(world.shop.member(Role.ADMIN)), api.as_(world.shop.buyer_user())
    walk = await Walk.of(admin)
    assert walk.nested_with_arguments() == NESTED
    fields = {name: field for _, name, field in walk.fields()}
    kinds = list(world.own)
    chosen = {place: await fitting(database, world.shop, world.own, place) for place in walk.places()}
    before = await trace(database)
    leaks, tried = [], 0
    for number, place in enumerate(chosen):
        api.clock.move(seconds=10)  # the walk costs more than a viewer may spend at once
        variables = variables_of(walk, fields[place.field], chosen[place], place)
        any_kind = ANY_KIND.get(place.field) in place.path
        for client, others in ((admin, [world.foreign]), (buyer, [world.foreign, world.rivals])):
            missing = {}
            # The right kind, and a wrong one: by turns each.
            for kind in kinds if any_kind else (place.kind, kinds[number % len(kinds)]):
                missing[kind] = await answer(client, walk, place, variables, nothing_like(world.own[kind]))
                for each in others:
                    # What the brand sells is the same for all of its buyers.
                    if kind in ("Sku", "Catalog", "Brand") and each is world.rivals:
                        continue
                    tried += 1
                    if await answer(client, walk, place, variables, each[kind]) != missing[kind]:
                        leaks.append((str(place), kind, client.actor and client.actor.role))
            # A malformed one is like one of nothing, or its message says that it is malformed.
            answered = await answer(client, walk, place, variables, "ord_malformed")
            assert answered == missing[place.kind] or "is not the id of such a thing" in answered, place
    assert leaks == []
    after = await trace(database)
    assert {name for name in before if before[name] != after[name]} <= BOOKKEEPING
    assert tried > 250


def test_an_argument_without_a_value_stops_the_walk() -> None:
    for argument, told in (("widgetId: ID!", "the id of"), ("filter: Filter", "the id of"), ("size: Int!", "to write")):
        schema = build_schema(f"""input Filter {{ widgetIds: [ID!] }} type Mutation {{ none: Int }}
                                  type Query {{ thing({argument}): Int }}""")
        walk = Walk(schema)
        with pytest.raises(
            AssertionError, match=f"say in tests/support/walk.py .* {told}|say in tests/support/walk.py what {told}"
        ):
            [walk.variables(field, {}) for _, _, field in walk.fields() if walk.places() == []]


async def test_the_walk_would_detect_a_leak(sqlite_url: str, tmp_path: Path, clock: Clock) -> None:
    """With an own id, every argument answers something else than with an id of nothing."""
    async with serving(sqlite_url, tmp_path, clock) as api:
        shop = await make_shop(api.database)
        await add_cart(api.database, await make_order(api.database, shop))
        admin, buyer = api.as_(shop.member(Role.ADMIN)), api.as_(shop.buyer_user())
        walk = await Walk.of(admin)
        fields = {name: field for _, name, field in walk.fields()}
        for number, place in enumerate(walk.places()):
            own = await everything_of(api.database, api, shop, tag=f"tag-{number}")
            own = await fitting(api.database, shop, own, place)
            if "rejectionReasonIds" in place.path:  # finds rejected orders only
                rejected = id_of(await make_order(api.database, shop))
                await admin.data(REJECT, id=rejected, reason="OUT_OF_STOCK")
            variables = variables_of(walk, fields[place.field], own, place)
            client = buyer if place.field == "updateCart" else admin
            nothing = await answer(client, walk, place, variables, nothing_like(own[place.kind]))
            assert await answer(client, walk, place, variables, own[place.kind]) != nothing, place
