"""`orders wording …`: what a brand says in its mails instead of the standard texts."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from graph.cli.database import existing_settings, on_database
from graph.cli.errors import CommandError
from graph.cli.lookups import context_of, done
from graph.cli.options import Demo, OfBrand
from models.database.sessions import Database
from models.locale import Locale, Text
from models.messages.mail import MailKind, mail_texts
from resolvers.brand_settings import update_brand_settings
from resolvers.core.context import Context
from resolvers.core.notices import Wording
from resolvers.papers import wordings
from resolvers.papers.wordings import KNOWN, NewWording, WordingRow

T = TypeVar("T")
app = typer.Typer(
    help="What a brand says in its mails instead of the standard texts, by kind and language.", no_args_is_help=True
)
Kind = Annotated[MailKind, typer.Argument(help="The kind of mail.", metavar="KIND", case_sensitive=False)]
Language = Annotated[Locale, typer.Argument(help="The language: en or ja.", metavar="LANGUAGE", case_sensitive=False)]


@app.command(name="list")
def wording_list(
    all_versions: Annotated[bool, typer.Option("--all-versions", help="Also the earlier versions.")] = False,
    brand: OfBrand = None,
    demo: Demo = False,
) -> None:
    """List the wordings: kind, language, version, when and by whom, subject."""

    async def work(context: Context) -> list[WordingRow]:
        return await wordings.wordings(context, all_versions=all_versions)

    for row in _run(work, brand, demo=demo):
        subject = row.wording.subject or ("(standard)" if row.wording != Wording() else "(deleted)")
        typer.echo(
            f"{row.kind}\t{row.locale}\t{row.version}\t{row.created_at:%Y-%m-%d %H:%M}Z\t{row.created_by}\t{subject}"
        )


@app.command(name="show")
def wording_show(kind: Kind, language: Language, brand: OfBrand = None, demo: Demo = False) -> None:
    """Show what the mails of one kind and language say, and which of it is the standard."""
    own = _run(lambda context: _own(context, kind, language), brand, demo=demo)
    texts = mail_texts(kind)
    standard: tuple[tuple[str, str | None, Text], ...] = (
        ("subject", own.subject, texts.subject),
        ("heading", own.heading, texts.heading),
        ("body", own.body, texts.text),
    )
    for name, said, text in standard:
        typer.echo(f"{name}{'' if said else ' (standard)'}:")
        for line in (said or text.in_(language)).splitlines():
            typer.echo(f"  {line}")


@app.command(name="set")
def wording_set(
    kind: Kind,
    language: Language,
    subject: Annotated[
        str | None, typer.Option(help=f'The subject; "" for the standard one. Variables: {KNOWN}.')
    ] = None,
    heading: Annotated[str | None, typer.Option(help='The heading in the mail; "" for the standard one.')] = None,
    body: Annotated[str | None, typer.Option(help='The message if none is typed; "" for the standard one.')] = None,
    body_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A text file (UTF-8) with the message, instead of --body.")
    ] = None,
    brand: OfBrand = None,
    demo: Demo = False,
) -> None:
    """Save a wording as a new version. A text that is left out stays as it is."""
    if body is not None and body_file is not None:
        raise CommandError("Give the message either with --body or with --body-file.")
    message = _read(body_file) if body_file else body
    if subject is None and heading is None and message is None:
        raise CommandError('Name what changes, e.g. --subject "{brand}: about your order {code}".')

    async def work(context: Context) -> None:
        own = await _own(context, kind, language)
        new = Wording(
            own.subject if subject is None else subject,
            own.heading if heading is None else heading,
            own.body if message is None else message,
        )
        done(await update_brand_settings(context, {}, wordings=[NewWording(kind, language, new)]))

    _run(work, brand, demo=demo)
    typer.echo(f"The wording of {kind} ({language}) is saved.")


@app.command(name="delete")
def wording_delete(kind: Kind, language: Language, brand: OfBrand = None, demo: Demo = False) -> None:
    """Delete a wording: mails have the standard texts again. The earlier versions can still be listed."""

    async def work(context: Context) -> None:
        done(await wordings.delete_wording(context, kind, language))

    _run(work, brand, demo=demo)
    typer.echo(f"The wording of {kind} ({language}) is deleted.")


async def _own(context: Context, kind: MailKind, language: Locale) -> Wording:
    rows = await wordings.wordings(context, all_versions=False)
    return next((row.wording for row in rows if (row.kind, row.locale) == (kind, language)), Wording())


def _read(file: Path) -> str:
    """Raises CommandError."""
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise CommandError(f"{file} is not a text in UTF-8.") from None


def _run(work: Callable[[Context], Awaitable[T]], brand: str | None, *, demo: bool) -> T:
    """Raises CommandError."""

    async def command(database: Database) -> T:
        return await work(await context_of(database, brand))

    return on_database(existing_settings(demo=demo), command)
