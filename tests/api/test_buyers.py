"""The brand's buyers: who sees them, and what creating and changing one does, refuses and leaves behind."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.buyer import Buyer, BuyerRecipient
from models.database.sessions import Database
from models.locale import Locale
from models.outbox import OutboxMessage
from models.policy import Role
from models.scope import EVERYTHING
from tests.support.client import Client, id_of
from tests.support.factories import OPERATOR, Shop, make_buyer, make_order, make_shop
from tests.support.trace import trace

SHOWN = "id uniqueCode name emailRecipients locale country address isOffline"
LIST = f"""query ($first: Int, $after: String, $last: Int, $before: String, $search: String) {{
  buyers(first: $first, after: $after, last: $last, before: $before, search: $search) {{
    totalCount nodes {{ {SHOWN} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"""
ONE = f"query ($id: ID!) {{ buyer(id: $id) {{ {SHOWN} }} }}"
CREATE = f"""mutation ($input: CreateBuyerInput!) {{ createBuyer(input: $input) {{
  buyer {{ {SHOWN} }} userErrors {{ code message field }} }} }}"""
UPDATE = f"""mutation ($input: UpdateBuyerInput!) {{ updateBuyer(input: $input) {{
  buyer {{ {SHOWN} }} userErrors {{ code message field }} }} }}"""


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


@pytest.fixture
async def member(api: Client, shop: Shop) -> Client:
    return api.as_(shop.member())


async def create(client: Client, **input: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await client.data(CREATE, input=input))["createBuyer"]
    return payload


async def update(client: Client, buyer: Buyer | str, **input: Any) -> dict[str, Any]:
    buyer_id = buyer if isinstance(buyer, str) else id_of(buyer)
    payload: dict[str, Any] = (await client.data(UPDATE, input={"buyerId": buyer_id} | input))["updateBuyer"]
    return payload


def refusals(payload: dict[str, Any]) -> list[tuple[str, str]]:
    assert payload["buyer"] is None
    return [(error["code"], ".".join((error["field"] or ["input"])[1:])) for error in payload["userErrors"]]


async def codes(client: Client, **arguments: Any) -> list[str]:
    return [node["uniqueCode"] for node in (await client.data(LIST, **arguments))["buyers"]["nodes"]]


async def audited(database: Database) -> list[tuple[str, dict[str, Any]]]:
    async with database.read(EVERYTHING) as session:
        entries = await session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(entry.kind, entry.details) for entry in entries]


async def test_a_buyer_is_created_with_all_that_is_said_of_it(database: Database, member: Client) -> None:
    said = {
        "uniqueCode": " NY-1 ",
        "name": "\u200bFifth Avenue Store ",
        "emailRecipients": [" buying@fifth.example", "Owner@fifth.example", "ＯＷＮＥＲ＠fifth．example"],
        "locale": "JA",
        "country": "US",
        "address": "5th Avenue 1\nNew York",
        "isOffline": False,
    }
    payload = await create(member, **said)
    assert payload["userErrors"] == []
    assert payload["buyer"] | {"id": ""} == said | {
        "id": "",
        "uniqueCode": "NY-1",
        "name": "Fifth Avenue Store",
        "emailRecipients": ["Owner@fifth.example", "buying@fifth.example"],
    }
    assert (await member.data(ONE, id=payload["buyer"]["id"]))["buyer"] == payload["buyer"]
    assert await audited(database) == [("BUYER_CREATED", {"code": "NY-1", "source": ""})]


@pytest.mark.parametrize(("recipients", "is_offline"), [([], True), (["a@b.example"], False)])
async def test_what_is_left_out_follows_the_brand_and_the_addresses(
    database: Database, api: Client, recipients: list[str], is_offline: bool
) -> None:
    shop = await make_shop(database, locale=Locale.JA)
    payload = await create(api.as_(shop.member()), uniqueCode="N", name="New", emailRecipients=recipients)
    found = payload["buyer"]
    assert (found["locale"], found["isOffline"], found["country"], found["address"]) == ("JA", is_offline, "", "")


async def test_the_next_mail_goes_to_the_new_address_in_the_new_language(
    database: Database, member: Client, shop: Shop
) -> None:
    order = await make_order(database, shop)
    await update(member, shop.buyer, emailRecipients=["new@shop.example"], locale="JA")
    reject = "mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: true}) { userErrors { code } } }"
    await member.data(reject, id=id_of(order))
    async with database.read(EVERYTHING) as session:
        (message,) = await session.scalars(select(OutboxMessage))
    assert message.recipients == ["new@shop.example"]
    assert message.notice["locale"] == "ja"


async def test_only_what_is_given_changes_and_only_that_is_audited(
    database: Database, member: Client, shop: Shop
) -> None:
    code = shop.buyer.unique_code
    await update(
        member, shop.buyer, country="GB", address="1 Mill Lane", emailRecipients=["b@x.example", "a@x.example"]
    )
    payload = await update(
        member, shop.buyer, name="Other", emailRecipients=["a@x.example", "b@x.example"], locale=None
    )
    assert payload["userErrors"] == []
    assert payload["buyer"] == {
        "id": id_of(shop.buyer),
        "uniqueCode": code,
        "name": "Other",
        "emailRecipients": ["a@x.example", "b@x.example"],
        "locale": "EN",
        "country": "GB",
        "address": "1 Mill Lane",
        "isOffline": False,
    }
    payload = await update(member, shop.buyer, country=None, address=None, emailRecipients=[])
    assert (payload["buyer"]["country"], payload["buyer"]["address"]) == ("", "")
    assert payload["buyer"]["emailRecipients"] == []
    before = await trace(database)
    await update(member, shop.buyer, name=" Other ")
    assert await trace(database) == before, "the same as before is no event"
    assert await audited(database) == [
        ("BUYER_UPDATED", {"code": code, "names": "address, country, e-mail", "source": ""}),
        ("BUYER_UPDATED", {"code": code, "names": "name", "source": ""}),
        ("BUYER_UPDATED", {"code": code, "names": "address, country, e-mail", "source": ""}),
    ]


async def test_an_offline_buyer_that_gets_an_address_is_connected_unless_it_is_said_otherwise(
    database: Database, member: Client, shop: Shop
) -> None:
    offline = await make_buyer(database, shop.brand, recipients=(), is_offline=True)
    found = (await update(member, offline, emailRecipients=["a@b.example"], isOffline=True))["buyer"]
    assert found["isOffline"] is True
    found = (await update(member, offline, emailRecipients=["a@b.example"]))["buyer"]
    assert found["isOffline"] is False
    assert (await update(member, offline, isOffline=True))["buyer"]["emailRecipients"] == ["a@b.example"]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"name": " "}, "name"),
    ({"name": "\u200b"}, "name"),
    ({"name": "x" * 201}, "name"),
    ({"name": "a\nb"}, "name"),
    ({"name": "a\u2028b"}, "name"),
    ({"name": "a\tb"}, "name"),
    ({"name": "a\u0000b"}, "name"),
    ({"country": "x" * 101}, "country"),
    ({"address": "x" * 1001}, "address"),
    ({"address": "a\u0007b"}, "address"),
    ({"emailRecipients": ["a@b.example", "nobody"]}, "emailRecipients.1"),
    ({"emailRecipients": [""]}, "emailRecipients.0"),
    ({"emailRecipients": ["a@b.example\nBcc: c@d.example"]}, "emailRecipients.0"),
    ({"emailRecipients": ["Bob <a@b.example>"]}, "emailRecipients.0"),
    ({"emailRecipients": ["a@b.example, c@d.example"]}, "emailRecipients.0"),
    ({"emailRecipients": ["a@" + "b" * 320 + ".example"]}, "emailRecipients.0"),
    ({"emailRecipients": [f"a{n}@b.example" for n in range(51)]}, "emailRecipients"),
]


@pytest.mark.parametrize(("input", "field"), BAD, ids=range(len(BAD)))
async def test_bad_input_is_refused_with_its_field_and_leaves_no_trace(
    database: Database, member: Client, shop: Shop, input: dict[str, Any], field: str
) -> None:
    before = await trace(database)
    assert refusals(await update(member, shop.buyer, **input)) == [("INVALID_INPUT", field)]
    new = {"uniqueCode": "new", "name": "New"} | input
    assert refusals(await create(member, **new)) == [("INVALID_INPUT", field)]
    assert await trace(database) == before


async def test_all_that_is_wrong_is_told_at_once(member: Client) -> None:
    payload = await create(member, uniqueCode="", name="", emailRecipients=["x"], country="y" * 200)
    assert [field for _, field in refusals(payload)] == ["uniqueCode", "name", "country", "emailRecipients.0"]


@pytest.mark.parametrize("code", ["", " \u3000", "x" * 65, "a\nb", "a\u0001"])
async def test_a_code_that_cannot_be_one_is_refused(database: Database, member: Client, code: str) -> None:
    before = await trace(database)
    assert refusals(await create(member, uniqueCode=code, name="New")) == [("INVALID_INPUT", "uniqueCode")]
    assert await trace(database) == before


async def test_a_code_is_taken_once_and_a_similar_one_only_when_that_is_asked_for(
    database: Database, member: Client, shop: Shop
) -> None:
    await make_buyer(database, shop.brand, unique_code="Mon-1")
    for code in ("Mon-1", " Mon-1", "Mo\u200bn-1", "mon-1", "ＭＯＮ－１", "0Mon-1"):
        payload = await create(member, uniqueCode=code, name="Another")
        assert refusals(payload) == [("INVALID_INPUT", "uniqueCode")], code
        assert "Mon-1" in payload["userErrors"][0]["message"]
    assert refusals(await create(member, uniqueCode="Mon-1", name="Another", allowSimilarCode=True))
    payload = await create(member, uniqueCode="MON-1", name="Another", allowSimilarCode=True)
    assert payload["buyer"]["uniqueCode"] == "MON-1"


async def test_another_brand_may_use_the_same_code(database: Database, api: Client, shop: Shop) -> None:
    other = await make_shop(database)
    payload = await create(api.as_(other.member()), uniqueCode=shop.buyer.unique_code, name="Theirs")
    assert payload["userErrors"] == []


async def test_of_concurrent_buyers_with_one_code_one_is_created(database: Database, member: Client) -> None:
    new = {"uniqueCode": "same", "name": "Same", "emailRecipients": ["a@b.example"]}
    payloads = await asyncio.gather(*(create(member, **new) for _ in range(5)))
    assert sorted(len(payload["userErrors"]) for payload in payloads) == [0, 1, 1, 1, 1]
    async with database.read(EVERYTHING) as session:
        made = (await session.scalars(select(Buyer).where(Buyer.unique_code == "same"))).all()
    assert len(made) == 1
    assert [kind for kind, _ in await audited(database)] == ["BUYER_CREATED"]


async def test_concurrent_changes_of_recipients_leave_one_of_the_sets(
    database: Database, member: Client, shop: Shop
) -> None:
    sets = [[f"{n}{letter}@x.example" for letter in "ab"] for n in range(5)]
    payloads = await asyncio.gather(*(update(member, shop.buyer, emailRecipients=each) for each in sets))
    assert all(payload["userErrors"] == [] for payload in payloads)
    async with database.read(EVERYTHING) as session:
        kept = await session.scalars(select(BuyerRecipient.email).order_by(BuyerRecipient.email))
    assert list(kept) in sets


async def test_a_retry_with_the_same_key_changes_nothing(database: Database, member: Client, shop: Shop) -> None:
    new = {"uniqueCode": "N-1", "name": "New", "idempotencyKey": "k-1"}
    first = await create(member, **new)
    change = {"emailRecipients": ["x@y.example"], "idempotencyKey": "k-1"}
    second = await update(member, shop.buyer, **change)
    await update(member, shop.buyer, emailRecipients=[])
    before = await trace(database)
    assert await create(member, **new) == first
    assert (await update(member, shop.buyer, **change))["buyer"] == second["buyer"] | {"emailRecipients": []}
    reused = [("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")]
    assert refusals(await create(member, **new | {"name": "Else"})) == reused
    assert refusals(await update(member, shop.buyer, idempotencyKey="k-1")) == reused
    assert await trace(database) == before


async def test_who_may_not_change_buyers_leaves_no_trace(database: Database, api: Client, shop: Shop) -> None:
    before = await trace(database)
    partner_apps = [shop.member(role) for role in (Role.APP, Role.APP_REJECT, Role.APP_READ)]
    for actor in (shop.member(Role.READ), shop.buyer_user(), OPERATOR, *partner_apps):
        client = api.as_(actor)
        assert refusals(await create(client, uniqueCode="N", name="New")) == [("NOT_PERMITTED", "")]
        assert refusals(await update(client, shop.buyer, name="New")) == [("NOT_PERMITTED", "")]
    assert await trace(database) == before


async def test_another_brands_buyer_is_like_none(database: Database, api: Client, member: Client, shop: Shop) -> None:
    other, order = await make_shop(database), await make_order(database, shop)
    before = await trace(database)
    for buyer in (id_of(other.buyer), id_of(order), "buy_nothing"):
        assert refusals(await update(member, buyer, name="Mine")) == [("NOT_FOUND", "buyerId")]
        assert (await member.data(ONE, id=buyer))["buyer"] is None
    assert await trace(database) == before


async def test_a_buyers_user_sees_only_that_buyer(database: Database, api: Client, shop: Shop) -> None:
    rival = await make_buyer(database, shop.brand, name="Rival", recipients=("rival@example.com",))
    client = api.as_(shop.buyer_user())
    assert (await client.data(ONE, id=id_of(rival)))["buyer"] is None
    assert (await client.data(ONE, id=id_of(shop.buyer)))["buyer"]["uniqueCode"] == shop.buyer.unique_code
    for search in (None, "buyer"):
        found = (await client.data(LIST, search=search))["buyers"]
        assert found["totalCount"] == 1
        assert [node["id"] for node in found["nodes"]] == [id_of(shop.buyer)]
    assert await codes(client, search="rival") == []


async def test_the_list_is_paged_by_code_both_ways(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    await make_shop(database)
    for number in range(5):
        await make_buyer(database, shop.brand, unique_code=f"A-{number}")
    client = api.as_(shop.member(Role.READ))
    everyone = await codes(client)
    assert everyone == ["A-0", "A-1", "A-2", "A-3", "A-4", shop.buyer.unique_code]
    read: list[str] = []
    after = None
    for _ in range(3):
        page = (await client.data(LIST, first=2, after=after))["buyers"]
        assert page["totalCount"] == 6
        read += [node["uniqueCode"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert read == everyone
    assert page["pageInfo"]["hasNextPage"] is False
    start = page["pageInfo"]["startCursor"]
    assert await codes(client, last=2, before=start) == ["A-2", "A-3"]
    answer = await client.execute(LIST, after="nonsense")
    assert answer["errors"][0]["extensions"]["field"] == ["after"]


async def test_search_finds_code_name_and_address(database: Database, api: Client) -> None:
    shop = await make_shop(database, recipients=())
    await make_buyer(database, shop.brand, unique_code="PAR", name="Galerie 100%", recipients=("eva@galerie.example",))
    await make_buyer(database, shop.brand, unique_code="TYO", name="雲の店", recipients=("shop@kumo.example",))
    client = api.as_(shop.member())
    for search, found in (
        ("par", ["PAR"]),
        ("EVA@galerie", ["PAR"]),
        ("100%", ["PAR"]),
        ("%", ["PAR"]),
        ("雲", ["TYO"]),
        ("kumo tyo", ["TYO"]),
        ("kumo par", []),
        ("example", ["PAR", "TYO"]),
        (" ", sorted(["PAR", "TYO", shop.buyer.unique_code])),
    ):
        assert await codes(client, search=search) == found, search
        assert (await client.data(LIST, search=search))["buyers"]["totalCount"] == len(found)
    for search in ("x" * 201, " ".join(map(str, range(11))), "a\u0000"):
        answer = await client.execute(LIST, search=search)
        assert answer["errors"][0]["extensions"]["field"] == ["search"]


LANGUAGE = "mutation ($input: UpdateBrandSettingsInput!) { updateBrandSettings(input: $input) { userErrors { code } } }"


async def test_a_buyer_without_a_language_follows_the_brands(database: Database, api: Client, shop: Shop) -> None:
    client = api.as_(shop.member(role=Role.ADMIN))
    own = (await create(client, uniqueCode="OWN", name="Own", locale="EN"))["buyer"]["id"]
    follows = (await create(client, uniqueCode="FOLLOWS", name="Follows"))["buyer"]["id"]
    foreign = await make_buyer(database, (await make_shop(database)).brand, has_own_locale=False)

    async def languages() -> list[tuple[str, bool]]:
        shown = '{ a: buyer(id: "%s") { locale hasOwnLocale } b: buyer(id: "%s") { locale hasOwnLocale } }'
        found = await client.data(shown % (own, follows))
        return [(found[each]["locale"], found[each]["hasOwnLocale"]) for each in "ab"]

    assert (await client.data(LANGUAGE, input={"locale": "JA"}))["updateBrandSettings"]["userErrors"] == []
    assert await languages() == [("EN", True), ("JA", False)]
    assert (await update(client, own, hasOwnLocale=False))["userErrors"] == []
    assert (await update(client, follows, locale="EN"))["userErrors"] == []
    assert await languages() == [("JA", False), ("EN", True)]
    assert (await audited(database))[-1][1]["names"] == "language"
    async with database.read(EVERYTHING) as session:
        assert (await session.get_one(Buyer, (foreign.brand_id, foreign.id))).locale is Locale.EN


COUNTRY = '{ buyer(id: "%s") { locale hasOwnLocale } }'


async def test_a_buyer_without_a_language_has_that_of_its_country(database: Database, api: Client) -> None:
    shop = await make_shop(database, locale=Locale.JA)
    client = api.as_(shop.member(role=Role.ADMIN))
    made = {
        code: (await create(client, uniqueCode=code, name=code, **said))["buyer"]["id"]
        for code, said in {
            "US": {"country": "US"},
            "JP": {"country": "ｊａｐａｎ"},
            "OWN": {"country": "US", "locale": "JA"},
            "NONE": {},
        }.items()
    }

    async def languages() -> dict[str, str]:
        return {code: (await client.data(COUNTRY % id))["buyer"]["locale"] for code, id in made.items()}

    assert await languages() == {"US": "EN", "JP": "JA", "OWN": "JA", "NONE": "JA"}
    await client.data(LANGUAGE, input={"locale": "EN"})
    assert await languages() == {"US": "EN", "JP": "JA", "OWN": "JA", "NONE": "EN"}
    await update(client, made["NONE"], country="日本")
    await update(client, made["US"], country=None)
    await update(client, made["JP"], country="France")
    await update(client, made["OWN"], country="DE")
    assert await languages() == {"US": "EN", "JP": "EN", "OWN": "JA", "NONE": "JA"}
    await update(client, made["OWN"], hasOwnLocale=False)
    assert await languages() == {"US": "EN", "JP": "EN", "OWN": "EN", "NONE": "JA"}


ERASE = f"""mutation ($input: EraseBuyerInput!) {{ eraseBuyer(input: $input) {{
  buyer {{ {SHOWN} erasedAt }} userErrors {{ code message field }} }} }}"""


async def test_only_an_admin_erases_a_buyer(database: Database, api: Client, shop: Shop) -> None:
    other = await make_shop(database)
    before = await trace(database)
    roles = (Role.WRITE, Role.READ, Role.APP, Role.APP_REJECT)
    for actor in (*(shop.member(role) for role in roles), shop.buyer_user(), OPERATOR):
        payload = (await api.as_(actor).data(ERASE, input={"buyerId": id_of(shop.buyer)}))["eraseBuyer"]
        assert refusals(payload) == [("NOT_PERMITTED", "")]
    admin = api.as_(shop.member(Role.ADMIN))
    payload = (await admin.data(ERASE, input={"buyerId": id_of(other.buyer)}))["eraseBuyer"]
    assert refusals(payload) == [("NOT_FOUND", "buyerId")]
    assert await trace(database) == before

    input = {"buyerId": id_of(shop.buyer), "idempotencyKey": "once"}
    erased = (await admin.data(ERASE, input=input))["eraseBuyer"]
    assert erased["userErrors"] == []
    assert erased["buyer"]["name"] == "(erased)"
    assert erased["buyer"]["emailRecipients"] == []
    assert erased["buyer"]["erasedAt"] is not None
    assert (await admin.data(ERASE, input=input))["eraseBuyer"] == erased
    assert [kind for kind, _ in await audited(database)] == ["BUYER_ERASED"]
