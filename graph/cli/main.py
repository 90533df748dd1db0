"""The command line: orders serve | migrate | import | backup | deliver | token | key | brand | audit | …

Commands import what they need when they run: `doctor` must work where the PDF renderer's libraries are missing.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from graph.cli.errors import CommandError
from graph.settings.environment import ROOT, Settings, SettingsError, from_environment
from graph.telemetry import logs
from models.database.engines import is_unreachable
from models.database.sessions import Database
from models.key_scopes import KeyScope
from models.locale import Locale
from models.migrations import NewerSchemaError, upgrade
from models.policy import Role
from resolvers.importing.options import DateOrder, ImportOptions

T = TypeVar("T")
HELP = "Order Management: reject an order, cleanly, once, for good. Settings come from the environment (see README.md)."
orders = typer.Typer(
    name="orders", help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
brand = typer.Typer(help="The brands (tenants) in the database.", no_args_is_help=True)
orders.add_typer(brand, name="brand")
audit = typer.Typer(help="The record of who did what.", no_args_is_help=True)
orders.add_typer(audit, name="audit")
key = typer.Typer(help="The API keys that partner apps act for a brand with.", no_args_is_help=True)
orders.add_typer(key, name="key")

Demo = Annotated[bool, typer.Option("--demo", help="Use the demo's own database and signing key.")]


OfBrand = Annotated[str | None, typer.Option("--brand", help="The brand's code; needed when there are several.")]
KeyId = Annotated[str, typer.Argument(help="The key's id, as orders key list shows it.", metavar="KEY_ID")]


def main(app: typer.Typer = orders, name: str = "./run orders") -> None:
    """Runs a command. An error that the user can fix is reported in one sentence."""
    try:
        app(prog_name=name)
    except (SettingsError, NewerSchemaError, CommandError) as error:
        fail(str(error))
    except Exception as error:
        if not is_unreachable(error):
            raise
        fail(f"The database cannot be used: {getattr(error, 'orig', None) or error}")


def fail(sentence: str) -> None:
    typer.echo(sentence, err=True)
    sys.exit(1)


def run(command: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(command)


async def migrated(settings: Settings) -> Database:
    """The database at the newest schema, open."""
    database = Database(settings.database_url)
    try:
        await upgrade(database)
    except BaseException:
        await database.close()
        raise
    return database


@orders.command()
def serve(
    demo: Annotated[bool, typer.Option("--demo", help="With sample orders, and a token for each role.")] = False,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    drain: Annotated[
        float, typer.Option(min=0, max=600, help="Seconds to serve on, no longer ready, when told to stop (SIGTERM).")
    ] = 1,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many processes answer.")] = 1,
) -> None:
    """Serve the API, with the mail relay inside. Migrates the database first."""
    from graph.cli.serve import serve as start

    logs.configure()
    settings = from_environment(demo=demo)
    sys.exit(start(settings, demo=demo, host=host, port=port, workers=workers, drain=drain))


@orders.command()
def migrate(demo: Demo = False) -> None:
    """Bring the database to the newest schema."""
    from models.migrations import latest

    async def command() -> None:
        database = await migrated(from_environment(demo=demo))
        await database.close()

    run(command())
    typer.echo(f"The database is at schema {latest()}.")


@orders.command(name="import")
def import_(
    files: Annotated[list[Path], typer.Argument(help=".xlsx, .csv or .csv.gz files.", metavar="FILE…")],
    brand: Annotated[str | None, typer.Option(help="The brand's code; needed when there are several.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write every faulty row to this .csv file.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count everything, write nothing.")] = False,
    encoding: Annotated[
        str | None, typer.Option(help="Of a text file that is not UTF-8, e.g. shift_jis or windows-1252.")
    ] = None,
    decimal_comma: Annotated[
        bool | None, typer.Option("--decimal-comma/--decimal-point", help="Whether 1,234 is a fraction.")
    ] = None,
    dates: Annotated[DateOrder | None, typer.Option(help="The order of day and month in dates like 5/1/2026.")] = None,
    allow_similar: Annotated[
        bool,
        typer.Option("--allow-similar", help="Codes that differ from known ones only by case or the like are new."),
    ] = False,
    update_buyers: Annotated[
        bool, typer.Option("--update-buyers", help="Take over what the files say of buyers that are known.")
    ] = False,
    demo: Demo = False,
) -> None:
    """Import orders. An order with a faulty row is refused, the others are imported; exit code 1 if any was refused."""
    from graph.cli.import_orders import run_import

    options = ImportOptions(encoding, decimal_comma, dates, allow_similar, update_buyers, dry_run)

    async def command() -> int:
        database = await migrated(from_environment(demo=demo))
        try:
            return await run_import(database, brand, files, report, options)
        finally:
            await database.close()

    sys.exit(run(command()))


@orders.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where the copy goes; a file that is there is not replaced.")],
    demo: Demo = False,
) -> None:
    """Copy a SQLite database while it is in use, and check the copy. For PostgreSQL, see docs/operations.md."""
    from graph.cli.backup import backup as start

    async def command() -> int:
        database = Database(from_environment(demo=demo).database_url)
        try:
            return await start(database, file)
        finally:
            await database.close()

    typer.echo(f"{file} is a whole copy ({run(command()):,} bytes).")


@orders.command()
def deliver(
    once: Annotated[bool, typer.Option("--once", help="Send what is due now, then stop.")] = False, demo: Demo = False
) -> None:
    """Send the mails in the outbox; without --once, go on until stopped."""
    from graph.cli.deliver import deliver as start

    logs.configure()
    settings = from_environment(demo=demo)

    async def command() -> int:
        database = await migrated(settings)
        try:
            return await start(database, settings, once=once)
        finally:
            await database.close()

    sys.exit(run(command()))


@orders.command()
def token(
    role: Annotated[Role, typer.Option(help="What the bearer may do.")],
    brand: Annotated[str | None, typer.Option(help="The brand's code; needed when there are several.")] = None,
    buyer: Annotated[str | None, typer.Option(help="For --role buyer: the buyer's unique code.")] = None,
    name: Annotated[str | None, typer.Option(help="The name that the audit will show.")] = None,
    locale: Annotated[Locale, typer.Option(help="The language of messages.")] = Locale.EN,
    hours: Annotated[float, typer.Option(min=0.01, max=8760, help="How long it is good for.")] = 12,
    demo: Demo = False,
) -> None:
    """Print a bearer token. The token alone goes to stdout; for the demo when there is no other database."""
    from graph.cli.token import make_token

    settings = from_environment(demo=demo)
    if not demo and _only_the_demo_is_there(settings):
        typer.echo("There is no database but the demo's: this token is for the demo.", err=True)
        demo, settings = True, from_environment(demo=True)

    async def command() -> str:
        database = Database(settings.database_url)
        try:
            return await make_token(database, settings, role, brand, buyer, name, locale, hours, demo=demo)
        finally:
            await database.close()

    typer.echo(run(command()))


def _only_the_demo_is_there(settings: Settings) -> bool:
    real, demo = settings.data_folder / "orders.db", settings.data_folder / "demo.db"
    return settings.database_url == f"sqlite:///{real}" and not real.exists() and demo.exists()


@brand.command(name="add")
def brand_add(
    code: Annotated[str, typer.Argument(help="Short and unique, e.g. northlight.")],
    name: Annotated[str, typer.Argument(help='As documents and mails show it, e.g. "Northlight Trading".')],
    locale: Annotated[Locale, typer.Option(help="The brand's language.")] = Locale.EN,
    time_zone: Annotated[str, typer.Option(help="Where documents show times, e.g. Asia/Tokyo.")] = "UTC",
    currency: Annotated[str, typer.Option(help="Of imported orders that name none (ISO 4217).")] = "JPY",
    reply_to: Annotated[str | None, typer.Option(help="Where the buyers' answers go.")] = None,
) -> None:
    """Add a brand, so that orders can be imported for it."""
    from graph.cli.brands import add_brand

    async def command() -> None:
        database = await migrated(from_environment())
        try:
            await add_brand(database, code, name, locale, time_zone, currency, reply_to)
        finally:
            await database.close()

    run(command())
    typer.echo(f"Brand {code} is there. Next: orders import FILE --brand {code}")


@brand.command(name="list")
def brand_list(demo: Demo = False) -> None:
    """List the brands."""
    from graph.cli.brands import brands

    async def command() -> list[tuple[str, str]]:
        settings = from_environment(demo=demo)
        if not Database(settings.database_url).exists():
            return []
        database = await migrated(settings)
        try:
            return [(each.code, each.name) for each in await brands(database)]
        finally:
            await database.close()

    for code, name in run(command()):
        typer.echo(f"{code}\t{name}")


@key.command(name="create")
def key_create(
    name: Annotated[str, typer.Argument(help='The partner app that it is for, e.g. "ERP connector".')],
    scope: Annotated[list[KeyScope], typer.Option(help="What it is good for; each includes those before it.")],
    days: Annotated[float | None, typer.Option(min=0.01, max=36500, help="Ends by itself after so many days.")] = None,
    brand: OfBrand = None,
    demo: Demo = False,
) -> None:
    """Make a key. It goes to stdout, this once: only its hash is kept."""
    from graph.cli.keys import create_key

    typer.echo(_with_keys(lambda database: create_key(database, brand, name, scope, days), demo=demo))


@key.command(name="list")
def key_list(brand: OfBrand = None, demo: Demo = False) -> None:
    """List the keys that are not revoked."""
    from graph.cli.keys import list_keys

    for line in _with_keys(lambda database: list_keys(database, brand), demo=demo):
        typer.echo(line)


@key.command(name="rotate")
def key_rotate(
    id: KeyId,
    overlap_hours: Annotated[int, typer.Option(min=0, max=168, help="How long the old key stays good.")] = 0,
    brand: OfBrand = None,
    demo: Demo = False,
) -> None:
    """Replace a key by a new one, which goes to stdout, this once."""
    from graph.cli.keys import rotate_key

    typer.echo(_with_keys(lambda database: rotate_key(database, brand, id, overlap_hours), demo=demo))


@key.command(name="revoke")
def key_revoke(id: KeyId, brand: OfBrand = None, demo: Demo = False) -> None:
    """End a key, at once and for good."""
    from graph.cli.keys import revoke_key

    _with_keys(lambda database: revoke_key(database, brand, id), demo=demo)
    typer.echo(f"{id} is revoked.")


def _with_keys(command: Callable[[Database], Coroutine[Any, Any, T]], *, demo: bool) -> T:
    async def work() -> T:
        database = await migrated(from_environment(demo=demo))
        try:
            return await command(database)
        finally:
            await database.close()

    return run(work())


@audit.command(name="verify")
def audit_verify(
    brand: Annotated[str | None, typer.Option(help="Only this brand's.")] = None, demo: Demo = False
) -> None:
    """Check that no entry was changed, removed or added behind our back; exit code 1 when one was."""
    from graph.cli.audit import verify

    async def command() -> bool:
        database = await migrated(from_environment(demo=demo))
        try:
            return await verify(database, brand)
        finally:
            await database.close()

    sys.exit(0 if run(command()) else 1)


@orders.command()
def schema(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit code 1 when it is out of date.")] = False,
) -> None:
    """Write what is made from the code: schema.graphql and docs/rules.md."""
    from graph.cli.rules_page import rules_page
    from graph.schema import schema as made

    for path, text in ((ROOT / "schema.graphql", made.as_str() + "\n"), (ROOT / "docs" / "rules.md", rules_page())):
        name = path.relative_to(ROOT)
        if not check:
            path.write_text(text, encoding="utf-8")
            typer.echo(f"Wrote {name}.")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            raise CommandError(f"{name} is out of date: run ./run schema and commit it.")
        else:
            typer.echo(f"{name} is up to date.")


@orders.command()
def doctor(demo: Demo = False) -> None:
    """Tell what is missing (PDF libraries, fonts, database, SMTP) and how to get it; exit code 1 when something is."""
    from graph.cli.doctor import examine

    sys.exit(0 if run(examine(demo=demo)) else 1)
