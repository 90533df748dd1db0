"""ApiKey, apiKeys, createApiKey, rotateApiKey, revokeApiKey: the keys that partner apps act with."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, UNSET

from graph.core.context import Info, given
from graph.core.ids import Kind, from_id, to_id
from graph.core.node import NODES, Node
from graph.order_actions import OrderActionError
from models.api_key import PREFIX
from models.api_key import ApiKey as ApiKeyRow
from models.key_scopes import KeyScope
from resolvers import api_keys as keys
from resolvers.api_keys import api_keys_by_id
from resolvers.core.refusals import Outcome


@strawberry.type(description="A partner app's key, for the header X-Merchant-API-Key. The key itself is not kept.")
class ApiKey(Node):
    name: str = strawberry.field(description="Of the partner app, as the history will show it.")
    hint: str = strawberry.field(description="How the key begins and ends, to recognise it by.")
    scopes: list[KeyScope] = strawberry.field(description="What it is good for, with what that includes.")
    created_at: datetime = strawberry.field(description="When it was made.")
    created_by: str = strawberry.field(description="Who made it, by name.")
    expires_at: datetime | None = strawberry.field(description="When it ends by itself; never if null.")
    last_used_at: datetime | None = strawberry.field(description="To about a minute; null when it never was.")
    rotated_at: datetime | None = strawberry.field(description="When it was last replaced by a new key.")
    previous_until: datetime | None = strawberry.field(description="Until when the key before the rotation is good.")
    revoked_at: datetime | None = strawberry.field(description="Since when it is good for nothing.")

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
class CreateApiKeyInput:
    name: str = strawberry.field(description="The partner app that it is for, 1 to 100 characters.")
    scopes: list[KeyScope] = strawberry.field(description="What it shall be good for; at least one.")
    expires_at: datetime | None = strawberry.field(default=UNSET, description="When it shall end by itself.")


@strawberry.input(description="Which API key to replace.")
class RotateApiKeyInput:
    api_key_id: ID = strawberry.field(description="The key.")
    overlap_hours: int = strawberry.field(
        default=0, description="How long the old key stays good, 0 to 168 hours; one that is older still ends at once."
    )


@strawberry.input(description="Which API key to end.")
class RevokeApiKeyInput:
    api_key_id: ID = strawberry.field(description="The key.")


@strawberry.type(description="What came of createApiKey. It is done exactly when userErrors is empty.")
class CreateApiKeyPayload:
    api_key: ApiKey | None = strawberry.field(description="The new key; null when it was refused.")
    secret: str | None = strawberry.field(description="The key itself. Keep it now: it is shown this once.")
    user_errors: list[OrderActionError] = strawberry.field(description="Why nothing was done; empty when it was.")


@strawberry.type(description="What came of rotateApiKey. It is done exactly when userErrors is empty.")
class RotateApiKeyPayload:
    api_key: ApiKey | None = strawberry.field(description="The key as it is now; null when it was refused.")
    secret: str | None = strawberry.field(description="The new key itself. Keep it now: it is shown this once.")
    user_errors: list[OrderActionError] = strawberry.field(description="Why nothing was done; empty when it was.")


@strawberry.type(description="What came of revokeApiKey. It is done exactly when userErrors is empty.")
class RevokeApiKeyPayload:
    api_key: ApiKey | None = strawberry.field(description="The key as it is now; null when it was refused.")
    user_errors: list[OrderActionError] = strawberry.field(description="Why nothing was done; empty when it was.")


async def api_keys(info: Info) -> list[ApiKey]:
    return [ApiKey.of(row) for row in await keys.api_keys(info.context)]


async def create_api_key(
    info: Info, input: Annotated[CreateApiKeyInput, strawberry.argument(description="The key.")]
) -> CreateApiKeyPayload:
    outcome, secret = await keys.create_api_key(info.context, input.name, input.scopes, given(input.expires_at))
    return CreateApiKeyPayload(
        api_key=await _key(info, outcome), secret=secret, user_errors=OrderActionError.all_of(outcome)
    )


async def rotate_api_key(
    info: Info, input: Annotated[RotateApiKeyInput, strawberry.argument(description="The key.")]
) -> RotateApiKeyPayload:
    key_id = from_id(Kind.API_KEY, input.api_key_id)
    outcome, secret = await keys.rotate_api_key(info.context, key_id, input.overlap_hours)
    return RotateApiKeyPayload(
        api_key=await _key(info, outcome), secret=secret, user_errors=OrderActionError.all_of(outcome)
    )


async def revoke_api_key(
    info: Info, input: Annotated[RevokeApiKeyInput, strawberry.argument(description="The key.")]
) -> RevokeApiKeyPayload:
    outcome = await keys.revoke_api_key(info.context, from_id(Kind.API_KEY, input.api_key_id))
    return RevokeApiKeyPayload(api_key=await _key(info, outcome), user_errors=OrderActionError.all_of(outcome))


async def _key(info: Info, outcome: Outcome) -> ApiKey | None:
    if outcome.made is None:
        return None
    return ApiKey.of((await api_keys_by_id(info.context, [outcome.made]))[outcome.made])


NODES[Kind.API_KEY] = (api_keys_by_id, ApiKey.of)
