"""Search words, in orders, buyers and the history, by whatever way the rows are found; tags and codes by folding."""

from itertools import product
from typing import Any

import pytest
from sqlalchemy import func, select, text

from models.database.sessions import Database
from models.folding import fold, folded_if_other, same_form
from models.migrations import downgrade, upgrade
from models.order import Order, OrderCodeSuffix
from models.scope import EVERYTHING
from models.tag import Tag
from resolvers.importing.parties import Difference, Said, take_over
from resolvers.reading import search
from tests.support.client import Client, id_of
from tests.support.factories import NOON, Shop, make_buyer, make_order, make_shop, make_tag

ORDERS = """query ($first: Int, $after: String, $last: Int, $before: String, $filter: OrderFilter,
                   $sort: [OrderSort!]) {
  orders(first: $first, after: $after, last: $last, before: $before, filter: $filter, sort: $sort) {
    nodes { code } pageInfo { hasNextPage startCursor endCursor } totalCount } }"""
BUYERS = "query ($search: String) { buyers(first: 50, search: $search) { nodes { uniqueCode } totalCount } }"
HISTORY = """query ($filter: HistoryFilter) { history(first: 50, filter: $filter) {
             nodes { order { code } } totalCount } }"""
BY_CODE = "query ($code: String!) { orderByCode(code: $code) { code } }"
CREATE_TAG = """mutation ($code: String!) { createTag(input: {code: $code, name: "x"}) {
                tag { code } userErrors { code message } } }"""

# written, typed, the same for a search?
PAIRS = [
    ("シャツ", "ｼｬﾂ", True),
    ("ﾊﾞｯｸﾞ", "バッグ", True),
    ("か゛くや", "がくや", True),
    ("がくや", "かくや", False),
    ("パン", "ハン", False),
    ("Hélène", "helene", True),
    ("He\u0301le\u0300ne", "HÉLÈNE", True),
    ("MON-1", "ＭＯＮ－１", True),
    ("MON–1", "mon-1", True),
    ("MON‑1", "MON−1", True),
    ("Straße", "STRASSE", True),
    ("İstanbul Işık", "istanbul isik", True),
    ("Søren Łódź", "soren lodz", True),
    ("ΆΓΙΟΣ", "αγιοσ", True),
    ("Ёлка", "елка", True),
    ("L’Atelier", "l'atelier", True),
    ("a\u200bb\u00adc\ufeff", "abc", True),
    ("葛\U000e0100城", "葛城", True),
    ("東京\u3000店", "東京 店", True),
    ("  two   words ", "two words", True),
    ("㈱雲", "(株)雲", True),
    ("ﬁne", "fine", True),
    ("一", "-", False),
    ("ビール", "ビ-ル", False),
    ("Ⅷ", "viii", True),
]


@pytest.mark.parametrize(("written", "typed", "same"), PAIRS)
def test_folding_forgets_what_people_do_not_mean(written: str, typed: str, same: bool) -> None:
    assert (fold(written) == fold(typed)) is same
    assert fold(fold(written)) == fold(written)


def test_folding_twice_changes_nothing() -> None:
    for number in range(0x20, 0x3400):
        for form in (fold, same_form):
            assert form(form(chr(number))) == form(chr(number)), hex(number)


def test_accents_count_in_codes_that_look_alike() -> None:
    assert same_form("CAFÉ－１") == "café-1"
    assert folded_if_other("SO-1", "雲") is None
    assert folded_if_other("Café", "SO-1") == "cafe so-1"


# How rows are found: collected; along the whole list, which is short; along a part of it; collected after that part.
WAYS = {"few": (5_000, 50_000, 2_000), "common": (0, 0, 2_000), "near": (0, 0, 3), "far": (0, 50_000, 1)}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in zip(("MANY", "MANY_OF_ALL", "NEAR"), WAYS[request.param], strict=True):
        monkeypatch.setattr(search, name, value)


async def orders(client: Client, words: str, **more: Any) -> list[str]:
    found = (await client.data(ORDERS, filter={"search": words}, **({"first": 50} | more)))["orders"]
    assert found["totalCount"] == len(found["nodes"])
    return sorted(node["code"] for node in found["nodes"])


async def buyers(client: Client, words: str) -> list[str]:
    found = (await client.data(BUYERS, search=words))["buyers"]
    assert found["totalCount"] == len(found["nodes"])
    return [node["uniqueCode"] for node in found["nodes"]]


@pytest.mark.usefixtures("way")
async def test_words_are_found_however_they_are_written(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    rival = await make_shop(database)
    helene = await make_buyer(
        database, shop.brand, name="Hélène ｼｬﾂの店", unique_code="ＨＬ%1", recipients=("Hélène@Épicerie.example",)
    )
    await make_order(database, shop, code="ＭＯＮ－１", buyer_id=helene.id)
    await make_order(database, shop, code="mon_2é")
    await make_order(database, shop, code="注文-がく3", buyer_id=helene.id, lines=[(1, 100)])
    await make_order(database, rival, code="MON-1")
    member, buyer = api.as_(shop.member()), api.as_(shop.buyer_user(helene))
    one, two, three = "ＭＯＮ－１", "mon_2é", "注文-がく3"
    for words, found in (
        ("mon-1", [one]),
        ("ＭＯＮ", [two, one]),
        ("n－１", [one]),
        ("_", [two]),
        ("2E", [two]),
        ("%", [three, one]),
        ("シャツ", [three, one]),
        ("helene 文", [three]),
        ("helene mon_", []),
        ("HL%1", [three, one]),
        ("helene@epicerie", [three, one]),
        ("buyer@example", [two]),
        ("注文", [three]),
        ("がく", [three]),
        ("かく", []),
        ("く", [three]),
        ("sku-2", [two, one]),
        ("ＭＯＤＥＬ－１", [two, three, one]),
        ("zzz", []),
        ("x" * 80, []),
        ("\u200b", [two, three, one]),
        ("/", []),
        ("\\", []),
    ):
        assert await orders(member, words) == sorted(found), words
        assert await orders(buyer, words) == sorted({*found} - {two}), words
    assert await buyers(member, "ＨＥＬＥＮＥ シャツ") == ["ＨＬ%1"]
    assert await buyers(member, "helene@epicerie") == ["ＨＬ%1"]
    assert await buyers(member, "がく") == []


@pytest.mark.usefixtures("way")
async def test_a_search_is_paged_in_every_sort_both_ways(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    member = api.as_(shop.member())
    for number in range(9):
        await make_order(database, shop, code=f"{'AB'[number % 2]}-{number % 3}{number}", lines=[(1, number % 4 + 1)])
    for field, direction in product(("CODE", "TOTAL", "PLACED_AT"), ("ASC", "DESC")):
        sort = [{"field": field, "direction": direction}]
        filter = {"search": "a-", "status": ["OC_REQUIRED"]}
        whole = (await member.data(ORDERS, first=50, filter=filter, sort=sort))["orders"]
        assert len(whole["nodes"]) == whole["totalCount"] == 5
        forwards: list[Any] = []
        backwards: list[Any] = []
        info = {"endCursor": None, "startCursor": None}
        for _ in range(3):
            page = (await member.data(ORDERS, first=2, after=info["endCursor"], filter=filter, sort=sort))["orders"]
            forwards += page["nodes"]
            info = page["pageInfo"]
        assert forwards == whole["nodes"], (field, direction)
        assert not info["hasNextPage"]
        start = None
        for _ in range(3):
            page = (await member.data(ORDERS, last=2, before=start, filter=filter, sort=sort))["orders"]
            backwards = page["nodes"] + backwards
            start = page["pageInfo"]["startCursor"]
        assert backwards == whole["nodes"], (field, direction)


@pytest.mark.usefixtures("way")
async def test_the_history_is_searched_by_actor_and_order(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    member = api.as_(shop.member(name="Hélène Ｓato"))
    for code in ("ＭＯＮ－１", "注文-2"):
        order = await make_order(database, shop, code=code)
        tag = id_of(await make_tag(database, shop.brand.id, code))
        apply = "mutation ($input: ApplyTagsInput!) { applyTags(input: $input) { userErrors { code } } }"
        await member.data(apply, input={"orderId": id_of(order), "tagIds": [tag]})
    for words, found in (
        ("helene sato", ["注文-2", "ＭＯＮ－１"]),
        ("mon-1", ["ＭＯＮ－１"]),
        ("sato 注文", ["注文-2"]),
        ("%", []),
        ("zzz", []),
    ):
        page = (await member.data(HISTORY, filter={"search": words}))["history"]
        assert [node["order"]["code"] for node in page["nodes"]] == found, words
        assert page["totalCount"] == len(found)


async def test_sql_is_written_once_for_all_words(
    api: Client, shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_order(database, shop)
    member = api.as_(shop.member())
    written = 0
    made = search.Search._made

    def counting(self: search.Search, *values: Any) -> search.Mentions:
        nonlocal written
        written += 1
        return made(self, *values)

    monkeypatch.setattr(search.Search, "_made", counting)

    async def ask(words: str) -> int:
        """How often the SQL of a word was written."""
        before = written
        for query in (ORDERS, HISTORY):
            await member.data(query, filter={"search": words})
        return written - before

    assert await ask("zz q9 so-1") > 0
    assert await ask(f"1% シャツ {'long' * 20}") == 0


async def test_a_renamed_buyers_orders_are_found_by_the_new_name(database: Database, api: Client, shop: Shop) -> None:
    member = api.as_(shop.member())
    order = await make_order(database, shop)
    update = "mutation ($input: UpdateBuyerInput!) { updateBuyer(input: $input) { userErrors { code } } }"
    input = {"buyerId": id_of(shop.buyer), "name": "Épicerie", "emailRecipients": ["chloé@épicerie.example"]}
    assert (await member.data(update, input=input))["updateBuyer"] == {"userErrors": []}
    assert await orders(member, "epicerie chloe@") == [order.code]
    async with database.transaction(EVERYTHING) as session:
        said = Said(shop.buyer.unique_code, name="ｶﾌｪ")
        found = Difference(said, shop.buyer.id, "Épicerie", {"name": "ｶﾌｪ"}, {"name": ("Épicerie", "ｶﾌｪ")})
        await take_over(session, shop.brand, [found], "file", NOON)
    assert await orders(member, "カフェ") == [order.code]
    assert await buyers(member, "epicerie") == [shop.buyer.unique_code], "by its address"


async def test_what_an_older_release_writes_is_found(database: Database, api: Client, shop: Shop) -> None:
    """It leaves out the folded texts, and does not know of the endings."""
    member = api.as_(shop.member())
    order = await make_order(database, shop, code="Old-Éa", folded_code=None)
    gone = await make_order(database, shop, code="GONE-1", lines=[])
    async with database.engine.connect() as connection:
        await connection.execution_options(writes=True, scope=EVERYTHING)
        async with connection.begin():
            await connection.execute(text("UPDATE buyers SET name = 'New Name' WHERE unique_code = :c"),
                                     {"c": shop.buyer.unique_code})  # fmt: skip
            await connection.execute(text("UPDATE orders SET folded_code = NULL"))
            await connection.execute(text("UPDATE orders SET code = 'NEWER-Éa' WHERE code = 'Old-Éa'"))
            await connection.execute(text("DELETE FROM orders WHERE code = 'GONE-1'"))
    assert await orders(member, "newer") == await orders(member, "NEW NAME") == ["NEWER-Éa"]
    assert await orders(member, "old-") == await orders(member, "gone") == []
    async with database.read(EVERYTHING) as session:
        endings = select(func.count()).select_from(OrderCodeSuffix).where(OrderCodeSuffix.order_id == gone.id)
        assert await session.scalar(endings) == 0
        assert await session.scalar(select(Order.id).where(Order.id == order.id))


async def test_an_order_is_found_by_its_code_or_by_one_that_looks_alike(
    database: Database, api: Client, shop: Shop
) -> None:
    member, stranger = api.as_(shop.member()), api.as_((await make_shop(database)).member())
    for code in ("ＭＯＮ－１", "abc", "ABC", "X-ABC", "café", " "):
        await make_order(database, shop, code=code)
    for typed, found in (
        ("ＭＯＮ－１", "ＭＯＮ－１"),
        ("\u3000mon-1 ", "ＭＯＮ－１"),
        ("abc", "abc"),
        ("ABC", "ABC"),
        ("Abc", None),  # which one?
        ("x-abc", "X-ABC"),
        ("bc", None),
        ("cafe", "café"),
        ("", None),
        ("\u200b", None),
        ("\x00", None),
    ):
        answer = (await member.data(BY_CODE, code=typed))["orderByCode"]
        assert answer == (found and {"code": found}), typed
        assert (await stranger.data(BY_CODE, code=typed))["orderByCode"] is None


async def test_tags_that_differ_only_in_case_or_width_are_one(database: Database, api: Client, shop: Shop) -> None:
    member = api.as_(shop.member())
    first = (await member.data(CREATE_TAG, code="New"))["createTag"]
    assert first["tag"] == {"code": "New"}
    for code in ("new", "ＮＥＷ", "ＮＥＷ\u200b", "néw"):
        again = (await member.data(CREATE_TAG, code=code))["createTag"]
        assert again["tag"] is None
        assert again["userErrors"][0]["message"] == "A tag with the code New exists already."
    for code in ("がく", "ﷺ" * 64):
        assert (await member.data(CREATE_TAG, code=code))["createTag"]["tag"]
    assert (await member.data(CREATE_TAG, code="かく"))["createTag"]["tag"]
    assert (await api.as_((await make_shop(database)).member()).data(CREATE_TAG, code="new"))["createTag"]["tag"]


async def test_the_migration_folds_what_is_there_and_keeps_tags_that_are_alike(
    database: Database, api: Client, shop: Shop
) -> None:
    member = api.as_(shop.member())
    await make_order(database, shop, code="ＭＯＮ－１")
    await make_tag(database, shop.brand.id, "New")
    await downgrade(database, "0016")
    async with database.engine.connect() as connection:
        await connection.execution_options(writes=True, scope=EVERYTHING)
        async with connection.begin():
            copy = "INSERT INTO tags (brand_id, id, code, name) SELECT brand_id, :id, 'NEW', name FROM tags"
            await connection.execute(text(copy), {"id": "f" * 32})
    await upgrade(database)
    assert await orders(member, "mon-1") == ["ＭＯＮ－１"]
    async with database.read(EVERYTHING) as session:
        found = {tuple(row) for row in await session.execute(select(Tag.code, Tag.folded))}
    assert found == {("New", "new"), ("NEW", None)}
    assert (await member.data(CREATE_TAG, code="ＮＥＷ"))["createTag"]["tag"] is None


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)
