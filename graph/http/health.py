"""/health/live: the process runs. /health/ready: it can work and goes on working.

That is: the database answers and has the right schema, and nobody has told the process to stop.
"""

import asyncio
import logging

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from models.database.sessions import Database
from models.migrations import current, latest

WITHIN = 3.0  # seconds for the database to answer
log = logging.getLogger("orders.health")


async def live(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:
    if request.app.state.is_stopping:
        return JSONResponse({"status": "stopping"}, 503)
    database: Database = request.app.state.database
    try:
        async with asyncio.timeout(WITHIN):
            found = await current(database)
    except Exception:
        log.exception("the database does not answer")
        return JSONResponse({"status": "unavailable", "reason": "the database does not answer"}, 503)
    if found != latest():
        reason = f"the database is at schema {found}, not {latest()}: run the migrations"
        return JSONResponse({"status": "unavailable", "reason": reason}, 503)
    return JSONResponse({"status": "ok"})
