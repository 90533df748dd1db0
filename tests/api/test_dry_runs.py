"""dryRun, expectedCount and token of commands on many orders: what is done is what was looked at, or nothing."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select, update

from models.database.sessions import Database
from models.order import Order
from models.policy import OrderStatus, Role
from models.rejection import OrderRejection
from models.scope import EVERYTHING
from tests.support.client import Client, id_of
from tests.support.factories import OPERATOR, Shop, add_invoice, make_order, make_shop, make_tag
from tests.support.trace import trace

DOCUMENT = """mutation ($input: %sInput!) { %s(input: $input) {
  results { orderId outcome }
  dryRun { count notFoundCount token eligible { count orders { id } } blocked { code count orders { id } } }
  userErrors { code field } } }"""
MORE: dict[str, dict[str, Any]] = {
    "rejectOrders": {"notify": False},
    "archiveOrders": {},
    "applyTagsToOrders": {"mode": "ADD"},
    "createOrderConfirmations": {"notify": False, "askBuyerApproval": False},
    "confirmOrders": {"notify": False},
}


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


@pytest.fixture
async def member(api: Client, shop: Shop) -> Client:
    return api.as_(shop.member())


async def run(client: Client, name: str = "rejectOrders", **input: Any) -> dict[str, Any]:
    document = DOCUMENT % (name[0].upper() + name[1:], name)
    payload: dict[str, Any] = (await client.data(document, input=MORE[name] | input))[name]
    return payload


def outcomes(payload: dict[str, Any]) -> list[str]:
    return [result["outcome"] for result in payload["results"]]


def errors(payload: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["code"], error["field"][-1]) for error in payload["userErrors"]]


async def rejections(database: Database) -> int:
    async with database.read(EVERYTHING) as session:
        return await session.scalar(select(func.count()).select_from(OrderRejection)) or 0


async def test_a_dry_run_counts_by_blocker_and_changes_nothing(database: Database, member: Client, shop: Shop) -> None:
    open_orders = [await make_order(database, shop) for _ in range(102)]
    invoiced = await make_order(database, shop, status=OrderStatus.OC_CREATED)
    await add_invoice(database, invoiced)
    rejected = await make_order(database, shop, status=OrderStatus.REJECTED)
    theirs = await make_order(database, await make_shop(database))
    before = await trace(database)
    ids = [id_of(order) for order in (*open_orders, invoiced, rejected, theirs)]
    payload = await run(member, orderIds=ids, dryRun=True, idempotencyKey="k")
    dry_run = payload["dryRun"]
    assert (payload["results"], payload["userErrors"]) == ([], [])
    assert (dry_run["count"], dry_run["notFoundCount"], dry_run["eligible"]["count"]) == (104, 1, 102)
    assert [order["id"] for order in dry_run["eligible"]["orders"]] == ids[:100]
    assert dry_run["blocked"] == [
        {"code": "ALREADY_REJECTED", "count": 1, "orders": [{"id": id_of(rejected)}]},
        {"code": "STATUS_NOT_ELIGIBLE_FOR_BULK", "count": 1, "orders": [{"id": id_of(rejected)}]},
        {"code": "INVOICE_EXISTS", "count": 1, "orders": [{"id": id_of(invoiced)}]},
    ]
    assert await trace(database) == before
    done = await run(member, orderIds=ids, token=dry_run["token"], expectedCount=104, idempotencyKey="k")
    assert done["dryRun"] is None
    assert outcomes(done) == ["REJECTED"] * 102 + ["SKIPPED", "SKIPPED", "NOT_FOUND"]
    again = await run(member, orderIds=ids, token=dry_run["token"], expectedCount=104, idempotencyKey="k")
    assert outcomes(again) == outcomes(done), "a retry with its key is the same request"


@pytest.mark.parametrize("name", MORE)
async def test_each_command_on_many_orders_needs_a_condition_and_can_be_tried(
    database: Database, member: Client, shop: Shop, name: str
) -> None:
    tag = await make_tag(database, shop.brand.id, "vip")
    more = {"tagIds": [id_of(tag)]} if name == "applyTagsToOrders" else {}
    orders = [await make_order(database, shop, status=status) for status in OrderStatus]
    before = await trace(database)
    assert errors(await run(member, name, filter={"search": "  "}, **more)) == [("FILTER_WITHOUT_CONDITION", "filter")]
    dry_run = (await run(member, name, all=True, dryRun=True, **more))["dryRun"]
    assert await trace(database) == before
    done = await run(member, name, filter={}, all=True, token=dry_run["token"], **more)
    assert (
        outcomes(done).count("SKIPPED")
        == len(orders) - dry_run["eligible"]["count"]
        == dry_run["count"] - len([outcome for outcome in outcomes(done) if outcome in ("DONE", "REJECTED")])
    )
    assert dry_run["eligible"]["count"] > 0


async def test_a_token_is_refused_when_the_selection_is_another(database: Database, member: Client, shop: Shop) -> None:
    first = await make_order(database, shop)
    second = await make_order(database, shop)

    async def token(**input: Any) -> str:
        dry_run: str = (await run(member, **(input or {"all": True}), dryRun=True))["dryRun"]["token"]
        return dry_run

    changed = [("SELECTION_CHANGED", "token")]
    old = await token()
    third = await make_order(database, shop)  # one more
    assert errors(await run(member, all=True, token=old)) == changed
    old = await token()
    await add_invoice(database, third)  # the same orders, one of them no longer eligible
    assert errors(await run(member, all=True, token=old)) == changed
    old = await token()
    assert errors(await run(member, orderIds=[id_of(first), id_of(second)], token=old)) == changed
    assert errors(await run(member, all=True, token=old[:-1])) == changed
    assert errors(await run(member, "createOrderConfirmations", all=True, token=old)) == changed
    both = await run(member, all=True, token=old[:-1], expectedCount=2)
    assert errors(both) == [("SELECTION_CHANGED", "expectedCount"), *changed]
    assert await rejections(database) == 0
    # Also by orderIds, in another order; and what is changed but no less eligible is the same.
    old = await token(orderIds=[id_of(first), id_of(second)])
    async with database.transaction(EVERYTHING) as session:
        await session.execute(update(Order).where(Order.id == first.id).values(status=OrderStatus.OC_CREATED))
    assert outcomes(await run(member, orderIds=[id_of(second), id_of(first)], token=old)) == ["REJECTED"] * 2


async def test_a_token_serves_one_of_two_runs(database: Database, member: Client, shop: Shop) -> None:
    tag = await make_tag(database, shop.brand.id, "vip")
    orders = [await make_order(database, shop) for _ in range(3)]
    # Tagging leaves the selection as it is, so only the token itself can tell the second run.
    command: dict[str, Any] = {"orderIds": [id_of(order) for order in orders], "tagIds": [id_of(tag)]}
    token = (await run(member, "applyTagsToOrders", **command, dryRun=True))["dryRun"]["token"]
    answers = await asyncio.gather(
        *(run(member, "applyTagsToOrders", **command, token=token, idempotencyKey=key) for key in ("a", "b", "a"))
    )
    assert sorted(outcomes(answer) for answer in answers) in (
        [[], [], ["DONE"] * 3],
        [[], ["DONE"] * 3, ["DONE"] * 3],
    )
    assert {error for answer in answers for error in errors(answer)} == {("SELECTION_CHANGED", "token")}
    next_token = (await run(member, "applyTagsToOrders", **command, dryRun=True))["dryRun"]["token"]
    assert errors(await run(member, "applyTagsToOrders", **command, token=next_token)) == []


async def test_a_dry_run_is_refused_like_the_command(database: Database, api: Client, shop: Shop) -> None:
    await make_order(database, shop)
    for actor in (shop.member(Role.READ), shop.member(Role.APP_READ), shop.buyer_user()):
        payload = await run(api.as_(actor), all=True, dryRun=True)
        assert [error["code"] for error in payload["userErrors"]] == ["NOT_PERMITTED"]
        assert payload["dryRun"] is None
    stranger = api.as_((await make_shop(database)).member())
    foreign = id_of(await make_tag(database, shop.brand.id, "vip"))
    payload = await run(stranger, "applyTagsToOrders", all=True, tagIds=[foreign], dryRun=True)
    assert errors(payload) == [("UNKNOWN_TAGS", "tagIds")]
    payload = await run(stranger, all=True, dryRun=True)
    assert (payload["dryRun"]["count"], payload["dryRun"]["blocked"]) == (0, [])
    theirs = (await run(api.as_(shop.member()), all=True, dryRun=True))["dryRun"]["token"]
    assert errors(await run(stranger, all=True, token=theirs)) == [("SELECTION_CHANGED", "token")]
    operators = await run(api.as_(OPERATOR), all=True, dryRun=True)
    assert operators["dryRun"]["eligible"]["count"] == 1


async def test_tags_are_added_to_one_order_and_removed_from_it(database: Database, member: Client, shop: Shop) -> None:
    order = id_of(await make_order(database, shop))
    vip, late = [id_of(await make_tag(database, shop.brand.id, code)) for code in ("vip", "late")]
    document = """mutation ($input: ApplyTagsInput!) { applyTags(input: $input) {
                  order { tags { code } } userErrors { code } } }"""

    async def tags(**input: Any) -> list[str]:
        payload = (await member.data(document, input={"orderId": order} | input))["applyTags"]
        assert payload["userErrors"] == []
        return [tag["code"] for tag in payload["order"]["tags"]]

    assert await tags(tagIds=[vip]) == ["vip"]
    assert await tags(tagIds=[late], mode="ADD") == ["late", "vip"]
    assert await tags(tagIds=[], mode="ADD") == ["late", "vip"]
    assert await tags(tagIds=[vip], mode="REMOVE") == ["late"]
    assert await tags(tagIds=[vip]) == ["vip"]
    assert await tags(tagIds=[]) == []
