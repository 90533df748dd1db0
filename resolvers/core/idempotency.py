"""Retrying safely: the answer to a command is remembered under the client's key, in the command's own transaction.

Only what was done is remembered. A refusal changed nothing, so a retry asks anew.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.actor import Actor
from models.base import insert_new
from models.idempotency import IdempotencyKey


class KeyTakenMeanwhile(Exception):
    """Another request has claimed the key since recall(); raised so that everything is rolled back."""


@dataclass(frozen=True, slots=True)
class Remembered:
    request_hash: str
    answer: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Memory:
    """What one actor's key stands for; without a key nothing is recalled and every claim succeeds."""

    session: AsyncSession
    brand_id: UUID
    actor: Actor
    operation: str
    key: str | None

    async def recall(self) -> Remembered | None:
        if self.key is None:
            return None
        statement = select(IdempotencyKey.request_hash, IdempotencyKey.answer).where(
            IdempotencyKey.brand_id == self.brand_id,
            IdempotencyKey.actor_id == self.actor.identity,
            IdempotencyKey.operation == self.operation,
            IdempotencyKey.key == self.key,
        )
        row = (await self.session.execute(statement)).one_or_none()
        return Remembered(*row) if row else None

    async def claim(self, request_hash: str, answer: dict[str, Any], now: datetime) -> None:
        if self.key is None:
            return
        statement = (
            insert_new(self.session, IdempotencyKey)
            .values(
                brand_id=self.brand_id,
                actor_id=self.actor.identity,
                operation=self.operation,
                key=self.key,
                request_hash=request_hash,
                answer=answer,
                created_at=now,
            )
            .returning(IdempotencyKey.key)
        )
        if (await self.session.execute(statement)).one_or_none() is None:
            raise KeyTakenMeanwhile
