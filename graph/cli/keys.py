"""`orders key …`: the API keys of partner apps."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import typer

from graph.cli.database import existing_settings, on_database
from graph.cli.lookups import context_of, done
from graph.cli.options import Demo, OfBrand
from graph.core.ids import Kind, from_id, to_id
from models.api_key import PREFIX, ApiKey
from models.database.sessions import Database
from models.key_scopes import KeyScope
from resolvers import api_keys
from resolvers.core.refusals import Outcome

app = typer.Typer(help="The API keys of partner apps, which act for a brand.", no_args_is_help=True)
KeyId = Annotated[str, typer.Argument(help="The key's id, as orders key list shows it.", metavar="KEY_ID")]


@app.command(name="create")
def key_create(
    name: Annotated[str, typer.Argument(help='The partner app that the key is for, e.g. "ERP connector".')],
    scope: Annotated[list[KeyScope], typer.Option(help="What the key permits; each scope includes those before it.")],
    days: Annotated[float | None, typer.Option(min=0.01, max=36500, help="Days until the key expires.")] = None,
    brand: OfBrand = None,
    demo: Demo = False,
) -> None:
    """Create a key. It is printed to stdout, only this once: the database keeps its hash."""
    settings = existing_settings(demo=demo)
    typer.echo(on_database(settings, lambda database: create_key(database, brand, name, scope, days)))


@app.command(name="list")
def key_list(brand: OfBrand = None, demo: Demo = False) -> None:
    """List the keys that are not revoked."""
    for line in on_database(existing_settings(demo=demo), lambda database: list_keys(database, brand)):
        typer.echo(line)


@app.command(name="rotate")
def key_rotate(
    id: KeyId,
    overlap_hours: Annotated[int, typer.Option(min=0, max=168, help="Hours until the old key expires.")] = 0,
    brand: OfBrand = None,
    demo: Demo = False,
) -> None:
    """Replace a key by a new one, which is printed to stdout, only this once."""
    settings = existing_settings(demo=demo)
    typer.echo(on_database(settings, lambda database: rotate_key(database, brand, id, overlap_hours)))


@app.command(name="revoke")
def key_revoke(id: KeyId, brand: OfBrand = None, demo: Demo = False) -> None:
    """Revoke a key, immediately and permanently."""
    on_database(existing_settings(demo=demo), lambda database: revoke_key(database, brand, id))
    typer.echo(f"{id} is revoked.")


async def create_key(
    database: Database, brand: str | None, name: str, scopes: Sequence[KeyScope], days: float | None
) -> str:
    """The key itself. Raises CommandError."""
    context = await context_of(database, brand)
    expires_at = context.clock() + timedelta(days=days) if days else None
    return _secret(*await api_keys.create_api_key(context, name, scopes, expires_at))


async def rotate_key(database: Database, brand: str | None, key: str, overlap_hours: int) -> str:
    """The new key itself. Raises CommandError."""
    context = await context_of(database, brand)
    return _secret(*await api_keys.rotate_api_key(context, from_id(Kind.API_KEY, key), overlap_hours))


async def revoke_key(database: Database, brand: str | None, key: str) -> None:
    """Raises CommandError."""
    context = await context_of(database, brand)
    done(await api_keys.revoke_api_key(context, from_id(Kind.API_KEY, key)))


async def list_keys(database: Database, brand: str | None) -> list[str]:
    """One line for each key that is not revoked. Raises CommandError."""
    return [_line(key) for key in await api_keys.api_keys(await context_of(database, brand))]


def _line(key: ApiKey) -> str:
    used = f"used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
    ends = f"until {key.expires_at:%Y-%m-%d %H:%M}" if key.expires_at else "no end"
    return "\t".join([to_id(Kind.API_KEY, key.id), key.name, f"{PREFIX}…{key.last_four}", key.scopes[-1], used, ends])


def _secret(outcome: Outcome, secret: str | None) -> str:
    done(outcome)
    assert secret is not None  # noqa: S101 - it is done, so there is one
    return secret
