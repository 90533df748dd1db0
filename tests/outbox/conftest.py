"""A real SMTP server with a mailbox behind it."""

from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller

from models.database.sessions import Database
from tests.outbox.test_relay import Mailbox
from tests.support.clock import Clock
from tests.support.ports import free_port


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[Controller]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    if controller.server:
        controller.stop()


@pytest.fixture
def clock(database: Database) -> Clock:
    """Of the relays and of the database, so that a test can let leases expire and pauses pass."""
    made = Clock()
    database.clock = made
    return made
