"""The command line in a process: what it prints, its exit code, and one sentence for what goes wrong."""

import base64
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.client import SECRET
from tests.support.forked import run
from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]


def environment(database: str, **more: str) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ORDERS_")}
    key = {"ORDERS_SECRET_KEY": SECRET, "PYTHONPATH": str(ROOT)}
    return ours | key | {"ORDERS_DATABASE_URL": database} | more


def orders(database: str, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return run(arguments, environment(database, **more))


def started(database: str, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """The same in a new Python, with the real start and end of a process."""
    return subprocess.run(
        [sys.executable, "-m", "graph", *arguments],
        env=environment(database, **more),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_new_brand_gets_a_token_that_works(database_url: str) -> None:
    assert orders(database_url, "brand", "add", "kumo", "雲 Kumo", "--locale", "ja").returncode == 0
    made = started(database_url, "token", "--role", "write", "--name", "Mina")
    assert made.returncode == 0, made.stderr
    assert made.stdout.count(".") == 2
    assert made.stdout.strip().isascii()
    assert made.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["token", "--role", "admin"], "There is no brand yet"),
        (["brand", "add", "x", "X", "--currency", "XXX"], "is not a currency"),
        (["brand", "add", "x", "X", "--time-zone", "Mars"], "is not a time zone"),
        (["key", "create", "ERP", "--scope", "orders:read"], "There is no brand yet"),
    ],
)
def test_an_impossible_command_is_refused_in_one_sentence(sqlite_url: str, arguments: list[str], says: str) -> None:
    done = orders(sqlite_url, *arguments)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


@pytest.mark.parametrize(
    ("arguments", "hours"),
    [
        ([], 12),
        (["--hours", "0.5"], 0.5),
        (["--days", "30"], 720),
        (["--hours", "720"], 720),
        (["--days", "90", "--long-lived"], 2160),
    ],
)
def test_a_token_lasts_twelve_hours_or_as_long_as_asked(sqlite_url: str, arguments: list[str], hours: float) -> None:
    orders(sqlite_url, "brand", "add", "kumo", "Kumo")
    made = orders(sqlite_url, "token", "--role", "write", "--user", "mina@example.com", *arguments)
    assert made.returncode == 0, made.stderr
    claims = claims_of(made.stdout)
    assert abs(claims["exp"] - claims["iat"] - hours * 3600) <= 1
    assert claims["sub"] == "mina@example.com"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--days", "30.01"], "--long-lived"),
        (["--hours", "721"], "--long-lived"),
        (["--hours", "1", "--days", "1"], "either --hours or --days"),
        (["--user", " "], "A user has 1 to 200 characters"),
        (["--name", "x" * 201], "A name has 1 to 200 characters"),
    ],
)
def test_a_token_that_is_not_made_says_why(sqlite_url: str, arguments: list[str], says: str) -> None:
    done = orders(sqlite_url, "token", "--role", "write", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_an_api_key_is_made_listed_rotated_and_revoked(sqlite_url: str) -> None:
    orders(sqlite_url, "brand", "add", "kumo", "Kumo")
    made = orders(sqlite_url, "key", "create", "ERP connector", "--scope", "orders:reject", "--days", "30")
    assert made.returncode == 0, made.stderr
    assert re.fullmatch(r"omk_[\w-]{43}\n", made.stdout)
    listed = orders(sqlite_url, "key", "list").stdout
    id, name, hint, scope, used, ends = listed.rstrip("\n").split("\t")
    assert (name, hint, scope, used) == ("ERP connector", f"omk_…{made.stdout[-5:-1]}", "orders:reject", "never used")
    assert ends.startswith("until 20")
    rotated = orders(sqlite_url, "key", "rotate", id, "--overlap-hours", "24")
    assert re.fullmatch(r"omk_[\w-]{43}\n", rotated.stdout)
    assert rotated.stdout != made.stdout
    assert orders(sqlite_url, "key", "revoke", id).stdout == f"{id} is revoked.\n"
    assert orders(sqlite_url, "key", "list").stdout == ""
    again = orders(sqlite_url, "key", "rotate", id)
    assert (again.returncode, again.stdout) == (1, "")
    assert "has been revoked" in again.stderr
    verified = orders(sqlite_url, "audit", "verify")
    assert verified.stdout == "kumo: 3 entries, intact\n"


@pytest.mark.parametrize(
    ("database", "says"),
    [
        ("sqlite:////nowhere/at/all/orders.db", "unable to open database file"),
        ("mysql://x/y", "ORDERS_DATABASE_URL"),
        ("postgresql://u:p@127.0.0.1:9/x", "database cannot be used"),
    ],
)
def test_an_unusable_database_is_reported_in_one_sentence(database: str, says: str) -> None:
    done = started(database, "migrate")
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["token", "--role", "admin"], "The database is empty"),
        (["key", "create", "ERP", "--scope", "orders:read"], "The database is empty"),
        (["import", "orders.csv"], "The database is empty"),
        (["audit", "verify"], "The database is empty"),
        (["backup", "copy.db"], "The database is empty"),
        (["brand", "add", "x", "X", "--currency", "XXX"], "is not a currency"),
        (["serve", "--host", "nowhere.invalid"], "is not an address of this machine"),
    ],
)
def test_the_token_command_creates_no_database(tmp_path: Path, arguments: list[str], says: str) -> None:
    done = orders(f"sqlite:///{tmp_path / 'orders.db'}", *arguments)
    assert done.returncode == 1
    assert says in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_with_several_brands_the_brand_must_be_named(sqlite_url: str) -> None:
    for code in ("north", "south"):
        orders(sqlite_url, "brand", "add", code, code.title())
    done = orders(sqlite_url, "token", "--role", "admin")
    assert "several brands" in done.stderr
    assert "north, south" in done.stderr
    assert "./run orders token --role admin --brand north" in done.stderr
    assert orders(sqlite_url, "token", "--role", "admin", "--brand", "south").returncode == 0
    assert orders(sqlite_url, "brand", "list").stdout == "north\tNorth\nsouth\tSouth\n"


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["import", "--help"], ["token", "--help"]])
def test_help_reads_well(sqlite_url: str, arguments: list[str]) -> None:
    done = orders(sqlite_url, *arguments)
    assert done.returncode == 0
    assert "Usage:" in done.stdout


@contextmanager
def served(database: str, port: int, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A server whose log goes to a file; it is told to stop at the end."""
    command = [sys.executable, "-m", "graph", "serve", "--port", str(port)]
    with (
        log.open("wb") as errors,
        subprocess.Popen(command, env=environment(database), stdout=subprocess.DEVNULL, stderr=errors) as process,
    ):
        try:
            deadline = time.monotonic() + 120
            while True:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=10).close()
                    break
                except OSError:
                    assert process.poll() is None, log.read_text()
                    assert time.monotonic() < deadline
                    time.sleep(0.1)
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=60)
            finally:
                process.kill()  # otherwise Popen would go on waiting


def test_serve_migrates_serves_and_stops_on_a_signal(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'orders.db'}"
    port = free_port()
    log = tmp_path / "log"
    with served(database, port, log) as process:
        orders(database, "brand", "add", "kumo", "Kumo")
        token = orders(database, "token", "--role", "read").stdout.strip()
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/graphql",
            data=json.dumps({"query": "{ orders { totalCount } viewer { kind } }"}).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            assert json.load(response)["data"] == {"orders": {"totalCount": 0}, "viewer": {"kind": "MEMBER"}}
        taken = orders(database, "serve", "--port", str(port))
        assert taken.returncode == 1
        assert f"Port {port} on 127.0.0.1 is in use" in taken.stderr
    # uvicorn finishes its work, then passes the signal on.
    assert process.returncode in (0, -signal.SIGTERM)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    posts = [line for line in lines if line["message"] == "POST /graphql"]
    assert [(line["status"], line["role"]) for line in posts] == [(200, "read")]
    assert posts[0]["request_id"]
    assert token not in str(lines)
