"""GET /schema.graphql, what it says of the scalars, and the tour in the schema's description."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from graphql import GraphQLScalarType, build_schema, is_specified_scalar_type, parse, validate

from graph.http.admission import MAX_BODY_BYTES
from graph.schema import schema
from graph.settings.edge import Edge
from graph.settings.environment import ROOT
from tests.support.client import Client, serving
from tests.support.clock import Clock
from tests.support.factories import make_shop

PATH = "/schema.graphql"
PRINTED = (ROOT / "schema.graphql").read_text(encoding="utf-8")


@pytest.fixture
async def server(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Client]:
    async with serving(sqlite_url, tmp_path, Clock()) as client:
        yield client


async def test_the_schema_is_served_as_a_file(server: Client) -> None:
    response = await server.http.get(PATH)
    assert response.status_code == 200
    assert response.text == PRINTED
    assert response.headers["content-type"] == "application/graphql; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["x-content-type-options"] == "nosniff"
    head = await server.http.head(PATH)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(PRINTED.encode()))
    assert head.headers["etag"] == response.headers["etag"]


async def test_a_cache_that_has_it_gets_no_body(server: Client) -> None:
    etag = (await server.http.get(PATH)).headers["etag"]
    for condition in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        response = await server.http.get(PATH, headers={"If-None-Match": condition})
        assert (response.status_code, response.content) == (304, b""), condition
        assert response.headers["etag"] == etag
    for condition in ('"other"', etag.strip('"'), ""):
        response = await server.http.get(PATH, headers={"If-None-Match": condition})
        assert response.status_code == 200, condition


async def test_other_methods_hosts_and_large_bodies_are_refused_as_elsewhere(server: Client) -> None:
    response = await server.http.post(PATH)
    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert (await server.http.get(PATH, headers={"Host": "a b"})).status_code == 400
    large = await server.http.request("GET", PATH, content=b"x" * (MAX_BODY_BYTES + 1))
    assert large.status_code == 413


async def test_without_introspection_there_is_none(sqlite_url: str, tmp_path: Path) -> None:
    async with serving(sqlite_url, tmp_path, Clock(), edge=Edge(introspection=False)) as client:
        for method in ("GET", "HEAD"):
            assert (await client.http.request(method, PATH)).status_code == 404


async def test_introspection_serves_the_tour(server: Client) -> None:
    member = server.as_((await make_shop(server.database)).member())
    described = (await member.data("{ __schema { description } }"))["__schema"]["description"]
    assert described == build_schema(PRINTED).description
    assert described.startswith("# Order Management\n")


def test_the_documents_of_the_tour_are_valid() -> None:
    described = build_schema(PRINTED).description or ""
    documents = re.findall(r"```graphql\n(.*?)```", described, re.DOTALL)
    assert len(documents) >= 4
    for document in documents:
        assert validate(schema._schema, parse(document)) == [], document


def test_every_scalar_has_its_specification() -> None:
    scalars = [
        each
        for each in build_schema(PRINTED).type_map.values()
        if isinstance(each, GraphQLScalarType) and not is_specified_scalar_type(each)
    ]
    assert {each.name for each in scalars} >= {"DateTime", "Decimal", "URL"}
    for each in scalars:
        assert (each.specified_by_url or "").startswith("https://"), each.name
