"""Compiled queries: their statements, their limits, and what happens when they cannot answer."""

import asyncio
import threading
from collections.abc import AsyncIterator, Generator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from graphql import parse
from sqlalchemy import Dialect, literal, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg

from graph.core.ids import Kind, to_id
from graph.execution.compiler import Plan
from graph.execution.draft import MAX_LEVELS
from graph.execution.levels import MAX_KEPT, Kept
from graph.execution.plans import MAX_FAILURES, Plans
from graph.schema import schema
from graph.telemetry.metrics import REGISTRY
from models.actor import Actor
from models.base import new_id
from models.database.engines import DatabaseBusyError, is_busy
from models.database.prepared import BRAND, MAX_ROWS_ON_LOOP, Prepared, Preparing
from models.database.sessions import Database
from models.policy import OrderStatus, Role
from models.scope import EVERYTHING, OutOfScope, Scope
from resolvers.core.context import Context
from resolvers.core.notices import Message
from resolvers.rejection import RejectOrder, reject_order
from tests.support.client import Client, id_of, serving
from tests.support.clock import Clock
from tests.support.factories import NOON, add_delivery_note, add_invoice, make_order, make_shop, make_tag
from tests.support.scoped_sql import unbound

EVERYTHING_DECLARED = """
query Page {
  orders(first: 2, filter: {canReject: false, tagIds: [], buyerIds: []}) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges { cursor node { ...Fields } }
  }
}
query One($id: ID!) {
  order(id: $id) { ...Fields }
}
query Nodes($ids: [ID!]!) {
  nodes(ids: $ids) { id ... on Order { ...Fields } ... on Buyer { ...Shop } ... on Tag { code } }
}
query Any($id: ID!) {
  node(id: $id) { id __typename }
}
query Lists {
  buyers(first: 2) { totalCount edges { cursor node { ...Shop } } }
  bounced: buyers(bounced: true) { totalCount nodes { code: uniqueCode } }
  fine: buyers(bounced: false) { nodes { code: uniqueCode } }
}
query Others {
  catalogs(first: 2) { totalCount nodes { code } }
  skus(numbers: ["1"]) { totalCount nodes { number } }
  tagConnection { totalCount nodes { code } }
}
query Papers {
  invoices(first: 2, filter: {status: [ISSUED]}) { totalCount pageInfo { endCursor } nodes { ...Bill } }
  deliveryNotes(filter: {invoiced: false}) { totalCount nodes { ...Note } }
}
query Internal {
  notifications(status: [PENDING]) { totalCount nodes { ...Mail } }
  history(filter: {kinds: [ORDER_REJECTED], orderCodes: ["x"]}) { totalCount edges { cursor node { ...Event } } }
}
query Code { orderByCode(code: " x ") { ...Fields } }
query Shop($id: ID!) {
  buyer(id: $id) { ...Shop }
}
fragment Bill on Invoice {
  id code number total { amount } orders { code canReject } deliveryNotes { code isInvoiced }
  lines { totalCount nodes { quantity sku { number } order { code } deliveryNote { code } } }
}
fragment Note on DeliveryNote {
  id code isInvoiced order { code } lines { totalCount nodes { quantity sku { number } } }
}
fragment Mail on Notification { id kind to nextTryAt order { code } }
fragment Event on OrderEvent { id kind at summary order { code } }
fragment Shop on Buyer { id uniqueCode emailRecipients recipients { email bouncedAt } }
fragment Fields on Order {
  id code status statusLabel isRejected isArchived version placedAt updatedAt totalQuantity total { amount currency }
  buyer { id uniqueCode name isOffline locale country address }
  catalog { id code name } deliveryStatusLabel
  canReject deliveryStatus availableActions rejectionBlockers { code message documents { id code } }
  deliveryNotes { code } invoices { code } backlogSkus { sku { number } } notifications { kind }
  history(first: 2) { totalCount nodes { summary } }
  tags { id code name color } brand { code } assignee { name } externalReference externalReferences { reference }
  rejection { rejectedBy body note reason { code } }
  lines(first: 3) {
    totalCount pageInfo { hasNextPage startCursor }
    nodes { id quantity unitPrice { amount } amount { amount } sku { id number name modelNumber } }
  }
}
"""
COUNTED = {
    "{ viewer { id name role scopes expiresAt } }": 0,
    "{ orders(first: 3) { nodes { id code status buyer { name } canReject rejectionBlockers { code } } } }": 1,
    "{ orders(first: 3) { totalCount nodes { code } } }": 2,
    "{ orders(first: 3) { totalCount } }": 1,
    "{ orders(first: 3) { pageInfo { hasNextPage } } }": 1,
    "{ orders(first: 3) { __typename } }": 0,
    "{ orders(first: 3) { nodes { code history { totalCount } } } }": 2,
    "{ orders(first: 3) { nodes { deliveryNotes { code } invoices { number } notifications { to } } } }": 4,
    "{ orders(first: 3) { nodes { code tags { name } } } }": 2,
    "{ orders(first: 3) { nodes { code lines(first: 1) { nodes { sku { number } } } } } }": 2,
    "{ orders(first: 3) { nodes { code brand { code } assignee { name } rejection { body } } } }": 3,
    "{ orders(first: 3) { nodes { code actions { action allowed } } } }": 1,
    '{ orderByCode(code: "none") { code } }': 2,
    "{ buyers(first: 3) { nodes { name emailRecipients } } }": 2,
    "{ orders(first: 3) { nodes { code lines { totalCount nodes { quantity } } tags { code } } } }": 4,
}
# With a rejected order, its mail, and an invoice.
COUNTED_WITH_DOCUMENTS = {
    "{ invoices { nodes { code total { amount } orders { code } } } deliveryNotes { nodes { code } } }": 3,
    "{ history { nodes { summary order { code } } } }": 2,
    "{ notifications { totalCount nodes { kind order { code } } } }": 3,
}
NUMBERS = "{ orders { nodes { code totalQuantity } } }"


@dataclass
class Asking:
    """A request whose database is busy."""

    actor: Actor
    made: Preparing
    compiled = True
    result = None

    def preparing(self) -> Preparing:
        return self.made

    async def run_steps(self, steps: Any) -> Any:
        raise DatabaseBusyError("locked")


@pytest.fixture
async def both(database_url: str, tmp_path: Path, clock: Clock) -> AsyncIterator[tuple[Client, Client]]:
    """The application with compiled queries, and without."""
    async with (
        serving(database_url, tmp_path, clock, compiled=True) as compiled,
        serving(database_url, tmp_path, clock, compiled=False) as plain,
    ):
        yield compiled, plain


def answered(how: str) -> float:
    return REGISTRY.get_sample_value("orders_queries_total", {"how": how}) or 0


async def same_answer(both: tuple[Client, Client], actor: Actor, document: str, **variables: Any) -> bytes:
    body = {"query": document, "variables": variables}
    one, other = [
        await each.http.post("/graphql", json=body, headers=each.as_(actor).headers | {"X-Request-ID": "same"})
        for each in both
    ]
    assert one.status_code == other.status_code
    assert one.content == other.content
    content: bytes = one.content
    return content


@pytest.mark.parametrize("dialect", [sqlite.dialect(), asyncpg.dialect()], ids=["sqlite", "postgresql"])  # type: ignore[no-untyped-call]
@pytest.mark.parametrize("role", [Role.WRITE, Role.BUYER])
async def test_every_table_of_every_text_has_a_brand(dialect: Dialect, role: Role) -> None:
    actor = Actor(role=role, id="x", name="X", brand_id=new_id(), buyer_id=new_id() if role is Role.BUYER else None)
    preparing = Preparing(dialect, has_brand=True, has_buyer=role is Role.BUYER)
    document = parse(EVERYTHING_DECLARED)
    prepared = []
    for name in ("Page", "One", "Nodes", "Any", "Lists", "Others", "Papers", "Internal", "Code", "Shop"):
        plan = Plan(schema._schema, document, name, {}, preparing)
        id = to_id(Kind.ORDER, new_id())
        steps = (await plan.start(Asking(actor, preparing), {"id": id, "ids": [id]})).steps()
        prepared += plan.statements
        with suppress(StopIteration):
            statement, _ = next(steps)
            while True:  # of each list of the root its page, which has no rows, and its count
                prepared.append(statement)
                statement, _ = steps.send(
                    [(0,)] if statement.text.startswith(("SELECT count(", "SELECT CAST(coalesce(sum(")) else []
                )
    assert len(prepared) > 40
    for statement in prepared:
        assert BRAND in statement.names
        assert unbound(statement.text) == [], statement.text


def test_a_statement_that_cannot_be_bound_to_a_brand_is_refused() -> None:
    preparing = Preparing(sqlite.dialect(), has_brand=True, has_buyer=False)
    with pytest.raises(OutOfScope):
        preparing.prepare(select(literal(1)))


async def test_the_number_of_statements_is_constant(database: Database, both: tuple[Client, Client]) -> None:
    shop = await make_shop(database)
    await make_tag(database, shop.brand.id, "VIP")
    orders = [await make_order(database, shop) for _ in range(3)]
    client = both[0].as_(shop.member())
    await same_numbers_of_statements(client, COUNTED)
    context = Context(database, shop.member(), lambda: NOON)
    await reject_order(context, RejectOrder(orders[0].id, Message(notify=True)))
    await add_invoice(database, orders[1])
    await same_numbers_of_statements(client, COUNTED_WITH_DOCUMENTS)


async def same_numbers_of_statements(client: Client, counted: dict[str, int]) -> None:
    for document, number in counted.items():
        before = answered("compiled")
        with client.statements() as seen:
            await client.data(document)
        assert answered("compiled") == before + 1, document
        assert len(seen) == number, (document, seen)


async def test_facts_are_not_narrowed_to_a_buyer(database: Database, both: tuple[Client, Client]) -> None:
    shop = await make_shop(database)
    await make_order(database, shop)
    client = both[0].as_(shop.buyer_user())
    with client.statements() as seen:
        data = await client.data("{ orders { nodes { code deliveryStatus } } }")
    assert data["orders"]["nodes"][0]["deliveryStatus"] == "NONE"
    assert len(seen) == 2
    assert "buyer_id" not in seen[1]


async def test_a_row_that_is_not_as_declared_gives_the_same_errors(
    database: Database, both: tuple[Client, Client]
) -> None:
    shop = await make_shop(database)
    await make_order(database, shop)
    await make_order(database, shop, total_quantity=3_000_000_000)  # no Int of GraphQL
    before = answered("failed"), answered("dropped")
    for _ in range(MAX_FAILURES + 1):
        content = await same_answer(both, shop.member(), NUMBERS)
    assert b'"path":["orders","nodes",0,"totalQuantity"]' in content
    assert answered("failed") == before[0] + MAX_FAILURES
    assert answered("dropped") == before[1] + 1


@pytest.mark.parametrize(
    ("spoil", "fields"),
    [
        ("UPDATE orders SET placed_at = '2026'", "placedAt"),
        ("UPDATE orders SET currency = 1.5", "total { currency }"),
        ("UPDATE buyers SET locale = 'xx'", "buyer { locale }"),
        ("UPDATE buyers SET name = X'ff'", "buyer { name }"),
        ("UPDATE order_lines SET quantity = 'many'", "lines { nodes { quantity } }"),
        (
            "UPDATE order_lines SET id = 'nonsense' WHERE id = (SELECT min(id) FROM order_lines)",
            "lines { nodes { id } }",
        ),
        ("DELETE FROM buyers", "buyer { name }"),
        ("DELETE FROM buyers", "buyer { isOffline }"),
        ("DELETE FROM skus", "lines { nodes { sku { name } } }"),
        ("DELETE FROM order_lines", "lines { totalCount nodes { quantity } }"),
        ("UPDATE orders SET status = 'NONE'", "status statusLabel canReject"),
        ("UPDATE orders SET status = 'NONE'", "rejection { body }"),
        ("UPDATE buyer_recipients SET email = X'ff'", "buyer { emailRecipients }"),
        ("UPDATE order_rejections SET rejected_at = '2026'", "rejection { rejectedAt }"),
        ("DELETE FROM order_rejections", "rejection { rejectedAt }"),
        ("UPDATE delivery_notes SET created_at = '2026'", "deliveryNotes { createdAt }"),
        ("UPDATE delivery_notes SET cartons = 3000000000", "deliveryNotes { cartons }"),
        ("UPDATE invoices SET status = 'NONE'", "invoices { number status isVoid }"),
        ("UPDATE invoices SET currency = NULL", "invoices { total { amount } }"),
        ("UPDATE outbox_messages SET kind = 'NONE'", "notifications { kind }"),
        ("UPDATE outbox_messages SET recipients = '{}'", "notifications { to }"),
        ("UPDATE outbox_messages SET recipients = 'nonsense'", "notifications { to }"),
        ("UPDATE outbox_messages SET status = 'NONE'", "notifications { nextTryAt }"),
        ("UPDATE audit_entries SET kind = 'NONE'", "history { nodes { kind summary } }"),
        ("UPDATE audit_entries SET details = 'nonsense'", "history { nodes { summary } }"),
        ("UPDATE audit_entries SET sequence = 3000000000", "history { nodes { sequence } }"),
    ],
)
async def test_spoiled_rows_of_sqlite_give_the_same_answer(
    sqlite_url: str, tmp_path: Path, clock: Clock, spoil: str, fields: str
) -> None:
    database = Database(sqlite_url)
    shop = await make_shop(database)
    order = await make_order(database, shop)
    await make_order(database, shop, status=OrderStatus.REJECTED_BY_BRAND, lines=[])
    await add_delivery_note(database, order)
    await add_invoice(database, order)
    mailed = await make_order(database, shop)
    context = Context(database, shop.member(), lambda: NOON)
    await reject_order(context, RejectOrder(mailed.id, Message(notify=True)))
    async with database.engine.connect() as connection:
        triggers = (await connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))).scalars()
        for name in list(triggers):
            await connection.execute(text(f"DROP TRIGGER {name}"))
        await connection.commit()
        await connection.execute(text("ROLLBACK"))
        for statement in ("PRAGMA foreign_keys = OFF", "PRAGMA ignore_check_constraints = ON", spoil):
            await connection.exec_driver_sql(statement)
        await connection.commit()
    await database.close()
    async with (
        serving(sqlite_url, tmp_path, clock, compiled=True) as compiled,
        serving(sqlite_url, tmp_path, clock, compiled=False) as plain,
    ):
        for document in (
            f"{{ orders {{ nodes {{ code {fields} }} }} }}",
            f"{{ history {{ nodes {{ kind summary sequence }} }} invoices {{ nodes {{ orders {{ {fields} }} }} }} }}",
            f'{{ node(id: "{id_of(order)}") {{ ... on Order {{ code {fields} }} }} }}',
            "{ buyers { nodes { id name locale isOffline emailRecipients recipients { email } } } }",
        ):
            await same_answer((compiled, plain), shop.member(), document)


async def test_each_value_of_skip_and_include_has_a_plan_of_its_own(
    database: Database, both: tuple[Client, Client]
) -> None:
    shop = await make_shop(database)
    await make_order(database, shop)
    document = "query ($yes: Boolean!) { orders { nodes { code @include(if: $yes) status @skip(if: $yes) } } }"
    before = answered("compiled")
    for yes, shown in ((True, b"code"), (False, b"status"), (True, b"code")):
        content = await same_answer(both, shop.member(), document, yes=yes)
        assert content.startswith(b'{"data":{"orders":{"nodes":[{"%s":' % shown)
    assert answered("compiled") == before + 3


async def test_what_one_role_may_do_is_not_kept_for_another(database: Database, both: tuple[Client, Client]) -> None:
    shop = await make_shop(database)
    await make_order(database, shop)
    for arguments in ("", "(filter: {canReject: true})"):
        document = f"{{ orders{arguments} {{ nodes {{ canReject }} }} }}"
        found = [await same_answer(both, shop.member(role), document) for role in (Role.WRITE, Role.READ, Role.WRITE)]
        assert [each.count(b'"canReject":true') for each in found] == [1, 0, 1]


async def test_graphql_core_reports_invalid_arguments(database: Database, both: tuple[Client, Client]) -> None:
    shop = await make_shop(database)
    before = answered("arguments")
    content = await same_answer(both, shop.member(), '{ orders(first: 2, after: "nonsense") { nodes { code } } }')
    assert b"not a cursor" in content
    assert answered("arguments") == before + 1


async def test_a_document_of_many_levels_is_not_compiled(database: Database, both: tuple[Client, Client]) -> None:
    shop = await make_shop(database)
    before = answered("too many levels")
    roots = " ".join(f"o{n}: orders(first: 1) {{ nodes {{ code }} }}" for n in range(MAX_LEVELS + 1))
    await same_answer(both, shop.member(), f"{{ {roots} }}")
    assert answered("too many levels") == before + 1


async def test_what_is_not_declared_is_left_to_graphql_core(database: Database, both: tuple[Client, Client]) -> None:
    shop = await make_shop(database)
    await make_order(database, shop)
    before = answered("field")
    await same_answer(both, shop.member(), "{ orders { nodes { code original { totalQuantity } } } }")
    assert answered("field") == before + 1


async def test_the_setting_switches_compiling_off(database: Database, both: tuple[Client, Client]) -> None:
    shop = await make_shop(database)
    before = answered("compiled")
    await both[1].as_(shop.member()).data("{ orders { nodes { code } } }")
    assert answered("compiled") == before


async def test_a_busy_database_is_not_asked_again_by_graphql_core() -> None:
    actor = Actor(role=Role.WRITE, id="x", name="X", brand_id=new_id())
    asking = Asking(actor, Preparing(sqlite.dialect(), has_brand=True, has_buyer=False))
    outcomes: list[str] = []
    plans = Plans(schema._schema, is_busy, outcomes.append)
    lost, null = "{ one: order(id: $id) { code } mine: orders { nodes { code } } }", "{ one: order(id: $id) { code } }"
    for fields, data, path in ((lost, None, "mine"), (null, {"one": None}, "one")):
        document = f"query ($id: ID!) {fields}"
        result = await plans.answer(document, parse(document), None, {"id": "ord_x"}, asking)
        assert result is not None
        assert result.data == data
        assert [error.path for error in result.errors or ()] == [[path]]
    assert outcomes == ["busy", "busy"]


async def test_a_cancelled_request_interrupts_its_statement_on_sqlite(sqlite_url: str) -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    started = asyncio.Event()
    loop = asyncio.get_running_loop()

    def steps(text: str) -> Generator[tuple[Prepared, dict[str, Any]], list[Any], Any]:
        loop.call_soon_threadsafe(started.set)
        rows = yield Prepared(text, (), {}), {}
        return rows[0][0]

    database = Database(sqlite_url)
    running = asyncio.create_task(database.run_steps(EVERYTHING, steps(endless)))
    await started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await database.run_steps(Scope(new_id()), steps("SELECT 7")) == 7
    await database.close()


@pytest.mark.parametrize("rows", [1, MAX_ROWS_ON_LOOP + 1])
async def test_much_json_is_written_beside_the_event_loop(postgres_url: str, rows: int) -> None:
    def steps() -> Generator[tuple[Prepared, dict[str, Any]], list[Any], Any]:
        found = yield Prepared(f"SELECT generate_series(1, {rows})", (), {}), {}
        return len(found), threading.current_thread() is threading.main_thread()

    database = Database(postgres_url)
    assert await database.run_steps(EVERYTHING, steps()) == (rows, rows == 1)
    await database.close()


def test_what_is_kept_is_bounded() -> None:
    kept = Kept(lambda value: (str(value),))
    for n in range(MAX_KEPT + 10):
        assert kept[(n,)] == (str(n),)
    assert len(kept) <= MAX_KEPT
