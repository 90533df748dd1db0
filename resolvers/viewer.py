"""The viewer's brand."""

from models.brand import Brand
from resolvers.core.context import Context


async def brand_of(context: Context) -> Brand | None:
    """None for an operator."""
    if context.actor.brand_id is None:
        return None
    async with context.read() as session:
        return await session.get(Brand, context.actor.brand_id)
