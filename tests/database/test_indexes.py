"""No query scans a growing table, and every index is used by a query or enforces uniqueness."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from examples.made_up_brand.writer import seed_orders
from exports.relay.relay import Relay
from exports.relay.transports import FileTransport
from graph.core.ids import Kind, to_id
from models.actor import Actor
from models.audit import AuditEntry
from models.base import new_id
from models.database.sessions import Database
from models.database.tables import metadata
from models.delivery_note import DeliveryNote, DeliveryNoteLine
from models.invoice import InvoicedOrder, InvoiceLine
from models.order import Order, OrderLine, OrderReplacement
from models.outbox import oldest_due, unsent
from models.policy import OPEN, Role
from models.rejection import OrderRejection
from models.scope import EVERYTHING, Scope
from models.tag import OrderTag, Tag
from models.webhook import WebhookDelivery
from resolvers.api_keys import find_by_secret
from tests.support.client import Client, serving
from tests.support.clock import Clock
from tests.support.plans import Plan, plan, recorded
from tests.support.postgres import Postgres

ORDERS = {"large": 3_500, "small": 200}
# Tables that grow with the orders. Brands, buyers, SKUs, tags and carts do not: a search by part of a name scans them.
GROWING = {
    name
    for name in metadata.tables
    if name.startswith(("order", "audit_entries", "buyer_events", "outbox", "delivery", "invoice"))
} | {"backlog_skus", "idempotency_keys", "bulk_runs"}
# Those that are large enough in a test for PostgreSQL to plan as it would with a million orders.
LARGE = {"orders", "order_lines", "audit_entries", "delivery_note_lines"}
# "A document references it", checked for nearly every order: PostgreSQL reads the brand's documents once.
UNAVOIDABLE = {"cannot be rejected": {"delivery_notes", "invoices", "invoiced_orders", "backlog_skus"}}

ORDER = """{ id code statusLabel deliveryStatus total { amount } buyer { name } tags { code } canReject
             rejectionBlockers { code documents { code } } availableActions rejection { rejectedAt }
             deliveryNotes { code } invoices { code } backlogSkus { orderedQuantity } replaces { code }
             replacedBy { code } assignee { name } externalReference
             notifications { status } original { totalQuantity } confirmation { totalQuantity }
             lines(first: 20) { totalCount nodes { quantity sku { number } } }
             history(first: 20) { totalCount nodes { kind } } }"""
PAGE = """query ($after: String, $before: String, $first: Int, $last: Int, $filter: OrderFilter, $sort: [OrderSort!]) {
            orders(first: $first, last: $last, after: $after, before: $before, filter: $filter, sort: $sort) {
              pageInfo { endCursor } nodes { code } } }"""


FACETS = """{ orderFacets(filter: $filter) { statuses { count } deliveryStatuses { count } tags { count }
              reasons { count } } }"""
SORTS = ("PLACED_AT", "UPDATED_AT", "CODE", "TOTAL", "BUYER", "STATUS")
FEED = """query ($after: Int, $orderId: ID, $kinds: [OrderEventKind!]) {
          events(after: $after, first: 20, orderId: $orderId, kinds: $kinds) { nodes { sequence } } }"""
REJECT = """mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: false, idempotencyKey: "k"}) {
            userErrors { code } } }"""
DELETE_TAG = "mutation ($id: ID!) { deleteTag(input: {tagId: $id, removeFromOrders: false}) { userErrors { code } } }"


@pytest.fixture(scope="module")
def seeded_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("seeded") / "orders.db"
    path.write_bytes(sqlite_template.read_bytes())
    asyncio.run(_seed(f"sqlite:///{path}"))
    return f"sqlite:///{path}"


@pytest.fixture(scope="module")
def seeded_postgres(postgres: Postgres, postgres_template: str) -> str:
    url = postgres.create_database("seeded", postgres_template)
    asyncio.run(_seed(url))
    return url


async def _seed(url: str) -> None:
    database = Database(url)
    for brand, number in ORDERS.items():
        await seed_orders(database, number, brand=brand, seed=1)
    await database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def seeded_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"seeded_{request.param}")
    return url


@pytest.fixture
async def client(seeded_url: str, tmp_path: Path) -> AsyncIterator[Client]:
    async with serving(seeded_url, tmp_path, Clock()) as server:
        async with server.database.read(Scope(None)) as session:
            brand_id = await session.scalar(select(Order.brand_id).order_by(Order.code.desc()).limit(1))
        assert brand_id
        yield server.as_(Actor(role=Role.WRITE, id="m", name="Mina", brand_id=brand_id))


async def plans_of(client: Client, run: Callable[[], Awaitable[object]], *, scans_cost: bool) -> list[Plan]:
    with recorded(client.database) as seen:
        await run()
    assert seen
    return [await plan(client.database, *each, scans_cost=scans_cost) for each in seen]


def scanned(plans: list[Plan], tables: set[str], *, scans_cost: bool) -> list[str]:
    """Reading all rows of a brand through an index is an error too, except for a table with few rows."""
    found = [(each, each.scanned | (set() if scans_cost else each.whole & LARGE)) for each in plans]
    return [f"{sorted(bad & tables)} in {each.statement}" for each, bad in found if bad & tables]


async def one(client: Client, statement: Any) -> Any:
    assert client.actor
    async with client.database.read(Scope(client.actor.brand_id)) as session:
        return (await session.scalars(statement.limit(1))).one()


async def asked(client: Client) -> dict[str, Callable[[], Awaitable[object]]]:
    """Name → the query of a page."""
    buyer = await one(client, select(Order.buyer_id).where(Order.code > "SO-0002000").order_by(Order.code))
    tag = await one(client, select(Tag.id))
    catalog = await one(client, select(Order.catalog_id).order_by(Order.placed_at))
    order = await one(client, select(Order.id).where(Order.code == "SO-0002000"))
    replaced = await one(client, select(OrderReplacement.order_id))
    assert client.actor
    buyer_user = client.as_(Actor(role=Role.BUYER, id="b", name="Bob", brand_id=client.actor.brand_id, buyer_id=buyer))
    recent = "2026-10-01T00:00:00Z"

    def page(who: Client = client, **variables: Any) -> Callable[[], Awaitable[object]]:
        return lambda: who.data(PAGE, **({"first": 20} | variables))

    def filtered(**filter: Any) -> Callable[[], Awaitable[object]]:
        return page(filter=filter)

    def sorted_by(field: str, direction: str) -> Callable[[], Awaitable[object]]:
        return page(sort=[{"field": field, "direction": direction}])

    async def deep() -> object:
        """A page from the middle of each sort."""
        found: object = None
        for field in SORTS:
            after, sort = None, [{"field": field, "direction": "DESC"}]
            for _ in range(3):
                found = answer = await client.data(PAGE, first=100, after=after, sort=sort)
                after = answer["orders"]["pageInfo"]["endCursor"]
        return found

    def order_of(who: Client, id: Any) -> Callable[[], Awaitable[object]]:
        return lambda: who.data(f"query ($id: ID!) {{ order(id: $id) {ORDER} }}", id=to_id(Kind.ORDER, id))

    newest = "(first: 20, filter: $filter) { nodes { code } }"
    notes, bills = f"{{ deliveryNotes{newest} }}", f"{{ invoices{newest} }}"
    of_notes, of_bills = f"query ($filter: DeliveryNoteFilter) {notes}", f"query ($filter: InvoiceFilter) {bills}"
    of_buyer, since = {"buyerIds": [to_id(Kind.BUYER, buyer)]}, {"createdFrom": recent}
    of_order = {"orderIds": [to_id(Kind.ORDER, order)]}
    mails = "query ($status: [NotificationStatus!]) { notifications(first: 20, status: $status) { nodes { id } } }"
    lists: dict[str, tuple[Client, str, dict[str, Any]]] = {
        "delivery notes": (client, of_notes, {}),
        "delivery notes since": (client, of_notes, {"filter": since}),
        "delivery notes of an order": (client, of_notes, {"filter": of_order}),
        "invoices": (client, of_bills, {}),
        "drafted invoices": (client, of_bills, {"filter": {"status": ["DRAFT"]}}),
        "invoices since": (client, of_bills, {"filter": since}),
        "invoices of an order": (client, of_bills, {"filter": of_order}),
        "invoices of a buyer": (client, of_bills, {"filter": of_buyer}),
        "a buyer user's invoices": (buyer_user, of_bills, {}),
        "a buyer user's delivery notes": (buyer_user, of_notes, {}),
        "mails": (client, mails, {}),
        "failed mails": (client, mails, {"status": ["FAILED"]}),
    }

    def feed(who: Client, **variables: Any) -> Callable[[], Awaitable[object]]:
        return lambda: who.data(FEED, **({"after": 0} | variables))

    of_one: dict[str, Any] = {"orderId": to_id(Kind.ORDER, order)}
    own: dict[str, Any] = {
        "orderId": to_id(Kind.ORDER, await one(client, select(Order.id).where(Order.buyer_id == buyer)))
    }
    rare: dict[str, Any] = {"kinds": ["BUYER_ERASED"]}
    everything = f"{{ orders(first: 20) {{ nodes {ORDER} }} }}"
    return {
        "newest first": page(),
        **{f"{f} {d}": sorted_by(f, d) for f in SORTS for d in ("ASC", "DESC")},
        "backwards": page(first=None, last=20),
        "deep": deep,
        "one status": filtered(status=["OC_REQUIRED"]),
        "rejected": filtered(status=["REJECTED_BY_BRAND", "REJECTED"], includeArchived=True),
        "open": filtered(status=sorted(OPEN)),
        "can be rejected": filtered(canReject=True),
        "cannot be rejected": filtered(canReject=False),
        "a buyer's": filtered(buyerIds=[to_id(Kind.BUYER, buyer)]),
        "a tag's": filtered(tagIds=[to_id(Kind.TAG, tag)]),
        "a catalog's": filtered(catalogIds=[to_id(Kind.CATALOG, catalog)]),
        "recently updated": filtered(updatedSince=recent, updatedBefore="2027-01-01T00:00:00Z"),
        "archived": filtered(onlyArchived=True),
        "assigned": filtered(assigned=True),
        "a member's": filtered(assigneeIds=["demo-write"]),
        "without a tag": filtered(withoutTag=True),
        "with a tag": filtered(withoutTag=False),
        "delivered": filtered(deliveryStatus=["DELIVERY_NOTE_CREATED"]),
        "in delivery": filtered(deliveryStatus=["BACKLOG_SKUS_CREATED"]),
        "not delivered": filtered(deliveryStatus=["NONE"]),
        "invoiced": filtered(invoiced=True),
        "not invoiced": filtered(invoiced=False),
        "facets of a buyer's": lambda: client.data(
            f"query ($filter: OrderFilter) {FACETS}", filter={"buyerIds": [to_id(Kind.BUYER, buyer)]}
        ),
        **{name: partial(who.data, document, **variables) for name, (who, document, variables) in lists.items()},
        "recently placed": filtered(placedFrom=recent),
        "recently placed, one status": filtered(placedFrom=recent, status=["OC_CREATED"]),
        "a buyer user's own": page(buyer_user),
        "all of an order": order_of(client, order),
        "all of an order that replaces one": order_of(client, replaced),
        "all of a buyer user's order": lambda: buyer_user.data(f"{{ orders(first: 20) {{ nodes {ORDER} }} }}"),
        "all of a page": lambda: client.data(everything),
        **{f"search {word}": filtered(search=word) for word in ("so-000", "0001000", "東京", "b0007", "m0042-xl")},
        "search without a hit": filtered(search="zzzz example"),
        "history by a word": lambda: client.data('{ history(filter: {search: "0001000"}) { nodes { id } } }'),
        **{f"feed {n}": feed(client, after=n) for n in (0, 2_000)},
        "feed of an order": feed(client, **of_one),
        "feed by kind": feed(client, **rare),
        **{f"a buyer user's feed {n}": feed(buyer_user, after=n) for n in (0, 2)},
        "a buyer user's feed of an order": feed(buyer_user, **own),
        "a buyer user's feed by kind": feed(buyer_user, **rare),
        "alike by code": lambda: client.data('{ orderByCode(code: " so-0001000 ") { code } }'),
        "by reference": lambda: client.data('{ orderByReference(reference: "ERP-1") { code } }'),
        "by code": lambda: client.data('{ orderByCode(code: "SO-0001000") { code } }'),
    }


async def test_no_query_scans_a_growing_table(client: Client) -> None:
    """SQLite prefers indexes whatever the table sizes; PostgreSQL is checked with both kinds of plan."""
    honest = GROWING - {"order_replacements"} if client.database.is_sqlite else LARGE
    for name, run in (await asked(client)).items():
        allowed = UNAVOIDABLE.get(name, set())
        for scans_cost, tables in ((False, honest), (True, GROWING)):
            plans = await plans_of(client, run, scans_cost=scans_cost)
            assert scanned(plans, tables - allowed, scans_cost=scans_cost) == [], name


async def test_a_scan_would_be_detected(client: Client) -> None:
    for statement in (
        select(Order.id).where(Order.comment == "x"),
        select(Order.id).order_by(Order.comment).limit(5),
        select(OrderLine.id).order_by(OrderLine.quantity).limit(5),
        select(AuditEntry.id).where(AuditEntry.kind == "x"),
    ):

        async def run(statement: Any = statement) -> None:
            async with client.database.read(Scope(client.actor.brand_id if client.actor else None)) as session:
                await session.execute(statement)

        assert scanned(await plans_of(client, run, scans_cost=False), LARGE, scans_cost=False), str(statement)


# Not for queries: PostgreSQL uses them when the referenced row is deleted.
FOR_DELETING = {
    "ix_invoiced_delivery_notes_brand_id_delivery_note_id_invoice_id",
    "ix_invoice_lines_brand_id_delivery_note_id",
}
# Used by the triggers of migrations 0007 and 0020, which no plan of our queries shows.
FOR_TRIGGERS = {"ix_delivery_note_lines_brand_id_order_id", "ix_analytics_marks_brand_id_day"}


async def test_every_index_is_used(client: Client) -> None:
    """Keys and unique indexes enforce uniqueness; every other index must occur in a plan."""
    plans = [each for run in (await asked(client)).values() for each in await plans_of(client, run, scans_cost=True)]
    for run in commands(client, *await subjects(client)):
        plans += await plans_of(client, run, scans_cost=True)
    used = set().union(*(each.indexes for each in plans))
    indexes = {index.name for table in metadata.tables.values() for index in table.indexes if not index.unique}
    assert indexes - used - FOR_DELETING - FOR_TRIGGERS == set()


async def subjects(client: Client) -> tuple[Any, Any, Any, Any]:
    """A rejected order, a used tag, a delivery note without an invoice, an order."""
    invoiced = select(InvoicedOrder.order_id)
    return (
        await one(client, select(OrderRejection.order_id)),
        await one(client, select(OrderTag.tag_id)),
        await one(client, select(DeliveryNote).where(DeliveryNote.order_id.not_in(invoiced))),
        await one(client, select(Order.id).order_by(Order.code)),
    )


def commands(client: Client, rejected: Any, tag: Any, note: Any, order: Any) -> list[Callable[[], Awaitable[object]]]:
    """Queries outside of pages: refused commands, the relay, an operator, the checks of the audit."""
    actor = client.actor
    assert actor
    operator = client.as_(Actor(role=Role.OPERATOR, id="o", name="Olga", brand_id=None))
    transport = FileTransport(Path("nowhere"))

    async def count_mails() -> None:
        async with client.database.read(EVERYTHING) as session:
            await unsent(session)
            await oldest_due(session, client.clock())

    async def read(statement: Any) -> None:
        async with client.database.read(actor.scope) as session:
            await session.execute(statement)

    return [
        lambda: client.data(REJECT, id=to_id(Kind.ORDER, rejected)),
        lambda: client.data(DELETE_TAG, id=to_id(Kind.TAG, tag)),
        lambda: client.data('{ orders(first: 20, filter: {search: "m0042-xl"}) { nodes { code } } }'),
        lambda: client.data('{ history(first: 20, filter: {search: "mina"}) { nodes { id } } }'),
        lambda: operator.data("query ($id: ID!) { order(id: $id) { code } }", id=to_id(Kind.ORDER, order)),
        lambda: Relay(client.database, transport, sender="a@b.example", clock=client.clock).drain(),
        count_mails,
        # The lines of a note, as deleting it reads them.
        lambda: read(
            select(DeliveryNoteLine).where(
                DeliveryNoteLine.brand_id == note.brand_id, DeliveryNoteLine.delivery_note_id == note.id
            )
        ),
        # The lines of an order that are already billed.
        lambda: read(
            select(InvoiceLine).where(InvoiceLine.brand_id == note.brand_id, InvoiceLine.order_id == note.order_id)
        ),
        lambda: find_by_secret(client.database, "omk_nobody's"),
        # The last deliveries of a webhook.
        lambda: read(
            select(WebhookDelivery).where(WebhookDelivery.webhook_id == new_id()).order_by(WebhookDelivery.id.desc())
        ),
        # The brand's audit, newest first.
        lambda: read(select(AuditEntry).order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(50)),
    ]


def test_every_table_of_a_brand_has_its_brand_first_in_its_primary_key() -> None:
    for table in metadata.tables.values():
        if table.name not in {"brands", "schema_compatibility"}:
            assert next(iter(table.primary_key.columns)).name == "brand_id", table.name
        for key in table.foreign_key_constraints:
            assert next(iter(key.columns)).name == "brand_id", (table.name, key.name)
