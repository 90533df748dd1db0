"""The filter and the sort of a list of orders: checked, and as conditions and a sort in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Select, and_, cast, exists, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from models.actor import MAX_ID_LENGTH, Actor, Viewpoint
from models.assignee import OrderAssignee
from models.buyer import Buyer
from models.facts import FACT_SQL, delivery_status_in, possible
from models.money import MAX_MINOR
from models.order import BUYER_UPDATED_AT, Order, OrderLine
from models.order_count import OrderCount
from models.policy import DeliveryStatus, Fact, OrderAction, OrderStatus
from models.rejection_reason import RejectionGrounds
from models.tag import OrderTag
from resolvers.inputs import InputError, check_search, check_text
from resolvers.reading.pagination import (
    Key,
    by_id,
    by_instant,
    ordering,
)
from resolvers.reading.search import (
    Mentions,
    Search,
    Term,
    Word,
    for_each,
    has,
    is_one_of,
    mentions_buyer,
    narrowed,
    orders_by_code,
    skus_with,
    words_of,
)

MAX_FILTER_IDS = 1000
# The conditions of the first release.
ALWAYS_HASHED = {"search", "status", "can_reject", "buyer_ids", "tag_ids", "placed_from", "placed_to"}
# Conditions by which the numbers of orders are kept.
KEPT = {"status", "buyer_ids", "include_archived", "only_archived"}
_OTHER = aliased(Order)  # making one takes milliseconds


class OrderSortField(StrEnum):
    PLACED_AT = "PLACED_AT"
    CODE = "CODE"
    TOTAL = "TOTAL"
    UPDATED_AT = "UPDATED_AT"
    BUYER = "BUYER"
    STATUS = "STATUS"


@dataclass(frozen=True, slots=True)
class OrderSort:
    field: OrderSortField
    descending: bool


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """None: no such condition. An empty list matches nothing."""

    search: str | None = None
    status: Sequence[OrderStatus] | None = None
    can_reject: bool | None = None
    buyer_ids: Sequence[UUID] | None = None
    tag_ids: Sequence[UUID] | None = None
    placed_from: datetime | None = None
    placed_to: datetime | None = None
    include_archived: bool = False
    delivery_status: Sequence[DeliveryStatus] | None = None
    updated_since: datetime | None = None
    updated_before: datetime | None = None
    catalog_ids: Sequence[UUID] | None = None
    invoiced: bool | None = None
    only_archived: bool | None = None
    without_tag: bool | None = None
    assigned: bool | None = None
    assignee_ids: Sequence[str] | None = None
    reason_ids: Sequence[UUID] | None = None

    @property
    def has_condition(self) -> bool:
        """False: it matches every order. A blank search is no condition, and neither is what only adds orders."""
        said = {each.name for each in fields(self) if getattr(self, each.name) != each.default}
        if not (self.search or "").split():
            said.discard("search")
        if not self.only_archived:
            said.discard("only_archived")
        return bool(said - {"include_archived"})

    @property
    def is_kept(self) -> bool:
        """Whether how many orders it matches is kept (models/order_count.py)."""
        others = [each for each in fields(self) if each.name not in KEPT]
        return all(getattr(self, each.name) == each.default for each in others)

    @property
    def conditions(self) -> dict[str, Any]:
        """What it says, by the names of its fields."""
        values = {each.name: (getattr(self, each.name), each.default) for each in fields(self)}
        return {name: value for name, (value, default) in values.items() if value not in (default, None, "")}

    @property
    def arguments(self) -> dict[str, Any]:
        """For the hash of a request. A condition that was added later is in it only if given, so that a retry has the
        hash that an earlier release has remembered.
        """
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value is not None or name in ALWAYS_HASHED}


NEWEST_FIRST = (OrderSort(OrderSortField.PLACED_AT, descending=True),)
# Many orders have the same value.
GROUPS = (OrderSortField.BUYER, OrderSortField.STATUS)


async def matching(session: AsyncSession, filter: OrderFilter, sort: Sequence[OrderSort], actor: Actor) -> Select[UUID]:
    """Selects the ids of all orders that the filter matches, in the order of the list."""
    statement = select(Order.id).where(*await conditions(session, filter, actor))
    statement = statement.order_by(*ordering(keys(sort, actor)))
    return statement.join_from(Order, Buyer) if is_by_buyer(sort) else statement


def is_by_buyer(sort: Sequence[OrderSort]) -> bool:
    return any(part.field is OrderSortField.BUYER for part in sort)


def keys(sort: Sequence[OrderSort], actor: Viewpoint) -> list[Key]:
    """The sort of the list, made unique by the id. TOTAL sorts by currency first: currencies do not compare.

    Orders of one buyer or status are sorted by when they were placed, as the indexes are.
    """
    keys: list[Key] = []
    for part in sort or NEWEST_FIRST:
        down = part.descending
        match part.field:
            case OrderSortField.PLACED_AT:
                keys.append(by_instant("placed_at", Order.placed_at, descending=down))
            case OrderSortField.UPDATED_AT:
                updated_at = BUYER_UPDATED_AT if actor.is_buyer else Order.updated_at
                keys.append(by_instant("updated_at", updated_at, descending=down))
            case OrderSortField.CODE:
                keys.append(Key("code", Order.code, down))
            case OrderSortField.TOTAL:
                keys += [Key("currency", Order.currency, down), Key("total_minor", Order.total_minor, down, _minor)]
            case OrderSortField.BUYER:
                keys += [Key("buyer_name", Buyer.name, down), Key("buyer_code", Buyer.unique_code, down)]
            case OrderSortField.STATUS:
                keys.append(Key("status", Order.status, down, OrderStatus))
    if sort and sort[-1].field in GROUPS and all(key.name != "placed_at" for key in keys):
        keys.append(by_instant("placed_at", Order.placed_at, descending=keys[-1].descending))
    if len({key.name for key in keys}) < len(keys):
        raise InputError("sort names the same field twice.", "sort")
    return [*keys, by_id(Order.id, descending=keys[0].descending)]


def _minor(value: object) -> int:
    if type(value) is not int or abs(value) > MAX_MINOR:
        raise ValueError("not an amount")
    return value


def check(filter: OrderFilter, *at: str) -> None:
    """Raises InputError for an impossible filter. `at`: the path of the filter among the request's arguments."""
    check_search(filter.search, *at)
    for ids, name in (
        (filter.buyer_ids, "buyerIds"),
        (filter.tag_ids, "tagIds"),
        (filter.catalog_ids, "catalogIds"),
        (filter.assignee_ids, "assigneeIds"),
        (filter.reason_ids, "rejectionReasonIds"),
    ):
        if ids is not None and len(ids) > MAX_FILTER_IDS:
            raise InputError(f"{name} takes at most {MAX_FILTER_IDS} ids.", *at, name)
    for place, id in enumerate(filter.assignee_ids or ()):
        check_text(id, MAX_ID_LENGTH, *at, "assigneeIds", str(place))


async def conditions(session: AsyncSession, filter: OrderFilter, actor: Actor) -> list[ColumnElement[bool]]:
    """The filter as conditions on orders. With words to search for, one statement is run."""
    return plain_conditions(filter, actor) + await narrowed(session, search_words(filter))


def plain_conditions(filter: OrderFilter, actor: Viewpoint) -> list[ColumnElement[bool]]:
    """All but the search."""
    where: list[ColumnElement[bool]] = []
    updated_at = BUYER_UPDATED_AT if actor.is_buyer else Order.updated_at
    if filter.only_archived:
        where.append(Order.archived_at.is_not(None))
    elif not filter.include_archived:
        where.append(Order.archived_at.is_(None))
    if filter.status is not None:
        where.append(Order.status.in_(filter.status))
    if filter.can_reject is not None:
        can = possible(OrderAction.REJECT, actor.role)
        where.append(can if filter.can_reject else not_(can))
    if filter.buyer_ids is not None:
        where.append(Order.buyer_id.in_(filter.buyer_ids))
    if filter.tag_ids is not None:
        where.append(exists().where(TAG_OF_ORDER, OrderTag.tag_id.in_(filter.tag_ids)).correlate(Order))
    if filter.without_tag is not None:
        has_tag = exists().where(TAG_OF_ORDER).correlate(Order)
        where.append(not_(has_tag) if filter.without_tag else has_tag)
    if filter.placed_from is not None:
        where.append(Order.placed_at >= filter.placed_from)
    if filter.placed_to is not None:
        where.append(Order.placed_at < filter.placed_to)
    if filter.updated_since is not None:
        where.append(updated_at >= filter.updated_since)
    if filter.updated_before is not None:
        where.append(updated_at < filter.updated_before)
    if filter.catalog_ids is not None:
        where.append(Order.catalog_id.in_(filter.catalog_ids))
    if filter.delivery_status is not None:
        where.append(delivery_status_in(filter.delivery_status))
    if filter.assigned is not None:
        is_assigned = exists().where(_ASSIGNEE_OF_ORDER).correlate(Order)
        where.append(is_assigned if filter.assigned else not_(is_assigned))
    if filter.assignee_ids is not None:
        of_members = select(OrderAssignee.order_id).where(OrderAssignee.actor_id.in_(filter.assignee_ids))
        where.append(Order.id.in_(of_members))
    if filter.reason_ids is not None:
        # A buyer sees no row of these, and so finds no order.
        for_reasons = select(RejectionGrounds.order_id).where(RejectionGrounds.reason_id.in_(filter.reason_ids))
        where.append(Order.id.in_(for_reasons))
    if filter.invoiced is not None:
        is_invoiced = FACT_SQL[Fact.INVOICE]  # as the viewer sees it: a buyer sees no drafts
        where.append(is_invoiced if filter.invoiced else not_(is_invoiced))
    return where


def kept_sum() -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(OrderCount.orders), 0), BigInteger)


def kept_conditions(filter: OrderFilter) -> list[ColumnElement[bool]]:
    """A filter whose `is_kept` is true, as conditions on the kept numbers."""
    where: list[ColumnElement[bool]] = []
    if filter.only_archived or not filter.include_archived:
        where.append(OrderCount.is_archived.is_(bool(filter.only_archived)))
    if filter.status is not None:
        where.append(OrderCount.status.in_(filter.status))
    if filter.buyer_ids is not None:
        where.append(OrderCount.buyer_id.in_(filter.buyer_ids))
    return where


_ASSIGNEE_OF_ORDER = and_(OrderAssignee.brand_id == Order.brand_id, OrderAssignee.order_id == Order.id)
TAG_OF_ORDER = and_(OrderTag.brand_id == Order.brand_id, OrderTag.order_id == Order.id)


def search_words(filter: OrderFilter) -> list[Word]:
    return [_SEARCH.word(word) for word in words_of(filter.search)]


def _mentions(term: Term) -> Mentions:
    """In the order's code, its buyer's code, name or e-mail address, or the number or model number of a SKU."""
    buyers, skus = select(Buyer.id).where(mentions_buyer(term)), skus_with(term)
    of_buyers = select(_OTHER.id).where(is_one_of(_OTHER.buyer_id, buyers))
    of_skus = select(OrderLine.order_id).where(is_one_of(OrderLine.sku_id, skus))
    # IS TRUE: PostgreSQL finds the SKUs once, as it does not join what is no plain condition.
    of_order = (
        OrderLine.brand_id == Order.brand_id,
        OrderLine.order_id == Order.id,
        OrderLine.sku_id.in_(skus).is_(True),
    )
    line = for_each(select(OrderLine.id).where(*of_order).correlate(Order))
    test = or_(
        has(term, Order.folded_code, Order.code),
        Order.buyer_id.in_(buyers),
        and_(exists(skus), line),
    )
    return Mentions(Order.id, (orders_by_code(term), of_buyers, of_skus), test)


_SEARCH = Search(_mentions)
