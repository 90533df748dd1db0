"""The actor of a request: a brand's member, a buyer's user, a partner app or a platform operator."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Protocol
from uuid import UUID

from models.locale import Locale
from models.policy import Role
from models.scope import Scope


class ActorKind(StrEnum):
    MEMBER = "MEMBER"
    BUYER = "BUYER"
    APP = "APP"
    OPERATOR = "OPERATOR"


KIND_OF_ROLE = {
    Role.ADMIN: ActorKind.MEMBER,
    Role.WRITE: ActorKind.MEMBER,
    Role.READ: ActorKind.MEMBER,
    Role.BUYER: ActorKind.BUYER,
    Role.APP: ActorKind.APP,
    Role.APP_REJECT: ActorKind.APP,
    Role.APP_READ: ActorKind.APP,
    Role.OPERATOR: ActorKind.OPERATOR,
}


MAX_ID_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Actor:
    """`id`: the subject of the token. `brand_id`: None for an operator. `locale`: of messages to the actor."""

    role: Role
    id: str
    name: str
    brand_id: UUID | None
    buyer_id: UUID | None = None
    locale: Locale = Locale.EN

    def __post_init__(self) -> None:
        # A scope without a brand sees everything: only an operator may have one.
        if (self.brand_id is None) != (self.role is Role.OPERATOR):
            raise ValueError(f"{self.role} {'needs a' if self.brand_id is None else 'takes no'} brand")
        if (self.buyer_id is None) == (self.role is Role.BUYER):
            raise ValueError(f"{self.role} {'needs a' if self.buyer_id is None else 'takes no'} buyer")

    @property
    def kind(self) -> ActorKind:
        return KIND_OF_ROLE[self.role]

    @property
    def is_buyer(self) -> bool:
        return self.role is Role.BUYER

    @property
    def identity(self) -> str:
        """Unique among the actors of every kind and the users of all buyers of a brand; at most 200 characters."""
        return identity_of(self.kind, self.id, self.buyer_id)

    @property
    def scope(self) -> Scope:
        return Scope(self.brand_id, self.buyer_id)


class Viewpoint(Protocol):
    """An actor, or what of it decides what an order shows."""

    @property
    def role(self) -> Role: ...
    @property
    def locale(self) -> Locale: ...
    @property
    def is_buyer(self) -> bool: ...


def id_of_subject(subject: str) -> str:
    """The id of the actor with this subject. One that is too long is cut, and made unique by its digest."""
    if len(subject) <= MAX_ID_LENGTH:
        return subject
    digest = sha256(subject.encode(errors="replace")).hexdigest()
    return f"{subject[: MAX_ID_LENGTH - len(digest)]}{digest}"


@lru_cache(maxsize=1000)  # asked for four times in each request
def identity_of(kind: ActorKind, id: str, buyer_id: UUID | None = None) -> str:
    """See Actor.identity."""
    whole = ":".join([kind, *([buyer_id.hex] if buyer_id else []), id])
    return whole if len(whole) <= 200 else f"{kind}:{sha256(whole.encode()).hexdigest()}"
