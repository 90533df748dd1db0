"""Brands and their buyers, for the command line."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from graph.cli.errors import CommandError
from models.brand import Brand
from models.buyer import ADDRESS, Buyer
from models.database.sessions import Database
from models.locale import Locale
from models.money import currencies
from models.scope import EVERYTHING
from models.time_zones import is_time_zone
from resolvers.inputs import unprintable


async def brands(database: Database) -> Sequence[Brand]:
    """In the order in which they were added."""
    async with database.read(EVERYTHING) as session:
        return (await session.scalars(select(Brand).order_by(Brand.id))).all()


async def find_brand(database: Database, code: str | None) -> Brand:
    """The brand with this code, or the only one. Raises CommandError."""
    found = await brands(database)
    if code is None and len(found) == 1:
        return found[0]
    if not found:
        raise CommandError('There is no brand yet: add one with orders brand add CODE "NAME".')
    listed = ", ".join(brand.code for brand in found)
    if code is None:
        raise CommandError(f"There are several brands: say which with --brand ({listed}).")
    for brand in found:
        if brand.code == code:
            return brand
    raise CommandError(f"There is no brand {code}; there is {listed}.")


async def find_buyer(database: Database, brand: Brand, code: str | None) -> Buyer:
    """Raises CommandError."""
    if code is None:
        raise CommandError("A buyer's token needs the buyer: say which with --buyer CODE.")
    async with database.read(EVERYTHING) as session:
        of_brand = select(Buyer).where(Buyer.brand_id == brand.id, Buyer.unique_code == code)
        buyer = await session.scalar(of_brand)
    if buyer is None:
        raise CommandError(f"Brand {brand.code} has no buyer with the code {code}.")
    return buyer


async def add_brand(
    database: Database, code: str, name: str, locale: Locale, time_zone: str, currency: str, reply_to: str | None
) -> None:
    """Raises CommandError."""
    if not code.strip() or len(code) > 64 or not name.strip() or len(name) > 200:
        raise CommandError("A brand needs a code of 1 to 64 characters and a name of 1 to 200.")
    if currency not in currencies():
        raise CommandError(f"{currency} is not a currency in use (ISO 4217), e.g. JPY.")
    for told, text in (("code", code), ("name", name)):
        if wrong := unprintable(text):
            raise CommandError(f"The brand's {told} {wrong}")
    if not is_time_zone(time_zone):
        raise CommandError(f"{time_zone} is not a time zone, e.g. Asia/Tokyo.")
    if reply_to is not None and not ADDRESS.fullmatch(reply_to):
        raise CommandError(f"{reply_to} is not an e-mail address.")
    made = Brand(
        code=code.strip(),
        name=name.strip(),
        locale=locale,
        time_zone=time_zone,
        currency=currency,
        mail_reply_to=reply_to,
    )
    try:
        async with database.transaction(EVERYTHING) as session:
            session.add(made)
    except IntegrityError:
        raise CommandError(f"There is a brand {code} already.") from None
