"""`orders serve`: migrates the database (not with --no-migrate), loads the demo's orders with --demo, and serves."""

import asyncio
import errno
import logging
import socket
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import uvicorn
from starlette.types import ASGIApp

from graph.app import create_app
from graph.cli.database import check_file, check_schema
from graph.cli.demo_access import NORTHLIGHT, demo_actors, demo_api_key, demo_users
from graph.cli.errors import CommandError
from graph.core.clock import utc_now
from graph.core.garbage import settle
from graph.http.graphiql import DemoUser
from graph.http.graphql_ws import MAX_MESSAGE_BYTES
from graph.http.server import ACCEPTED_PER_TURN, BACKLOG, HttpConnection, Server
from graph.http.workers import Workers
from graph.identity.own_tokens import Tokens
from graph.settings.environment import Settings, database_url, from_environment, with_key
from models.database.postgres import bypasses_row_security
from models.database.sessions import Database
from models.locale import Locale
from models.migrations import upgrade

log = logging.getLogger("orders.serve")
DEMO_TOKENS_LAST = timedelta(days=30)
SWITCH_SECONDS = 0.0001
GRACE = 10  # seconds for what runs, when the server is to stop


def serve(*, demo: bool, host: str, port: int, workers: int = 1, drain: float = 1, migrate: bool = True) -> int:
    """Until it is stopped; the exit code. `drain`: see Server. Raises CommandError when it cannot start."""
    # Before anything is made: a server that cannot listen, or cannot serve the schema, leaves nothing behind.
    with listen(host, port) as listening:
        if demo:
            from graph.cli.demo import check_files

            check_files()
        if not migrate:
            check_schema(database_url(demo=demo))
        settings = from_environment(demo=demo, make_key=False)
        address = f"http://{'[' + host + ']' if ':' in host else host}:{port}"
        if settings.public_url is None:
            settings = replace(settings, public_url=address)
        check_file(settings.database_url)
        welcome, users = asyncio.run(_prepare(settings, address, migrate=migrate))
        settings = with_key(settings)
        sys.stdout.write(f"{welcome}\n")
        sys.stdout.flush()
        if workers == 1:
            work(settings, users, listening, drain)
            return 0
        grace = drain + GRACE + 5
        return Workers(workers, work, settings, users, listening, drain, grace=grace).run()


def work(settings: Settings, users: Sequence[DemoUser], listening: socket.socket, drain: float) -> None:
    """One server on a database with a schema, in this process."""
    if settings.traces:
        from graph.telemetry import traces

        traces.export()
    # A thread that computes (SQLite's functions, PDFs) gives way to the event loop fifty times sooner than by default.
    sys.setswitchinterval(SWITCH_SECONDS)
    app = create_app(settings, demo=users)
    settle()
    Server(configuration(app, settings), drain=drain, on_stop=app.state.stop).run(sockets=[listening])


def configuration(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=HttpConnection,
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_per_message_deflate=False,  # 300 kB for each connection
        lifespan="on",
        backlog=ACCEPTED_PER_TURN,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.edge.trusted_proxies),
        forwarded_allow_ips=list(settings.edge.trusted_proxies),
        timeout_graceful_shutdown=GRACE,
    )


def listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    except socket.gaierror:
        raise CommandError(f"{host} is not an address of this machine; give another --host.") from None
    # Without the protocol asyncio leaves Nagle's algorithm on, and then an answer on a kept-alive connection waits some
    # 40 ms for the client's delayed acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        reason = {
            errno.EADDRINUSE: f"Port {port} on {host} is in use; stop what runs there or give another --port.",
            errno.EACCES: f"Port {port} may not be used by this user; give a --port above 1023.",
            errno.EADDRNOTAVAIL: f"{host} is not an address of this machine; give another --host.",
        }.get(error.errno or 0, f"{host}:{port} cannot be listened on ({error.strerror}).")
        raise CommandError(reason) from None
    return listening


async def _prepare(settings: Settings, address: str, *, migrate: bool = True) -> tuple[str, Sequence[DemoUser]]:
    """Migrates unless --no-migrate is given; for the demo, loads its orders into an empty database.

    Returns the welcome, and the demo's users for GraphiQL.
    """
    database = Database(settings.database_url)
    try:
        if migrate:
            await upgrade(database)
        if not database.is_sqlite:
            await _warn_without_row_security(database)
        if not settings.is_demo:
            return _welcome(address, ["Print a token with: ./run orders token --role admin"]), ()
        from graph.cli.demo import load_demo

        await load_demo(database)
        actors = await demo_actors(database)
        key = await demo_api_key(database, actors["admin"], settings.data_folder)
    finally:
        await database.close()
    signer = Tokens(with_key(settings).secret_key, utc_now)
    tokens = {
        # Only Kumo's member has chosen a language; the others' messages are in the browser's.
        role: signer.sign(actor, DEMO_TOKENS_LAST, has_locale=actor.locale is not Locale.EN)
        for role, actor in actors.items()
    }
    return _welcome(address, _demo_lines(settings, address, tokens, key)), demo_users(actors, tokens)


async def _warn_without_row_security(database: Database) -> None:
    if role := await bypasses_row_security(database.engine):
        log.warning("row-level security does not bind the role %s: see docs/guides/postgresql.md", role)


def _welcome(address: str, lines: list[str]) -> str:
    places = f"Order Management is at {address}/console, GraphiQL at {address}/graphql"
    printed = ["", places, "", *lines, "", "Stop with Ctrl+C.", ""]
    return "\n".join(f"  {line}".rstrip() for line in printed)


def _demo_lines(settings: Settings, address: str, tokens: dict[str, str], key: str | None) -> list[str]:
    lines = ["The page is signed in as the admin, and can switch. A token for each role, valid for 30 days:", ""]
    lines += [f"{role:<12} {token}" for role, token in tokens.items()]
    lines += ["", "A partner app signs in with an API key instead:", ""]
    if key:
        query = """'{"query": "{ viewer { name kind } }"}'"""
        lines += [
            f"curl {address}/graphql -H 'X-Merchant-API-Key: {key}' \\",
            f"  -H 'Content-Type: application/json' -d {query}",
        ]
    else:
        lines += [f"./run orders key create 'My app' --scope orders:write --brand {NORTHLIGHT} --demo"]
    if not settings.smtp_url:
        lines += ["", f"Mails are written to {settings.mail_folder}"]
    return lines
