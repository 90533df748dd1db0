"""GraphiQL comes from us alone, runs under a strict policy, and its ready operations are valid."""

import hashlib
import json
import re
from dataclasses import asdict
from html import unescape

import pytest
from graphql import OperationDefinitionNode, build_schema, parse, validate
from starlette.applications import Starlette
from starlette.testclient import TestClient

from graph.http.graphiql import HERE, DemoUser, graphiql_page, graphiql_routes, operations
from graph.settings.environment import ROOT
from tests.support.client import Client

USERS = (DemoUser("admin", "Admin: <b>Ada</b> %PATH%", 'a"b<c>&.d'), DemoUser("kumo", "佐藤 美奈", "e.f"))
VENDOR = HERE / "vendor"
MAX_COMMENT_CHARACTERS = 50  # what the query editor has room for at 1280 pixels


@pytest.fixture
def page() -> str:
    return bytes(graphiql_page(demo=USERS).body).decode()


def test_the_page_has_no_inline_code_and_no_foreign_resources(page: str) -> None:
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|javascript:", page)
    assert not re.findall(r"""(?:src|href)=["'](?!/graphiql/|data:,)""", page)


def test_the_policy_allows_our_own_files_only() -> None:
    policy = graphiql_page().headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "http" not in policy


def test_the_demos_users_are_escaped(page: str) -> None:
    found = re.search(r'<meta name="demo" content="([^"]*)">', page)
    assert found
    assert json.loads(unescape(found[1])) == [asdict(user) for user in USERS]
    assert "<" not in found[1]


def test_without_the_demo_the_page_has_no_users() -> None:
    assert '<meta name="demo" content="[]">' in bytes(graphiql_page().body).decode()


def test_everything_that_the_page_refers_to_is_served(page: str) -> None:
    with TestClient(Starlette(routes=graphiql_routes())) as client:
        addresses = re.findall(r'(?:src|href)="(/[^"]+)"', page)
        assert len(addresses) == 8
        modules = re.findall(r'from "\./([^"]+)"', (HERE / "static" / "graphiql.js").read_text(encoding="utf-8"))
        for address in [*addresses, *(f"/graphiql/{each}" for each in modules), "/graphiql/operations.json"]:
            response = client.get(address)
            assert response.status_code == 200, address
            assert response.content
            if "/vendor/" in address:
                assert "immutable" in response.headers["Cache-Control"]


@pytest.mark.parametrize("number", range(len(operations())))
def test_the_ready_operations_are_valid(number: int) -> None:
    schema = build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))
    operation = operations()[number]
    assert operation["query"].startswith("# ")
    document = parse(operation["query"])
    assert validate(schema, document) == []
    assert len(document.definitions) == 1, "with several, the first press would ask which one"
    assert isinstance(document.definitions[0], OperationDefinitionNode)
    assert document.definitions[0].name
    comments = [line for line in operation["query"].splitlines() if line.startswith("#")]
    assert all(len(line) <= MAX_COMMENT_CHARACTERS for line in comments), "cut off in the editor"
    if operation["variables"]:
        assert json.loads(operation["variables"])


def test_the_licences_of_what_we_ship_are_there() -> None:
    licences = (VENDOR / "LICENSES.txt").read_text(encoding="utf-8")
    for path in VENDOR.glob("*.js"):
        assert path.name.split("-")[0] in licences.lower(), path.name


def test_what_we_ship_is_unmodified() -> None:
    listed = dict(re.findall(r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$", (VENDOR / "README.md").read_text(), re.M))
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.glob("*.*s")}
    assert found == listed


async def test_a_browser_gets_the_page_and_a_program_does_not(api: Client) -> None:
    response = await api.http.get("/graphql", headers={"Accept": "text/html"})
    assert response.status_code == 200
    assert "<title>Order Management</title>" in response.text
    assert (await api.http.get("/graphql", headers={"Accept": "application/json"})).status_code == 401
