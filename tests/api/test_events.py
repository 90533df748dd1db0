"""events: the feed of a brand, in the order of commits; a buyer's part of it, in the buyer's own words and numbers."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models.audit import AuditEntry, BuyerEvent
from models.database.sessions import Database
from models.locale import Locale
from models.messages.history import INTERNAL, SHOWN_TO_BUYERS
from models.policy import Role
from models.scope import EVERYTHING, Scope
from resolvers.core.context import Context
from resolvers.tags import create_tag
from tests.support.client import Client, id_of
from tests.support.clock import Clock
from tests.support.factories import OPERATOR, Shop, make_buyer, make_order, make_shop, make_tag

VERSIONS = Path(__file__).resolve().parents[2] / "models" / "migrations" / "versions"
EVENTS = """query ($after: Int, $first: Int, $kinds: [OrderEventKind!], $orderId: ID, $brandCode: String) {
  events(after: $after, first: $first, kinds: $kinds, orderId: $orderId, brandCode: $brandCode) {
    nodes { sequence kind at actor summary order { id code } } lastSequence hasMore headSequence } }"""
REJECT = """mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: false, reason: "CREDIT", note: "secret"}) {
            userErrors { code } } }"""
ARCHIVE = "mutation ($id: ID!) { archiveOrder(input: {orderId: $id}) { userErrors { code } } }"
APPLY = "mutation ($id: ID!, $tag: ID!) { applyTags(input: {orderId: $id, tagIds: [$tag]}) { userErrors { code } } }"
CREATE = """mutation ($id: ID!) { createOrderConfirmation(
            input: {orderId: $id, notify: false, askBuyerApproval: true}) { userErrors { code } } }"""
REFUSE = """mutation ($id: ID!) { refuseOrderConfirmation(input: {orderId: $id, comment: "Too late"}) {
            userErrors { code } } }"""
NOTE = "mutation ($id: ID!) { createDeliveryNote(input: {orderId: $id}) { deliveryNote { code } userErrors { code } } }"
CONFIRM = "mutation ($id: ID!) { confirmOrder(input: {orderId: $id, notify: false}) { userErrors { code } } }"


async def events(client: Client, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await client.data(EVENTS, **variables))["events"]
    return found


async def seen(client: Client, **variables: Any) -> list[tuple[int, str, str | None]]:
    page = await events(client, first=100, **variables)
    assert not page["hasMore"]
    return [(node["sequence"], node["kind"], (node["order"] or {}).get("code")) for node in page["nodes"]]


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database, name="Northern Lights")


async def two_lives(database: Database, api: Client, shop: Shop) -> tuple[Any, Any]:
    """Two orders, the second one of another buyer; eight events, of which two are no buyer's."""
    one, two = await make_order(database, shop, code="ONE"), await make_order(database, shop, code="TWO")
    other = await make_buyer(database, shop.brand)
    three = await make_order(database, shop, code="THREE", buyer_id=other.id)
    tag = await make_tag(database, shop.brand.id, "late")
    member, buyer = api.as_(shop.member()), api.as_(shop.buyer_user())
    for who, mutation, order, more in (
        (member, CREATE, one, {}),
        (buyer, REFUSE, one, {}),
        (member, REJECT, three, {}),
        (member, APPLY, one, {"tag": id_of(tag)}),
        (member, REJECT, one, {}),
        (member, ARCHIVE, one, {}),
        (member, CREATE, two, {}),
        (member, CONFIRM, two, {}),
    ):
        answer = await who.data(mutation, id=id_of(order), **more)
        assert not next(iter(answer.values()))["userErrors"]
    return one, two


async def test_a_brand_reads_its_chain(database: Database, api: Client, shop: Shop) -> None:
    one, _ = await two_lives(database, api, shop)
    member = api.as_(shop.member(Role.READ))
    assert await seen(member) == [
        (1, "OC_CREATED", "ONE"),
        (2, "OC_REFUSED", "ONE"),
        (3, "ORDER_REJECTED", "THREE"),
        (4, "TAGS_APPLIED", "ONE"),
        (5, "ORDER_REJECTED", "ONE"),
        (6, "ORDER_ARCHIVED", "ONE"),
        (7, "OC_CREATED", "TWO"),
        (8, "OC_CONFIRMED", "TWO"),
    ]
    assert await seen(member, after=6) == [(7, "OC_CREATED", "TWO"), (8, "OC_CONFIRMED", "TWO")]
    assert [number for number, *_ in await seen(member, orderId=id_of(one))] == [1, 2, 4, 5, 6]
    assert [number for number, *_ in await seen(member, kinds=["ORDER_REJECTED", "OC_CONFIRMED"])] == [3, 5, 8]
    assert await seen(member, kinds=[]) == []
    entry = (await events(member, after=4, first=1))["nodes"][0]
    assert (entry["actor"], entry["summary"]) == (
        "Mina Sato",
        "Order rejected, without notifying the buyer (was: Please update an OC; reason: Credit or payment)",
    )


async def test_a_reader_goes_on_from_the_last_number(database: Database, api: Client, shop: Shop) -> None:
    await two_lives(database, api, shop)
    member, after, found = api.as_(shop.member()), 0, []
    for more in (True, True, False):
        page = await events(member, after=after, first=3)
        assert (page["hasMore"], page["headSequence"]) == (more, 8)
        found += [node["sequence"] for node in page["nodes"]]
        after = page["lastSequence"]
    assert (found, after) == ([1, 2, 3, 4, 5, 6, 7, 8], 8)
    nothing = await events(member, after=after)
    assert (nothing["nodes"], nothing["lastSequence"], nothing["hasMore"]) == ([], 8, False)
    # A filter does not hold the reader back: what it does not take has been looked at.
    rare = await events(member, kinds=["BUYER_ERASED"])
    assert (rare["nodes"], rare["lastSequence"], rare["hasMore"]) == ([], 8, False)


async def test_a_rare_kind_is_looked_for_in_parts(
    database: Database, api: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await two_lives(database, api, shop)
    monkeypatch.setattr("resolvers.events.MAX_SCANNED", 3)
    pages = [await events(api.as_(shop.member()), kinds=["OC_CONFIRMED"], after=after) for after in (0, 3, 6)]
    assert [(len(page["nodes"]), page["lastSequence"], page["hasMore"]) for page in pages] == [
        (0, 3, True),
        (0, 6, True),
        (1, 8, False),
    ]


async def test_a_buyer_reads_its_own_events_in_its_own_words(database: Database, api: Client, shop: Shop) -> None:
    one, two = await two_lives(database, api, shop)
    buyer = api.as_(shop.buyer_user())
    note = (await api.as_(shop.member()).data(NOTE, id=id_of(two)))["createDeliveryNote"]["deliveryNote"]["code"]
    found = await events(buyer)
    assert [(node["sequence"], node["actor"], node["summary"]) for node in found["nodes"]] == [
        (1, "Northern Lights", "Order confirmation created"),
        (2, "Bob Buyer", "Order confirmation rejected: Too late"),
        (3, "Northern Lights", "Order declined"),
        (4, "Northern Lights", "Order confirmation created"),
        (5, "Northern Lights", "Order confirmation confirmed"),
        (6, "Northern Lights", f"Delivery note {note} created"),
    ]
    assert (found["lastSequence"], found["headSequence"], found["hasMore"]) == (6, 6, False)
    assert await seen(buyer, orderId=id_of(one), after=1) == [(2, "OC_REFUSED", "ONE"), (3, "ORDER_REJECTED", "ONE")]
    assert await seen(buyer, kinds=["TAGS_APPLIED", "ORDER_ARCHIVED", "BUYER_ERASED"]) == []
    japanese = await events(api.as_(shop.buyer_user(locale=Locale.JA)), after=2, first=1)
    assert japanese["nodes"][0]["summary"] == "注文はお受けできませんでした"
    assert "secret" not in str(found)
    assert "Mina" not in str(found)


async def test_another_buyers_or_brands_events_are_not_there(database: Database, api: Client, shop: Shop) -> None:
    one, _ = await two_lives(database, api, shop)
    stranger = await make_shop(database)
    for who in (api.as_(stranger.member()), api.as_(stranger.buyer_user())):
        for more in ({}, {"orderId": id_of(one)}):
            page = await events(who, **more)
            assert (page["nodes"], page["lastSequence"], page["headSequence"]) == ([], 0, 0)
        error = await who.error(EVENTS, brandCode=shop.brand.code)
        assert error["message"] == "You have no brand with this code."
    other = api.as_(shop.buyer_user(await make_buyer(database, shop.brand)))
    assert await seen(other, orderId=id_of(one)) == []


async def test_an_operator_names_the_brand(database: Database, api: Client, shop: Shop) -> None:
    await two_lives(database, api, shop)
    operator = api.as_(OPERATOR)
    assert len(await seen(operator, brandCode=shop.brand.code)) == 8
    error = await operator.error(EVENTS)
    assert error["message"] == "Give brandCode: a platform operator belongs to no brand."
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": ["brandCode"]}


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"after": -1}, "after must not be negative; 0 stands before the first event."),
        ({"after": 1}, "after is 1, but the last event is 0. If the database was restored"),
        ({"first": 0}, "first must be between 1 and 100."),
        ({"first": 101}, "first must be between 1 and 100."),
        ({"kinds": ["OTHER"]}, "There is no kind OTHER to look for."),
        ({"brandCode": "x"}, "You have no brand with this code."),
        ({"brandCode": "a\0b"}, "brandCode has a character that cannot be kept"),
    ],
)
async def test_what_makes_no_sense_is_refused(api: Client, shop: Shop, variables: dict[str, Any], message: str) -> None:
    for who in (api.as_(shop.member()), api.as_(shop.buyer_user())):
        error = await who.error(EVENTS, **variables)
        assert error["message"].startswith(message)
        assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_the_number_of_statements_does_not_depend_on_the_page(
    database: Database, api: Client, shop: Shop
) -> None:
    await two_lives(database, api, shop)
    for who in (api.as_(shop.member()), api.as_(shop.buyer_user())):
        counts = []
        for first in (1, 8):
            with who.statements() as statements:
                await events(who, first=first)
            counts.append(len(statements))
        assert counts[0] == counts[1] <= 4


async def test_the_instant_never_goes_back(database: Database, clock: Clock, shop: Shop) -> None:
    """The clock is read under the lock; when it is behind that of another machine, the instant goes on from there."""
    started, behind = clock(), timedelta(hours=-1)
    for number, moved in enumerate((timedelta(), behind, behind, timedelta(hours=1))):
        context = Context(database, shop.member(), lambda at=started + moved: at)  # type: ignore[misc]
        assert not (await create_tag(context, f"t-{number}", "T", None)).refusals
    async with database.read(EVERYTHING) as session:
        entries = (await session.execute(select(AuditEntry.at, AuditEntry.id).order_by(AuditEntry.sequence))).all()
    tick = timedelta(microseconds=1)
    assert [at for at, _ in entries] == [started, started + tick, started + 2 * tick, started + timedelta(hours=1)]
    assert [id for _, id in entries] == sorted(id for _, id in entries)


async def test_tags_move_when_the_order_changed_for_the_brand_only(
    database: Database, api: Client, clock: Clock, shop: Shop
) -> None:
    order = await make_order(database, shop)
    tag = await make_tag(database, shop.brand.id, "late")
    query = "query ($id: ID!) { order(id: $id) { updatedAt version } }"
    member, buyer = api.as_(shop.member()), api.as_(shop.buyer_user())
    before = [(await who.data(query, id=id_of(order)))["order"] for who in (member, buyer)]
    clock.move(minutes=5)
    member, buyer = api.as_(shop.member()), api.as_(shop.buyer_user())
    for _ in range(2):  # the second time nothing changes
        await member.data(APPLY, id=id_of(order), tag=id_of(tag))
        after = [(await who.data(query, id=id_of(order)))["order"] for who in (member, buyer)]
        assert after[0]["updatedAt"] > before[0]["updatedAt"]
        assert after[0]["version"] == before[0]["version"]
        assert after[1] == before[1]
        clock.move(minutes=5)
        member = api.as_(shop.member())


async def test_tags_set_with_another_change(database: Database, api: Client, clock: Clock, shop: Shop) -> None:
    """Confirming with tags: the buyer sees the instant of the confirmation."""
    order = await make_order(database, shop)
    tag = await make_tag(database, shop.brand.id, "late")
    member = api.as_(shop.member())
    await member.data(CREATE, id=id_of(order))
    clock.move(minutes=5)
    confirm = """mutation ($id: ID!, $tag: ID!) { confirmOrder(input: {orderId: $id, notify: false, tagIds: [$tag]}) {
                 order { updatedAt tags { code } } userErrors { code } } }"""
    done = (await api.as_(shop.member()).data(confirm, id=id_of(order), tag=id_of(tag)))["confirmOrder"]
    assert done["userErrors"] == []
    shown = await api.as_(shop.buyer_user()).data("query ($id: ID!) { order(id: $id) { updatedAt } }", id=id_of(order))
    assert shown["order"]["updatedAt"] == done["order"]["updatedAt"]


async def test_readers_miss_nothing_while_others_write(database: Database, api: Client, shop: Shop) -> None:
    """`./run bench events` does the same with two processes and many more events."""
    orders = [await make_order(database, shop) for _ in range(12)]
    writers = [api.as_(shop.member(id=f"m-{number}")) for number in range(12)]
    is_done = asyncio.Event()

    async def follow(who: Client) -> list[int]:
        found: list[int] = []
        after = 0
        while True:
            ends = is_done.is_set()
            page = await events(who, after=after, first=5)
            found += [node["sequence"] for node in page["nodes"]]
            after = page["lastSequence"]
            if ends and not page["hasMore"]:
                return found
            await asyncio.sleep(0)

    following = [asyncio.create_task(follow(api.as_(who))) for who in (shop.member(Role.READ), shop.buyer_user())]
    await asyncio.gather(*(writer.data(REJECT, id=id_of(order)) for writer, order in zip(writers, orders, strict=True)))
    is_done.set()
    for each in following:
        assert await each == list(range(1, 13))


def test_the_migration_shows_buyers_the_same_kinds() -> None:
    scope: dict[str, Any] = {"__name__": "x"}
    exec(next(VERSIONS.glob("*_events.py")).read_text(encoding="utf-8"), scope)  # noqa: S102 - its name is no module's
    assert set(scope["SHOWN"]) == SHOWN_TO_BUYERS
    assert SHOWN_TO_BUYERS.isdisjoint(INTERNAL)


async def test_a_session_of_a_buyer_reads_no_others_events(database: Database, api: Client, shop: Shop) -> None:
    await two_lives(database, api, shop)
    async with database.read(Scope(shop.brand.id, shop.buyer.id)) as session:
        assert set(await session.scalars(select(BuyerEvent.buyer_id))) == {shop.buyer.id}
