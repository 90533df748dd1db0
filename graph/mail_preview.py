"""orderMailPreview: a mail to the buyer, before it is sent."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import ID, UNSET

from exports.mail import render
from graph.core.context import Info, or_none
from graph.core.ids import Kind, from_id
from graph.core.notices import Notice
from graph.notifications import MailPreview
from graph.papers.wordings import MailWordingInput
from models.locale import text_for
from models.messages.mail import MailKind, mail_texts
from models.messages.refusals import ORDER_NOT_FOUND
from resolvers.core import notices
from resolvers.inputs import InputError
from resolvers.papers.mail_previews import about
from resolvers.papers.wordings import check_wording
from resolvers.rejection_reasons import reason_shown


async def order_mail_preview(
    info: Info,
    order_id: Annotated[ID, strawberry.argument(description="The order.")],
    kind: Annotated[MailKind, strawberry.argument(description="The kind of mail.")],
    body: Annotated[
        str | None,
        strawberry.argument(description="Message to the buyer. If blank, the text that would be sent without one."),
    ] = UNSET,
    wording: Annotated[
        MailWordingInput | None,
        strawberry.argument(
            description="A wording to try, before it is saved: the mail is shown with it, in its language. Its kind is "
            "that of the mail."
        ),
    ] = UNSET,
    delivery_note_id: Annotated[
        ID | None,
        strawberry.argument(
            description="The delivery note that a mail of the kind DELIVERY_NOTE_CREATED is about. If left out, the "
            "order's newest; without any, the mail is shown for the whole order."
        ),
    ] = UNSET,
    invoice_id: Annotated[
        ID | None,
        strawberry.argument(
            description="The invoice, a draft too, that a mail of the kind INVOICE_ISSUED is about. If left out, the "
            "order's newest that is not void; without any, the mail is shown for the whole order."
        ),
    ] = UNSET,
) -> MailPreview:
    given = {
        argument: from_id(id_kind, id)
        for argument, id_kind, id in (
            ("deliveryNoteId", Kind.DELIVERY_NOTE, or_none(delivery_note_id)),
            ("invoiceId", Kind.INVOICE, or_none(invoice_id)),
        )
        if id is not None
    }
    return await preview(info, order_id, kind, or_none(body), wording=or_none(wording), documents=given)


async def preview(
    info: Info,
    order_id: str,
    kind: MailKind,
    body: str | None,
    reason: str | None = None,
    wording: MailWordingInput | None = None,
    documents: dict[str, UUID | None] | None = None,
) -> MailPreview:
    """`documents`: those that are named, see `about`."""
    found = from_id(Kind.ORDER, order_id)
    if found is None:
        raise InputError(text_for(ORDER_NOT_FOUND, info.context.actor.locale), "orderId", code="NOT_FOUND")
    tried = None
    if wording:
        new = replace(wording.read(), kind=kind)
        if wrong := check_wording(info.context, new, "wording"):
            raise InputError(wrong[0].message, *wrong[0].field[1:])
        tried = new.locale, new.wording
    action = mail_texts(kind).previewed_with
    of_document = about(info.context, kind, documents or {})
    notice, found_notices = await notices.preview(info.context, found, kind, action, body, tried, of_document)
    if reason:
        notice = replace(notice, reason=await reason_shown(info.context, found, reason, notice.locale))
    mail = render(notice)
    return MailPreview(
        to=mail.to,
        body=notice.body or "",
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        notices=Notice.all_of(found_notices),
        warnings=[each.message for each in found_notices],
    )
