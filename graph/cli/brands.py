"""`orders brand …`: the brands in the database."""

import re
import shlex
from base64 import b64encode
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.exc import IntegrityError

from graph.cli.database import existing_settings, on_database
from graph.cli.errors import CommandError
from graph.cli.lookups import brands, context_of, done
from graph.cli.options import Demo, OfBrand
from models.brand import Brand
from models.buyer import ADDRESS
from models.database.sessions import Database
from models.letterhead import Paper
from models.locale import Locale
from models.money import currencies
from models.registration import RegistrationKind
from models.scope import EVERYTHING
from models.tax import Rounding, Tax, TaxKind
from models.time_zones import is_time_zone
from resolvers import brand_settings
from resolvers.inputs import unprintable
from resolvers.papers.taxes import BAD_RATE, tax_from

PERCENT = re.compile(r"\d{1,3}(\.\d{1,2})?", re.ASCII)

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
    sender_address: Annotated[
        str | None,
        typer.Option(
            help="The sender's address of mails, once its domain permits the mail server (SPF, DKIM; "
            'docs/guides/mails.md); "" for ORDERS_MAIL_FROM.'
        ),
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
    registration: Annotated[
        str | None,
        typer.Option(
            metavar="KIND:NUMBER",
            help='The registration number for tax, e.g. "GB_VAT:GB 123 4567 82" or JP_INVOICE:T7123456789012; "" for '
            "none.",
        ),
    ] = None,
    logo: Annotated[str | None, typer.Option(metavar="FILE", help='A PNG or SVG, at most 200 KB; "" for none.')] = None,
    accent: Annotated[str | None, typer.Option(help='The colour of rules, e.g. #1d4e68; "" for the default.')] = None,
    bank: Annotated[str | None, typer.Option(help='The bank details on invoices, in lines; "" for none.')] = None,
    payment_days: Annotated[int | None, typer.Option(help="Days from an invoice until it is due; -1 for none.")] = None,
    terms_en: Annotated[str | None, typer.Option(help="The terms of payment in English.")] = None,
    terms_ja: Annotated[str | None, typer.Option(help="The terms of payment in Japanese.")] = None,
    footer_en: Annotated[str | None, typer.Option(help="The foot of each page in English.")] = None,
    footer_ja: Annotated[str | None, typer.Option(help="The foot of each page in Japanese.")] = None,
    greeting_en: Annotated[str | None, typer.Option(help="The greeting in English documents.")] = None,
    greeting_ja: Annotated[str | None, typer.Option(help="The greeting in Japanese documents.")] = None,
    paper: Annotated[Paper | None, typer.Option(help="The paper of documents.")] = None,
    default_tax: Annotated[
        str | None,
        typer.Option(metavar="KIND:PERCENT", help='The tax of new orders that name none, e.g. STANDARD:20; or "".'),
    ] = None,
    prices_include_tax: Annotated[
        bool | None,
        typer.Option("--prices-include-tax/--prices-without-tax", help="Whether prices of new orders include tax."),
    ] = None,
    tax_rounding: Annotated[Rounding | None, typer.Option(help="How tax is rounded.")] = None,
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
        "mail_sender_address": sender_address,
        "locale": locale,
        "time_zone": time_zone,
        "rejection_reason_required": require_reason,
    }
    changes = {key: value for key, value in values.items() if value is not None}
    letterhead = {
        "bank_details": bank,
        "payment_days": payment_days,
        "payment_terms_en": terms_en,
        "payment_terms_ja": terms_ja,
        "footer_en": footer_en,
        "footer_ja": footer_ja,
        "greeting_en": greeting_en,
        "greeting_ja": greeting_ja,
        "accent_color": accent,
        "paper": paper,
        "prices_include_tax": prices_include_tax,
        "tax_rounding": tax_rounding,
    }
    of_letterhead: dict[str, Any] = {key: value for key, value in letterhead.items() if value is not None}
    if of_letterhead.get("payment_days") == -1:
        of_letterhead["payment_days"] = None
    if registration is not None:
        kind, number = _registration(registration)
        of_letterhead |= {"registration_kind": kind, "registration_number": number}
    if default_tax is not None:
        tax = _tax(default_tax)
        of_letterhead |= {"default_tax_kind": tax and tax.kind, "default_tax_rate": tax and tax.rate}
    if logo == "":
        of_letterhead["logo_digest"] = None
    encoded = _logo(logo) if logo else None
    if not changes and not of_letterhead and encoded is None:
        raise CommandError("Name what changes, e.g. --reply-to sales@example.com.")
    on_database(
        existing_settings(demo=demo), lambda database: set_brand(database, brand, changes, of_letterhead, encoded)
    )
    typer.echo("The brand is changed.")


@app.command(name="list")
def brand_list(demo: Demo = False) -> None:
    """List the brands."""
    for brand in on_database(existing_settings(demo=demo), brands):
        typer.echo(f"{brand.code}\t{brand.name}")


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


async def set_brand(
    database: Database,
    brand: str | None,
    changes: dict[str, Any],
    letterhead: dict[str, Any] | None = None,
    logo: str | None = None,
) -> None:
    """`logo`: in Base64. Raises CommandError."""
    context = await context_of(database, brand)
    done(await brand_settings.update_brand_settings(context, changes, letterhead=letterhead, logo=logo))


def _registration(text: str) -> tuple[RegistrationKind | None, str | None]:
    """KIND:NUMBER. Raises CommandError."""
    if not text:
        return None, None
    kind, _, number = text.partition(":")
    if kind not in set(RegistrationKind) or not number:
        kinds = ", ".join(RegistrationKind)
        raise CommandError(f"Give the registration as KIND:NUMBER, where KIND is one of {kinds}.")
    return RegistrationKind(kind), number


def _tax(text: str) -> Tax | None:
    """KIND:PERCENT. Raises CommandError."""
    if not text:
        return None
    kind, _, percent = text.partition(":")
    tax = tax_from(TaxKind(kind), Decimal(percent)) if kind in set(TaxKind) and PERCENT.fullmatch(percent) else None
    if tax is None:
        raise CommandError(f"Give the tax as KIND:PERCENT, where KIND is one of {', '.join(TaxKind)}. {BAD_RATE.en}")
    return tax


def _logo(file: str) -> str:
    """In Base64. Raises CommandError."""
    try:
        data = Path(file).read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
    return b64encode(data).decode()


async def add_brand(database: Database, brand: Brand) -> None:
    """Raises CommandError."""
    try:
        async with database.transaction(EVERYTHING) as session:
            session.add(brand)
    except IntegrityError:
        raise CommandError(f"There is a brand {brand.code} already.") from None
