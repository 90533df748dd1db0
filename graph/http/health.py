"""/health/live: the process runs. /health/ready: it accepts work.

Ready means that the database responds and has a schema that this release can serve, and that the process is not
stopping.
"""

import asyncio
import logging

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from models.database.sessions import Database
from models.migrations.releases import SchemaState, schema_state

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
            state = await _schema_of(request.app, database)
    except Exception:
        log.exception("the database does not respond")
        return JSONResponse({"status": "unavailable", "reason": "the database does not respond"}, 503)
    if problem := state.problem():
        return JSONResponse({"status": "unavailable", "reason": str(problem)}, 503)
    return JSONResponse({"status": "ok"})


async def _schema_of(app: Starlette, database: Database) -> SchemaState:
    """One look-up for all checks that arrive meanwhile: however many ask, one connection is in use."""
    running: asyncio.Task[SchemaState] | None = getattr(app.state, "looking_up_schema", None)
    if running is None or running.done():
        running = app.state.looking_up_schema = asyncio.create_task(schema_state(database))
    return await asyncio.shield(running)
