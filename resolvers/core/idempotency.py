"""Retrying safely: the answer to a command is remembered under the client's key, in the command's own transaction.

Only what was done is remembered. A refusal changed nothing, so a retry is decided again.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, select

from models.brand import Brand
from models.database.inserting import insert_if_new
from models.database.prepared import Query
from models.idempotency import IdempotencyKey, request_hash
from models.messages.refusals import KEY_EMPTY, KEY_REUSED
from resolvers.core.context import Context
from resolvers.core.refusals import (
    NOTICE_TEXTS,
    Notice,
    NoticeCode,
    Outcome,
    Refusal,
    RefusalCode,
    Refused,
    invalid,
    refusal,
    wrong_text,
)
from resolvers.core.work import Work

MAX_KEY_LENGTH = 200
MIN_DAYS = 30  # that a key is remembered; resolvers/pruning.py removes older ones


def _remembered(*where: ColumnElement[bool]) -> Query:
    return Query(
        lambda _: select(IdempotencyKey.request_hash, IdempotencyKey.answer).where(
            *where,
            IdempotencyKey.actor_id == bindparam("of_actor"),
            IdempotencyKey.operation == bindparam("of_operation"),
            IdempotencyKey.key == bindparam("of_key"),
        )
    )


_IN_BRAND = _remembered(IdempotencyKey.brand_id == bindparam("of_brand"))
_IN_ALL_BRANDS = _remembered(IdempotencyKey.brand_id.in_(select(Brand.id)))


class IdempotencyConflict(Exception):
    """A concurrent request has remembered its answer under this key. Raised to roll back and to try again."""


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """A command as its client names it: the mutation, its arguments, and the client's key.

    Without a key nothing is looked up or remembered. The same key with other arguments is refused. `arguments`: equal
    for requests that mean the same. `as_sent`: the arguments as releases before this one remember them.
    """

    operation: str
    arguments: dict[str, Any] = field(default_factory=dict)
    key: str | None = None
    as_sent: dict[str, Any] | None = None

    def check(self, context: Context) -> list[Refusal]:
        return wrong_key(context, self.key)

    async def previous_answer(self, work: Work, brand_id: UUID | None) -> Outcome | None:
        """The outcome of the request that was done under this key. Raises Refused when that was another one.

        Without a brand, i.e. for an operator whose document is gone, all brands are looked at.
        """
        if self.key is None:
            return None
        query, of_brand = (_IN_ALL_BRANDS, {}) if brand_id is None else (_IN_BRAND, {"of_brand": brand_id})
        actor_id = work.context.actor.identity
        rows = await query.rows(
            work.session, (), **of_brand, of_actor=actor_id, of_operation=self.operation, of_key=self.key
        )
        if not rows:
            return None
        hash, answer = rows[0]
        if hash not in (self._hash(self.arguments), self._hash(self.as_sent or self.arguments)):
            raise Refused(key_reused(work.context))
        return _outcome(answer)

    async def remember(self, work: Work, brand_id: UUID, outcome: Outcome) -> None:
        """Raises IdempotencyConflict when a concurrent request was faster."""
        if self.key is None:
            return
        row = IdempotencyKey.made(
            brand_id=brand_id,
            actor_id=work.context.actor.identity,
            operation=self.operation,
            key=self.key,
            request_hash=self._hash(self.arguments),
            answer=_answer(outcome),
            created_at=work.now,
        )
        if not await insert_if_new(work.session, row):
            raise IdempotencyConflict

    def _hash(self, arguments: dict[str, Any]) -> str:
        return request_hash(arguments | {"idempotency_key": self.key})


def wrong_key(context: Context, key: str | None) -> list[Refusal]:
    """Why a key cannot be one: it is empty, too long or cannot be kept."""
    if key is not None and not key.strip():
        return [invalid(context, KEY_EMPTY, "idempotencyKey")]
    return wrong_text(context, key, MAX_KEY_LENGTH, "idempotencyKey", is_one_line=False)


def key_reused(context: Context) -> Refusal:
    return refusal(context, RefusalCode.IDEMPOTENCY_KEY_REUSED, KEY_REUSED, "idempotencyKey")


def _answer(outcome: Outcome) -> dict[str, Any]:
    return {
        "order_id": str(outcome.order_id) if outcome.order_id else None,
        "order_ids": [str(id) for id in outcome.order_ids],
        "made": str(outcome.made) if outcome.made else None,
        "notification_id": str(outcome.notification_id) if outcome.notification_id else None,
        "warnings": outcome.warnings,
        "notices": [notice.code for notice in outcome.notices],
        "count": outcome.count,
    }


def _outcome(answer: dict[str, Any]) -> Outcome:
    # Answers of earlier releases name one order and nothing made.
    order_ids = answer.get("order_ids") or [answer["order_id"]]
    return Outcome(
        order_ids=[UUID(id) for id in order_ids if id],
        made=UUID(answer["made"]) if answer.get("made") else None,
        notification_id=UUID(answer["notification_id"]) if answer["notification_id"] else None,
        notices=_notices(answer),
        count=answer.get("count", 0),
        replayed=True,
    )


def _notices(answer: dict[str, Any]) -> list[Notice]:
    messages = answer["warnings"]
    codes = answer.get("notices") or [_code_of(message) for message in messages]
    return [Notice(NoticeCode(code), message) for code, message in zip(codes, messages, strict=True)]


def _code_of(message: str) -> NoticeCode:
    """Answers of earlier releases have only the message."""
    texts = {each: code for code, text in NOTICE_TEXTS.items() for each in (text.en, text.ja)}
    return texts.get(message, NoticeCode.ADDRESS_BOUNCED)  # the only text that has values in it
