"""Addresses that a mail server has refused: who sees them, and what is warned of. The relay: tests/outbox."""

from sqlalchemy import update

from models.buyer import BuyerRecipient
from models.database.sessions import Database
from models.policy import Role
from models.scope import EVERYTHING
from tests.support.client import Client, id_of
from tests.support.factories import NOON, make_order, make_shop

GONE, HERE = "gone@example.com", "here@example.com"
SHOWN = "{ recipients { email bouncedAt bounceReason } }"
LIST = f"query ($bounced: Boolean) {{ buyers(bounced: $bounced) {{ totalCount nodes {SHOWN} }} }}"
PREVIEW = "query ($id: ID!) { rejectionMailPreview(orderId: $id) { warnings } }"
REJECT = "mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: true}) { warnings } }"
REJECT_MANY = "mutation ($ids: [ID!]!) { rejectOrders(input: {orderIds: $ids, notify: true}) { results { warnings } } }"


async def test_who_sees_it_and_what_is_warned_of(database: Database, api: Client) -> None:
    shop = await make_shop(database, recipients=(GONE, HERE))
    one, *many = [await make_order(database, shop) for _ in range(2)]
    marked = update(BuyerRecipient).where(BuyerRecipient.email == GONE)
    async with database.transaction(EVERYTHING) as session:
        await session.execute(marked.values(bounced_at=NOON, bounce_reason="550 no such user"))
    member = api.as_(shop.member())
    for reader in (api.as_(shop.member(Role.APP)), member):
        found = (await reader.data(LIST, bounced=True))["buyers"]
        assert found["totalCount"] == 1
        assert found["nodes"][0]["recipients"] == [
            {"email": GONE, "bouncedAt": "2026-11-24T12:00:00Z", "bounceReason": "550 no such user"},
            {"email": HERE, "bouncedAt": None, "bounceReason": None},
        ]
        assert (await reader.data(LIST, bounced=False))["buyers"]["totalCount"] == 0
    own = api.as_(shop.buyer_user())
    assert (await own.data(LIST, bounced=True))["buyers"]["totalCount"] == 0
    (seen,) = (await own.data(LIST))["buyers"]["nodes"]
    assert seen["recipients"][0] == {"email": GONE, "bouncedAt": None, "bounceReason": None}

    shown = (await member.data(PREVIEW, id=id_of(one)))["rejectionMailPreview"]["warnings"]
    assert [GONE in warning and "550 no such user" in warning for warning in shown] == [True]
    assert (await member.data(REJECT, id=id_of(one)))["rejectOrder"]["warnings"] == shown
    results = (await member.data(REJECT_MANY, ids=[id_of(each) for each in many]))["rejectOrders"]["results"]
    assert [each["warnings"] for each in results] == [shown]
