"""Hostile values in every argument of every query and mutation: refused by name, or stored as plain text.

Here each argument gets some of the values, another one others; `python -m tests.hostile.campaign` tries them all.
"""

import base64
import json

from models.database.sessions import Database
from models.policy import Role
from resolvers.inputs import MAX_WORDS
from tests.hostile.corpus import LONG, SURROGATES
from tests.hostile.places import Place, document, places
from tests.hostile.world import FAULTS, World, try_values
from tests.support.client import Client, id_of
from tests.support.factories import make_order, make_shop

FEW = 2  # of the values, for each argument


async def test_no_argument_causes_an_internal_error(world: World) -> None:
    await try_values(world, FEW)
    assert world.faults == []
    assert world.tried > 250
    assert world.tried > world.refused > 100


async def test_lone_surrogates_are_refused_everywhere(world: World) -> None:
    for place in places():
        if place.type in ("String", "ID"):
            half = SURROGATES[len(place.field) % len(SURROGATES)]
            content = json.dumps(
                {"query": document(place.operation, place.field), "variables": place.variables(world.good, "HALF")}
            )
            await world.post(place.operation, place.field, content.replace("HALF", half), half)
    assert world.faults == []
    assert world.tried == world.refused


async def test_ten_megabytes_are_refused_before_they_are_read(world: World) -> None:
    content = json.dumps({"query": '{ orderByCode(code: "%s") { id } }' % ("x" * 10_000_000)})
    headers = world.admin.headers | {"Content-Type": "application/json"}
    response = await world.admin.http.post("/graphql", content=content, headers=headers)
    assert response.status_code == 413


async def test_errors_quote_a_bounded_part(world: World) -> None:
    answer = await world.admin.execute(
        "query ($filter: OrderFilter) { orders(filter: $filter) { totalCount } }", filter={"status": [LONG]}
    )
    assert len(answer["errors"][0]["message"]) < 1100


async def test_a_value_of_the_wrong_kind_is_named_by_its_path(world: World) -> None:
    place = Place("mutation", "placeOrder", ("input", "lines", 0, "unitPrice"), "Decimal")
    error = await world.admin.error(document("mutation", "placeOrder"), **place.variables(world.good, "NaN"))
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": ["input", "lines", "0", "unitPrice"]}
    assert "Give a plain decimal number" in error["message"]


# Sort of the list → invented cursors of the right shape. U: an unknown id.
U = "0" * 32
AT = "2026-01-01T00:00:00+00:00"
CURSORS: list[tuple[str | None, list[object]]] = [
    (None, ["-placed_at,-id", AT, 5]),
    (None, ["-placed_at,-id", AT, [U]]),
    (None, ["-placed_at,-id", AT, None]),
    (None, ["-placed_at,-id", AT, {"hex": U}]),
    (None, ["-placed_at,-id", AT, "\0"]),
    (None, ["-placed_at,-id", 5, U]),
    (None, ["-placed_at,-id", "0001-01-01T00:00:00+14:00", U]),
    (None, ["-placed_at,-id", "9999-12-31T23:59:59-14:00", U]),
    (None, ["-placed_at,-id", "2026-01-01T00:00:00", U]),
    (None, ["code,id", "A", U]),
    (None, ["-placed_at,-id", AT]),
    (None, [AT, U]),
    (None, []),
    ("CODE", ["code,id", "a\0b", U]),
    ("CODE", ["code,id", "\ud800", U]),
    ("CODE", ["code,id", ["a"], U]),
    ("CODE", ["code,id", None, U]),
    ("TOTAL", ["currency,total_minor,id", "GBP", True, U]),
    ("TOTAL", ["currency,total_minor,id", "GBP", 2**70, U]),
    ("TOTAL", ["currency,total_minor,id", "GBP", 1.5, U]),
    ("TOTAL", ["currency,total_minor,id", "\0", 1, U]),
    ("TOTAL", ["currency,total_minor,id", 5, 1, U]),
]


def cursor(values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


async def test_an_invented_cursor_is_refused(world: World) -> None:
    query = "query ($after: String, $sort: [OrderSort!]) { orders(after: $after, sort: $sort) { nodes { id } } }"
    for field, values in CURSORS:
        sort = [{"field": field, "direction": "ASC"}] if field else None
        error = await world.admin.error(query, after=cursor(values), sort=sort)
        assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": ["after"]}, values


async def test_an_invented_cursor_of_lines_is_refused(world: World) -> None:
    query = "query ($id: ID!, $after: String) { order(id: $id) { lines(after: $after) { nodes { id } } } }"
    for position in (2**31, 2**70, True, "1", None, [1], -(2**63)):
        error = await world.admin.error(query, id=world.good["orderId"], after=cursor(["position", position]))
        assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": ["after"]}


async def test_a_cursor_of_another_list_is_refused(world: World) -> None:
    found = await world.admin.data(
        """query ($id: ID!) { orders(first: 1) { pageInfo { endCursor } }
           order(id: $id) { lines(first: 1) { pageInfo { endCursor } } } }""",
        id=world.good["orderId"],
    )
    of_lines = found["order"]["lines"]["pageInfo"]["endCursor"]
    of_orders = found["orders"]["pageInfo"]["endCursor"]
    swapped = await world.admin.execute(
        """query ($id: ID!, $lines: String, $orders: String) { orders(after: $lines) { nodes { id } }
           order(id: $id) { lines(after: $orders) { nodes { id } } history(after: $lines) { nodes { id } } } }""",
        id=world.good["orderId"],
        lines=of_lines,
        orders=of_orders,
    )
    assert {error["extensions"]["code"] for error in swapped["errors"]} == {"BAD_USER_INPUT"}


async def test_a_time_zone_that_only_one_database_knows_is_refused(world: World) -> None:
    change = "mutation ($zone: String) { updateBrandSettings(input: {timeZone: $zone}) { userErrors { code field } } }"
    for zone in ("localtime", "Factory", "posix/Asia/Tokyo", "right/Asia/Tokyo", "posixrules", "../UTC"):
        refusal = {"code": "INVALID_INPUT", "field": ["input", "timeZone"]}
        assert (await world.admin.data(change, zone=zone))["updateBrandSettings"]["userErrors"] == [refusal]
    await world.admin.data("{ orderAnalytics(groupBy: MONTH) { orderCount } }")


async def test_a_search_of_very_many_words_is_refused(world: World) -> None:
    query = "query ($filter: OrderFilter) { orders(filter: $filter) { totalCount } }"
    error = await world.admin.error(query, filter={"search": " ".join(map(str, range(MAX_WORDS + 1)))})
    assert error["extensions"]["field"] == ["filter", "search"]
    assert "errors" not in await world.admin.execute(query, filter={"search": "same " * 30})
    history = "query ($filter: HistoryFilter) { history(filter: $filter) { totalCount } }"
    error = await world.admin.error(history, filter={"search": " ".join(map(str, range(MAX_WORDS + 1)))})
    assert error["extensions"]["field"] == ["filter", "search"]
    assert "errors" not in await world.admin.execute(history, filter={"search": "same " * 30})


async def test_the_first_and_the_last_possible_day_are_accepted(database: Database, api: Client) -> None:
    for zone in ("Asia/Tokyo", "America/New_York"):
        shop = await make_shop(database, time_zone=zone)
        order = await make_order(database, shop)
        admin = api.as_(shop.member(Role.ADMIN))
        data = await admin.data(
            """query ($from: DateTime, $to: DateTime) {
               orders(filter: {placedFrom: $from, placedTo: $to}) { nodes { id } }
               orderAnalytics(placedFrom: $from, placedTo: $to, groupBy: MONTH) { orderCount }
               orderAnalyticsExcel(placedFrom: $from, placedTo: $to) { url }
               ordersExcel(filter: {placedFrom: $from, placedTo: $to}) { url } }""",
            **{"from": "0001-01-01T00:00:00Z", "to": "9999-12-31T23:59:59Z"},
        )
        assert data["orders"]["nodes"] == [{"id": id_of(order)}]
        for export in ("orderAnalyticsExcel", "ordersExcel"):
            assert (await admin.http.get(data[export]["url"])).status_code == 200


BODIES = [
    b"", b"null", b"[]", b"5", b'"x"', b"{", b"\xff", b"\x00", b'{"query": 5}', b'{"query": null}', b'{"query": ""}',
    b'{"query": "{ viewer { name } }", "variables": []}', b'{"query": "{ viewer { name } }", "variables": "x"}',
    b'{"query": "{ viewer { name } }", "operationName": 5}', b'{"query": "{ viewer { name } }", "operationName": "x"}',
    b'{"query": "{ viewer { name } }", "extensions": 5}', b'[{"query": "{ viewer { name } }"}]',
    b'{"query": "{ viewer\\u0000 { name } }"}', b'{"query": "{ orderByCode(code: \\"\\\\ud800\\") { id } }"}',
    b'{"query": "query ($a: [ID!]!) { nodes(ids: $a) { id } }", "variables": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}",
    b'{"query": "{ nodes(ids: ' + b"[" * 1500 + b"]" * 1500 + b') { id } }"}',
    b'{"query": "' + b"{ viewer " * 1500 + b'"}', b'{"variables": ' + b'{"a":' * 5000 + b"1" + b"}" * 5001,
    b'{"query": "{ ' + b"x" * 900_000 + b' }"}',
]  # fmt: skip


async def test_a_malformed_body_is_a_client_error(world: World) -> None:
    headers = world.admin.headers | {"Content-Type": "application/json"}
    for body in BODIES:
        response = await world.admin.http.post("/graphql", content=body, headers=headers)
        assert response.status_code < 500, body[:100]
        errors = response.json()["errors"]
        assert not FAULTS & {error.get("extensions", {}).get("code") for error in errors}, body[:100]
