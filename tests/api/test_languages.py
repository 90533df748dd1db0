"""The language of messages: the caller's own, or else the request's (Accept-Language)."""

from datetime import timedelta

import pytest

from graph.identity.languages import preferred
from graph.identity.own_tokens import Tokens
from models.actor import Actor
from models.database.sessions import Database
from models.key_scopes import KeyScope
from models.locale import Locale
from models.policy import Role
from resolvers import api_keys
from resolvers.core.context import Context
from tests.support.client import SECRET, Client, id_of
from tests.support.factories import make_order, make_shop

EN, JA = Locale.EN, Locale.JA


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("ja", JA),
        ("ja-JP", JA),
        ("JA_jp", JA),
        ("en-GB,en;q=0.9,ja;q=0.8", EN),
        ("en;q=0.5, ja;q=0.8", JA),
        ("fr, de;q=0.9, ja;q=0.1, *;q=0.05", JA),
        ("en;q=0, ja;q=0.2", JA),
        ("ja;q=0", None),
        ("ja, en", JA),
        ("ja;q=2, en;q=0.1", EN),
        ("ja;q=nan", None),
        ("ja;x=1", None),
        ("*", None),
        ("fr", None),
        ("", None),
        (",;,=;q", None),
        ("jap", None),
        ("x" * 5_000 + ",ja", None),
    ],
)
def test_the_header_is_read_as_its_standard_says(header: str, language: Locale | None) -> None:
    assert preferred([header]) is language


def test_several_headers_are_one_list() -> None:
    assert preferred(["en;q=0.3", "ja;q=0.4"]) is JA
    assert preferred([]) is None


async def locale_of(api: Client, headers: dict[str, str], accept: str | None) -> str:
    client = Client(api.http, api.clock, api.database, None, headers | ({"Accept-Language": accept} if accept else {}))
    locale: str = (await client.data("{ viewer { locale } }"))["viewer"]["locale"]
    return locale


async def test_the_callers_own_language_comes_first(database: Database, api: Client) -> None:
    shop = await make_shop(database, locale="ja")

    def token(actor: Actor, *, has_locale: bool) -> dict[str, str]:
        signed = Tokens(SECRET, api.clock).sign(actor, timedelta(hours=1), has_locale=has_locale)
        return {"Authorization": f"Bearer {signed}"}

    own = token(shop.member(), has_locale=True)
    assert [await locale_of(api, own, accept) for accept in (None, "ja")] == ["EN", "EN"]
    none = token(shop.member(), has_locale=False)
    assert [await locale_of(api, none, accept) for accept in (None, "ja", "fr")] == ["EN", "JA", "EN"]
    # An API key has its brand's language, unless the request asks for another one.
    context = Context(database, shop.member(Role.ADMIN), api.clock)
    _, secret = await api_keys.create_api_key(context, "ERP", [KeyScope.ORDERS_READ], None)
    assert secret
    key = {"X-Merchant-API-Key": secret}
    assert [await locale_of(api, key, accept) for accept in (None, "*", "en-US,en;q=0.5")] == ["JA", "JA", "EN"]


async def test_labels_refusals_and_links_are_in_that_language(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop)
    signed = Tokens(SECRET, api.clock).sign(shop.member(), timedelta(hours=1), has_locale=False)
    headers = {"Authorization": f"Bearer {signed}", "Accept-Language": "ja"}
    client = Client(api.http, api.clock, api.database, None, headers)
    document = """query ($id: ID!) { order(id: $id) { statusLabel actions { action blockers { message } } } }"""
    found = (await client.data(document, id=id_of(order)))["order"]
    assert found["statusLabel"] == "OCを作成してください"
    blockers = {each["action"]: each["blockers"] for each in found["actions"]}
    english = (await api.as_(shop.member()).data(document, id=id_of(order)))["order"]["actions"]
    assert blockers["ARCHIVE"] not in [each["blockers"] for each in english]
