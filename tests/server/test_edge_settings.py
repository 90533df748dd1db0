"""Settings of the edge: told by name when wrong; forwarded headers are believed from trusted proxies only."""

from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from graph.cli.serve import configuration
from graph.limits.trusted_documents import digest
from graph.settings.edge import Edge, edge_from
from graph.settings.environment import Settings, from_environment
from graph.settings.errors import SettingsError
from tests.support.client import SECRET

KEY = SECRET


def test_nothing_needs_to_be_set() -> None:
    assert edge_from({}) == Edge()


def test_everything_can_be_set(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "viewer.graphql").write_text("{ viewer { name } }")
    environment = {
        "ORDERS_SECRET_KEY": KEY,
        "ORDERS_RATE_LIMIT": "50000",
        "ORDERS_REQUEST_TIMEOUT": "2.5",
        "ORDERS_CORS_ORIGINS": "https://shop.example, http://localhost:3000",
        "ORDERS_TRUSTED_PROXIES": "10.0.0.0/8, 127.0.0.1, ::1",
        "ORDERS_TRUSTED_DOCUMENTS": str(tmp_path),
        "ORDERS_TRUSTED_DOCUMENTS_ONLY": "1",
        "ORDERS_INTROSPECTION": "off",
        "ORDERS_GRAPHIQL": "Off",
    }
    edge = from_environment(environment, data_folder=tmp_path).edge
    assert edge.rate_limit == 50_000
    assert edge.request_timeout == 2.5
    assert edge.cors_origins == ("https://shop.example", "http://localhost:3000")
    assert edge.trusted_proxies == ("10.0.0.0/8", "127.0.0.1", "::1")
    assert edge.documents.only
    assert edge.documents.texts == {f"sha256:{digest('{ viewer { name } }')}": "{ viewer { name } }"}
    assert not edge.introspection
    assert not edge.graphiql


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ORDERS_RATE_LIMIT", "-1"),
        ("ORDERS_RATE_LIMIT", "9999"),
        ("ORDERS_RATE_LIMIT", "much"),
        ("ORDERS_REQUEST_TIMEOUT", "0"),
        ("ORDERS_REQUEST_TIMEOUT", "nan"),
        ("ORDERS_REQUEST_TIMEOUT", "1e3"),
        ("ORDERS_CORS_ORIGINS", "*"),
        ("ORDERS_CORS_ORIGINS", "https://shop.example/"),
        ("ORDERS_CORS_ORIGINS", "https://Shop.example"),
        ("ORDERS_CORS_ORIGINS", "shop.example"),
        ("ORDERS_CORS_ORIGINS", "https://shop.example:x"),
        ("ORDERS_TRUSTED_PROXIES", "*"),
        ("ORDERS_TRUSTED_PROXIES", "proxy.example"),
        ("ORDERS_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("ORDERS_TRUSTED_DOCUMENTS", "/nowhere/at/all"),
        ("ORDERS_TRUSTED_DOCUMENTS_ONLY", "on"),
        ("ORDERS_INTROSPECTION", "never"),
        ("ORDERS_GRAPHIQL", ""),
    ],
)
def test_a_wrong_setting_is_reported_by_name(tmp_path: Path, name: str, value: str) -> None:
    if not value:
        assert from_environment({name: value}, data_folder=tmp_path).edge == Edge()
        return
    with pytest.raises(SettingsError, match=name):
        from_environment({name: value}, data_folder=tmp_path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"a": 1}', "\xff"])
def test_unreadable_trusted_documents_are_reported(tmp_path: Path, content: str) -> None:
    path = tmp_path / "documents.json"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(SettingsError, match=r"ORDERS_TRUSTED_DOCUMENTS: .*documents\.json"):
        from_environment({"ORDERS_TRUSTED_DOCUMENTS": str(path)}, data_folder=tmp_path)


@pytest.mark.parametrize(
    ("trusted", "client"),
    [((), "127.0.0.1"), (("10.0.0.0/8",), "127.0.0.1"), (("10.0.0.0/8", "127.0.0.1"), "192.0.2.1")],
)
async def test_forwarded_headers_are_trusted_from_trusted_proxies_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: tuple[str, ...], client: str
) -> None:
    """As the server hands them on; 10.9.9.9 is another proxy of ours, 192.0.2.1 the client."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")  # uvicorn's own, which is not one of our settings
    seen: list[str] = []

    async def app(scope: Scope, _: Receive, __: Send) -> None:
        seen.append(scope["client"][0])

    settings = Settings("sqlite:///orders.db", KEY, tmp_path, edge=Edge(trusted_proxies=trusted))
    config = configuration(app, settings)
    config.load()
    headers = [(b"x-forwarded-for", b"198.51.100.7, 192.0.2.1, 10.9.9.9"), (b"x-forwarded-proto", b"https")]
    scope = {"type": "http", "client": ("127.0.0.1", 5), "scheme": "http", "headers": headers}
    await config.loaded_app(scope, None, None)
    assert seen == [client]
