"""Names that users choose, in messages that repeat them: printed literally, never used as a format string."""

import pytest

from models.database.sessions import Database
from models.policy import OrderStatus
from tests.support.client import Client, id_of
from tests.support.factories import make_order, make_shop

WHY_NOT = "query ($id: ID!) { order(id: $id) { rejectionBlockers { message } } }"
ACTIONS = "query ($id: ID!) { order(id: $id) { code actions { action blockers { code message } } } }"


# The last one expands to a gigabyte if it is used as a Python format string.
@pytest.mark.parametrize("name", ["{0}", "{documents.__class__}", "}{", "%s %(by)s", "{documents:>1000000000}"])
@pytest.mark.parametrize("locale", ["en", "ja"])
async def test_the_name_of_who_rejected_is_never_a_format_string(
    database: Database, api: Client, name: str, locale: str
) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop)
    client = api.as_(shop.member(name=name, locale=locale))
    reject = "mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: false}) { userErrors { message } } }"
    assert (await client.data(reject, id=id_of(order)))["rejectOrder"] == {"userErrors": []}
    [blocker] = (await client.data(WHY_NOT, id=id_of(order)))["order"]["rejectionBlockers"]
    [refusal] = (await client.data(reject, id=id_of(order)))["rejectOrder"]["userErrors"]
    assert blocker == refusal
    assert f"{name};" in blocker["message"] or f"に{name}が" in blocker["message"]


async def test_a_buyer_is_not_told_which_member_rejected_an_order(database: Database, api: Client) -> None:
    shop = await make_shop(database, name="Northlight")
    order = await make_order(database, shop, status=OrderStatus.REJECTED_BY_BRAND, rejected_by="Secret Member")
    asked = await api.as_(shop.buyer_user()).execute(ACTIONS, id=id_of(order))
    approve = """mutation ($id: ID!) { approveOrderConfirmation(input: {orderId: $id}) {
                 blockers { code message } userErrors { code message } } }"""
    refused = await api.as_(shop.buyer_user()).execute(approve, id=id_of(order))
    for answer in (asked, refused):
        assert "was rejected on 24 Nov 2026, 12:00 by Northlight" in str(answer)
        assert "Secret" not in str(answer)
    assert "by Secret Member" in str(await api.as_(shop.member()).execute(ACTIONS, id=id_of(order)))
