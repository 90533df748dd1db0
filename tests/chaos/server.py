"""A server that can be made to crash: the real application, with a kill -9 of its own process at a chosen step.

The steps are seen from outside, through SQLAlchemy's events: nothing in the application knows of them.
"""

import os
import re
import signal
from collections.abc import Callable
from ctypes import c_int
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import event
from sqlalchemy.engine import Connection

from exports.webhooks import posting
from graph.app import create_app
from graph.settings.environment import Settings
from graph.telemetry import logs
from models.database.sessions import Database
from tests.support.client import SECRET

CLAIM = r"(?s)(WITH due .*)?UPDATE outbox_messages SET .*\battempts=\("
MARK = r"UPDATE outbox_messages SET .* SENT"


CLAIM_WEBHOOK = r"(?s)(WITH free .*)?UPDATE webhooks SET claims="
MOVE_WEBHOOK = "UPDATE webhooks SET position="
RECEIVER_SECONDS = 1.0  # for a receiver that hangs


class Step(Enum):
    """When a server dies: its name in the table; before or after a statement or its commit; which statement."""

    LOCK = ("order locked", "after", r"SELECT orders\.brand_id, .* FROM orders WHERE orders\.id (IN|= ANY) ")
    KEY = ("key claimed", "after", "INSERT INTO idempotency_keys")
    STATUS = ("status written", "after", "UPDATE orders SET")
    RECORD = ("record written", "after", "INSERT INTO order_rejections")
    MAIL = ("mail promised", "after", "INSERT INTO outbox_messages")
    HEAD = ("audit's head moved", "after", "UPDATE audit_heads")
    AUDIT = ("audit entry written", "after", "INSERT INTO audit_entries")
    BEFORE_COMMIT = ("before the commit", "before commit", "INSERT INTO order_rejections")
    AFTER_COMMIT = ("after the commit, before the answer", "after commit", "INSERT INTO order_rejections")
    CLAIMING = ("relay claims, before the commit", "before commit", CLAIM)
    CLAIMED = ("relay has claimed", "after commit", CLAIM)
    ACCEPTED = ("SMTP accepted, not marked", "before", MARK)
    MARKING = ("marked, before the commit", "before commit", MARK)
    MARKED = ("marked, after the commit", "after commit", MARK)
    WEBHOOK_CLAIMED = ("webhook claimed", "after commit", CLAIM_WEBHOOK)
    EVENT_TAKEN = ("receiver has the event, not recorded", "before", MOVE_WEBHOOK)
    WEBHOOK_MOVING = ("event recorded, before the commit", "before commit", MOVE_WEBHOOK)
    WEBHOOK_MOVED = ("event recorded, after the commit", "after commit", MOVE_WEBHOOK)


STEPS = list(Step)


def clock_from(begin: datetime, speed: int) -> Callable[[], datetime]:
    return lambda: begin + (datetime.now(UTC) - begin) * speed


def run(
    url: str, port: int, smtp_port: int, folder: Path, begin: datetime, speed: int, armed: c_int, has_steps: bool
) -> None:
    """The main function of the process. `armed`: 0, or 1 + the index in STEPS of the step to die at.

    Without `has_steps` nothing listens to the statements, so the prepared ones go past SQLAlchemy, as in production.
    """
    log = os.open(folder / f"server-{port}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 2)
    logs.configure()
    posting.TOTAL_SECONDS = RECEIVER_SECONDS
    settings = Settings(
        database_url=url,
        secret_key=SECRET,
        data_folder=folder,
        smtp_url=f"smtp://127.0.0.1:{smtp_port}",
        mail_from="orders@chaos.example",
        webhooks_to_loopback=True,
    )
    app = create_app(settings, clock=clock_from(begin, speed))
    if has_steps:
        install(app.state.database, armed)
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, http="httptools", ws="none", lifespan="on", log_config=None, access_log=False
    )
    uvicorn.Server(config).run()


def install(database: Database, armed: c_int) -> None:
    engine = database.engine.sync_engine

    def reached(moment: str, statements: list[str]) -> bool:
        place = armed.value
        if not place:
            return False
        _, when, pattern = STEPS[place - 1].value
        return when == moment and any(re.match(pattern, each) for each in statements)

    def before(_connection: Connection, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if reached("before", [told(statement, values)]):
            die()

    def after(connection: Connection, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        connection.info.setdefault("statements", []).append(told(statement, values))
        if reached("after", [told(statement, values)]):
            die()

    def commit(connection: Connection) -> None:
        statements = connection.info["statements"]
        if reached("before commit", statements):
            die()
        if reached("after commit", statements):
            engine.dialect.do_commit(connection.connection.dbapi_connection)  # type: ignore[arg-type]
            die()

    def begin(connection: Connection) -> None:
        connection.info["statements"] = []

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    event.listen(engine, "commit", commit)
    event.listen(engine, "begin", begin)


def told(statement: str, values: Any) -> str:
    """The statement on one line, followed by SENT if that is among its values."""
    line = " ".join(statement.split())
    return f"{line} SENT" if "'SENT'" in repr(values) else line


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
