"""The order confirmation (OC), from creation to confirmation and back, with the original untouched beside it."""

from typing import Any

import pytest
from sqlalchemy import select

from models.database.sessions import Database
from models.messages.mail import MailKind, mail_texts
from models.order import Order
from models.outbox import OutboxMessage
from models.policy import OrderStatus
from models.scope import EVERYTHING
from tests.support.client import Client, id_of
from tests.support.factories import Shop, add_invoice, make_order, make_shop, make_tag
from tests.support.trace import trace

SHOWN = """order { status statusLabel version total { amount } totalQuantity tags { code }
           original { total { amount } totalQuantity lines { quantity unitPrice { amount } } }
           confirmation { total { amount } totalQuantity lines { quantity unitPrice { amount } sku { id } } }
           history { nodes { kind actor summary } } notifications { kind } }
           warnings userErrors { code message field }"""


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


async def run(client: Client, name: str, order: Order, **input: Any) -> dict[str, Any]:
    kind = name[0].upper() + name[1:]
    document = f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ {SHOWN} }} }}"
    payload: dict[str, Any] = (await client.data(document, input={"orderId": id_of(order)} | input))[name]
    return payload


async def test_from_creation_over_a_refusal_to_confirmation(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    brand, buyer = api.as_(shop.member()), api.as_(shop.buyer_user())
    created = await run(brand, "createOrderConfirmation", order, notify=False, askBuyerApproval=True)
    assert created["order"]["status"] == "OC_CREATED"
    assert created["order"]["confirmation"]["total"] == created["order"]["original"]["total"] == {"amount": "39.40"}

    seen = (await buyer.data("query ($id: ID!) { order(id: $id) { statusLabel } }", id=id_of(order)))["order"]
    assert seen["statusLabel"] == "Please check the contents of the OC"
    refused = await run(buyer, "refuseOrderConfirmation", order, comment="Too many")
    assert refused["order"]["status"] == "OC_UPDATE_REQUIRED"

    lines = [{"skuId": id_of(shop.skus[2]), "quantity": 7, "unitPrice": "3.15"}]
    updated = await run(brand, "updateOrderConfirmation", order, lines=lines)
    assert updated["order"]["status"] == "OC_CREATED"
    assert (updated["order"]["total"], updated["order"]["totalQuantity"]) == ({"amount": "22.05"}, 7)
    assert [line["quantity"] for line in updated["order"]["original"]["lines"]] == [2, 3]
    assert [line["unitPrice"] for line in updated["order"]["confirmation"]["lines"]] == [{"amount": "3.15"}]

    assert (await run(buyer, "approveOrderConfirmation", order))["order"]["status"] == "OC_APPROVED"
    tag = await make_tag(database, shop.brand.id, "vip")
    confirmed = await run(brand, "confirmOrder", order, notify=False, tagIds=[id_of(tag)])
    assert (confirmed["order"]["status"], confirmed["order"]["tags"]) == ("OC_CONFIRMED", [{"code": "vip"}])
    kinds = [event["kind"] for event in confirmed["order"]["history"]["nodes"]]
    assert kinds == [
        "OC_CREATED",
        "OC_REFUSED",
        "OC_UPDATED",
        "OC_APPROVED",
        "OC_CONFIRMED",
        "TAGS_APPLIED",
    ]
    assert confirmed["order"]["history"]["nodes"][1]["summary"].endswith(": Too many")
    editable = await run(brand, "makeOrderConfirmationEditable", order, notify=False)
    assert editable["order"]["status"] == "OC_CREATED"


async def test_the_buyer_is_mailed_at_each_step_with_notify(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    brand = api.as_(shop.member())
    await run(brand, "createOrderConfirmation", order, notify=True, body="Please look", askBuyerApproval=False)
    await run(brand, "confirmOrder", order, notify=True)
    done = await run(brand, "makeOrderConfirmationEditable", order, notify=True)
    assert [each["kind"] for each in done["order"]["notifications"]] == [
        "OC_CREATED",
        "OC_CONFIRMED",
        "OC_MADE_EDITABLE",
    ]
    async with database.read(EVERYTHING) as session:
        bodies = [
            each.notice["body"] for each in await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
        ]
    assert bodies == [
        "Please look",
        mail_texts(MailKind.OC_CONFIRMED).text.en,
        mail_texts(MailKind.OC_MADE_EDITABLE).text.en,
    ]


async def test_a_body_without_notify_is_refused(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CREATED)
    before = await trace(database)
    payload = await run(api.as_(shop.member()), "confirmOrder", order, notify=False, body="Hello")
    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [
        ("INVALID_INPUT", ["input", "body"])
    ]
    assert await trace(database) == before


async def test_only_a_buyer_who_was_asked_approves(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CREATED)
    payload = await run(api.as_(shop.buyer_user()), "approveOrderConfirmation", order)
    assert payload["userErrors"][0]["message"] == "The buyer was not asked to approve the OC."
    payload = await run(api.as_(shop.member()), "approveOrderConfirmation", order)
    assert "NOT_PERMITTED" in [error["code"] for error in payload["userErrors"]]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": -1}, "quantity"),
        ({"unitPrice": "-0.01"}, "unitPrice"),
        ({"unitPrice": "0.001"}, "unitPrice"),
        ({"skuId": "sku_nothing"}, "skuId"),
        ({"quantity": 1_000_000_000, "unitPrice": "999999999999999.00"}, "lines"),
    ],
)
async def test_impossible_lines_are_refused(
    database: Database, api: Client, shop: Shop, line: dict[str, Any], field: str
) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CREATED)
    good = {"skuId": id_of(shop.skus[0]), "quantity": 1, "unitPrice": "1.00"}
    before = await trace(database)
    payload = await run(api.as_(shop.member()), "updateOrderConfirmation", order, lines=[good, good | line])
    assert [error["code"] for error in payload["userErrors"]] == ["INVALID_INPUT"]
    assert payload["userErrors"][0]["field"][-1] == field
    assert await trace(database) == before


async def test_an_order_keeps_at_least_one_line(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CREATED)
    payload = await run(api.as_(shop.member()), "updateOrderConfirmation", order, lines=[])
    assert payload["userErrors"][0]["message"] == "An order needs at least one line."


async def test_an_invoiced_confirmation_is_not_changed(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CREATED)
    await add_invoice(database, order)
    payload = await run(api.as_(shop.member()), "updateOrderConfirmation", order)
    assert [error["code"] for error in payload["userErrors"]] == ["NOT_ALLOWED_IN_STATUS"]


async def test_unknown_tags_undo_the_whole_step(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CREATED)
    before = await trace(database)
    payload = await run(api.as_(shop.member()), "confirmOrder", order, notify=True, tagIds=["tag_nothing"])
    assert payload["userErrors"][0]["field"] == ["input", "tagIds"]
    assert await trace(database) == before


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("approveOrderConfirmation", {}),
        ("refuseOrderConfirmation", {"comment": "Too many"}),
        ("updateOrderConfirmation", {}),
        ("confirmOrder", {"notify": True}),
    ],
)
async def test_a_decision_on_an_outdated_oc_is_refused(
    database: Database, api: Client, shop: Shop, name: str, more: dict[str, Any]
) -> None:
    order = await make_order(database, shop)
    brand = api.as_(shop.member())
    decides = api.as_(shop.buyer_user()) if name.startswith(("approve", "refuse")) else brand
    created = await run(brand, "createOrderConfirmation", order, notify=False, askBuyerApproval=True)
    read = created["order"]["version"]
    lines = [{"skuId": id_of(shop.skus[0]), "quantity": 9, "unitPrice": "99.00"}]
    await run(brand, "updateOrderConfirmation", order, lines=lines, expectedVersion=read)

    before = await trace(database)
    stale = await run(decides, name, order, expectedVersion=read, **more)
    assert [(error["code"], error["field"]) for error in stale["userErrors"]] == [
        ("STALE_ORDER", ["input", "expectedVersion"])
    ]
    assert await trace(database) == before
    assert (await run(decides, name, order, expectedVersion=read + 1, **more))["userErrors"] == []
