"""The brand's reasons for rejections: list, create, change, archive; and the grounds that a rejection is given."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Unpack
from uuid import UUID

from sqlalchemy import func, select

from models.base import new_id
from models.brand import Brand
from models.database.prepared import Query
from models.events import Reason, RejectionReasonCreated, RejectionReasonUpdated
from models.locale import Locale, Text, text_for
from models.messages.refusals import (
    LAST_REASON,
    NO_REASON_TO_SHOW,
    REASON_ARCHIVED,
    REASON_CODE_BAD,
    REASON_CODE_TAKEN,
    REASON_REQUIRED,
    REASONS_ARE_OF_A_BRAND,
    TEXT_MISSING,
    TOO_MANY_REASONS,
    UNKNOWN_REASON,
)
from models.order import Order
from models.permissions import Permission
from models.rejection_reason import RejectionReason
from resolvers.core.actions import Change, Terms, act, not_found
from resolvers.core.context import Context
from resolvers.core.notices import typed
from resolvers.core.refusals import Outcome, Refusal, RefusalCode, Refused, invalid, refusal, wrong_text
from resolvers.core.work import Work
from resolvers.inputs import InputError, check_text
from resolvers.reading.rows import REASON_COLUMNS, ReasonRow

CODE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
MAX_LABEL_LENGTH = 100
MAX_NOTE_LENGTH = 2_000
MAX_REASONS = 200  # of a brand, archived ones too
LABELS = {"label_en": "labelEn", "label_ja": "labelJa"}


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a client gives with a rejection. `reason`: a code. Blank texts count as none.

    `is_shown`: the mail names the reason to the buyer.
    """

    reason: str | None = None
    note: str | None = None
    is_shown: bool = False

    @property
    def typed_note(self) -> str | None:
        return typed(self.note)

    @property
    def arguments(self) -> dict[str, Any]:
        """For the hash of a request; nothing for what is not given, as in requests of earlier releases."""
        given = {"reason": (self.reason or "").strip(), "note": self.typed_note, "show_reason": self.is_shown}
        return {name: value for name, value in given.items() if value}

    def check(self, context: Context) -> list[Refusal]:
        found = wrong_text(context, self.typed_note, MAX_NOTE_LENGTH, "note", is_one_line=False)
        if self.is_shown and "reason" not in self.arguments:
            found.append(invalid(context, NO_REASON_TO_SHOW, "showReason"))
        return found

    def show(self, work: Work, reason: Reason | None) -> None:
        """Puts the reason into the mails, if the buyer is to see it."""
        if reason and self.is_shown:
            for order_id, notice in work.notices.items():
                work.notices[order_id] = replace(notice, reason=reason.label.in_(notice.locale))


_IS_REQUIRED = Query(lambda preparing: select(Brand.rejection_reason_required).where(preparing.among_ids(Brand.id)))


async def read_reason(work: Work, brand_id: UUID, grounds: Grounds) -> Reason | None:
    """The reason that was given. Raises Refused for an unknown or archived one, and if the brand requires one."""
    code = grounds.arguments.get("reason")
    if code is None:
        if any(is_required for (is_required,) in await _IS_REQUIRED.rows(work.session, [brand_id])):
            raise Refused(refusal(work.context, RefusalCode.REASON_REQUIRED, REASON_REQUIRED, "reason"))
        return None
    found = await reason_by_code(work, brand_id, code) if CODE.fullmatch(code) else None
    if found is None or found.archived_at:
        text = REASON_ARCHIVED if found else UNKNOWN_REASON
        raise Refused(refusal(work.context, RefusalCode.UNKNOWN_REASON, text, "reason"))
    return _given(found)


def _given(reason: RejectionReason) -> Reason:
    return Reason(reason.id, reason.code, Text(reason.label_en, reason.label_ja))


async def reason_of_run(work: Work, grounds: Grounds) -> Reason | None:
    """For a batch of a run that has begun: what was checked then stays, even if the reason is archived meanwhile."""
    code = grounds.arguments.get("reason")
    found = await reason_by_code(work, work.brand_id, code) if code else None
    return _given(found) if found else None


async def reason_by_code(work: Work, brand_id: UUID, code: str) -> RejectionReason | None:
    of_code = (RejectionReason.brand_id == brand_id, RejectionReason.code == code)
    return await work.find(select(RejectionReason).where(*of_code))


async def reason_shown(context: Context, order_id: UUID, code: str, locale: Locale) -> str:
    """The label that a mail about the order names. Raises InputError for an unknown or archived reason."""
    of_order = select(RejectionReason.label_en, RejectionReason.label_ja).join(
        Order, Order.brand_id == RejectionReason.brand_id
    )
    wanted = (Order.id == order_id, RejectionReason.code == code.strip(), RejectionReason.archived_at.is_(None))
    check_text(code, MAX_LABEL_LENGTH, "reason")
    async with context.read() as session:
        found = (await session.execute(of_order.where(*wanted))).one_or_none()
    if found is None:
        raise InputError(text_for(UNKNOWN_REASON, context.actor.locale), "reason")
    return Text(*found).in_(locale)


async def rejection_reasons(context: Context, *, include_archived: bool) -> Sequence[ReasonRow]:
    """In the order in which they were created; none for a buyer."""
    statement = select(*REASON_COLUMNS).order_by(RejectionReason.brand_id, RejectionReason.position, RejectionReason.id)
    if not include_archived:
        statement = statement.where(RejectionReason.archived_at.is_(None))
    async with context.read() as session:
        return [ReasonRow(*row) for row in await session.execute(statement)]


async def create_reason(context: Context, code: str, labels: dict[str, str], **terms: Unpack[Terms]) -> Outcome:
    """`labels`: label_en and label_ja."""
    code, labels = code.strip(), {name: label.strip() for name, label in labels.items()}

    async def change(work: Work) -> UUID:
        refusals = [] if CODE.fullmatch(code) else [invalid(context, REASON_CODE_BAD, "code")]
        if refusals := refusals + _check_labels(context, labels):
            raise Refused(*refusals)
        await _lock_list(work)
        if await reason_by_code(work, work.brand_id, code):
            raise Refused(invalid(context, REASON_CODE_TAKEN, "code", code=code))
        of_brand = select(func.count(), func.max(RejectionReason.position))
        count, last = (await work.read(of_brand.where(RejectionReason.brand_id == work.brand_id))).one()
        if count >= MAX_REASONS:
            raise Refused(invalid(context, TOO_MANY_REASONS, "code", most=MAX_REASONS))
        new = RejectionReason(id=new_id(), brand_id=work.brand_id, code=code, position=(last or 0) + 1, **labels)
        work.add(new)
        work.record(RejectionReasonCreated(brand_id=work.brand_id, at=work.now, code=code))
        return new.id

    return await _act(context, change, terms)


async def update_reason(
    context: Context, reason_id: UUID | None, changes: dict[str, Any], **terms: Unpack[Terms]
) -> Outcome:
    """`changes`: new labels, `is_archived` or both. A value that is the same as before is no event."""
    labels = {name: (changes[name] or "").strip() for name in LABELS if name in changes}

    async def change(work: Work) -> UUID:
        if refusals := _check_labels(context, labels):
            raise Refused(*refusals)
        await _lock_list(work)
        of_id = (RejectionReason.brand_id == work.brand_id, RejectionReason.id == reason_id)
        reason = await work.find(select(RejectionReason).where(*of_id))
        if reason is None:
            raise Refused(not_found(context, UNKNOWN_REASON, "reasonId"))
        changed = [name for name, label in labels.items() if getattr(reason, name) != label]
        for name in changed:
            setattr(reason, name, labels[name])
        is_archived = changes.get("is_archived")
        if is_archived is not None and is_archived != (reason.archived_at is not None):
            if is_archived and await is_last_reason(work, besides=reason.id):
                raise Refused(invalid(context, LAST_REASON, "isArchived"))
            reason.archived_at = work.now if is_archived else None
            changed.append("is_archived")
        if changed:
            event = RejectionReasonUpdated(
                brand_id=work.brand_id,
                at=work.now,
                code=reason.code,
                names=tuple(sorted(changed)),
                label=Text(reason.label_en, reason.label_ja),
                is_archived=reason.archived_at is not None,
            )
            work.record(event)
        return reason.id

    return await _act(context, change, terms)


async def is_last_reason(work: Work, *, besides: UUID) -> bool:
    """Whether the brand requires a reason and has no other one: then no order could be rejected."""
    required = select(Brand.rejection_reason_required).where(Brand.id == work.brand_id)
    return bool(await work.find(required)) and not await has_reasons(work, besides=besides)


async def has_reasons(work: Work, *, besides: UUID | None = None) -> bool:
    """Whether the brand has a reason that is not archived."""
    statement = select(RejectionReason.id).where(
        RejectionReason.brand_id == work.brand_id, RejectionReason.archived_at.is_(None)
    )
    if besides:
        statement = statement.where(RejectionReason.id != besides)
    return await work.find(statement.limit(1)) is not None


async def _lock_list(work: Work) -> None:
    """Changes of a brand's reasons and of its settings wait for each other."""
    await work.read(select(Brand.id).where(Brand.id == work.brand_id).with_for_update(key_share=True))


async def _act(context: Context, change: Change, terms: Terms) -> Outcome:
    if context.actor.brand_id is None:
        return Outcome(refusals=[refusal(context, RefusalCode.NOT_PERMITTED, REASONS_ARE_OF_A_BRAND)])
    return await act(context, change, needs=Permission.MANAGE_REJECTION_REASONS, **terms)


def _check_labels(context: Context, labels: dict[str, str]) -> list[Refusal]:
    refusals: list[Refusal] = []
    for name, label in labels.items():
        if not label:
            refusals.append(invalid(context, TEXT_MISSING, LABELS[name]))
        refusals += wrong_text(context, label, MAX_LABEL_LENGTH, LABELS[name])
    return refusals
