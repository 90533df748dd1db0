"""The commands on webhooks, of the brand's admins. exports/webhooks/ sends the events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Unpack
from uuid import UUID

from sqlalchemy import delete, func, select

from models.audit import AuditHead
from models.base import new_id
from models.brand import Brand
from models.buyer import ADDRESS
from models.events import WebhookChanged
from models.messages.history import EventKind
from models.messages.refusals import (
    NOT_AN_ADDRESS,
    TOO_MANY_WEBHOOKS,
    UNKNOWN_WEBHOOK,
    WEBHOOK_AFTER_BAD,
    WEBHOOK_KIND_BAD,
    WEBHOOK_NAME_BLANK,
)
from models.permissions import Permission
from models.webhook import (
    MAX_EMAIL_LENGTH,
    MAX_NAME_LENGTH,
    MAX_WEBHOOKS,
    OVERLAP,
    PauseReason,
    Webhook,
    WebhookDelivery,
    WebhookStatus,
    new_secret,
)
from models.webhook_url import WebhookUrlError, parse_webhook_url
from resolvers.core.actions import Change, Terms, act, not_found
from resolvers.core.context import Context
from resolvers.core.refusals import Outcome, Refusal, Refused, invalid, wrong_text
from resolvers.core.work import Work

# The names of the columns as those of the arguments.
ARGUMENTS = {"alert_email": "alertEmail"}


async def create_webhook(
    context: Context, url: str, kinds: Sequence[str], name: str, alert_email: str | None, **terms: Unpack[Terms]
) -> tuple[Outcome, str | None]:
    """The outcome and the secret, which cannot be read again; None when it was refused.

    The webhook sends the events from now on.
    """
    changes = {"url": url, "kinds": list(dict.fromkeys(kinds)), "name": name.strip(), "alert_email": alert_email}
    wrong, secret = _wrong(context, changes), new_secret()

    async def change(work: Work) -> UUID:
        # One at a time in each brand, or two could pass the bound together.
        await work.read(select(Brand.id).where(Brand.id == work.brand_id).with_for_update(key_share=True))
        if (await work.find(select(func.count()).select_from(Webhook)) or 0) >= MAX_WEBHOOKS:
            raise Refused(invalid(context, TOO_MANY_WEBHOOKS, most=MAX_WEBHOOKS))
        webhook = Webhook(
            id=new_id(),
            brand_id=work.brand_id,
            **changes,
            secret=secret,
            position=await _head(work),
            due_at=work.now,
            created_at=work.now,
            created_by=context.actor.name,
        )
        work.add(webhook)
        _record(work, webhook, EventKind.WEBHOOK_CREATED, host=_host(context, url))
        return webhook.id

    return _with_secret(await _act(context, change, terms, wrong), secret)


async def update_webhook(
    context: Context, webhook_id: UUID | None, changes: dict[str, Any], **terms: Unpack[Terms]
) -> Outcome:
    """`changes`: column → new value, of url, kinds, name and alert_email. What is as before is no event."""
    if "name" in changes:
        changes = changes | {"name": (changes["name"] or "").strip()}
    if "kinds" in changes:
        changes = changes | {"kinds": list(dict.fromkeys(changes["kinds"] or ()))}
    wrong = _wrong(context, changes)

    async def change(work: Work) -> UUID:
        webhook = await _locked(work, webhook_id)
        changed = sorted(name for name, value in changes.items() if getattr(webhook, name) != value)
        for name in changed:
            setattr(webhook, name, changes[name])
        if changed:
            webhook.revision += 1
            names = ", ".join(ARGUMENTS.get(name, name) for name in changed)
            _record(work, webhook, EventKind.WEBHOOK_UPDATED, names=names)
        if "url" in changed:
            _try_now(webhook, work.now)
        return webhook.id

    return await _act(context, change, terms, wrong)


async def rotate_webhook_secret(
    context: Context, webhook_id: UUID | None, **terms: Unpack[Terms]
) -> tuple[Outcome, str | None]:
    """The outcome and the new secret. The old one signs too for OVERLAP; an even older one ends at once."""
    secret = new_secret()

    async def change(work: Work) -> UUID:
        webhook = await _locked(work, webhook_id)
        webhook.previous_secret, webhook.previous_until = webhook.secret, work.now + OVERLAP
        webhook.secret = secret
        webhook.revision += 1
        until = webhook.previous_until.isoformat(timespec="seconds")
        _record(work, webhook, EventKind.WEBHOOK_SECRET_ROTATED, until=until)
        return webhook.id

    return _with_secret(await _act(context, change, terms), secret)


async def pause_webhook(context: Context, webhook_id: UUID | None, **terms: Unpack[Terms]) -> Outcome:
    """A webhook that is paused already stays as it is."""

    async def change(work: Work) -> UUID:
        webhook = await _locked(work, webhook_id)
        if webhook.status is WebhookStatus.ACTIVE:
            webhook.status, webhook.pause_reason, webhook.paused_at = (
                WebhookStatus.PAUSED,
                PauseReason.BY_ADMIN,
                work.now,
            )
            webhook.revision += 1
            _record(work, webhook, EventKind.WEBHOOK_PAUSED, reason=PauseReason.BY_ADMIN)
        return webhook.id

    return await _act(context, change, terms)


async def resume_webhook(context: Context, webhook_id: UUID | None, **terms: Unpack[Terms]) -> Outcome:
    """Goes on after the last event that was delivered, at once: one that is active does not wait for its next try."""

    async def change(work: Work) -> UUID:
        webhook = await _locked(work, webhook_id)
        if webhook.status is WebhookStatus.PAUSED:
            webhook.status, webhook.pause_reason, webhook.paused_at = WebhookStatus.ACTIVE, None, None
            webhook.notice_due_at = None
            _record(work, webhook, EventKind.WEBHOOK_RESUMED)
        webhook.revision += 1
        _try_now(webhook, work.now)
        return webhook.id

    return await _act(context, change, terms)


async def delete_webhook(context: Context, webhook_id: UUID | None, **terms: Unpack[Terms]) -> Outcome:
    async def change(work: Work) -> UUID:
        webhook = await _locked(work, webhook_id)
        of_brand, delivery = Webhook.brand_id == work.brand_id, WebhookDelivery
        await work.save(delete(delivery).where(delivery.brand_id == work.brand_id, delivery.webhook_id == webhook.id))
        await work.save(delete(Webhook).where(of_brand, Webhook.id == webhook.id))
        _record(work, webhook, EventKind.WEBHOOK_DELETED)
        return webhook.id

    return await _act(context, change, terms)


async def send_test_event(context: Context, webhook_id: UUID | None, **terms: Unpack[Terms]) -> tuple[Outcome, UUID]:
    """The outcome, and the id that the delivery will have. One attempt, also at a paused webhook."""
    test_id = new_id()

    async def change(work: Work) -> UUID:
        webhook = await _locked(work, webhook_id)
        webhook.test_id = test_id
        _record(work, webhook, EventKind.WEBHOOK_TESTED)
        return webhook.id

    return await _act(context, change, terms), test_id


async def replay_webhook(context: Context, webhook_id: UUID | None, after: int, **terms: Unpack[Terms]) -> Outcome:
    """Sends the events after this number, again where they were sent already."""

    async def change(work: Work) -> UUID:
        webhook = await _locked(work, webhook_id)
        head = await _head(work)
        if not 0 <= after <= head:
            raise Refused(invalid(context, WEBHOOK_AFTER_BAD, "after", head=head))
        webhook.position = after
        webhook.revision += 1
        _try_now(webhook, work.now)
        _record(work, webhook, EventKind.WEBHOOK_REPLAYED, after=str(after))
        return webhook.id

    return await _act(context, change, terms)


async def _act(context: Context, change: Change, terms: Terms, wrong: Sequence[Refusal] = ()) -> Outcome:
    return await act(context, change, needs=Permission.MANAGE_WEBHOOKS, wrong=wrong, **terms)


def _wrong(context: Context, changes: dict[str, Any]) -> list[Refusal]:
    """Why new values cannot be taken."""
    refusals = wrong_text(context, changes.get("name"), MAX_NAME_LENGTH, "name")
    if "name" in changes and not changes["name"]:
        refusals.append(invalid(context, WEBHOOK_NAME_BLANK, "name"))
    if unknown := sorted(set(changes.get("kinds", ())) - EventKind.__members__.keys()):
        refusals.append(invalid(context, WEBHOOK_KIND_BAD, "kinds", kind=unknown[0]))
    if "url" in changes:
        try:
            parse_webhook_url(changes["url"] or "", to_loopback=context.webhooks_to_loopback)
        except WebhookUrlError as error:
            refusals.append(invalid(context, error.text, "url", **error.values))
    if email := changes.get("alert_email"):
        refusals += wrong_text(context, email, MAX_EMAIL_LENGTH, "alertEmail") or (
            [] if ADDRESS.fullmatch(email) else [invalid(context, NOT_AN_ADDRESS, "alertEmail")]
        )
    return refusals


def _with_secret(outcome: Outcome, secret: str) -> tuple[Outcome, str | None]:
    return outcome, None if outcome.refusals or outcome.replayed else secret


def _host(context: Context, url: str) -> str:
    """The host only: a path may hold a receiver's own secret."""
    return parse_webhook_url(url, to_loopback=context.webhooks_to_loopback).hostname or ""


def _try_now(webhook: Webhook, now: datetime) -> None:
    """Forgets the failures, so that the next attempt is due now and the three days begin with it."""
    webhook.due_at, webhook.failures, webhook.failing_since = now, 0, None


async def _head(work: Work) -> int:
    """The number of the brand's last event."""
    return await work.find(select(AuditHead.sequence).where(AuditHead.brand_id == work.brand_id)) or 0


async def _locked(work: Work, webhook_id: UUID | None) -> Webhook:
    """Raises Refused when the brand has no such webhook."""
    webhook = await work.find(select(Webhook).where(Webhook.id == webhook_id).with_for_update())
    if webhook is None:
        raise Refused(not_found(work.context, UNKNOWN_WEBHOOK, "webhookId"))
    return webhook


def _record(work: Work, webhook: Webhook, kind: EventKind, **details: str) -> None:
    work.record(
        WebhookChanged(
            brand_id=webhook.brand_id,
            at=work.now,
            kind=kind,
            webhook_id=webhook.id,
            name=webhook.name,
            details=details,
        )
    )
