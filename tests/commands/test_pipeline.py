"""The pipeline that every command runs through (resolvers/core/actions.py): keys, versions, transactions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from models.database.sessions import Database
from models.key_scopes import KeyScope
from models.messages.refusals import KEY_REUSED
from models.policy import OrderStatus, Role
from resolvers.api_keys import create_api_key
from resolvers.archiving import archive_order
from resolvers.backlog import create_backlog_skus
from resolvers.confirmation import create_confirmation, make_confirmation_editable
from resolvers.core.actions import Terms
from resolvers.core.context import Context
from resolvers.core.idempotency import IdempotentRequest
from resolvers.core.notices import Message
from resolvers.core.refusals import Outcome, RefusalCode
from resolvers.delivery_notes import NoteContent, create_delivery_note
from resolvers.invoice_drafts import create_invoice
from resolvers.order_lines import NewLine
from resolvers.placing import NewOrder, place_order
from resolvers.rejection import RejectOrder, reject_order
from resolvers.send_back import send_back_to_cart
from resolvers.tagging import apply_tags
from resolvers.tags import create_tag
from tests.support.factories import NOON, Shop, make_order, make_shop, make_tag
from tests.support.trace import trace

S = OrderStatus


def context_of(database: Database, shop: Shop, role: Role = Role.ADMIN) -> Context:
    return Context(database, shop.member(role), clock=lambda: NOON + timedelta(hours=1))


async def archived(context: Context, database: Database, shop: Shop) -> Callable[..., Awaitable[Outcome]]:
    order = await make_order(database, shop, status=S.REJECTED_BY_BRAND)
    return lambda **terms: archive_order(context, order.id, **terms)


async def tagged(context: Context, database: Database, shop: Shop) -> Callable[..., Awaitable[Outcome]]:
    order, tag = await make_order(database, shop), await make_tag(database, shop.brand.id, "vip")
    return lambda **terms: apply_tags(context, order.id, [tag.id], **terms)


async def confirmation(context: Context, database: Database, shop: Shop) -> Callable[..., Awaitable[Outcome]]:
    order = await make_order(database, shop)
    message = Message(notify=True)
    return lambda **terms: create_confirmation(context, order.id, ask_approval=True, message=message, **terms)


async def editable(context: Context, database: Database, shop: Shop) -> Callable[..., Awaitable[Outcome]]:
    order = await make_order(database, shop, status=S.OC_CONFIRMED)
    return lambda **terms: make_confirmation_editable(context, order.id, Message(notify=True), **terms)


async def sent_back(context: Context, database: Database, shop: Shop) -> Callable[..., Awaitable[Outcome]]:
    order = await make_order(database, shop)
    return lambda **terms: send_back_to_cart(context, order.id, Message(notify=True), **terms)


async def backlog(context: Context, database: Database, shop: Shop) -> Callable[..., Awaitable[Outcome]]:
    order = await make_order(database, shop, status=S.OC_CONFIRMED)
    return lambda **terms: create_backlog_skus(context, order.id, **terms)


async def note(context: Context, database: Database, shop: Shop) -> Callable[..., Awaitable[Outcome]]:
    order = await make_order(database, shop, status=S.OC_CONFIRMED)
    return lambda **terms: create_delivery_note(context, order.id, NoteContent(), **terms)


async def invoice(context: Context, database: Database, shop: Shop) -> Callable[..., Awaitable[Outcome]]:
    order = await make_order(database, shop, status=S.OC_CREATED)
    return lambda **terms: create_invoice(context, order.id, **terms)


async def tag(context: Context, database: Database, shop: Shop) -> Callable[..., Awaitable[Outcome]]:
    return lambda **terms: create_tag(context, "vip", "VIP", None, **terms)


async def placed(context: Context, database: Database, shop: Shop) -> Callable[..., Awaitable[Outcome]]:
    lines = [NewLine(shop.skus[0].id, 2, Decimal(10))]
    new = NewOrder(shop.buyer.id, shop.catalog.code, "JPY", lines)
    return lambda **terms: place_order(context, new, **terms)


MAKES: list[Any] = [archived, tagged, confirmation, editable, sent_back, backlog, note, invoice, tag, placed]
ON_AN_ORDER = [each for each in MAKES if each not in (tag, placed)]


def with_key(key: str, **arguments: Any) -> Terms:
    return {"request": IdempotentRequest("operation", arguments, key)}


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


@pytest.mark.parametrize("make", MAKES)
async def test_a_retry_with_the_key_gets_the_first_answer_and_changes_nothing(
    database: Database, shop: Shop, make: Any
) -> None:
    do = await make(context_of(database, shop), database, shop)
    first = await do(**with_key("k", x=1))
    assert not first.refusals
    assert not first.replayed
    before = await trace(database)
    again = await do(**with_key("k", x=1))
    assert again.replayed
    assert (again.made, again.order_ids, again.notification_id) == (first.made, first.order_ids, first.notification_id)
    other = await do(**with_key("k", x=2))
    assert [(each.code, each.message) for each in other.refusals] == [
        (RefusalCode.IDEMPOTENCY_KEY_REUSED, KEY_REUSED.en)
    ]
    assert await trace(database) == before


@pytest.mark.parametrize("make", [note, invoice, placed, tag])
async def test_of_concurrent_requests_with_one_key_one_is_done_and_the_others_get_its_answer(
    database: Database, shop: Shop, make: Any
) -> None:
    do = await make(context_of(database, shop), database, shop)
    outcomes = await asyncio.gather(*(do(**with_key("k")) for _ in range(5)))
    assert not [each.refusals for each in outcomes if each.refusals]
    assert len({each.made for each in outcomes}) == 1
    assert sorted(each.replayed for each in outcomes) == [False, True, True, True, True]


@pytest.mark.parametrize("make", ON_AN_ORDER)
async def test_another_version_than_the_one_read_is_refused_and_changes_nothing(
    database: Database, shop: Shop, make: Any
) -> None:
    do = await make(context_of(database, shop), database, shop)
    before = await trace(database)
    outcome = await do(version=99, **with_key("k"))
    assert [(each.code, each.field) for each in outcome.refusals] == [
        (RefusalCode.STALE_ORDER, ("input", "expectedVersion"))
    ]
    assert await trace(database) == before
    assert not (await do(version=1)).refusals


async def test_a_retried_api_key_is_not_shown_again(database: Database, shop: Shop) -> None:
    context = context_of(database, shop)
    first, secret = await create_api_key(context, "ERP", [KeyScope.ORDERS_READ], None, **with_key("k"))
    again, none = await create_api_key(context, "ERP", [KeyScope.ORDERS_READ], None, **with_key("k"))
    assert secret
    assert none is None
    assert again.replayed
    assert again.made == first.made


async def test_relay_and_listeners_are_notified_once_and_after_the_commit(
    database: Database, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []
    transaction = database.transaction

    @asynccontextmanager
    async def watched(*arguments: Any, **options: Any) -> AsyncIterator[AsyncSession]:
        async with transaction(*arguments, **options) as session:
            yield session
        calls.append("committed")

    order, context = await make_order(database, shop), context_of(database, shop)
    context.on_mail, context.on_events = partial(calls.append, "mail"), calls.append
    monkeypatch.setattr(database, "transaction", watched)
    reject = RejectOrder(order.id, Message(notify=True), idempotency_key="k")
    assert not (await reject_order(context, reject)).replayed
    assert calls == ["committed", shop.brand.id, "mail"]
    assert (await reject_order(context, reject)).replayed
    assert (await reject_order(context, RejectOrder(order.id, Message(notify=True)))).refusals
    assert calls[3:] == ["committed", "committed"]


@pytest.mark.parametrize("key", ["", "  "])
async def test_an_empty_key_is_refused_as_what_it_is(database: Database, shop: Shop, key: str) -> None:
    order, context = await make_order(database, shop), context_of(database, shop)
    before = await trace(database)
    outcome = await reject_order(context, RejectOrder(order.id, Message(notify=False), idempotency_key=key))
    [refusal] = outcome.refusals
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ("input", "idempotencyKey"))
    assert "idempotencyKey is empty" in refusal.message
    assert await trace(database) == before


@pytest.mark.parametrize(("first", "second"), [("Sorry.\nBye", "Sorry.\r\nBye"), ("", None), (None, " \n")])
async def test_requests_that_mean_the_same_are_one(
    database: Database, shop: Shop, first: str | None, second: str | None
) -> None:
    order, context = await make_order(database, shop), context_of(database, shop)
    one = await reject_order(context, RejectOrder(order.id, Message(True, first), idempotency_key="k"))
    other = await reject_order(context, RejectOrder(order.id, Message(True, second), idempotency_key="k"))
    assert not one.refusals
    assert other.replayed
    assert other.notification_id == one.notification_id
