"""A running relay claims again as soon as it can know of more mails, not only with its next look at the outbox."""

import asyncio
from typing import Any

import pytest

from exports.relay import relay as relay_module
from exports.relay.leases import Claims
from exports.relay.relay import MAX_IN_FLIGHT, Relay
from models.database.sessions import Database
from tests.outbox.test_relay import SENDER, promise
from tests.outbox.test_relays import Noting, of_one_order
from tests.support.clock import Clock

MANY = 2 * MAX_IN_FLIGHT + 1


@pytest.fixture(autouse=True)
def no_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "POLL_SECONDS", 3600.0)


async def sends(relay: Relay, transport: Noting, count: int) -> None:
    running = asyncio.create_task(relay.run())
    async with asyncio.timeout(60):
        while len(transport.brands) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        relay.stop()
        await running
    assert len(transport.brands) == count


async def test_while_it_has_claimed_all_that_it_may_hold(database: Database, clock: Clock) -> None:
    await promise(database, MANY)
    transport = Noting()
    await sends(Relay(database, transport, sender=SENDER, clock=clock), transport, MANY)


async def test_when_the_earlier_mail_of_an_order_is_sent(database: Database, clock: Clock) -> None:
    await of_one_order(database, "OC_CREATED", "OC_CONFIRMED", "ORDER_REJECTED")
    transport = Noting()
    await sends(Relay(database, transport, sender=SENDER, clock=clock), transport, 3)


async def test_when_it_was_woken_during_a_claim(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = Noting()
    relay = Relay(database, transport, sender=SENDER, clock=clock)
    claim, is_first = relay._leases.claim, True

    async def overtaken(*arguments: Any, **options: Any) -> Claims:
        nonlocal is_first
        claims = await claim(*arguments, **options)
        if is_first:
            is_first = False
            await promise(database)
            relay.wake()
        return claims

    monkeypatch.setattr(relay._leases, "claim", overtaken)
    await sends(relay, transport, 1)
