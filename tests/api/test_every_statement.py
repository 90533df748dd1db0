"""The text of each SQL statement that runs for a brand binds each of its tables to that brand, at every depth."""

from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from graph.core.download_links import Drawn, LinkError
from graph.core.ids import Kind, to_id
from graph.downloads import DOCUMENTS, Issued, OrderList, Period, Record, Sample
from models.actor import Actor
from models.base import new_id
from models.catalog import Sku, SkuPicture
from models.database.sessions import Database
from models.locale import Locale
from models.policy import Role
from resolvers.history import HistoryFilter
from resolvers.order_filter import OrderFilter
from tests.importing.importing import run, write_csv
from tests.support.client import Client, id_of
from tests.support.every_mutation import EveryMutation
from tests.support.factories import (
    NOON,
    Shop,
    add_backlog_sku,
    add_cart,
    add_delivery_note,
    add_invoice,
    make_order,
    make_shop,
    make_tag,
    save,
)
from tests.support.scoped_sql import BRAND_COLUMN, statements_for_a_brand, tables_in, unbound
from tests.support.walk import Walk

# Numbers are only taken, by an INSERT … ON CONFLICT; an INSERT is checked by its rows (models/database/visibility.py).
ONLY_INSERTED = {"document_numbers"}
OF_NO_BRAND = {"schema_compatibility"}  # about the schema; only migrations read and write it
FILTERS = """query ($buyer: [ID!], $tag: [ID!], $order: [ID!], $catalog: [ID!]) {
  orders(first: 5, sort: {field: UPDATED_AT, direction: DESC}, filter: {search: "a", status: [OC_REQUIRED],
    canReject: true, buyerIds: $buyer, tagIds: $tag, includeArchived: true}) {
    totalCount nodes { deliveryStatus rejectionBlockers { code } replaces { id } } }
  sorted: orders(first: 5, sort: {field: BUYER, direction: ASC}, filter: {invoiced: true, withoutTag: true,
    assigned: true, assigneeIds: ["a"], rejectionReasonIds: [], deliveryStatus: [NONE, BACKLOG_SKUS_CREATED],
    catalogIds: $catalog, onlyArchived: true}) { totalCount }
  searched: orders(first: 5, sort: {field: BUYER, direction: ASC}, filter: {search: "a"}) { nodes { catalog { id } } }
  facets: orderFacets(filter: {search: "a"}) { statuses { count } tags { count } reasons { count } }
  orderByReference(reference: "a") { externalReferences { app reference } }
  skus(search: "a", numbers: ["a"]) { totalCount nodes { id } }
  catalogs(search: "a") { totalCount nodes { id } }
  invoices(filter: {codes: ["a"], status: [ISSUED], buyerIds: $buyer, orderIds: $order}) { totalCount nodes { id } }
  deliveryNotes(filter: {codes: ["a"], invoiced: false, buyerIds: $buyer, orderIds: $order}) {
    totalCount nodes { order { id } } }
  notifications(status: [FAILED], kind: [OC_CREATED]) { totalCount nodes { order { id } } }
  refused: buyers(bounced: true) { totalCount nodes { recipients { email } } }
  others: buyers(bounced: false) { totalCount }
  history(first: 5, filter: {search: "a", orderIds: $order, orderCodes: ["a"]}) { totalCount nodes { kind } }
  month: orderAnalytics(groupBy: MONTH) { groups { key } rejected { byActor { label } } }
  buyer: orderAnalytics(groupBy: BUYER) { groups { key } }
  catalog: orderAnalytics(groupBy: CATALOG) { groups { key } }
  product: orderAnalytics(groupBy: PRODUCT) { groups { key } } }"""


async def test_every_statement_for_a_brand_binds_every_table_to_it(
    database: Database, api: Client, tmp_path: Path
) -> None:
    shop = await make_shop(database)
    with statements_for_a_brand(api.database) as statements:
        await EveryMutation(database, api, shop).run()
        await ask_everything(database, api)
        await make_every_document(database, api.database, shop, tmp_path)
        rows = [["I-1", "NEW", "SS27", "MODEL-9", "SKU-9", "2", "5.00"]]
        await run(api.database, shop.brand, write_csv(tmp_path / "orders.csv", rows))
    assert {statement: tables for statement in statements if (tables := unbound(statement))} == {}
    # So each table was read in the run, and the test fails when one is not narrowed.
    assert set(BRAND_COLUMN) - set().union(*map(tables_in, statements)) == ONLY_INSERTED | OF_NO_BRAND


async def ask_everything(database: Database, api: Client) -> None:
    """Every query with everything that it selects without arguments, for a member and for a buyer."""
    shop = await make_shop(database)
    order = await make_order(database, shop)
    tag = await make_tag(database, shop.brand.id, "walked")
    note, invoice = await add_delivery_note(database, order), await add_invoice(database, order)
    await add_backlog_sku(database, order, shop.skus[0])
    await add_cart(database, order)
    looks = {"name": "Coat", "number": "WITH-PICTURE", "model_number": "COAT", "picture_digest": "0"}
    await save(database, SkuPicture(brand_id=shop.brand.id, digest="0", data=b""), Sku(brand_id=shop.brand.id, **looks))
    rows: list[Any] = [order, shop.buyer, note, invoice]
    ids = {kind: id_of(row) for kind, row in zip(("Order", "Buyer", "DeliveryNote", "Invoice"), rows, strict=True)}
    ids["Webhook"] = to_id(Kind.WEBHOOK, new_id())
    for viewer in (shop.member(Role.ADMIN), shop.buyer_user()):
        client = api.as_(viewer)
        walk = await Walk.of(client)
        for operation, name, field in walk.fields():
            if operation == "query":
                of_field = walk.variables(field, ids)
                of_field |= {"ids": [id_of(row) for row in rows]} if name == "nodes" else {}
                await client.execute(walk.document(operation, name), **of_field)
        of = {"buyer": [ids["Buyer"]], "tag": [id_of(tag)], "order": [ids["Order"]], "catalog": [id_of(shop.catalog)]}
        await client.data(FILTERS, **of)


async def make_every_document(database: Database, served: Database, shop: Shop, folder: Path) -> None:
    """What is read for them; nothing is drawn."""
    order = await make_order(database, shop)
    note, invoice = await add_delivery_note(database, order), await add_invoice(database, order)
    subjects: dict[type, Any] = {OrderList: OrderList(OrderFilter(), ()), HistoryFilter: HistoryFilter()}
    subjects |= {Period: Period(), Sample: Sample(NOON), Issued: Issued()}
    records: dict[str, UUID] = {"delivery-note": note.id, "invoice": invoice.id}
    for actor in (shop.member(), shop.buyer_user()):
        for document in DOCUMENTS.values():
            subject = subjects.get(document.subject) or Record(records.get(document.name, order.id), "x")
            await _make(served, actor, document, subject, folder / document.name)


async def _make(served: Database, actor: Actor, document: Any, subject: Any, path: Path) -> None:
    async with served.read(actor.scope) as session:
        if isinstance(document.made, Drawn):
            with suppress(LinkError):  # the order has no OC
                await document.made.read(session, actor, subject)
        else:
            await document.made.write(session, actor, subject, Locale.EN, path)
