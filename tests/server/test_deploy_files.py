"""The examples in deploy/ fit the product: alerts name metrics that exist, nginx waits longer than the server."""

import re
from pathlib import Path

import uvicorn
import yaml  # type: ignore[import-untyped]
from prometheus_client.parser import text_string_to_metric_families

from graph.http import admission, server
from graph.settings.edge import Edge
from models.database.sessions import Database
from tests.support.client import serving
from tests.support.clock import Clock
from tests.support.factories import make_shop

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
TOKEN = "only good for tests: 4711"
METRIC = re.compile(r"\b(orders_\w+)(?:\{([^}]*)\})?")


async def exported(database_url: str, folder: Path) -> dict[str, set[str]]:
    """The name of each sample and of each metric without samples yet → its labels."""
    database = Database(database_url)
    shop = await make_shop(database)
    await database.close()
    async with serving(database_url, folder, Clock(), metrics_token=TOKEN) as api:
        await api.as_(shop.member()).data("{ viewer { name } }")
        response = await api.http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(response.text):
        found[f"{family.name}_total" if family.type == "counter" else family.name] = set()
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


async def test_alerts_name_metrics_that_are_exported(database_url: str, tmp_path: Path) -> None:
    found = await exported(database_url, tmp_path)
    rules = [rule for group in yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"] for rule in group["rules"]]
    named = [match for rule in rules for match in METRIC.findall(rule["expr"])]
    assert {name for name, _ in named} - found.keys() == set()
    for name, conditions in named:
        labels = set(re.findall(r"(\w+)[=!]", conditions))
        assert not found[name] or labels <= found[name], name
    assert len({rule["alert"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"].keys() == {"summary", "action"}
        assert rule["expr"].count("(") == rule["expr"].count(")")
    # Each of these has an alert.
    expressions = " ".join(rule["expr"] for rule in rules)
    for metric in (
        "orders_ready",
        "orders_errors_total",
        "orders_requests_total",
        "orders_request_seconds_bucket",
        "orders_outbox_pending",
        "orders_outbox_failed",
        "orders_outbox_oldest_seconds",
    ):
        assert metric in expressions


async def test_readiness_is_a_metric(database_url: str, tmp_path: Path) -> None:
    async with serving(database_url, tmp_path, Clock(), metrics_token=TOKEN) as api:

        async def figure() -> str:
            response = await api.http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
            (found,) = re.findall(r"^orders_ready (\S+)$", response.text, re.MULTILINE)
            return str(found)

        assert await figure() == "1.0"
        async with api.database.engine.begin() as connection:
            await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        assert await figure() == "0.0"


def seconds(text: str, directive: str) -> list[int]:
    return [int(each) for each in re.findall(rf"^\s*{directive} (\d+)s;$", text, re.MULTILINE)]


def test_nginx_fits_the_limits_of_the_server() -> None:
    text = (DEPLOY / "nginx.conf").read_text()
    assert min(seconds(text, "proxy_read_timeout")) > Edge().request_timeout + admission.MAX_WAIT_SECONDS
    assert seconds(text, "client_body_timeout") == [admission.MAX_BODY_SECONDS]
    assert seconds(text, "client_header_timeout") == [server.MAX_HEAD_SECONDS]
    assert seconds(text, "send_timeout") == [server.MAX_READ_SECONDS]
    # The first is nginx's to the server, which must be the shorter one.
    assert seconds(text, "keepalive_timeout")[0] < uvicorn.Config("").timeout_keep_alive
    (size,) = re.findall(r"client_max_body_size (\d+);", text)
    assert int(size) > admission.MAX_BODY_BYTES
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in text
    # No link is logged, also where the server has a path.
    (links,) = re.findall(r"^\s*~(\S+)\s+/downloads/-;$", text, re.MULTILINE)
    assert all(re.search(links, path) for path in ("/downloads/x", "//downloads/x", "/orders/downloads/x"))
