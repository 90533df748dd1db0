"""The console's files come from us alone, and its operations are valid, few, and executed where no others are."""

import hashlib
import re
from functools import cache

import pytest
from graphql import GraphQLEnumType, GraphQLSchema, build_schema, parse, validate
from httpx2 import Response
from starlette.applications import Starlette
from starlette.testclient import TestClient

from graph.http.console import HERE, console_routes, operations
from graph.http.graphiql import DemoUser
from graph.limits.trusted_documents import TrustedDocuments
from graph.settings.edge import Edge
from graph.settings.environment import ROOT
from models.database.sessions import Database
from tests.clients import console_types
from tests.support.client import Client, serving
from tests.support.clock import Clock
from tests.support.factories import make_shop

USERS = (DemoUser("admin", 'Admin: <b>Ada</b> "', "a.b"),)


@pytest.fixture
def web() -> TestClient:
    return TestClient(Starlette(routes=console_routes(demo=USERS, path="")))


def test_the_page_has_no_inline_code_and_no_foreign_resources(web: TestClient) -> None:
    page = web.get("/console")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|javascript:", page.text)
    assert not re.findall(r"""(?:src|href)=["'](?!/console/)""", page.text)
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "<b>" not in page.text
    # A link to an order opens the same page.
    assert web.get("/console/orders/ord_1?x=1").text == page.text


def test_everything_that_the_page_loads_is_served(web: TestClient) -> None:
    addresses = set(re.findall(r'(?:src|href)="(/[^"]+)"', web.get("/console").text))
    for module in (HERE / "static").glob("*.js"):
        text = module.read_text(encoding="utf-8")
        addresses |= {f"/console/static/{each}" for each in re.findall(r"(?:from |import\()'\./([^']+)'", text)}
        addresses |= {f"/console/{each}" for each in re.findall(r"from '\.\./([^']+)'", text)}
    assert len(addresses) > 10
    for address in addresses:
        assert web.get(address).status_code == 200, address


def test_the_first_view_is_small(web: TestClient) -> None:
    """As it is sent to a browser: the list, and all that the page loads for it."""
    names, sizes = ["/console", "/console/operations.json", "/console/static/app.js", "/console/static/icons.svg"], {}
    names += re.findall(r'href="(/[^"]+\.css)"', web.get("/console").text)
    while names:
        name = names.pop()
        sent = web.get(name)
        text, sizes[name] = sent.text, int(sent.headers["Content-Length"])
        if name.endswith(".js"):
            found = re.findall(r"from '\.(\.?/[^']+)'", text)
            names += {f"/console{each[1:] if each[0] == '.' else f'/static{each}'}" for each in found} - sizes.keys()
    assert "/console/static/list.js" in sizes
    assert "/console/vendor/htm-preact-3.1.1.module.js" in sizes
    assert sum(sizes.values()) < 100_000


def test_files_are_sent_compressed_to_who_accepts_it_and_revalidated(web: TestClient) -> None:
    def get(accept: str, known: str = "", path: str = "/console/static/list.js") -> Response:
        return web.get(path, headers={"Accept-Encoding": accept} | ({"If-None-Match": known} if known else {}))

    plain = get("identity")
    tags = {"": plain.headers["ETag"], "gzip": get("gzip").headers["ETag"]}
    assert len(set(tags.values())) == 2
    for accept, encoding in {
        "gzip, deflate, br": "gzip",
        "GZIP;q=0.1": "gzip",
        "*": "gzip",
        "gzip;q=0, *": "",
        "br": "",
        "gzip;q=none": "",
        ", ;q": "",
    }.items():
        sent = get(accept)
        assert sent.headers.get("Content-Encoding", "") == encoding, accept
        assert (sent.headers["Vary"], sent.headers["Cache-Control"]) == ("Accept-Encoding", "no-cache")
        assert sent.headers["ETag"] == tags[encoding]
        assert sent.text == plain.text
        assert int(sent.headers["Content-Length"]) < len(plain.content) or not encoding
        for known in (tags[encoding], f'"x", W/{tags[encoding]}', "*"):
            same = get(accept, known)
            assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tags[encoding])
            assert same.headers["Vary"] == "Accept-Encoding"
    # A tag of one encoding says nothing of another.
    assert get("gzip", tags[""]).status_code == get("identity", tags["gzip"]).status_code == 200
    assert web.head("/console/static/list.js").headers["Content-Encoding"] == "gzip"
    vendored = get("gzip", path="/console/vendor/htm-preact-3.1.1.module.js")
    assert (vendored.headers["Content-Encoding"], "immutable" in vendored.headers["Cache-Control"]) == ("gzip", True)
    for missing in ("none.js", "", "../page.html", "%2e%2e/page.html", "..%2f__init__.py", "list.js/", "%00"):
        assert get("gzip", path=f"/console/static/{missing}").headers["Content-Type"] != "text/javascript", missing


def test_vendored_files_are_those_of_the_list() -> None:
    listed = dict(re.findall(r"\| `(\S+)` \|.*\| `(\w{64})` \|", (HERE / "vendor/README.md").read_text("utf-8")))
    found = {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in (HERE / "vendor").glob("*.js")}
    assert found == listed


@cache
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text("utf-8"))


@pytest.mark.parametrize("name", operations())
def test_each_operation_is_valid_and_used(name: str) -> None:
    assert not validate(schema(), parse(operations()[name]))
    code = "".join(each.read_text("utf-8") for each in (HERE / "static").glob("*.js"))
    assert re.search(rf"""['"]{name}['"]""", code)


def test_the_types_of_answers_are_those_of_the_schema() -> None:
    written = (console_types.FOLDER / "operations.d.ts").read_text("utf-8")
    assert written == console_types.text(), "Run ./run clients --generate."


def test_every_text_is_there_in_both_languages_and_used() -> None:
    modules = [each.read_text("utf-8") for each in (HERE / "static").glob("*.js")]
    # A text begins a line: in texts.js, or in the module of the screen that adds it.
    names = [key for text in modules for key in re.findall(r"^  ([a-z]\w*): \[", text, re.MULTILINE)]
    assert len(names) > 100
    assert sorted(names) == sorted(set(names))
    code = "".join(modules)
    used = set(re.findall(r"'(\w+)'", code))
    assert [key for key in names if key not in used] == []
    assert set(re.findall(r"\bt\('(\w+)'", code)) <= set(names)


def test_each_kind_of_event_can_be_chosen_for_a_webhook() -> None:
    text = (HERE / "static/webhooks.js").read_text("utf-8")
    enum = schema().type_map["OrderEventKind"]
    assert isinstance(enum, GraphQLEnumType)
    kinds = enum.values.keys() - {"OTHER"}
    assert set(re.findall(r"\b([A-Z_]+): \['", text)) >= kinds
    assert set(re.findall(r"'([A-Z_]+)'", text)) >= kinds


def test_each_reason_to_skip_an_order_has_words() -> None:
    text = (HERE / "static/bulk.js").read_text("utf-8")
    enum = schema().type_map["OrderActionBlockerCode"]
    assert isinstance(enum, GraphQLEnumType)
    for language in ("EN", "JA"):
        words = re.search(rf"^  {language}: {{\n(.*?)^  }}", text, re.MULTILINE | re.DOTALL)
        assert words
        assert set(re.findall(r"\b([A-Z_]+): '", words[1])) == set(enum.values)


async def test_the_console_works_where_only_trusted_documents_do(database: Database, tmp_path: object) -> None:
    shop = await make_shop(database)
    edge = Edge(documents=TrustedDocuments({"sha256:0": "{ viewer { name } }"}, only=True))
    url = database.url.render_as_string(hide_password=False)
    async with serving(url, tmp_path, Clock(), edge=edge) as api:  # type: ignore[arg-type]
        client: Client = api.as_(shop.member())
        assert (await client.data(operations()["Viewer"]))["viewer"]["name"]
        other = await client.http.post("/graphql", json={"query": "{ tags { id } }"}, headers=client.headers)
        assert "executes trusted documents only" in other.text
