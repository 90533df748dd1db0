"""GraphiQL comes from us alone, runs under a strict policy, and its ready operations are valid."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate
from starlette.applications import Starlette
from starlette.testclient import TestClient

from graph.http.graphiql import graphiql_page, graphiql_routes, operations
from graph.settings.environment import ROOT
from tests.support.client import Client

TOKEN = 'a"b<c>&.d'


@pytest.fixture
def page() -> str:
    return bytes(graphiql_page(demo_token=TOKEN).body).decode()


def test_the_page_has_no_inline_code_and_no_foreign_resources(page: str) -> None:
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|javascript:", page)
    assert not re.findall(r"""(?:src|href)=["'](?!/graphiql/|data:,)""", page)


def test_the_policy_allows_our_own_files_only() -> None:
    policy = graphiql_page(demo_token=None).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "http" not in policy


def test_the_token_is_escaped(page: str) -> None:
    found = re.search(r'<meta name="demo-token" content="([^"]*)">', page)
    assert found
    assert unescape(found[1]) == TOKEN
    assert "<c>" not in found[1]


def test_everything_that_the_page_refers_to_is_served(page: str) -> None:
    with TestClient(Starlette(routes=graphiql_routes())) as client:
        addresses = re.findall(r'(?:src|href)="(/[^"]+)"', page)
        assert len(addresses) == 8
        for address in [*addresses, "/graphiql/operations.json"]:
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
    assert validate(schema, parse(operation["query"])) == []
    if operation["variables"]:
        assert json.loads(operation["variables"])


def test_the_licences_of_what_we_ship_are_there() -> None:
    vendor = ROOT / "graph" / "http" / "graphiql" / "vendor"
    licences = (vendor / "LICENSES.txt").read_text(encoding="utf-8")
    for path in Path(vendor).glob("*.js"):
        assert path.name.split("-")[0] in licences.lower(), path.name


async def test_a_browser_gets_the_page_and_a_program_does_not(api: Client) -> None:
    response = await api.http.get("/graphql", headers={"Accept": "text/html"})
    assert response.status_code == 200
    assert "<title>Order Management</title>" in response.text
    assert (await api.http.get("/graphql", headers={"Accept": "application/json"})).status_code == 401
