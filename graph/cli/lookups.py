"""The brands and buyers that commands name by their codes, and the context in which a command acts for a brand."""

import shlex
import sys
from collections.abc import Sequence

from sqlalchemy import select

from graph.cli.errors import CommandError
from graph.core.clock import utc_now
from models.actor import Actor
from models.brand import Brand
from models.buyer import Buyer
from models.database.sessions import Database
from models.policy import Role
from models.scope import EVERYTHING
from resolvers.core.context import Context
from resolvers.core.refusals import Outcome, Refusal, RefusalCode

MAX_SHOWN = 20  # brands in a message


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
        raise CommandError('There is no brand yet: add one with ./run orders brand add CODE "NAME".')
    codes = [brand.code for brand in found]
    shown = codes[:MAX_SHOWN]
    listed = ", ".join(shown) + (f" and {len(codes) - MAX_SHOWN:,} more" if len(codes) > MAX_SHOWN else "")
    if code is None:
        command = ["./run", "orders", *sys.argv[1:], "--brand"]
        commands = [shlex.join([*command, each]) for each in shown]
        raise CommandError("\n  ".join([f"There are several brands ({listed}). Name one of them:", *commands]))
    if code not in codes:
        raise CommandError(f"There is no brand {code}. The brands are: {listed}.")
    return found[codes.index(code)]


async def find_buyer(database: Database, brand: Brand, code: str | None) -> Buyer:
    """Raises CommandError."""
    if code is None:
        raise CommandError("A buyer's token needs the buyer: name one with --buyer CODE.")
    async with database.read(EVERYTHING) as session:
        of_brand = select(Buyer).where(Buyer.brand_id == brand.id, Buyer.unique_code == code)
        buyer = await session.scalar(of_brand)
    if buyer is None:
        raise CommandError(f"Brand {brand.code} has no buyer with the code {code}.")
    return buyer


async def context_of(database: Database, brand: str | None) -> Context:
    """The context of commands for this brand, or for the only one. Raises CommandError."""
    found = await find_brand(database, brand)
    actor = Actor(role=Role.ADMIN, id="admin:cli", name="Command line", brand_id=found.id)
    return Context(database, actor, utc_now)


def done(outcome: Outcome) -> None:
    """Raises CommandError for a command that was refused."""
    if outcome.refusals:
        raise CommandError(" ".join(map(_line, outcome.refusals)))


def _line(refusal: Refusal) -> str:
    """With the argument that is at fault, e.g. "emailRecipients.0: This is not an e-mail address."."""
    at = ".".join(refusal.field[1:])
    return f"{at}: {refusal.message}" if at and refusal.code is RefusalCode.INVALID_INPUT else refusal.message
