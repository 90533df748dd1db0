"""Writes the orders of an import, some hundred to a transaction, with the buyers, catalogs and SKUs that they need."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models import audit
from models.actor import Actor
from models.base import insert_new, new_id
from models.brand import Brand
from models.buyer import Buyer, BuyerRecipient
from models.catalog import Catalog, Sku
from models.database.sessions import Database
from models.events import OrderPlaced
from models.money import MAX_MINOR
from models.order import DataSet, Order, OrderLine
from models.policy import OrderStatus
from models.scope import Scope
from resolvers.importing.rows import ImportRow
from resolvers.importing.staging import MAX_LINES, StagedOrder
from resolvers.order_lines import MAX_TOTAL_QUANTITY

MAX_CONFLICTS = 5
KEYS_AT_ONCE = 500
# What all rows of one order must say alike.
ALIKE = {
    "Buyer Unique Code": "buyer_code",
    "Catalog Code": "catalog_code",
    "Currency": "currency",
    "Placed At": "placed_at",
}


@dataclass
class Summary:
    """What came of a file: orders by outcome, the lines of those imported, and how many cells were at fault."""

    imported: int = 0
    unchanged: int = 0
    refused: int = 0
    lines: int = 0
    faults: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass
class ReadyOrder:
    """An order without faults of its own."""

    code: str
    first_row: int
    rows: list[tuple[int, ImportRow]]

    @property
    def head(self) -> ImportRow:
        return self.rows[0][1]

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) of what the file says of the order."""
        head = self.head
        lines = [[row.model_number, row.sku_number, row.quantity, row.price] for _, row in self.rows]
        said = [head.buyer_code, head.catalog_code, head.currency, head.placed_at, lines]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@dataclass
class Writer:
    """Writes one batch of orders in one transaction."""

    database: Database
    brand: Brand
    actor: Actor
    source: str
    now: datetime
    fault: Callable[[int, str, str], None]
    summary: Summary

    async def write(self, batch: Sequence[StagedOrder]) -> None:
        ready = [order for staged in batch if (order := self._checked(*staged))]
        self.summary.refused += len(batch) - len(ready)
        for attempt in range(MAX_CONFLICTS):
            found: list[tuple[int, str, str]] = []
            try:
                async with self.database.transaction(Scope(self.brand.id)) as session:
                    counts = await self._write(session, ready, found)
                break
            except IntegrityError:
                # Another import has just written one of these orders; now it is there to be compared with.
                if attempt == MAX_CONFLICTS - 1:
                    raise
        for place in found:
            self.fault(*place)
        self.summary.imported += counts.imported
        self.summary.unchanged += counts.unchanged
        self.summary.refused += counts.refused
        self.summary.lines += counts.lines

    def _checked(self, code: str, rows: list[tuple[int, ImportRow | None]]) -> ReadyOrder | None:
        good = [(number, row) for number, row in rows if row]
        first_number = rows[0][0]
        is_fine = len(good) == len(rows)
        if len(rows) > MAX_LINES:
            self.fault(first_number, "Order Code", f"has {len(rows)} rows; {MAX_LINES} is the most for one order")
            is_fine = False
        for column, name in ALIKE.items():
            for number, row in good[1:]:
                said, before = getattr(row, name), getattr(good[0][1], name)
                if said != before:
                    told = f"{said or 'nothing'}, but row {good[0][0]} of the same order says {before or 'nothing'}"
                    self.fault(number, column, told)
                    is_fine = False
        return ReadyOrder(code, first_number, good) if is_fine else None

    async def _write(
        self, session: AsyncSession, orders: list[ReadyOrder], faults: list[tuple[int, str, str]]
    ) -> Summary:
        counts = Summary()
        existing = await self._existing(session, orders)
        new = []
        for order in orders:
            if order.code not in existing:
                new.append(order)
            elif existing[order.code] == order.content_hash:
                counts.unchanged += 1
            else:
                counts.refused += 1
                reason = f"{order.code} exists already and says something else; an import never changes an order"
                faults.append((order.first_row, "Order Code", reason))
        rows = [row for order in new for _, row in order.rows]
        catalogs = await self._catalogs(session, rows)
        buyers = await self._buyers(session, rows)
        skus = await self._skus(session, rows)
        lines: list[dict[str, Any]] = []
        entities: list[Order] = []
        entries: list[audit.AuditEntry] = []
        for order in new:
            made, found = self._order(order, buyers, catalogs, skus)
            faults += found
            if made is None:
                counts.refused += 1
                continue
            entity, order_lines = made
            counts.imported += 1
            counts.lines += len(order_lines)
            lines += order_lines
            event = OrderPlaced(brand_id=self.brand.id, order_id=entity.id, at=self.now, source=self.source)
            entities.append(entity)
            entries.append(audit.entry(event, self.actor, None))
        # Always in the same order: two imports of the same orders wait for each other, not for ever.
        in_order = sorted(entities, key=lambda entity: entity.code)
        session.add_all(in_order)
        await session.flush()
        if lines:
            await session.execute(insert(OrderLine), lines)
        await audit.record(session, entries)
        return counts

    async def _existing(self, session: AsyncSession, orders: list[ReadyOrder]) -> dict[str, str | None]:
        codes = [order.code for order in orders]
        rows = await session.execute(select(Order.code, Order.content_hash).where(Order.code.in_(codes)))
        return {row.code: row.content_hash for row in rows}

    async def _catalogs(self, session: AsyncSession, rows: list[ImportRow]) -> dict[str, UUID]:
        codes = {row.catalog_code for row in rows}
        made = [{"id": new_id(), "brand_id": self.brand.id, "code": code, "name": code} for code in sorted(codes)]
        return {row.code: row.id for row in await self._get(session, Catalog, Catalog.code, codes, made)}

    async def _buyers(self, session: AsyncSession, rows: list[ImportRow]) -> dict[str, UUID]:
        """Those that don't exist are made from the file; without an e-mail address they are offline."""
        said: dict[str, ImportRow] = {}
        for row in rows:
            before = said.setdefault(row.buyer_code, row)
            said[row.buyer_code] = before._replace(
                buyer_name=before.buyer_name or row.buyer_name,
                emails=before.emails or row.emails,
                country=before.country or row.country,
            )
        made = [
            {
                "id": new_id(),
                "brand_id": self.brand.id,
                "unique_code": code,
                "name": row.buyer_name or code,
                "country": row.country,
                "locale": self.brand.locale,
                "is_offline": not row.emails,
            }
            for code, row in sorted(said.items())
        ]
        found = {row.unique_code: row.id for row in await self._get(session, Buyer, Buyer.unique_code, set(said), made)}
        ours = {each["id"] for each in made}
        recipients = [
            {"brand_id": self.brand.id, "buyer_id": found[code], "email": email}
            for code, row in said.items()
            if found[code] in ours
            for email in dict.fromkeys(row.emails)
        ]
        if recipients:
            await session.execute(insert(BuyerRecipient), recipients)
        return found

    async def _skus(self, session: AsyncSession, rows: list[ImportRow]) -> dict[str, Any]:
        said: dict[str, ImportRow] = {}
        for row in rows:
            if row.sku_number not in said or (row.product and not said[row.sku_number].product):
                said[row.sku_number] = row
        made = [
            {
                "id": new_id(),
                "brand_id": self.brand.id,
                "number": number,
                "model_number": row.model_number,
                "name": row.product or number,
                "price_minor": row.price,
                "currency": (row.currency or self.brand.currency) if row.price is not None else None,
            }
            for number, row in sorted(said.items())
        ]
        return {row.number: row for row in await self._get(session, Sku, Sku.number, set(said), made)}

    async def _get(
        self, session: AsyncSession, table: Any, key: Any, wanted: set[str], made: list[dict[str, Any]]
    ) -> list[Any]:
        """The rows with these keys; those that are missing are made."""
        ordered = sorted(wanted)
        # Of the model, not of its table: only so are they narrowed to the brand (models/scope.py).
        columns = [getattr(table, each.key) for each in table.__mapper__.column_attrs]

        async def read() -> list[Any]:
            found: list[Any] = []
            for start in range(0, len(ordered), KEYS_AT_ONCE):
                some = select(*columns).where(key.in_(ordered[start : start + KEYS_AT_ONCE]))
                found += (await session.execute(some)).all()
            return found

        found = await read()
        known = {getattr(row, key.key) for row in found}
        missing = [each for each in made if each[key.key] not in known]
        if not missing:
            return found
        await session.execute(insert_new(session, table), missing)
        return await read()

    def _order(
        self, order: ReadyOrder, buyers: dict[str, UUID], catalogs: dict[str, UUID], skus: dict[str, Any]
    ) -> tuple[tuple[Order, list[dict[str, Any]]] | None, list[tuple[int, str, str]]]:
        head = order.head
        currency = head.currency or self.brand.currency
        order_id = new_id()
        faults: list[tuple[int, str, str]] = []
        lines: list[dict[str, Any]] = []
        for position, (number, row) in enumerate(order.rows, 1):
            sku = skus[row.sku_number]
            price = row.price
            if price is None and sku.currency == currency:
                price = sku.price_minor
            if price is None:
                faults.append((number, "Unit Price", f"is missing, and SKU {row.sku_number} has none in {currency}"))
                continue
            if sku.model_number != row.model_number:
                reason = f"{row.model_number}, but SKU {row.sku_number} is of model {sku.model_number}"
                faults.append((number, "Model Number", reason))
                continue
            lines.append(
                {
                    "brand_id": self.brand.id,
                    "order_id": order_id,
                    "id": new_id(),
                    "data_set": DataSet.ORIGINAL,
                    "position": position,
                    "sku_id": sku.id,
                    "quantity": row.quantity,
                    "unit_price_minor": price,
                    "amount_minor": row.quantity * price,
                }
            )
        total = sum(line["amount_minor"] for line in lines)
        if total > MAX_MINOR:
            faults.append((order.first_row, "Unit Price", "the order's total is too large"))
        if sum(line["quantity"] for line in lines) > MAX_TOTAL_QUANTITY:
            faults.append((order.first_row, "Quantity", "the order's quantities add up to too many"))
        if faults:
            return None, faults
        placed_at = datetime.fromisoformat(head.placed_at) if head.placed_at else self.now
        entity = Order(
            id=order_id,
            brand_id=self.brand.id,
            code=order.code,
            buyer_id=buyers[head.buyer_code],
            catalog_id=catalogs[head.catalog_code],
            status=OrderStatus.OC_REQUIRED,
            currency=currency,
            total_minor=total,
            total_quantity=sum(line["quantity"] for line in lines),
            placed_at=placed_at,
            updated_at=self.now,
            content_hash=order.content_hash,
        )
        return (entity, lines), []
