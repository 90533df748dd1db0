"""`orders brand …`, and the brands and buyers that other commands name by their codes."""

import shlex
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from graph.cli.database import Demo, OfBrand, existing_settings, on_database
from graph.cli.errors import CommandError
from graph.core.clock import utc_now
from models.actor import Actor
from models.brand import Brand
from models.buyer import ADDRESS, Buyer
from models.database.sessions import Database
from models.locale import Locale
from models.money import currencies
from models.policy import Role
from models.scope import EVERYTHING
from models.time_zones import is_time_zone
from resolvers import brand_settings
from resolvers.core.context import Context
from resolvers.core.refusals import Outcome, Refusal, RefusalCode
from resolvers.inputs import unprintable

MAX_SHOWN = 20  # brands in a message

app = typer.Typer(help="The brands (tenants) in the database.", no_args_is_help=True)


@app.command(name="add")
def brand_add(
    code: Annotated[str, typer.Argument(help="Short and unique, e.g. northlight.")],
    name: Annotated[str, typer.Argument(help='As documents and mails show it, e.g. "Northlight Trading".')],
    locale: Annotated[
        Locale | None,
        typer.Option(help="The language of mails to buyers; if left out, Japanese for JPY, English for all others."),
    ] = None,
    time_zone: Annotated[str, typer.Option(help="The time zone of the times in documents, e.g. Asia/Tokyo.")] = "UTC",
    currency: Annotated[str, typer.Option(help="The currency of imported orders that name none (ISO 4217).")] = "JPY",
    reply_to: Annotated[str | None, typer.Option(help="The address that buyers reply to.")] = None,
    demo: Demo = False,
) -> None:
    """Add a brand, so that orders can be imported for it."""
    derived = Locale.JA if currency == "JPY" else Locale.EN
    brand = new_brand(code, name, locale or derived, time_zone, currency, reply_to)
    on_database(existing_settings(demo=demo), lambda database: add_brand(database, brand))
    if locale is None:
        language, other = ("Japanese", Locale.EN) if derived is Locale.JA else ("English", Locale.JA)
        change = f"./run orders brand set --locale {other} --brand {shlex.quote(brand.code)}"
        typer.echo(
            f"Mails to its buyers are in {language}, because its currency is {currency}. To change that: {change}"
        )
    typer.echo(f"Brand {brand.code} is added. Next: ./run orders import FILE --brand {shlex.quote(brand.code)}")


@app.command(name="set")
def brand_set(
    name: Annotated[str | None, typer.Option(help="As documents and mails show it.")] = None,
    legal_name: Annotated[
        str | None, typer.Option(help="The company's name, as documents show it; \"\" for the brand's name.")
    ] = None,
    address: Annotated[str | None, typer.Option(help="The postal address, as documents show it.")] = None,
    country: Annotated[str | None, typer.Option(help='The country; "" for none.')] = None,
    phone: Annotated[str | None, typer.Option(help='The phone number in rejection mails; "" for none.')] = None,
    reply_to: Annotated[str | None, typer.Option(help='The address that buyers reply to; "" for none.')] = None,
    contact: Annotated[
        str | None, typer.Option(help='The address for questions in rejection mails; "" for the one for replies.')
    ] = None,
    sender_name: Annotated[str | None, typer.Option(help='The sender of mails; "" for the brand\'s name.')] = None,
    locale: Annotated[
        Locale | None,
        typer.Option(help="The language of mails to buyers without a language or a country of their own."),
    ] = None,
    time_zone: Annotated[str | None, typer.Option(help="The time zone of the times in documents.")] = None,
    require_reason: Annotated[
        bool | None,
        typer.Option("--require-reason/--no-require-reason", help="Whether each rejection needs a reason."),
    ] = None,
    brand: OfBrand = None,
    demo: Demo = False,
) -> None:
    """Change what is named of a brand."""
    values = {
        "name": name,
        "legal_name": legal_name,
        "address": address,
        "country": country,
        "phone": phone,
        "mail_reply_to": reply_to,
        "contact_email": contact,
        "mail_sender_name": sender_name,
        "locale": locale,
        "time_zone": time_zone,
        "rejection_reason_required": require_reason,
    }
    changes = {key: value for key, value in values.items() if value is not None}
    if not changes:
        raise CommandError("Name what changes, e.g. --reply-to sales@example.com.")
    on_database(existing_settings(demo=demo), lambda database: set_brand(database, brand, changes))
    typer.echo("The brand is changed.")


@app.command(name="list")
def brand_list(demo: Demo = False) -> None:
    """List the brands."""
    for brand in on_database(existing_settings(demo=demo), brands):
        typer.echo(f"{brand.code}\t{brand.name}")


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
        asked = ["./run", "orders", *sys.argv[1:], "--brand"]
        commands = [shlex.join([*asked, each]) for each in shown]
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


def new_brand(code: str, name: str, locale: Locale, time_zone: str, currency: str, reply_to: str | None) -> Brand:
    """Raises CommandError."""
    if not code.strip() or len(code) > 64 or not name.strip() or len(name) > 200:
        raise CommandError("A brand needs a code of 1 to 64 characters and a name of 1 to 200.")
    if currency not in currencies():
        raise CommandError(f"{currency} is not a currency in use (ISO 4217), e.g. JPY.")
    for what, text in (("code", code), ("name", name)):
        if wrong := unprintable(text):
            raise CommandError(f"The brand's {what} {wrong}")
    if not is_time_zone(time_zone):
        raise CommandError(f"{time_zone} is not a time zone, e.g. Asia/Tokyo.")
    if reply_to is not None and not ADDRESS.fullmatch(reply_to):
        raise CommandError(f"{reply_to} is not an e-mail address.")
    return Brand(
        code=code.strip(),
        name=name.strip(),
        locale=locale,
        time_zone=time_zone,
        currency=currency,
        mail_reply_to=reply_to,
    )


async def set_brand(database: Database, brand: str | None, changes: dict[str, Any]) -> None:
    """Raises CommandError."""
    context = await context_of(database, brand)
    done(await brand_settings.update_brand_settings(context, changes))


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


async def add_brand(database: Database, brand: Brand) -> None:
    """Raises CommandError."""
    try:
        async with database.transaction(EVERYTHING) as session:
            session.add(brand)
    except IntegrityError:
        raise CommandError(f"There is a brand {brand.code} already.") from None
