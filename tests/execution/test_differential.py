"""The same bytes whoever answers: generated documents, variables and viewers, by compiled plans and by graphql-core.

DIFFERENTIAL=2000 tries so many documents on each database; DIFFERENTIAL_SEED=2000 starts after those.
"""

import os
import random
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from graph.settings.edge import Edge
from graph.telemetry.metrics import REGISTRY
from models.actor import Actor
from models.assignee import OrderAssignee
from models.base import new_id
from models.buyer import BuyerRecipient
from models.database.sessions import Database
from models.external_reference import ExternalReference
from models.invoice import InvoiceStatus
from models.locale import Locale
from models.order import DataSet
from models.policy import OrderStatus, Role
from models.tag import OrderTag, Tag
from tests.support.client import Client, id_of, serving
from tests.support.clock import Clock
from tests.support.documents import make_invoice, make_note
from tests.support.factories import (
    NOON,
    OPERATOR,
    add_backlog_sku,
    add_delivery_note,
    add_invoice,
    make_buyer,
    make_order,
    make_shop,
    save,
)

DOCUMENTS = int(os.environ.get("DIFFERENTIAL", "30"))
FIRST = int(os.environ.get("DIFFERENTIAL_SEED", "0"))

PLAIN = ["id", "code", "status", "isRejected", "isArchived", "version", "placedAt", "updatedAt", "totalQuantity"]
FIELDS: dict[str, list[str]] = {
    "Order": [
        *PLAIN,
        "__typename",
        "statusLabel",
        "statusLabel(locale: JA)",
        "deliveryStatus",
        "deliveryStatusLabel",
        "deliveryStatusLabel(locale: JA)",
        "canReject",
        "availableActions",
        "total {Money}",
        "subtotal {Money}",
        "tax {Money}",
        "shipping {Money}",
        "comment",
        "billingAddress deliveryAddress buyerOrderNumber",
        "deliverFrom deliverTo",
        "pricesIncludeTax",
        "brand { id code name }",
        "assignee { name actorId }",
        "externalReference externalReferences { app reference }",
        "rejection {OrderRejection}",
        "actions {OrderActionVerdict}",
        "buyer {Buyer}",
        "catalog {Catalog}",
        "tags {Tag}",
        "rejectionBlockers {RejectionBlocker}",
        "lines(first: 2) {OrderLineConnection}",
        "lines(first: $lines) {OrderLineConnection}",
        "lines {OrderLineConnection}",
        "original { totalQuantity }",
        "deliveryNotes {DeliveryNote}",
        "invoices {Invoice}",
        "backlogSkus {BacklogSku}",
        "notifications {Notification}",
        "history(first: 2) {OrderEventConnection}",
        "history {OrderEventConnection}",
    ],
    "DeliveryNote": [
        "id code createdAt updatedAt",
        "trackingNumber comment carrier cartons isInvoiced",
        "order { id code canReject buyer {Buyer} }",
        "lines(first: 1) {DeliveryNoteLineConnection}",
        "packing { number }",
        "__typename",
    ],
    "DeliveryNoteLineConnection": [
        "nodes { quantity sku {Sku} }",
        "edges { cursor node { quantity } }",
        "pageInfo {PageInfo}",
        "totalCount",
    ],
    "Invoice": [
        "id code number status",
        "createdAt issuedAt voidedAt isVoid",
        "total {Money}",
        "orders { id code statusLabel tags {Tag} }",
        "deliveryNotes { id code isInvoiced }",
        "lines(first: 2) {InvoiceLineConnection}",
        "missing",
        "__typename",
    ],
    "InvoiceLineConnection": [
        "nodes { quantity sku {Sku} unitPrice {Money} amount {Money} tax { kind rate } }",
        "nodes { order { code } deliveryNote { code } }",
        "edges { cursor node { quantity } }",
        "pageInfo {PageInfo}",
        "totalCount",
    ],
    "BacklogSku": ["id", "sku {Sku}", "orderedQuantity remainingQuantity"],
    "Notification": [
        "id kind status to attempts",
        "sentAt lastError nextTryAt cancelledBy createdAt",
        "order { code statusLabel }",
        "subject",
        "__typename",
    ],
    "OrderEvent": ["id kind at", "actor actorKind actorId", "requestId sequence hash", "summary", "order { id code }"],
    "OrderEventConnection": [
        "nodes {OrderEvent}",
        "edges { cursor node {OrderEvent} }",
        "pageInfo {PageInfo}",
        "totalCount",
    ],
    "InvoiceConnection": ["nodes {Invoice}", "edges { cursor node {Invoice} }", "pageInfo {PageInfo}", "totalCount"],
    "DeliveryNoteConnection": [
        "nodes {DeliveryNote}",
        "edges { cursor node {DeliveryNote} }",
        "pageInfo {PageInfo}",
        "totalCount",
    ],
    "NotificationConnection": [
        "nodes {Notification}",
        "edges { cursor node {Notification} }",
        "pageInfo {PageInfo}",
        "totalCount",
    ],
    "Money": ["amount", "currency", "__typename"],
    "Buyer": [
        "id",
        "uniqueCode",
        "name",
        "isOffline",
        "locale",
        "hasOwnLocale",
        "erasedAt",
        "country",
        "address",
        "deliveryAddress",
        "emailRecipients",
        "recipients { email bouncedAt bounceReason }",
        "... on Node { id }",
        "__typename",
    ],
    "Viewer": [
        "id",
        "kind",
        "name",
        "locale",
        "role",
        "scopes",
        "expiresAt",
        "buyer { name }",
        "... on Node { id __typename }",
        "__typename",
    ],
    "Catalog": ["id", "code", "name"],
    "OrderRejection": ["rejectedAt", "rejectedBy", "notified", "body", "note", "reason { code }", "__typename"],
    "OrderActionVerdict": ["action", "allowed", "blockers { code message documents { id } }"],
    "BuyerConnection": ["nodes {Buyer}", "edges { cursor node {Buyer} }", "pageInfo {PageInfo}", "totalCount"],
    "CatalogConnection": ["nodes {Catalog}", "edges { cursor node {Catalog} }", "pageInfo {PageInfo}", "totalCount"],
    "SkuConnection": ["nodes {Sku}", "edges { cursor node {Sku} }", "pageInfo {PageInfo}", "totalCount"],
    "TagConnection": ["nodes {Tag}", "edges { cursor node {Tag} }", "pageInfo {PageInfo}", "totalCount"],
    "Tag": ["id", "code", "name", "color"],
    "RejectionBlocker": [
        "code",
        "message",
        "documents { id code }",
        "documents { code node { id } }",
        "... on Blocker { message }",
        "__typename",
    ],
    "OrderLineConnection": [
        "nodes {OrderLine}",
        "edges { cursor node {OrderLine} }",
        "pageInfo {PageInfo}",
        "totalCount",
    ],
    "OrderLine": ["id", "tax { rate }", "quantity", "unitPrice {Money}", "amount {Money}", "sku {Sku}"],
    "Sku": ["id", "number", "modelNumber", "name", "style", "color", "size", "barcode", "position", "picture"],
    "Node": [
        "id",
        "__typename",
        "... on Order {Order}",
        "... on Buyer {Buyer}",
        "... on Catalog {Catalog}",
        "... on Tag {Tag}",
        "... on Sku {Sku}",
        "... on OrderLine {OrderLine}",
        "... on DeliveryNote {DeliveryNote}",
        "... on Invoice {Invoice}",
        "... on BacklogSku {BacklogSku}",
        "... on Notification {Notification}",
        "... on OrderEvent {OrderEvent}",
        "... on Brand { name }",
    ],
    "PageInfo": ["hasNextPage", "hasPreviousPage", "startCursor", "endCursor"],
    "OrderConnection": [
        "nodes {Order}",
        "edges { cursor node {Order} }",
        "edges { node {Order} }",
        "pageInfo {PageInfo}",
        "totalCount",
        "__typename",
    ],
}
# Seldom, so that most documents are compiled.
RARE = {
    "original { totalQuantity }",
    "lines(first: $lines) {OrderLineConnection}",
    "documents { code node { id } }",
    "buyer { name }",
    "picture",
    "... on Brand { name }",
    "packing { number }",
    "missing",
    "subject",
}


class Writer:
    """Writes documents: aliases, fragments, directives, and fields in any order, some of them twice."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - chooses, keeps no secret
        self.fragments: list[str] = []

    def selection(self, kind: str, depth: int = 0) -> str:
        parts: list[str] = []
        keys: set[str] = set()
        for each in self.chance.sample(FIELDS[kind], k=min(len(FIELDS[kind]), self.chance.randint(1, 6))):
            if each in RARE and self.chance.random() < 0.8:
                each = "__typename"
            text = each
            if "{" in each:
                head, _, rest = each.partition("{")
                text = f"{head}{{{self._nested(rest, depth)}"
            key = each.split("(")[0].split(" ")[0]
            if key == "...":
                parts.append(text)
                continue
            if key in keys or (self.chance.random() < 0.15 and key not in ("edges", "nodes")):
                text = f"other{len(parts)}: {text}"
            keys.add(key)
            roll = self.chance.random()
            if roll < 0.05:
                text = f"... on {kind} {{ {text} }}"
            elif roll < 0.1:
                text = f"... @include(if: $yes) {{ {text} }}"
            elif roll < 0.13:
                text = f"... @skip(if: $yes) {{ {text} }} __typename"
            elif roll < 0.18:
                self.fragments.append(f"fragment F{len(self.fragments)} on {kind} {{ {text} }}")
                text = f"...F{len(self.fragments) - 1}"
            parts.append(text)
        return "{ " + " ".join(parts) + " }"

    def _nested(self, rest: str, depth: int) -> str:
        for kind in FIELDS:
            rest = rest.replace(f"{{{kind}}}", self.selection(kind, depth + 1)) if f"{{{kind}}}" in rest else rest
            if rest == f"{kind}}}":
                return self.selection(kind, depth + 1)[1:]
        return rest

    def _root(self) -> str:
        roll = self.chance.random()
        for below, roots in ROOTS:
            if roll < below:
                head, _, rest = self.chance.choice(roots).partition("{")
                return f"{head}{{{self._nested(rest, 0)}"
        arguments = [self.chance.choice(each) for each in ARGUMENTS if self.chance.random() < 0.5]
        shown = f"({', '.join(arguments)})" if arguments else ""
        return f"orders{shown} {self.selection('OrderConnection')}"

    def document(self) -> str:
        roots = [f"r{n}: {self._root()}" for n in range(self.chance.choice([1, 1, 1, 2]))]
        body = f"{{ {' '.join(roots)} }} {' '.join(self.fragments)}"
        used = [f"${name}: {kind}" for name, kind in VARIABLES.items() if re.search(rf"\${name}\b", body)]
        given = f"({', '.join(used)})" if used else ""
        return f"query Q{given} {body}"


NODES = ["node(id: $id) {Node}", "node(id: $other) {Node}", "nodes(ids: $ids) {Node}", "nodes(ids: $others) {Node}"]
LISTS = [
    "buyers {BuyerConnection}",
    "buyers(first: $size, bounced: true) {BuyerConnection}",
    "buyers(last: 2, bounced: false) {BuyerConnection}",
    'buyers(search: "quotes") {BuyerConnection}',
    "buyer(id: $other) {Buyer}",
    "catalogs(first: $size) {CatalogConnection}",
    "skus(first: 2) {SkuConnection}",
    "skus(first: 2, numbers: $numbers) {SkuConnection}",
    "tagConnection(last: $size) {TagConnection}",
]
DOCUMENTS_AND_HISTORY = [
    "history(first: $size, filter: $events, direction: ASC) {OrderEventConnection}",
    "history(last: 3, filter: $events) {OrderEventConnection}",
    "invoices(first: $size, filter: {status: [ISSUED, DRAFT]}) {InvoiceConnection}",
    "invoices(filter: {orderIds: $ids}) {InvoiceConnection}",
    "invoices(last: 2, filter: {codes: $codes}) {InvoiceConnection}",
    "deliveryNotes(first: $size, filter: {invoiced: $yes}) {DeliveryNoteConnection}",
    'deliveryNotes(filter: {orderIds: $ids, createdFrom: "2026-01-01T00:00:00Z"}) {DeliveryNoteConnection}',
    "notifications(first: $size, status: [PENDING]) {NotificationConnection}",
    "notifications(last: 1, kind: $mails) {NotificationConnection}",
]
REJECT = """mutation ($id: ID!) { rejectOrder(
    input: {orderId: $id, notify: true, reason: "OUT_OF_STOCK", note: "inside"}) { userErrors { code } } }"""
PAPERS = """{ invoices { nodes { code } } deliveryNotes { nodes { code } } notifications { nodes { id } }
    history { nodes { id } } orders(first: 1) { nodes { lines { nodes { id } } } } }"""
# By how often they are chosen; the rest is a list of orders.
ROOTS = [
    (0.15, ["order(id: $id) {Order}", "orderByCode(code: $code) {Order}"]),
    (0.25, ["viewer {Viewer}"]),
    (0.4, NODES),
    (0.5, LISTS),
    (0.7, DOCUMENTS_AND_HISTORY),
]
FILTERS: list[dict[str, Any] | None] = [
    {"status": ["OC_CREATED", "REJECTED"]},
    {"search": "quotes"},
    {"canReject": False},
    {"status": []},
    None,
]
EVENTS: list[dict[str, Any] | None] = [
    None,
    {"kinds": ["ORDER_REJECTED"], "actorKinds": ["MEMBER"]},
    {"kinds": []},
    {"search": "mina"},
    {"atFrom": "2026-11-24T12:00:00Z", "actors": ["Mina Sato"]},
    {"atFrom": "2026-11-25T12:00:00Z", "atBefore": "2026-11-24T12:00:00Z"},
]
VARIABLES = {
    "yes": "Boolean!",
    "events": "HistoryFilter",
    "codes": "[String!]",
    "mails": "[OrderMailKind!]",
    "id": "ID!",
    "code": "String!",
    "other": "ID!",
    "ids": "[ID!]!",
    "others": "[ID!]!",
    "numbers": "[String!]",
    "lines": "Int",
    "size": "Int",
    "after": "String",
    "filter": "OrderFilter",
}
ARGUMENTS = [
    ["first: 3", "first: $size", "last: 2", "first: 3, after: $after", "last: 2, before: $after", "after: $after"],
    ["filter: $filter", "filter: {canReject: true}", "filter: {includeArchived: true}"],
    [
        "sort: [{field: TOTAL, direction: ASC}]",
        "sort: [{field: CODE, direction: DESC}, {field: UPDATED_AT, direction: ASC}]",
        "sort: [{field: PLACED_AT, direction: DESC}]",
        "sort: [{field: STATUS, direction: ASC}]",
        "sort: [{field: BUYER, direction: DESC}]",
    ],
]


@pytest.fixture
async def both(database_url: str, tmp_path: Path, clock: Clock) -> AsyncIterator[tuple[Client, Client]]:
    """The application twice, with compiled queries and without."""
    edge = Edge(rate_limit=0)
    async with (
        serving(database_url, tmp_path, clock, compiled=True, edge=edge) as compiled,
        serving(database_url, tmp_path, clock, compiled=False, edge=edge) as plain,
    ):
        yield compiled, plain


async def fill(database: Database) -> tuple[list[Actor], list[str], list[str]]:
    """Orders of every status with documents, tags, odd texts; two brands.

    Returns viewers, ids of orders and of other things.
    """
    shop, other = await make_shop(database), await make_shop(database)
    buyer = await make_buyer(database, shop.brand, name='Quotes " \\ \t and 日本 \u2028')
    tags = [
        Tag(id=new_id(), brand_id=shop.brand.id, code=f"T{n}", name=f"Tag {n}", color=color)
        for n, color in enumerate(["#112233", None])
    ]
    await save(database, *tags)
    bounced = BuyerRecipient(brand_id=shop.brand.id, buyer_id=buyer.id, email="gone@x.example")
    bounced.bounced_at, bounced.bounce_reason = NOON, '550 "no such user"'
    await save(database, bounced)
    orders = []
    for n, status in enumerate([*OrderStatus, OrderStatus.OC_CREATED, OrderStatus.OC_CONFIRMED]):
        order = await make_order(
            database,
            shop,
            status=status,
            currency=["GBP", "JPY", "KWD"][n % 3],
            placed_at=NOON + timedelta(seconds=n % 4, microseconds=n % 2 * 250),
            archived_at=NOON if status is OrderStatus.REJECTED else None,
            approval_asked=n % 2 == 0,
            lines=[(m + 1, 1000 * m + 7) for m in range(n % 5 + 1)],
            buyer_id=buyer.id if n % 3 == 0 else shop.buyer.id,
        )
        orders.append(order)
        await save(database, *(OrderTag(brand_id=shop.brand.id, order_id=order.id, tag_id=t.id) for t in tags[: n % 3]))
        owner = {"brand_id": shop.brand.id, "order_id": order.id}
        if n % 2:
            await save(database, OrderAssignee(**owner, actor_id=f"mem-{n}", actor_name="佐藤", assigned_at=NOON))
            await save(database, ExternalReference(**owner, app_id="", app_name=None, reference=f'PO "{n}"'))
    whole = await add_delivery_note(database, orders[4])
    note = await make_note(database, shop, orders[9], comment='left at "gate" 2', cartons=3, updated_at=NOON)
    papers: list[Any] = [whole, note]
    papers.append(await add_invoice(database, orders[1], status=InvoiceStatus.DRAFT))
    line = (2, 1250)
    papers.append(await make_invoice(database, shop, (orders[8], None, [line, (1, 480)]), (orders[3], None, [line])))
    papers.append(await make_invoice(database, shop, (orders[9], note, [line]), status=InvoiceStatus.DRAFT))
    papers.append(await add_backlog_sku(database, orders[9], shop.skus[0]))
    foreign = await make_order(database, other, code=orders[0].code)
    viewers = [
        *(shop.member(role, locale=locale) for role in (Role.WRITE, Role.READ, Role.APP_REJECT) for locale in Locale),
        shop.buyer_user(),
        shop.buyer_user(buyer, locale=Locale.JA),
        other.member(),
        OPERATOR,
    ]
    assert {each.official for each in orders} == {DataSet.ORIGINAL}
    others = [buyer, shop.buyer, other.buyer, shop.catalog, *shop.skus, *tags, *papers]
    return viewers, [id_of(each) for each in (*orders, foreign)], [id_of(each) for each in others]


async def test_the_same_bytes(both: tuple[Client, Client]) -> None:
    compiled, plain = both
    viewers, ids, others = await fill(compiled.database)
    member = compiled.as_(viewers[0])
    found = await member.data("{ orders(first: 1, filter: {canReject: true}) { nodes { id } } }")
    rejected = await member.data(REJECT, id=found["orders"]["nodes"][0]["id"])
    assert rejected["rejectOrder"] == {"userErrors": []}
    listed = await plain.as_(OPERATOR).data(
        "{ orders(first: 100, filter: {includeArchived: true}) { nodes { code } } }"
    )
    codes = [each["code"] for each in listed["orders"]["nodes"]]
    listed = await plain.as_(OPERATOR).data(PAPERS)
    papers = [each["code"] for each in (*listed["invoices"]["nodes"], *listed["deliveryNotes"]["nodes"])]
    mails = [each["id"] for each in (*listed["notifications"]["nodes"], *listed["history"]["nodes"])]
    others = [*others, *mails, *(each["id"] for each in listed["orders"]["nodes"][0]["lines"]["nodes"])]
    codes = [*codes, codes[0].lower(), f" {codes[1]} ", codes[0].replace("-", "\u2010"), "", "none", "\0"]
    before, errors = answered("compiled"), 0
    for seed in range(FIRST, FIRST + DOCUMENTS):
        writer = Writer(seed)
        chance = writer.chance
        document = writer.document()
        actor = chance.choice(viewers)
        after = await _cursor(plain.as_(actor)) if "$after" in document else None
        variables: dict[str, Any] = {  # those that the document does not name are ignored
            "yes": chance.random() < 0.5,
            "id": chance.choice([*ids, "ord_nonsense"]),
            "code": chance.choice(codes),
            "other": chance.choice([*others, *ids]),
            "ids": chance.choices([*ids, "nonsense"], k=chance.choice([0, 3, 101])),
            "others": chance.choices([*ids, *others, "ord_nonsense"], k=4),
            "numbers": chance.choice([None, [], ["SKU-1", "SKU-3", "none"]]),
            "lines": chance.choice([None, 1, 3, 3, 0]),
            "size": chance.choice([None, 1, 5, 5, 100, 101]),
            "after": chance.choice([after] * 5 + ["nonsense"]),
            "filter": chance.choice(FILTERS),
            "events": chance.choice(EVENTS),
            "codes": chance.choice([None, [], papers, ["none"], ["\0"]]),
            "mails": chance.choice([None, [], ["ORDER_REJECTED"]]),
        }
        body = {"query": document, "variables": variables}
        # The second time, the document is known, and Strawberry's view and extensions are passed by.
        first, expected, second = [
            await each.http.post("/graphql", json=body, headers=each.as_(actor).headers | {"X-Request-ID": "same"})
            for each in (compiled, plain, compiled)
        ]
        for answer in (first, second):
            assert answer.content == expected.content, (seed, document, variables, actor, answer, expected)
            assert (answer.status_code, answer.headers) == (expected.status_code, expected.headers), (seed, document)
        errors += "errors" in expected.json()
    # Not the trivial way: most documents are valid, and most of these are compiled.
    assert errors < DOCUMENTS / 2
    assert answered("compiled") - before > DOCUMENTS * 2 / 3


def answered(how: str) -> float:
    return REGISTRY.get_sample_value("orders_queries_total", {"how": how}) or 0


async def _cursor(client: Client) -> str | None:
    data = await client.data("{ orders(first: 2) { pageInfo { endCursor } } }")
    cursor: str | None = data["orders"]["pageInfo"]["endCursor"]
    return cursor
