"""The viewer's brand, and its day."""

from datetime import date
from zoneinfo import ZoneInfo

from models.brand import Brand
from resolvers.core.context import Context


async def brand_of(context: Context) -> Brand | None:
    """None for an operator."""
    if context.actor.brand_id is None:
        return None
    async with context.read() as session:
        return await session.get(Brand, context.actor.brand_id)


async def brand_day(context: Context) -> date:
    """Today in the time zone of the viewer's brand; in UTC for an operator."""
    brand = await brand_of(context)
    return context.clock().astimezone(ZoneInfo(brand.time_zone if brand else "UTC")).date()
