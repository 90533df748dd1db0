"""Several mutations in one document: each answers for itself."""

from models.database.sessions import Database
from tests.support.client import Client, id_of
from tests.support.factories import OPERATOR, make_order, make_shop


async def test_a_failing_mutation_does_not_erase_the_answer_of_an_earlier_one(database: Database, api: Client) -> None:
    order = await make_order(database, await make_shop(database))
    mixed = [id_of(await make_order(database, await make_shop(database))) for _ in range(2)]
    answer = await api.as_(OPERATOR).execute(
        """mutation ($id: ID!, $mixed: [ID!]!) {
          first: rejectOrder(input: {orderId: $id, notify: false}) { order { isRejected } userErrors { code } }
          second: rejectOrders(input: {orderIds: $mixed, notify: false}) { rejectedCount }
          third: rejectOrder(input: {orderId: $id, notify: false}) { userErrors { code } } }""",
        id=id_of(order),
        mixed=mixed,
    )
    assert answer["data"] == {
        "first": {"order": {"isRejected": True}, "userErrors": []},
        "second": None,
        "third": {"userErrors": [{"code": "NOT_REJECTABLE"}]},
    }
    assert [error["path"] for error in answer["errors"]] == [["second"]]


async def test_every_mutation_is_nullable() -> None:
    from graph.schema import schema

    mutation = schema._schema.mutation_type
    assert mutation
    assert [name for name, field in mutation.fields.items() if str(field.type).endswith("!")] == []
