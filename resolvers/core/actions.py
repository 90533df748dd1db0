"""The pipeline that every command runs through: `act`.

One transaction: lock the orders → permission and verdict → idempotency key → change → audit → mail → commit. Then the
request's loaders are replaced by fresh ones, and the relay is told that there is mail. A refusal writes nothing.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypedDict, Unpack
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.exc import IntegrityError

from models.locale import Text
from models.messages.mail import MailKind
from models.messages.refusals import ORDER_NOT_FOUND, STALE_ORDER, UNKNOWN_DOCUMENT
from models.order import Order
from models.permissions import Permission
from models.policy import OrderAction
from resolvers.core.context import Context
from resolvers.core.idempotency import IdempotencyConflict, IdempotentRequest, key_reused
from resolvers.core.notices import Message, notice_of
from resolvers.core.refusals import Notice, Outcome, Refusal, RefusalCode, Refused, blocked, not_permitted, refusal
from resolvers.core.work import Work, lock_orders, working
from resolvers.reading.loaders import read_notifications, read_orders
from resolvers.reading.verdicts import Explained, read_verdicts

MAX_ATTEMPTS = 3
MAX_SHORT = 10  # orders of a command whose transaction is a short one

# Does the work, records its events, and returns the id of what it made or changed. Raises Refused.
Change = Callable[[Work], Awaitable[UUID | None]]


def _order_id(_: int) -> tuple[str, ...]:
    return ("orderId",)


@dataclass(frozen=True, slots=True)
class Target:
    """The orders that a command locks: these, or those that a document references.

    None among the ids stands for an argument that is no order's id. `path`: the argument that named the n-th order, or
    the document. `brand`: selects the brand of a command on no order, when the viewer has none of its own.
    """

    order_ids: Sequence[UUID | None] = ()
    of_document: Select[UUID] | None = None
    path: Callable[[int], tuple[str, ...]] = _order_id
    unknown: Text = ORDER_NOT_FOUND
    brand: Select[UUID] | None = None

    @property
    def is_nothing(self) -> bool:
        return not self.order_ids and self.of_document is None


NO_ORDER = Target()


def on_order(order_id: UUID | None) -> Target:
    return Target([order_id])


def on_orders(order_ids: Sequence[UUID | None], path: Callable[[int], tuple[str, ...]]) -> Target:
    return Target(order_ids, path=path)


def on_orders_of(document: Select[UUID], argument: str, unknown: Text = UNKNOWN_DOCUMENT) -> Target:
    """`document`: selects the ids of the orders that a document references. Without any there is no such document."""
    return Target(of_document=document, path=lambda _: (argument,), unknown=unknown)


def in_brand_of(brand: Select[UUID]) -> Target:
    """A command on no order, whose idempotency keys are those of the brand that `brand` selects."""
    return Target(brand=brand)


class Terms(TypedDict, total=False):
    """What a client may ask of any command; see `act`."""

    version: int | None
    request: IdempotentRequest | None


@dataclass(frozen=True, slots=True)
class Command:
    """What `act` was given."""

    change: Change
    needs: OrderAction | Permission
    on: Target
    message: Message
    mail: MailKind | None
    version: int | None
    request: IdempotentRequest


async def act(
    context: Context,
    change: Change,
    *,
    needs: OrderAction | Permission,
    on: Target = NO_ORDER,
    message: Message | None = None,
    mail: MailKind | None = None,
    wrong: Sequence[Refusal] = (),
    **terms: Unpack[Terms],
) -> Outcome:
    """Runs one command.

    `message`, `mail`: what the buyer of the order is mailed, and which kind of mail it is. `version`: of the order, or
    the first one of several, as the client has read it; another one is refused. `request`: what the client's
    idempotency key stands for. `wrong`: arguments that make no sense; then nothing is done.
    """
    request = terms.get("request") or IdempotentRequest("no key is given")
    command = Command(change, needs, on, message or Message(), mail, terms.get("version"), request)
    if refusals := [*wrong, *command.request.check(context), *command.message.check(context)]:
        return Outcome(refusals=refusals)
    if command.on.is_nothing and (refusals := not_permitted(context, needs)):
        return Outcome(refusals=refusals)  # nothing needs to be locked to know that
    outcome = await _until_no_conflict(context, command)
    context.refresh()
    if outcome.order:
        context.loaders.order.prime(outcome.order.id, outcome.order)
    if outcome.order and outcome.notifications:
        context.loaders.notifications.prime(outcome.order.id, list(outcome.notifications))
    if outcome.notification_id and not outcome.replayed:
        context.on_mail()
    return outcome


async def _until_no_conflict(context: Context, command: Command) -> Outcome:
    """Tries again when a concurrent command was faster: then the rules see what that one did."""
    for attempt in range(1, MAX_ATTEMPTS + 1):
        try:
            return await _attempt(context, command)
        except IntegrityError:
            if attempt == MAX_ATTEMPTS:
                raise
        except IdempotencyConflict:
            if attempt == MAX_ATTEMPTS:
                break
    return Outcome(refusals=[key_reused(context)])


async def _attempt(context: Context, command: Command) -> Outcome:
    ids: list[UUID] = []
    try:
        # Without orders it may be about very many rows, e.g. a tag of all orders.
        async with working(context, short=0 < len(command.on.order_ids) <= MAX_SHORT) as work:
            try:
                work.orders = await _lock(work, command.on, ids)
            except Refused:
                # A retry of the command that deleted the document.
                if previous := await command.request.previous_answer(work, context.actor.brand_id):
                    return previous
                raise
            brand_id = await _brand(work, command.on) if command.request.key else None
            if brand_id and (previous := await command.request.previous_answer(work, brand_id)):
                return previous
            blockers = await _judge(work, command.needs)
            if refusals := _refusals(work, command, blockers):
                return Outcome(ids, blockers=blockers, refusals=refusals)
            notices = await _write_notice(work, command)
            made = await command.change(work)
            work.promise_notices()
            await work.save()
            outcome = Outcome(ids, made, work.notification_id, work.count, notices=notices)
            if brand_id:
                await command.request.remember(work, brand_id, outcome)
            return await _read_back(work, outcome) if len(command.on.order_ids) == 1 else outcome
    except Refused as refused:
        return Outcome(ids, refusals=refused.refusals)


async def _read_back(work: Work, outcome: Outcome) -> Outcome:
    """With what the payload of a command on one order shows: a session of its own for it costs as much as the command.

    Before the audit entries are written: whoever holds the head of the audit is quick.
    """
    ids = [work.order.id]
    orders = await read_orders(work.session, ids)
    mails = await read_notifications(work.session, ids) if work.notification_id else {}
    return replace(outcome, order=orders.get(ids[0]), notifications=mails.get(ids[0], []))


async def _lock(work: Work, on: Target, ids: list[UUID]) -> list[Order]:
    """The locked orders; `ids` is filled with theirs. Raises Refused when the viewer does not have all of them."""
    wanted = sorted((await work.read(on.of_document)).scalars()) if on.of_document is not None else on.order_ids
    found = await lock_orders(work, [id for id in wanted if id]) if wanted else {}
    ids += [id for id in wanted if id in found]
    missing = [place for place, id in enumerate(wanted) if id not in found]
    if missing or (on.of_document is not None and not found):
        places = missing or [0]
        raise Refused(*(not_found(work.context, on.unknown, *on.path(place)) for place in places))
    return [found[id] for id in ids]


async def _brand(work: Work, on: Target) -> UUID | None:
    """The brand in which an idempotency key is looked up."""
    if work.orders:
        return work.orders[0].brand_id
    return work.context.actor.brand_id or (await work.find(on.brand) if on.brand is not None else None)


async def _judge(work: Work, needs: OrderAction | Permission) -> dict[UUID, list[Explained]]:
    """The blockers of each locked order that has some."""
    if not isinstance(needs, OrderAction) or not work.orders:
        return {}
    verdicts = await read_verdicts(work.session, [order.id for order in work.orders])
    blockers = {id: verdict.blockers(needs, work.context.actor) for id, verdict in verdicts.items()}
    return {id: found for id, found in blockers.items() if found}


def _refusals(work: Work, command: Command, blockers: dict[UUID, list[Explained]]) -> list[Refusal]:
    if isinstance(command.needs, OrderAction) and work.orders:
        refusals = [
            blocked(blocker, *command.on.path(place))
            for place, order in enumerate(work.orders)
            for blocker in blockers.get(order.id, ())
        ]
    else:
        refusals = not_permitted(work.context, command.needs)
    version = work.orders[0].version_for(work.context.actor) if work.orders else None
    if command.version is not None and version is not None and command.version != version:
        refusals.append(refusal(work.context, RefusalCode.STALE_ORDER, STALE_ORDER, "expectedVersion", version=version))
    return refusals


async def _write_notice(work: Work, command: Command) -> list[Notice]:
    """Fills `work.notices` when a mail is wanted; returns why nobody can be mailed, when that is so.

    Of several orders, e.g. of an invoice, the mail is about the first.
    """
    if not command.message.notify or command.mail is None:
        return []
    notice, unreached = await notice_of(
        work.context, work.session, work.orders[0], command.mail, work.now, command.message.typed_body
    )
    if notice:
        work.notices[work.orders[0].id] = notice
    return unreached


def not_found(context: Context, text: Text, *field: str) -> Refusal:
    return refusal(context, RefusalCode.NOT_FOUND, text, *field)
