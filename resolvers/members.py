"""The members of a brand, as far as they are known: their tokens name them, and no table lists them."""

from collections.abc import Sequence

from sqlalchemy import Select, select

from models.actor import ActorKind
from models.assignee import OrderAssignee
from models.audit import AuditActor, AuditEntry
from resolvers.core.context import Context
from resolvers.core.work import Work
from resolvers.reading.rows import MemberRow

MAX_MEMBERS = 1_000


async def members(context: Context) -> Sequence[MemberRow]:
    """Those who have done something, were assigned an order or ask themselves, by name; none for a buyer.

    Of several names of a member, one. Two statements.
    """
    names: dict[str, str] = {}
    async with context.read() as session:
        for statement in (_assigned(), _in_audit()):
            names |= {row[0]: row[1] for row in await session.execute(statement.limit(MAX_MEMBERS))}
    if context.actor.kind is ActorKind.MEMBER:
        names[context.actor.id] = context.actor.name
    return sorted((MemberRow(*each) for each in names.items()), key=lambda member: (member.actor_name, member.actor_id))


async def name_of_member(work: Work, actor_id: str) -> str | None:
    """The name of a member of the brand whose order is locked; None for one who is not known."""
    viewer = work.context.actor
    if viewer.kind is ActorKind.MEMBER and viewer.id == actor_id:
        return viewer.name
    in_audit = _in_audit().where(AuditActor.brand_id == work.brand_id, AuditActor.actor_id == actor_id)
    of_brand = (OrderAssignee.brand_id == work.brand_id, OrderAssignee.actor_id == actor_id)
    assigned = select(OrderAssignee.actor_name).where(*of_brand).order_by(OrderAssignee.order_id.desc()).limit(1)
    names = [row[1] for row in await work.read(in_audit)]
    return names[-1] if names else await work.find(assigned)


def _in_audit() -> Select[str, str]:
    # One entry is enough: all actors with this id and name are of one kind.
    kind = (
        select(AuditEntry.actor_kind)
        .where(
            AuditEntry.brand_id == AuditActor.brand_id,
            AuditEntry.actor_id == AuditActor.actor_id,
            AuditEntry.actor_name == AuditActor.actor_name,
        )
        .limit(1)
        .correlate(AuditActor)
        .scalar_subquery()
    )
    names = select(AuditActor.actor_id, AuditActor.actor_name).where(kind == ActorKind.MEMBER)
    return names.order_by(AuditActor.actor_id, AuditActor.actor_name)


def _assigned() -> Select[str, str]:
    columns = (OrderAssignee.actor_id, OrderAssignee.actor_name)
    return select(*columns).distinct().order_by(*columns)
