"""Sessions of one brand or one buyer: a statement of any form finds only the rows of its scope.

Every model is asked, so a new one must say in models/scope.py what a buyer sees of it, and be filled here.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    and_,
    delete,
    exists,
    func,
    insert,
    join,
    literal,
    or_,
    select,
    text,
    true,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.orm import join as orm_join

from models.api_key import ApiKey, hash_of, new_secret
from models.assignee import OrderAssignee
from models.base import Base, insert_new, new_id
from models.brand import Brand
from models.bulk_run import BulkRun
from models.buyer import Buyer
from models.cart import CartLine
from models.catalog import Catalog, SkuPicture
from models.database.sessions import Database
from models.delivery_note import DeliveryNoteLine
from models.document_number import DocumentNumber
from models.external_reference import ExternalReference
from models.idempotency import IdempotencyKey
from models.invoice import CreditNote, Invoice, InvoicedDeliveryNote, InvoiceLine, InvoiceStatus
from models.letterhead import Letterhead, Logo
from models.locale import Locale
from models.mail_wording import MailWording
from models.order import Order, OrderReplacement
from models.policy import OrderStatus
from models.rejection_reason import RejectionReason
from models.scope import EVERYTHING, OutOfScope, Scope
from models.sign_out import SignOut
from models.tag import OrderTag, Tag
from models.webhook import Webhook, WebhookDelivery
from resolvers.confirmation import create_confirmation
from resolvers.core.context import Context
from resolvers.core.notices import Message
from resolvers.rejection import RejectOrder, reject_order
from resolvers.rejection_reasons import Grounds
from resolvers.summing import sum_up
from tests.support.factories import (
    NOON,
    Shop,
    add_backlog_sku,
    add_cart,
    add_delivery_note,
    add_invoice,
    make_buyer,
    make_order,
    make_shop,
    make_tag,
    save,
)
from tests.support.scoped_sql import statements_for_a_brand, unbound

ROOT = Path(__file__).resolve().parents[2]
# Rows of the brand that every buyer sees.
SHARED = {"brands", "brand_letterheads", "brand_logos", "catalogs", "skus", "audit_heads"}
SHARED |= {"idempotency_keys", "sku_pictures"}
INTERNAL = {
    "analytics_marks",
    "analytics_sums",
    "audit_entries",
    "audit_actors",
    "mail_wordings",
    "outbox_messages",
    "bulk_runs",
    "tags",
    "order_tags",
    "api_keys",
    "document_numbers",
    "sign_outs",
    "rejection_reasons",
    "order_rejection_grounds",
    "order_assignees",
    "order_external_references",
    "webhooks",
    "webhook_deliveries",
}
MODELS: dict[str, Any] = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}


async def fill(database: Database, shop: Shop, buyer: Buyer) -> Order:
    """A row of every table for this buyer; the order with the documents."""
    brand_id, actor = shop.brand.id, shop.member()
    order = await make_order(database, shop, buyer_id=buyer.id)
    for status in (OrderStatus.REJECTED_BY_BRAND, OrderStatus.SENT_BACK_TO_CART):
        await make_order(database, shop, buyer_id=buyer.id, status=status)
    context = Context(database, actor, lambda: NOON)
    unwanted = await make_order(database, shop, buyer_id=buyer.id)
    rejected = await reject_order(context, RejectOrder(unwanted.id, Message(), grounds=Grounds("CREDIT", "Secret")))
    assert not rejected.refusals
    confirmed = await create_confirmation(context, order.id, ask_approval=True, message=Message(notify=True))
    assert not confirmed.refusals
    tag, cart = await make_tag(database, brand_id, f"tag-{buyer.id}"), await add_cart(database, order)
    note, invoice = await add_delivery_note(database, order), await issued_invoice(database, order)
    sku = await add_backlog_sku(database, order, shop.skus[0], remaining=4)
    of_order: dict[str, Any] = {"brand_id": brand_id, "order_id": order.id}
    of_sku: dict[str, Any] = {"id": new_id(), "sku_id": shop.skus[0].id, "quantity": 1}
    hook = Webhook(
        brand_id=brand_id,
        id=new_id(),
        name="ERP",
        url="https://erp.example",
        kinds=[],
        secret="whsec_",
        position=0,
        due_at=NOON,
        created_at=NOON,
        created_by="Mina Sato",
    )
    key: dict[str, Any] = {"actor_id": str(buyer.id), "operation": "x", "request_hash": "", "created_at": NOON}
    await save(
        database,
        OrderTag(**of_order, tag_id=tag.id),
        DeliveryNoteLine(**of_order, **of_sku, delivery_note_id=note.id, backlog_sku_id=sku.id),
        CartLine(brand_id=brand_id, cart_id=cart.id, **of_sku, position=1, unit_price_minor=1),
        InvoicedDeliveryNote(brand_id=brand_id, invoice_id=invoice.id, delivery_note_id=note.id),
        InvoiceLine(**of_order, **of_sku, invoice_id=invoice.id, position=1, unit_price_minor=1, amount_minor=1),
        RejectionReason(brand_id=brand_id, code=buyer.id.hex, label_en="Late", label_ja="遅延", position=9),
        DocumentNumber(brand_id=brand_id, kind=buyer.id.hex[:16], last=1),
        ApiKey(
            brand_id=brand_id,
            name="ERP",
            secret_hash=hash_of(new_secret()),
            last_four="1234",
            scopes=[],
            created_at=NOON,
            created_by="Mina Sato",
        ),
        hook,
        WebhookDelivery(
            brand_id=brand_id,
            webhook_id=hook.id,
            message_id="evt_1",
            number=1,
            at=NOON,
            milliseconds=1,
            is_delivered=True,
        ),
        OrderAssignee(**of_order, actor_id="mem-1", actor_name="Mina Sato", assigned_at=NOON),
        ExternalReference(**of_order, app_id="key", app_name="ERP", reference=buyer.id.hex),
        OrderReplacement(**of_order, replaced_order_id=order.id),
        IdempotencyKey(brand_id=brand_id, key="k", answer={}, **key),
        BulkRun(brand_id=brand_id, key="k", order_ids=[], **key),
        SignOut(brand_id=brand_id, identity=buyer.id.hex, at=NOON),
        CreditNote(brand_id=brand_id, invoice_id=invoice.id, code=invoice.id.hex, issued_at=NOON, frozen={}),
        Logo(brand_id=brand_id, digest=buyer.id.hex, media_type="image/png", data=b""),
        SkuPicture(brand_id=brand_id, digest=buyer.id.hex, data=b""),
        MailWording(
            brand_id=brand_id,
            kind=buyer.id.hex,
            locale=Locale.EN,
            version=1,
            created_at=NOON,
            created_by="Mina Sato",
        ),
    )
    async with database.transaction(EVERYTHING) as session:
        await session.merge(Letterhead(brand_id=brand_id, footer_en=buyer.id.hex))
    return order


async def issued_invoice(database: Database, order: Order) -> Invoice:
    """Buyers do not see drafts."""
    return await add_invoice(database, order, status=InvoiceStatus.ISSUED)


async def rows(database: Database, scope: Scope, model: Any) -> set[str]:
    columns = [getattr(model, column.key) for column in model.__mapper__.column_attrs]
    async with database.read(scope) as session:
        return set(map(repr, await session.execute(select(*columns))))


async def test_a_scope_sees_its_own_rows_of_every_model(database: Database) -> None:
    ours, theirs = await make_shop(database), await make_shop(database)
    rival = await make_buyer(database, ours.brand)
    buyers = [(ours, ours.buyer), (ours, rival), (theirs, theirs.buyer)]
    # Before the next shop is filled, all rows belong to the shops before it.
    made: dict[str, list[set[str]]] = {name: [] for name in MODELS}
    known: dict[str, set[str]] = {name: await rows(database, EVERYTHING, model) for name, model in MODELS.items()}
    for shop, buyer in buyers:
        await fill(database, shop, buyer)
        for name, model in MODELS.items():
            everything = await rows(database, EVERYTHING, model)
            made[name].append(everything - known[name])
            known[name] = everything
    await sum_up(database)
    async with database.transaction(EVERYTHING) as session:
        await session.execute(update(Brand).values(time_zone="America/Lima"))  # marks all days
    for name, model in MODELS.items():
        everything = await rows(database, EVERYTHING, model)
        no_more = SHARED | {"buyers", "buyer_recipients", "audit_actors", "analytics_sums", "analytics_marks"}
        assert all(each or name in no_more for each in made[name]), f"fill {name}"
        of_ours = await rows(database, Scope(ours.brand.id), model)
        of_theirs = await rows(database, Scope(theirs.brand.id), model)
        assert of_ours, name
        assert of_theirs, name
        assert of_ours | of_theirs == everything, name
        assert not of_ours & of_theirs, name
        # In turn and repeatedly: a statement that SQLAlchemy cached for one scope must not be used for another.
        of_first, of_second, again = [
            await rows(database, Scope(ours.brand.id, each.id), model) for each in (ours.buyer, rival, ours.buyer)
        ]
        assert of_first == again, name
        if name in SHARED:
            assert of_first == of_second == of_ours, name
        elif name in INTERNAL:
            assert not of_first | of_second, name
        else:
            assert of_first, name
            assert of_second, name
            assert of_first | of_second == of_ours, name
            assert not of_first & of_second, name


A = aliased(Order)
CTE = select(Order.code, Order.brand_id).where(or_(Order.comment == "", Order.comment == "x")).cte("some")
SUBQUERY = select(Order.code, Order.brand_id).subquery()
TABLE: Any = Order.__table__
BY_HAND = {"beside the brand"}  # a table, not a model: tied to the brand by its own condition
FORMS: dict[str, Any] = {
    "columns": select(Order.code),
    "alias": select(A.code),
    "only in WHERE": select(Brand.code).where(Order.brand_id == Brand.id),
    "no columns": select(func.count()).select_from(Order),
    "scalar": select(select(func.max(Order.code)).scalar_subquery(), Brand.code),
    "exists": select(Brand.code).where(exists().where(Order.brand_id == Brand.id).correlate(Brand)),
    # SQLAlchemy itself does not see that these SELECTs are about models.
    "exists by AND": select(Brand.code, exists().where(and_(Order.code == "theirs", Order.comment == ""))),
    "exists by OR": select(Brand.code, exists().where(or_(Order.code == "theirs", Order.comment == "never"))),
    "exists within exists": select(Brand.code).where(
        exists().where(Catalog.brand_id == Brand.id, ~exists().where(and_(A.code == "theirs", A.comment == "")))
    ),
    "exists in a CTE": select(
        select(Order.code, exists().where(and_(A.code == "theirs", A.comment == ""))).cte("with_exists")
    ),
    "IN": select(Brand.code).where(Brand.id.in_(select(Order.brand_id))),
    "subquery": select(SUBQUERY.c.code),
    "CTE": select(select(Order.code).cte()),
    "union": union_all(select(Order.code), select(Order.code)),
    "union in a subquery": select(union_all(select(Order.code), select(Order.code)).subquery()),
    "join": select(Order.code, Buyer.name).join(Buyer, Buyer.brand_id == Order.brand_id),
    "outer join": select(Brand.code, Order.code).outerjoin(Order, Order.brand_id == Brand.id),
    "left join of a CTE": select(Brand.code, CTE.c.code).outerjoin(CTE, CTE.c.brand_id == Brand.id),
    "cross join": select(Brand.code, SUBQUERY.c.code).join(SUBQUERY, true()),
    "beside the brand": select(Brand.code, TABLE.c.code).join(TABLE, TABLE.c.brand_id == Brand.id),
    "a lock": select(Order.code).with_for_update(of=Order),
}


@pytest.mark.parametrize("name", FORMS)
async def test_every_form_of_a_query_is_restricted_to_the_scope(database: Database, name: str) -> None:
    ours, theirs = await make_shop(database), await make_shop(database)
    await make_order(database, ours, code="ours")
    with statements_for_a_brand(database) as statements:
        async with database.transaction(Scope(ours.brand.id)) as session:
            before = (await session.execute(FORMS[name])).all()
    assert before
    assert [unbound(statement) for statement in statements] == [["orders"] if name in BY_HAND else []]
    await make_order(database, theirs, code="theirs")
    async with database.transaction(Scope(ours.brand.id)) as session:
        assert (await session.execute(FORMS[name])).all() == before


async def test_statements_that_cannot_be_restricted_are_refused(database: Database) -> None:
    ours = await make_shop(database)
    async with database.read(Scope(ours.brand.id)) as session:
        for statement in (text("SELECT * FROM orders"), select(TABLE.c.code), select(literal(1)), update(TABLE)):
            with pytest.raises(OutOfScope, match="models only"):
                await session.execute(statement)
        of_order = Order.brand_id == Brand.id
        for joined in (join(Brand, Order, of_order), orm_join(Brand, Order, of_order), join(Order, Brand, of_order)):
            with pytest.raises(OutOfScope, match=r"joins are made by \.join"):
                await session.execute(select(Brand.code).select_from(joined))
        other: Any = delete(Tag).where(Tag.brand_id == Order.brand_id, Order.code == "x")
        for statement in (other, update(Order).where(Buyer.id == Order.buyer_id).values(comment=Buyer.name)):
            with pytest.raises(OutOfScope, match="one table only"):
                await session.execute(statement.execution_options(synchronize_session=False))


async def changed(session: AsyncSession, statement: Any) -> int:
    result: Any = await session.execute(statement)
    rows: int = result.rowcount
    return rows


async def test_rows_of_another_brand_are_neither_changed_nor_read(database: Database) -> None:
    ours, theirs = await make_shop(database), await make_shop(database)
    own, foreign = await make_order(database, ours), await make_order(database, theirs)
    tag = await make_tag(database, theirs.brand.id, "secret")
    copied = select(func.max(Tag.code)).where(Tag.id == tag.id).scalar_subquery()
    async with database.transaction(Scope(ours.brand.id)) as session:
        for values in ({"comment": "x"}, {"comment": func.coalesce(copied, "nothing")}):
            statement: Any = update(Order).values(**values).execution_options(synchronize_session=False)
            assert await changed(session, statement) == 1
        assert await changed(session, delete(Tag)) == 0
        is_there = exists().where(and_(Tag.code == "secret", Tag.name != ""))
        assert await changed(session, update(Order).where(is_there).values(comment="x")) == 0
        assert await changed(session, delete(Catalog).where(is_there)) == 0
        assert await session.get(Order, (foreign.brand_id, foreign.id)) is None
        assert await session.get(Brand, theirs.brand.id) is None
        assert await session.scalar(select(Order.comment)) == "nothing"
        assert (await session.get_one(Order, (own.brand_id, own.id))).comment == "nothing"
    async with database.read(EVERYTHING) as session:
        assert await session.scalar(select(Order.comment).where(Order.id == foreign.id)) == ""


async def test_rows_of_another_brand_cannot_be_inserted(database: Database) -> None:
    ours, theirs = await make_shop(database), await make_shop(database)
    row = {"brand_id": theirs.brand.id, "id": new_id(), "code": "x", "name": "x"}
    good = row | {"brand_id": ours.brand.id, "id": new_id()}
    columns = ["brand_id", "id", "code", "name"]
    copied = insert(Catalog).from_select(columns, select(Catalog.brand_id, Catalog.id, Tag.code, Tag.name))
    async with database.transaction(Scope(ours.brand.id)) as session:
        for statement, rows_ in (
            (insert(Catalog), [good, row]),
            (insert(Catalog), row),
            (insert(Catalog).values(**row), None),
            (insert_new(session, Catalog).values(**row), None),
            (copied, None),
        ):
            with pytest.raises(OutOfScope, match="another brand"):
                await session.execute(statement, rows_)
        session.add(Catalog(**row))
        with pytest.raises(OutOfScope, match="another brand"):
            await session.flush()
        session.expunge_all()
        await session.execute(insert_new(session, Catalog).values(**good))


def test_statements_of_a_viewer_use_models_not_tables() -> None:
    """`narrow` misses a table that is used instead of its model, if the same statement also uses a model.

    The sums of analytics are made in the background, for all brands.
    """
    speaks_of_tables = re.compile(
        r"(?<![\w.\"'])(?<!def )(text|join)\(|from_select\(|__table__\.c\b|__table__\.columns\)"
    )
    for folder in ("resolvers", "exports", "graph"):
        for path in sorted({*(ROOT / folder).rglob("*.py")} - {ROOT / "resolvers/summing.py"}):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                assert not speaks_of_tables.search(line), f"{path}:{number}: {line}"
