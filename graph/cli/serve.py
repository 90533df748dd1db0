"""`orders serve`: migrates, loads the demo's orders when asked to, and serves."""

import asyncio
import errno
import logging
import socket
from dataclasses import replace
from datetime import timedelta

import typer
import uvicorn
from starlette.types import ASGIApp

from graph.app import create_app, utc_now
from graph.cli.demo import demo_actors, load_demo
from graph.cli.errors import CommandError
from graph.http.server import HttpConnection, Server
from graph.http.workers import Workers
from graph.identity.own_tokens import Tokens
from graph.settings.environment import Settings
from models.actor import Actor
from models.database.sessions import Database
from models.migrations import upgrade

log = logging.getLogger("orders.serve")
DEMO_TOKENS_LAST = timedelta(days=30)
GRACE = 10  # seconds for what runs, when the server is told to stop


def serve(settings: Settings, *, demo: bool, host: str, port: int, workers: int = 1, drain: float = 1) -> int:
    """Until it is told to stop; the exit code. `drain`: see Server. Raises CommandError when it cannot start."""
    listening = _listen(host, port)
    address = f"http://{'[' + host + ']' if ':' in host else host}:{port}"
    if settings.public_url is None:
        settings = replace(settings, public_url=address)
    actors = asyncio.run(_prepare(settings, demo=demo))
    tokens = Tokens(settings.secret_key, utc_now)
    signed = {role: tokens.sign(actor, DEMO_TOKENS_LAST) for role, actor in actors.items()}
    typer.echo(_welcome(settings, address, signed))
    if workers == 1:
        work(settings, signed.get("admin"), listening, drain)
        return 0
    grace = drain + GRACE + 5
    return Workers(workers, work, settings, signed.get("admin"), listening, drain, grace=grace).run()


def work(settings: Settings, demo_token: str | None, listening: socket.socket, drain: float) -> None:
    """One server on a migrated database, in this process."""
    if settings.traces:
        from graph.telemetry import traces

        traces.export()
    app = create_app(settings, demo_token=demo_token)
    Server(configuration(app, settings), drain=drain, on_stop=app.state.stop).run(sockets=[listening])


def configuration(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=HttpConnection,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.edge.trusted_proxies),
        forwarded_allow_ips=list(settings.edge.trusted_proxies),
        timeout_graceful_shutdown=GRACE,
    )


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    except socket.gaierror:
        raise CommandError(f"{host} is not an address of this machine; give another --host.") from None
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        reason = {
            errno.EADDRINUSE: f"Port {port} on {host} is in use; stop what runs there or give another --port.",
            errno.EACCES: f"Port {port} may not be used by this user; give a --port above 1023.",
            errno.EADDRNOTAVAIL: f"{host} is not an address of this machine; give another --host.",
        }.get(error.errno or 0, f"{host}:{port} cannot be listened on ({error.strerror}).")
        raise CommandError(reason) from None
    return listening


async def _prepare(settings: Settings, *, demo: bool) -> dict[str, Actor]:
    """Migrates; for the demo, loads its orders into an empty database. Answers the demo's actors."""
    database = Database(settings.database_url)
    try:
        await upgrade(database)
        if not database.is_sqlite:
            await _warn_of_one_wall(database)
        if not demo:
            return {}
        await load_demo(database, utc_now)
        return await demo_actors(database)
    finally:
        await database.close()


async def _warn_of_one_wall(database: Database) -> None:
    # Imported late, as the driver is.
    from models.database.postgres import bypasses_row_security

    if role := await bypasses_row_security(database.engine):
        log.warning("row-level security does not bind the role %s: see docs/guides/postgresql.md", role)


def _welcome(settings: Settings, address: str, tokens: dict[str, str]) -> str:
    lines = ["", f"  Order Management is at {address}/graphql", ""]
    if tokens:
        lines += ["  The page has the admin's token filled in. A token for each role, good for 30 days:", ""]
        lines += [f"  {role:<12} {token}" for role, token in tokens.items()]
        lines += ["", f"  Mails are written to {settings.mail_folder}" if not settings.smtp_url else "", ""]
    else:
        lines += ["  Print a token with: ./run orders token --role admin", ""]
    lines += ["  Stop with Ctrl+C.", ""]
    return "\n".join(lines)
