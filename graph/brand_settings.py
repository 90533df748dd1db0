"""BrandSettings and updateBrandSettings."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from graph.core.context import Info
from graph.order_actions import OrderActionError
from models.locale import Locale
from resolvers import brand_settings as settings


@strawberry.type(description="The settings of the viewer's brand.")
class BrandSettings:
    archiving_enabled: bool = strawberry.field(description="Whether final orders can be archived.")
    locale: Locale = strawberry.field(description="The language of new buyers.")
    time_zone: str = strawberry.field(description="Where documents and mails show times, e.g. Asia/Tokyo.")
    mail_sender_name: str | None = strawberry.field(description="The sender's name; the brand's if null.")
    mail_reply_to: str | None = strawberry.field(description="Where the buyers' answers go.")
    rejection_text_en: str | None = strawberry.field(
        description="What an English-speaking buyer reads when no message was typed; a standard text if null."
    )
    rejection_text_ja: str | None = strawberry.field(
        description="What a Japanese-speaking buyer reads when no message was typed; a standard text if null."
    )


@strawberry.input(
    description="The settings that shall change; the others stay. Null brings the default back; archivingEnabled, "
    "locale and timeZone have none and stay."
)
class UpdateBrandSettingsInput:
    archiving_enabled: bool | None = strawberry.field(
        default=UNSET, description="Whether final orders can be archived."
    )
    locale: Locale | None = strawberry.field(default=UNSET, description="The language of new buyers.")
    time_zone: str | None = strawberry.field(default=UNSET, description="IANA name, e.g. Asia/Tokyo.")
    mail_sender_name: str | None = strawberry.field(default=UNSET, description="At most 200 characters.")
    mail_reply_to: str | None = strawberry.field(default=UNSET, description="An e-mail address.")
    rejection_text_en: str | None = strawberry.field(default=UNSET, description="At most 10,000 characters.")
    rejection_text_ja: str | None = strawberry.field(default=UNSET, description="At most 10,000 characters.")


@strawberry.type(description="What came of updateBrandSettings. It is done exactly when userErrors is empty.")
class UpdateBrandSettingsPayload:
    settings: BrandSettings | None = strawberry.field(description="The settings as they are now.")
    user_errors: list[OrderActionError] = strawberry.field(description="Why nothing was done; empty when it was.")


# These have no default to fall back to: null leaves them as they are.
NEVER_NULL = ("archiving_enabled", "locale", "time_zone")


async def brand_settings(info: Info) -> BrandSettings | None:
    found = await settings.brand_settings(info.context)
    return BrandSettings(**{name: getattr(found, name) for name in settings.NAMES}) if found else None


async def update_brand_settings(
    info: Info, input: Annotated[UpdateBrandSettingsInput, strawberry.argument(description="The changes.")]
) -> UpdateBrandSettingsPayload:
    values = {name: getattr(input, name) for name in settings.NAMES}
    changes = {
        name: value
        for name, value in values.items()
        if value is not UNSET and not (value is None and name in NEVER_NULL)
    }
    outcome = await settings.update_brand_settings(info.context, changes)
    return UpdateBrandSettingsPayload(settings=await brand_settings(info), user_errors=OrderActionError.all_of(outcome))
