"""The console's list: the bytes of its first view, and how long its requests take on loopback; ORDERS too.

A real server on SQLite with a made-up brand. The requests are those of the list: the page of 50 orders and the counts
of its filters. They are sent one after the other, each over a connection that is kept, as a browser does.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx2

from graph.http.console import operations
from tests.support.servers import ROOT, environment, serving

ORDERS = os.environ.get("ORDERS", "30000")
ROUNDS = int(os.environ.get("ROUNDS", "200"))
BRAND = "linden"
SORT = [{"field": "PLACED_AT", "direction": "DESC"}]
VIEWS: dict[str, dict[str, Any]] = {
    "all orders": {},
    "can be rejected": {"canReject": True},
    "two digits": {"search": "10"},
}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, url = Path(name), f"sqlite:///{name}/orders.db"
        settings = environment(url, ORDERS_DATA_FOLDER=name)

        def run(*command: str) -> str:
            return subprocess.check_output(
                [sys.executable, "-P", "-m", *command], cwd=ROOT, env=settings, text=True
            ).strip()

        run("examples.made_up_brand", "--orders", ORDERS, "--brand", BRAND)
        token = run("graph", "token", "--role", "write", "--brand", BRAND)
        with (
            serving(url, folder, 1, ORDERS_DATA_FOLDER=name, ORDERS_RATE_LIMIT="10000000") as (address,),
            httpx2.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}) as http,
        ):
            files, sent = first_view(http)
            print(f"first view: {files} files, {sent:,} bytes sent")
            print(f"load on the machine: {os.getloadavg()[0]:.1f}")
            first = http.post("/graphql", json={"query": "{ orders(first: 1) { nodes { code } } }"}).json()
            code = first["data"]["orders"]["nodes"][0]["code"]
            for view, asked in (VIEWS | {"a code": {"search": code}, "most of a code": {"search": code[:-2]}}).items():
                page = timed(http, "Orders", {"filter": asked, "sort": SORT, "first": 50})
                facets = timed(http, "OrderFacets", {"filter": asked, "withoutStatus": asked, "hasStatus": False})
                counts = timed(http, "OrderCounts", {"rejectable": asked | {"canReject": True}, "mine": asked})
                print(f"{view:<16} page {page}  facets {facets}  counts {counts}")


def first_view(http: httpx2.Client) -> tuple[int, int]:
    """The number of files that the list loads, and their bytes as they are sent."""
    names, sizes = ["/console", "/console/operations.json", "/console/static/icons.svg"], {}
    names += re.findall(r'(?:href|src)="(/[^"]+\.(?:css|js))"', http.get("/console").text)
    while names:
        name = names.pop()
        answer = http.get(name, headers={"Accept-Encoding": "gzip"})
        sizes[name] = int(answer.headers["Content-Length"])
        if name.endswith(".js"):
            found = re.findall(r"from '\.(\.?/[^']+)'", answer.text)
            names += {f"/console{each[1:] if each[0] == '.' else f'/static{each}'}" for each in found} - sizes.keys()
    return len(sizes), sum(sizes.values())


def timed(http: httpx2.Client, operation: str, variables: dict[str, Any]) -> str:
    body = json.dumps({"operationName": operation, "query": operations()[operation], "variables": variables})
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        answer = http.post("/graphql", content=body, headers={"Content-Type": "application/json"})
        times.append((time.perf_counter() - start) * 1000)
        assert answer.status_code == 200, answer.text
        assert "errors" not in answer.json(), answer.text
    cuts = quantiles(times, n=100)
    return f"fastest {min(times):5.1f} p50 {cuts[49]:6.1f} p95 {cuts[94]:6.1f} ms"


if __name__ == "__main__":
    main()
