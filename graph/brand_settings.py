"""BrandSettings and updateBrandSettings."""

from collections.abc import Collection
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import UNSET

from graph.core.command_inputs import CommandInput
from graph.core.context import Info, or_none
from graph.core.download_links import Download
from graph.core.enums import InLocale
from graph.core.ids import Kind, to_id
from graph.core.node import NODES, Node
from graph.downloads import LETTERHEAD, Sample
from graph.order_actions import CommandPayload
from graph.papers.letterheads import Letterhead, LetterheadInput
from graph.papers.wordings import MailWording, MailWordingInput
from models.locale import Locale
from models.messages.mail import MailKind
from resolvers import brand_settings as settings
from resolvers.brand_settings import MAX_ADDRESS_LENGTH, MAX_COUNTRY_LENGTH, MAX_NAME_LENGTH, MAX_PHONE_LENGTH
from resolvers.core.context import Context
from resolvers.core.refusals import Outcome, Refused
from resolvers.papers import wordings


@strawberry.type(description="The settings of the viewer's brand.")
class BrandSettings(Node):
    name: str = strawberry.field(description="The brand's name, as documents and mails show it.")
    legal_name: str | None = strawberry.field(
        description="The company's name, as documents show it. Null: the brand's name."
    )
    phone: str | None = strawberry.field(
        description="Phone number, named in rejection mails as whom to ask. Null if unknown."
    )
    address: str = strawberry.field(description="Postal address, in lines, as documents show it. Empty if unknown.")
    country: str = strawberry.field(description="Country: a name, or an ISO 3166 code. Empty if unknown.")
    archiving_enabled: bool = strawberry.field(
        description="Whether final (rejected or sent-back) orders can be archived."
    )
    locale: Locale = strawberry.field(
        description="Language of the mails to buyers without a language or a country of their own."
    )
    time_zone: str = strawberry.field(description="Time zone of the times in documents and mails, e.g. Asia/Tokyo.")
    mail_sender_name: str | None = strawberry.field(description="Sender name of mails. Null: the brand's name.")
    mail_reply_to: str | None = strawberry.field(description="Reply-to address of mails, for the buyers' answers.")
    contact_email: str | None = strawberry.field(
        description="Address for questions, as rejection mails name it. Null: mailReplyTo."
    )
    rejection_text_en: str | None = strawberry.field(
        description="Text of a rejection mail to an English-speaking buyer if no message was typed. Null: a "
        "standard text."
    )
    rejection_text_ja: str | None = strawberry.field(
        description="Text of a rejection mail to a Japanese-speaking buyer if no message was typed. Null: a "
        "standard text."
    )
    rejection_reason_required: bool = strawberry.field(
        description="Whether each rejection needs a reason. Without one it is refused with REASON_REQUIRED."
    )
    mails_have_pdf: bool = strawberry.field(
        description="Whether mails have the PDF of their order, delivery note or invoice attached."
    )
    mail_sender_address: str | None = strawberry.field(
        description="Sender's address of mails, which the platform's operator has set once the brand's domain permits "
        "it. Null: the platform's address, with the brand's name."
    )
    letterhead: Letterhead = strawberry.field(description="What documents say of the brand besides.")

    @strawberry.field(description="The brand's own wordings of mails, by kind and language.")
    async def mail_wordings(
        self,
        info: Info,
        all_versions: Annotated[
            bool, strawberry.argument(description="Also the earlier versions, newest first. Default: the one in use.")
        ] = False,
    ) -> list[MailWording]:
        rows = await wordings.wordings(info.context, all_versions=all_versions)
        return [MailWording.of(row) for row in rows]

    @strawberry.field(description="A download link to the PDF of a made-up invoice with the letterhead as it is now.")
    def letterhead_preview(self, info: Info, locale: InLocale = UNSET) -> Download:
        sample = Sample(info.context.clock())
        return info.context.links.to(LETTERHEAD, sample, info.context.actor, locale or None)


@strawberry.input(
    description="The settings to change. A setting that is left out keeps its value. Null restores the "
    "default; name, archivingEnabled, locale, timeZone, rejectionReasonRequired and mailsHavePdf have no "
    "default and keep their value."
)
class UpdateBrandSettingsInput(CommandInput):
    name: str | None = strawberry.field(
        default=UNSET, description=f"The brand's name, 1 to {MAX_NAME_LENGTH} characters."
    )
    legal_name: str | None = strawberry.field(
        default=UNSET, description=f"The company's name, at most {MAX_NAME_LENGTH} characters."
    )
    phone: str | None = strawberry.field(
        default=UNSET, description=f"A phone number, at most {MAX_PHONE_LENGTH} characters."
    )
    address: str | None = strawberry.field(
        default=UNSET,
        description=f"Postal address, in lines, at most {MAX_ADDRESS_LENGTH:,} characters. Null empties it.",
    )
    country: str | None = strawberry.field(
        default=UNSET,
        description=f"Country: a name, or an ISO 3166 code, at most {MAX_COUNTRY_LENGTH} characters. Null empties it.",
    )
    archiving_enabled: bool | None = strawberry.field(
        default=UNSET, description="Whether final (rejected or sent-back) orders can be archived."
    )
    locale: Locale | None = strawberry.field(
        default=UNSET,
        description="Language of the mails to buyers without a language or a country of their own, from the "
        "next mail on.",
    )
    time_zone: str | None = strawberry.field(default=UNSET, description="IANA name of a time zone, e.g. Asia/Tokyo.")
    mail_sender_name: str | None = strawberry.field(default=UNSET, description="At most 200 characters.")
    mail_reply_to: str | None = strawberry.field(default=UNSET, description="An e-mail address.")
    contact_email: str | None = strawberry.field(default=UNSET, description="An e-mail address.")
    rejection_text_en: str | None = strawberry.field(default=UNSET, description="At most 10,000 characters.")
    rejection_text_ja: str | None = strawberry.field(default=UNSET, description="At most 10,000 characters.")
    rejection_reason_required: bool | None = strawberry.field(
        default=UNSET, description="Whether each rejection needs a reason. Default of a new brand: no."
    )
    mails_have_pdf: bool | None = strawberry.field(
        default=UNSET, description="Whether mails have the PDF of their order or document attached."
    )
    mail_wordings: list[MailWordingInput] | None = strawberry.field(
        default=UNSET,
        description="Wordings of mails to save, at most 20; those of other kinds and languages stay. orderMailPreview "
        "shows one beforehand.",
    )
    letterhead: LetterheadInput | None = strawberry.field(
        default=UNSET, description="What documents say of the brand besides. Null changes nothing."
    )


@strawberry.type(description="Result of updateBrandSettings. The command succeeded if and only if userErrors is empty.")
class UpdateBrandSettingsPayload(CommandPayload):
    settings: BrandSettings | None = strawberry.field(description="The settings after the command.")


@strawberry.input(description="The wording to delete.")
class DeleteMailWordingInput(CommandInput):
    kind: MailKind = strawberry.field(description="Kind of mail.")
    locale: Locale = strawberry.field(description="Language of the mail.")


@strawberry.type(description="Result of deleteMailWording. The command succeeded if and only if userErrors is empty.")
class DeleteMailWordingPayload(CommandPayload):
    settings: BrandSettings | None = strawberry.field(description="The settings after the command.")


# These have no default to fall back to: null leaves them as they are.
NEVER_NULL = ("name", "archiving_enabled", "locale", "time_zone", "rejection_reason_required", "mails_have_pdf")


async def brand_settings(info: Info) -> BrandSettings | None:
    found = await settings.brand_settings(info.context)
    return _published((info.context.actor.brand_id, found)) if found and info.context.actor.brand_id else None


def _published(found: tuple[UUID, settings.BrandSettings]) -> BrandSettings:
    brand_id, values = found
    id = to_id(Kind.BRAND_SETTINGS, brand_id)
    letterhead = Letterhead.of(values.letterhead)
    return BrandSettings(id=id, letterhead=letterhead, **{name: getattr(values, name) for name in settings.NAMES})


async def _by_id(context: Context, ids: Collection[UUID]) -> dict[UUID, tuple[UUID, settings.BrandSettings]]:
    """The viewer's own, if it is among them."""
    brand_id = context.actor.brand_id
    found = await settings.brand_settings(context) if brand_id in ids else None
    return {brand_id: (brand_id, found)} if brand_id and found else {}


async def update_brand_settings(
    info: Info, input: Annotated[UpdateBrandSettingsInput, strawberry.argument(description="The changes.")]
) -> UpdateBrandSettingsPayload:
    values = {name: getattr(input, name) for name in settings.NAMES if name != "mail_sender_address"}
    changes = {
        name: value
        for name, value in values.items()
        if value is not UNSET and not (value is None and name in NEVER_NULL)
    }
    try:
        letterhead, logo = input.letterhead.read(info.context) if input.letterhead else ({}, None)
    except Refused as error:
        outcome = Outcome(refusals=error.refusals)
    else:
        outcome = await settings.update_brand_settings(
            info.context,
            changes,
            letterhead=letterhead,
            logo=logo,
            wordings=[each.read() for each in (or_none(input.mail_wordings) or [])],
            **input.terms(),
        )
    return UpdateBrandSettingsPayload.after(outcome, settings=await brand_settings(info))


async def delete_mail_wording(
    info: Info, input: Annotated[DeleteMailWordingInput, strawberry.argument(description="The wording.")]
) -> DeleteMailWordingPayload:
    outcome = await wordings.delete_wording(info.context, input.kind, input.locale, **input.terms())
    return DeleteMailWordingPayload.after(outcome, settings=await brand_settings(info))


NODES[Kind.BRAND_SETTINGS] = (_by_id, _published)
