"""ApiKey, apiKeys, createApiKey, rotateApiKey, revokeApiKey: the keys that partner apps act with."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, UNSET

from graph.core.command_inputs import CommandInput
from graph.core.context import Info, or_none
from graph.core.ids import Kind, from_id, to_id
from graph.core.node import NODES, Node
from graph.order_actions import CommandPayload
from models.api_key import PREFIX
from models.api_key import ApiKey as ApiKeyRow
from models.key_scopes import KeyScope
from resolvers import api_keys as keys
from resolvers.api_keys import api_keys_by_id
from resolvers.core.refusals import Outcome


@strawberry.type(
    description="An API key of a partner app, for the header X-Merchant-API-Key. The server does not keep "
    "the key itself."
)
class ApiKey(Node):
    name: str = strawberry.field(description="Name of the partner app, as shown in the history.")
    hint: str = strawberry.field(description="First and last characters of the key, to recognise it by.")
    scopes: list[KeyScope] = strawberry.field(description="Scopes of the key, with the scopes that they include.")
    created_at: datetime = strawberry.field(description="When the key was created.")
    created_by: str = strawberry.field(description="Name of the user who created the key.")
    expires_at: datetime | None = strawberry.field(description="When the key expires. Null: never.")
    last_used_at: datetime | None = strawberry.field(
        description="When the key was last used, to about a minute. Null: never."
    )
    rotated_at: datetime | None = strawberry.field(
        description="When the key was last rotated, i.e. replaced by a new one. Null: never."
    )
    previous_until: datetime | None = strawberry.field(
        description="When the key from before the last rotation expires."
    )
    revoked_at: datetime | None = strawberry.field(description="When the key was revoked. It is invalid from then on.")

    @classmethod
    def of(cls, row: ApiKeyRow) -> "ApiKey":
        return cls(
            id=to_id(Kind.API_KEY, row.id),
            name=row.name,
            hint=f"{PREFIX}…{row.last_four}",
            scopes=[KeyScope(scope) for scope in row.scopes],
            created_at=row.created_at,
            created_by=row.created_by,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            rotated_at=row.rotated_at,
            previous_until=row.previous_until,
            revoked_at=row.revoked_at,
        )


@strawberry.input(description="A new API key.")
class CreateApiKeyInput(CommandInput):
    name: str = strawberry.field(description="Name of the partner app, 1 to 100 characters.")
    scopes: list[KeyScope] = strawberry.field(description="Scopes of the key, at least one.")
    expires_at: datetime | None = strawberry.field(default=UNSET, description="When the key expires. Default: never.")


@strawberry.input(description="The API key to replace.")
class RotateApiKeyInput(CommandInput):
    api_key_id: ID = strawberry.field(description="The key.")
    overlap_hours: int = strawberry.field(
        default=0,
        description="Number of hours for which the old key stays valid, 0 to 168. A key from an earlier "
        "rotation becomes invalid immediately.",
    )


@strawberry.input(description="The API key to revoke.")
class RevokeApiKeyInput(CommandInput):
    api_key_id: ID = strawberry.field(description="The key.")


@strawberry.type(description="Result of createApiKey. The command succeeded if and only if userErrors is empty.")
class CreateApiKeyPayload(CommandPayload):
    api_key: ApiKey | None = strawberry.field(description="The new key. Null if refused.")
    secret: str | None = strawberry.field(
        description="The key itself. Store it now: it is shown only this once. Null if refused, and if `replayed`: "
        "when the first answer was lost, rotate the key."
    )


@strawberry.type(description="Result of rotateApiKey. The command succeeded if and only if userErrors is empty.")
class RotateApiKeyPayload(CommandPayload):
    api_key: ApiKey | None = strawberry.field(description="The key after the command. Null if refused.")
    secret: str | None = strawberry.field(
        description="The new key itself. Store it now: it is shown only this once. Null if refused, and if `replayed`: "
        "when the first answer was lost, rotate the key again, with another idempotencyKey."
    )


@strawberry.type(description="Result of revokeApiKey. The command succeeded if and only if userErrors is empty.")
class RevokeApiKeyPayload(CommandPayload):
    api_key: ApiKey | None = strawberry.field(description="The key after the command. Null if refused.")


async def api_keys(info: Info) -> list[ApiKey]:
    return [ApiKey.of(row) for row in await keys.api_keys(info.context)]


async def create_api_key(
    info: Info, input: Annotated[CreateApiKeyInput, strawberry.argument(description="The key.")]
) -> CreateApiKeyPayload:
    outcome, secret = await keys.create_api_key(
        info.context, input.name, input.scopes, or_none(input.expires_at), **input.terms()
    )
    return CreateApiKeyPayload.after(outcome, api_key=await _key(info, outcome), secret=secret)


async def rotate_api_key(
    info: Info, input: Annotated[RotateApiKeyInput, strawberry.argument(description="The key.")]
) -> RotateApiKeyPayload:
    key_id = from_id(Kind.API_KEY, input.api_key_id)
    outcome, secret = await keys.rotate_api_key(info.context, key_id, input.overlap_hours, **input.terms())
    return RotateApiKeyPayload.after(outcome, api_key=await _key(info, outcome), secret=secret)


async def revoke_api_key(
    info: Info, input: Annotated[RevokeApiKeyInput, strawberry.argument(description="The key.")]
) -> RevokeApiKeyPayload:
    outcome = await keys.revoke_api_key(info.context, from_id(Kind.API_KEY, input.api_key_id), **input.terms())
    return RevokeApiKeyPayload.after(outcome, api_key=await _key(info, outcome))


async def _key(info: Info, outcome: Outcome) -> ApiKey | None:
    if outcome.made is None:
        return None
    return ApiKey.of((await api_keys_by_id(info.context, [outcome.made]))[outcome.made])


NODES[Kind.API_KEY] = (api_keys_by_id, ApiKey.of)
