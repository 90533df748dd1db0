"""`orders buyer …`: the buyers of a brand."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import typer

from graph.cli.database import existing_settings, on_database
from graph.cli.errors import CommandError
from graph.cli.lookups import context_of, done, find_brand, find_buyer
from graph.cli.options import Demo, OfBrand
from graph.http.downloads import remove_orphans
from models.database.sessions import Database
from models.locale import Locale
from resolvers import buyer_erasure, buyers
from resolvers.inputs import InputError
from resolvers.reading.pagination import MAX_PAGE_SIZE, PageRequest
from resolvers.reading.rows import BuyerRow, RecipientRow

app = typer.Typer(help="The buyers of a brand: shops that order from it.", no_args_is_help=True)
Code = Annotated[str, typer.Argument(help="The brand's code for the buyer.")]
Email = Annotated[list[str] | None, typer.Option(help="An e-mail address of the buyer; repeat it for several.")]
Language = Annotated[Locale | None, typer.Option(help="The language of the mails to the buyer.")]
Country = Annotated[str | None, typer.Option(help="The buyer's country.")]
Address = Annotated[str | None, typer.Option(help="The buyer's postal address.")]
DeliveryAddress = Annotated[str | None, typer.Option(help='Where the goods go; "" for the postal address.')]
Offline = Annotated[
    bool | None, typer.Option("--offline/--connected", help="Only a record kept by the brand, or with users and mails.")
]


@app.command(name="add")
def buyer_add(
    code: Code,
    name: Annotated[str, typer.Argument(help="The shop's name.")],
    email: Email = None,
    language: Language = None,
    country: Country = None,
    address: Address = None,
    delivery_address: DeliveryAddress = None,
    offline: Offline = None,
    allow_similar: Annotated[
        bool, typer.Option("--allow-similar", help="Take a code that looks like another buyer's.")
    ] = False,
    brand: OfBrand = None,
    demo: Demo = False,
) -> None:
    """Add a buyer. Without --language it has that of its country, or the brand's; without --email it is offline."""
    values = _given(name, email, language, country, address, delivery_address, offline) | {"unique_code": code}
    settings = existing_settings(demo=demo)
    on_database(settings, lambda database: add_buyer(database, brand, values, allow_similar=allow_similar))
    typer.echo(f"Buyer {code} is added.")


@app.command(name="set")
def buyer_set(
    code: Code,
    name: Annotated[str | None, typer.Option(help="The shop's name.")] = None,
    email: Email = None,
    no_email: Annotated[bool, typer.Option("--no-email", help="Remove all e-mail addresses.")] = False,
    language: Language = None,
    no_language: Annotated[
        bool,
        typer.Option("--no-language", help="Follow the country's or the brand's language instead of one of its own."),
    ] = False,
    country: Country = None,
    address: Address = None,
    delivery_address: DeliveryAddress = None,
    offline: Offline = None,
    brand: OfBrand = None,
    demo: Demo = False,
) -> None:
    """Change what is named of a buyer; --email replaces all of its addresses."""
    if email and no_email:
        raise CommandError("Give --email or --no-email, not both.")
    if language and no_language:
        raise CommandError("Give --language or --no-language, not both.")
    values = _given(name, [] if no_email else email or None, language, country, address, delivery_address, offline)
    if no_language:
        values["has_own_locale"] = False
    if not values:
        raise CommandError("Name what changes, e.g. --email shop@example.com.")
    on_database(existing_settings(demo=demo), lambda database: set_buyer(database, brand, code, values))
    typer.echo(f"Buyer {code} is changed.")


@app.command(name="erase")
def buyer_erase(
    code: Code,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    brand: OfBrand = None,
    demo: Demo = False,
) -> None:
    """Erase a buyer's personal data: names, addresses, mails, messages. Orders, invoices and the audit stay."""
    question = f"Erase the personal data of buyer {code}? This cannot be undone."
    if not yes and not typer.confirm(question):
        raise CommandError("Nothing was erased.")
    on_database(existing_settings(demo=demo), lambda database: erase_buyer(database, brand, code))
    remove_orphans()
    typer.echo(f"The personal data of buyer {code} is erased. Backups and logs still have it: docs/security.md.")


@app.command(name="list")
def buyer_list(
    search: Annotated[str | None, typer.Option(help="Only buyers with these words in code, name or e-mail.")] = None,
    bounced: Annotated[
        bool | None,
        typer.Option("--bounced/--not-bounced", help="Only buyers with an address that a mail server has refused."),
    ] = None,
    brand: OfBrand = None,
    demo: Demo = False,
) -> None:
    """List the buyers by code: code, name, offline or connected, language, country, e-mail addresses."""
    for line in on_database(
        existing_settings(demo=demo), lambda database: list_buyers(database, brand, search, bounced)
    ):
        typer.echo(line)


async def add_buyer(database: Database, brand: str | None, values: dict[str, Any], *, allow_similar: bool) -> None:
    """Raises CommandError."""
    context = await context_of(database, brand)
    done(await buyers.create_buyer(context, values, allow_similar_code=allow_similar))


async def set_buyer(database: Database, brand: str | None, code: str, values: dict[str, Any]) -> None:
    """Raises CommandError."""
    buyer = await find_buyer(database, await find_brand(database, brand), code)
    done(await buyers.update_buyer(await context_of(database, brand), buyer.id, values))


async def erase_buyer(database: Database, brand: str | None, code: str) -> None:
    """Raises CommandError."""
    buyer = await find_buyer(database, await find_brand(database, brand), code)
    done(await buyer_erasure.erase_buyer(await context_of(database, brand), buyer.id))


async def list_buyers(
    database: Database, brand: str | None, search: str | None, bounced: bool | None = None
) -> list[str]:
    """One line for each buyer. Raises CommandError."""
    try:
        return [_line(row) async for row in _all(database, brand, search, bounced)]
    except InputError as error:
        raise CommandError(str(error)) from None


async def _all(
    database: Database, brand: str | None, search: str | None, bounced: bool | None
) -> AsyncIterator[BuyerRow]:
    context, after, has_next = await context_of(database, brand), None, True
    while has_next:
        page = await buyers.buyers(context, search, PageRequest.of(MAX_PAGE_SIZE, after), bounced=bounced)
        for row in page.rows:
            yield row
        after, has_next = page.cursor(-1) if page.rows else None, page.has_next


def _line(row: BuyerRow) -> str:
    connected = "offline" if row.is_offline else "connected"
    return "\t".join(
        [row.unique_code, row.name, connected, row.locale, row.country, "; ".join(map(_address, row.recipients))]
    )


def _address(row: RecipientRow) -> str:
    return f"{row.email} (refused {row.bounced_at:%Y-%m-%d}: {row.bounce_reason})" if row.bounced_at else row.email


def _given(
    name: str | None,
    emails: list[str] | None,
    language: Locale | None,
    country: str | None,
    address: str | None,
    delivery_address: str | None,
    offline: bool | None,
) -> dict[str, Any]:
    values = {
        "name": name,
        "recipients": emails,
        "locale": language,
        "country": country,
        "address": address,
        "delivery_address": delivery_address,
        "is_offline": offline,
    }
    return {key: value for key, value in values.items() if value is not None}
