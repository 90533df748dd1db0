"""Signing out a user: the tokens that a member or a buyer's user has got so far are refused from now on."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Unpack
from uuid import UUID

from sqlalchemy import func, select

from models.actor import MAX_ID_LENGTH, ActorKind, id_of_subject, identity_of
from models.brand import Brand
from models.buyer import Buyer
from models.database.sessions import Database
from models.events import UserSignedOut
from models.messages.refusals import ACTOR_ID_BLANK, TOO_MANY_SIGN_OUTS, UNKNOWN_BUYER
from models.permissions import Permission
from models.scope import EVERYTHING
from models.sign_out import SignOut
from resolvers.core.actions import Terms, act, not_found
from resolvers.core.context import Context
from resolvers.core.refusals import Outcome, Refused, invalid, wrong_text
from resolvers.core.work import Work

# Every server keeps them in memory. The bound is for one brand, so that none fills the memory that all share.
MAX_SIGN_OUTS = 10_000


async def sign_out_user(
    context: Context, subject: str, buyer_id: UUID | None, *, of_buyer: bool, **terms: Unpack[Terms]
) -> tuple[Outcome, SignOut | None]:
    """The outcome and the sign-out; None when it was refused. `of_buyer`: a user of this buyer, not a member."""
    actor_id = id_of_subject(subject)
    written: SignOut | None = None

    async def change(work: Work) -> None:
        nonlocal written
        refusals = [] if actor_id.strip() else [invalid(context, ACTOR_ID_BLANK, "actorId")]
        refusals += wrong_text(context, actor_id, MAX_ID_LENGTH, "actorId", is_one_line=False)
        buyer = await work.find(select(Buyer).where(Buyer.id == buyer_id)) if buyer_id else None
        if of_buyer and buyer is None:
            refusals.append(not_found(context, UNKNOWN_BUYER, "buyerId"))
        if refusals:
            raise Refused(*refusals)
        kind = ActorKind.BUYER if buyer else ActorKind.MEMBER
        written = await _write(work, identity_of(kind, actor_id, buyer_id))
        code = buyer.unique_code if buyer else ""
        work.record(UserSignedOut(brand_id=work.brand_id, at=work.now, user=actor_id, buyer=code))

    outcome = await act(context, change, needs=Permission.SIGN_OUT_USERS, **terms)
    if outcome.replayed:
        identity = identity_of(ActorKind.BUYER if of_buyer else ActorKind.MEMBER, actor_id, buyer_id)
        async with context.read() as session:
            written = await session.scalar(select(SignOut).where(SignOut.identity == identity))
    return outcome, None if outcome.refusals else written


async def _write(work: Work, identity: str) -> SignOut:
    """Raises Refused when the brand has too many."""
    # One at a time in each brand, or two could pass the bound. Not a full lock: writing a row of the brand need not
    # wait for it.
    await work.read(select(Brand.id).where(Brand.id == work.brand_id).with_for_update(key_share=True))
    found = await work.find(select(SignOut).where(SignOut.identity == identity))
    if found is not None:
        found.at = max(found.at, work.now)
        return found
    if (await work.find(select(func.count()).select_from(SignOut)) or 0) >= MAX_SIGN_OUTS:
        raise Refused(invalid(work.context, TOO_MANY_SIGN_OUTS, most=MAX_SIGN_OUTS))
    new = SignOut(brand_id=work.brand_id, identity=identity, at=work.now)
    work.add(new)
    return new


async def sign_outs_since(database: Database, since: datetime | None) -> AsyncIterator[SignOut]:
    """Of all brands, those at `since` or later; all without it."""
    statement = select(SignOut).execution_options(yield_per=1_000)
    if since:
        statement = statement.where(SignOut.at >= since)
    async with database.read(EVERYTHING) as session:
        async for sign_out in await session.stream_scalars(statement):
            yield sign_out
