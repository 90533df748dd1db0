"""/health/live: the process runs. /health/ready: it accepts work.

Ready means that the database responds and is at the expected schema, and that the process is not stopping.
"""

import asyncio
import logging

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from models.database.sessions import Database
from models.migrations import current, latest

MAX_DATABASE_SECONDS = 3.0
log = logging.getLogger("orders.health")


async def live(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:
    if request.app.state.is_stopping:
        return JSONResponse({"status": "stopping"}, 503)
    database: Database = request.app.state.database
    try:
        async with asyncio.timeout(MAX_DATABASE_SECONDS):
            found = await _schema_of(request.app, database)
    except Exception:
        log.exception("the database does not respond")
        return JSONResponse({"status": "unavailable", "reason": "the database does not respond"}, 503)
    if found != latest():
        reason = f"the database is at schema {found}, not {latest()}: run the migrations"
        return JSONResponse({"status": "unavailable", "reason": reason}, 503)
    return JSONResponse({"status": "ok"})


async def _schema_of(app: Starlette, database: Database) -> str | None:
    """One look-up for all checks that arrive meanwhile: however many ask, one connection is in use."""
    running: asyncio.Task[str | None] | None = getattr(app.state, "looking_up_schema", None)
    if running is None or running.done():
        running = app.state.looking_up_schema = asyncio.create_task(current(database))
    return await asyncio.shield(running)
