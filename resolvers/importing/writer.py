"""Writes the orders of an import, some hundred to a transaction, with the buyers, catalogs and SKUs that they need."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models.actor import Actor
from models.base import insert_new, new_id
from models.brand import Brand
from models.buyer import Buyer, BuyerRecipient
from models.catalog import Catalog, Sku
from models.database import chain
from models.database.copying import copy_rows
from models.database.sessions import Database
from models.events import BuyerCreated, Event, OrderPlaced, OrderRejected
from models.folding import folded_if_other
from models.messages import importing as texts
from models.money import MAX_MINOR
from models.order import DataSet, Order
from models.policy import REJECTED, OrderStatus
from models.prices import MILLION, line_amount, simple, split
from models.scope import Scope
from models.tax import Tax, TaxKind, added_tax, tax_of
from models.translatable import joined, translatable
from resolvers.importing.decisions import ALIKE as DECISIONS_ALIKE
from resolvers.importing.decisions import Decisions
from resolvers.importing.options import AS_THE_FILE_SAYS, ImportOptions
from resolvers.importing.orders import KEYS_AT_ONCE, MAX_SHOWN, ReadyOrder, differences, existing_orders
from resolvers.importing.parties import (
    Difference,
    Said,
    differences_of_buyers,
    said_apart,
    said_of_buyers,
    take_over,
)
from resolvers.importing.rows import ImportRow
from resolvers.importing.skus import (
    Otherwise,
    change_sku,
    changed,
    compare,
    describes,
    keep_pictures,
    said_of_skus,
)
from resolvers.importing.staging import KINDS, EmptyLine, StagedOrder
from resolvers.importing.summary import Counts, Summary
from resolvers.order_lines import MAX_LINES, MAX_TOTAL_QUANTITY
from resolvers.order_terms import addresses
from resolvers.papers.taxes import BrandTax, brand_tax

MAX_CONFLICTS = 5
# Tills print a long order for some minutes; rows further apart are of two orders.
MAX_PLACED_APART = timedelta(hours=1)
# What all rows of one order must say alike.
ALIKE = {
    "Buyer Unique Code": "buyer_code",
    "Catalog Code": "catalog_code",
    "Currency": "currency",
    "Billing Address": "billing_address",
    "Delivery Address": "delivery_address",
    "Deliver From": "deliver_from",
    "Deliver To": "deliver_to",
    "Buyer Order Number": "buyer_order_number",
    "Comment": "comment",
    "Shipping": "shipping",
}
CODE_COLUMNS = {
    "order": "Order Code",
    "buyer": "Buyer Unique Code",
    "catalog": "Catalog Code",
    "model": "Model Number",
    "sku": "SKU Number",
}

LINE_COLUMNS = (
    "brand_id",
    "order_id",
    "id",
    "data_set",
    "position",
    "sku_id",
    "quantity",
    "unit_price_minor",
    "unit_price_fraction",
    "amount_minor",
    "tax_kind",
    "tax_rate",
)

Place = tuple[int, str, str]  # row, column, reason


@dataclass
class Planned:
    """What a dry run would have made before: table → key → row. Nothing is ever written of it."""

    rows: dict[type, dict[str, Any]] = field(default_factory=dict)


@dataclass
class Writer:
    """Writes batches of orders, each in one transaction. `similar`: (kind, code) → the known code it looks like."""

    database: Database
    brand: Brand
    actor: Actor
    source: str
    clock: Callable[[], datetime]
    fault: Callable[[int, str, str], None]
    summary: Summary
    options: ImportOptions = AS_THE_FILE_SAYS
    similar: dict[tuple[str, str], str] = field(default_factory=dict)
    planned: Planned = field(default_factory=Planned)
    reported: set[str] = field(default_factory=set)
    taxes: BrandTax | None = None
    now: datetime = field(init=False)
    decisions: Decisions = field(init=False)

    def __post_init__(self) -> None:
        self.decisions = Decisions(self.actor, self.source)

    async def write(self, batch: Sequence[StagedOrder]) -> None:
        self.now = self.clock()
        ready = [order for staged in batch if (order := self._checked(*staged))]
        self.summary.refused += len(batch) - len(ready)
        scope = Scope(self.brand.id)
        for attempt in range(MAX_CONFLICTS):
            found: list[Place] = []
            try:
                if self.options.dry_run:
                    async with self.database.read(scope) as session:
                        counts, others, other_skus = await self._write(session, ready, found)
                else:
                    async with self.database.transaction(scope) as session:
                        counts, others, other_skus = await self._write(session, ready, found)
                break
            except IntegrityError:
                # Another import has just written one of these orders; now it is there to be compared with.
                if attempt == MAX_CONFLICTS - 1:
                    raise
        for place in found:
            self.fault(*place)
        self.summary.add(counts)
        described = self.summary.buyer_updates if self.options.update_buyers else self.summary.buyer_differences
        described.add(self._not_reported([each.said_else for each in others]))
        rows = [row for order in ready for _, row in order.rows]
        self.summary.buyers_apart.add(self._not_reported(said_apart(rows)))
        described = self.summary.sku_updates if self.options.update_skus else self.summary.sku_differences
        described.add(self._not_reported([each.said_else for each in other_skus if each.changes]))
        self.summary.sku_fills.add(self._not_reported([each.filled for each in other_skus if each.fills]))
        skus: list[str] = [
            translatable(texts.SAID_OF, code=number, said=joined(each.apart, texts.SEMICOLON))
            for number, each in said_of_skus(filter(describes, rows)).items()
            if each.apart
        ]
        self.summary.skus_apart.add(self._not_reported(skus))

    def _not_reported(self, names: list[str]) -> list[str]:
        found = [each for each in names if each not in self.reported]
        self.reported.update(found)
        return found

    def _checked(self, code: str, rows: list[tuple[int, ImportRow | EmptyLine | None]]) -> ReadyOrder | None:
        filled = [(number, row) for number, row in rows if not isinstance(row, str)]
        first_number, first = rows[0]
        if not filled and isinstance(first, str):
            not_one = translatable(texts.NOT_A_NUMBER, text=first, what=texts.A_QUANTITY)
            reason = not_one if first else translatable(texts.MISSING)
            self.fault(
                first_number, "Quantity", reason if len(rows) == 1 else translatable(texts.EMPTY_ORDER, problem=reason)
            )
            return None
        good = [(number, row) for number, row in filled if row]
        is_fine = len(good) == len(filled)
        if len(filled) > MAX_LINES:
            self.fault(first_number, "Order Code", translatable(texts.TOO_MANY_ROWS, count=len(filled), most=MAX_LINES))
            is_fine = False
        alike = ALIKE | DECISIONS_ALIKE if self.options.decisions else ALIKE
        said = [attrgetter(*alike.values())(row) for _, row in good]
        others = [entry for entry, each in zip(good, said, strict=True) if each != said[0]]
        for column, name in alike.items():
            for number, row in others:
                value, before = getattr(row, name), getattr(good[0][1], name)
                if value != before:
                    self.fault(number, column, _differs(value, good[0][0], before))
                    is_fine = False
        is_fine = self._codes_are_clear(good) and is_fine
        placed_at, agree = self._placed_at(code, good)
        return ReadyOrder(code, good[0][0], good, placed_at) if is_fine and agree else None

    def _codes_are_clear(self, rows: list[tuple[int, ImportRow]]) -> bool:
        if not self.similar:
            return True
        is_fine = True
        reported: set[tuple[str, str]] = set()
        for number, row in rows:
            for kind, name in KINDS.items():
                code = getattr(row, name)
                if (known := self.similar.get((kind, code))) and (kind, code) not in reported:
                    reported.add((kind, code))
                    self.fault(number, CODE_COLUMNS[kind], translatable(texts.LOOKS_LIKE, code=code, known=known))
                    is_fine = False
        return is_fine

    def _placed_at(self, code: str, rows: list[tuple[int, ImportRow]]) -> tuple[datetime | None, bool]:
        """The earliest, and whether the rows are near enough to each other."""
        if len({row.placed_at for _, row in rows}) == 1:
            of_all = rows[0][1].placed_at
            return (datetime.fromisoformat(of_all) if of_all else None), True
        if not rows:
            return None, False
        times = [(number, datetime.fromisoformat(row.placed_at)) for number, row in rows if row.placed_at]
        earliest = min(at for _, at in times)
        first_number, first = rows[0]
        agree = True
        for number, row in rows[1:]:
            if (row.placed_at is None) != (first.placed_at is None):
                self.fault(number, "Placed At", _differs(row.placed_at, first_number, first.placed_at))
                agree = False
        for number, at in times:
            if at - earliest > MAX_PLACED_APART:
                self.fault(number, "Placed At", _differs(at.isoformat(), first_number, first.placed_at))
                agree = False
        if agree:
            self.summary.placed_apart.add([code])
        return earliest, agree

    async def _write(
        self, session: AsyncSession, orders: list[ReadyOrder], faults: list[Place]
    ) -> tuple[Counts, list[Difference], list[Otherwise]]:
        counts = Counts()
        new = await self._new(session, orders, counts, faults)
        if self.taxes is None:
            self.taxes = await brand_tax(session, self.brand.id)
        new_rows = [row for order in new for _, row in order.rows]
        catalogs = await self._catalogs(session, new_rows, counts)
        every_row = [row for order in orders for _, row in order.rows]
        buyers, new_buyers, others = await self._buyers(session, new, every_row, counts)
        skus, other_skus = await self._skus(session, new_rows, every_row, counts)
        lines: list[tuple[Any, ...]] = []
        rows: list[dict[str, Any]] = []
        rejected: list[OrderRejected] = []
        for order in new:
            made, found = self._order(order, buyers, catalogs, skus)
            faults += found
            if made is None:
                counts.refused += 1
                continue
            row, order_lines = made
            counts.imported += 1
            counts.lines += len(order_lines)
            lines += order_lines
            rows.append(row)
            if order.head.is_rejected:
                entity = Order(**row)
                rejected.append(self.decisions.reject(entity, order.head, self.now))
                row["status"] = entity.status
                counts.decisions.add([order.code])
        if self.options.dry_run:
            return counts, others, other_skus
        events: list[Event] = [
            BuyerCreated(brand_id=self.brand.id, at=self.now, code=code, source=self.source) for code in new_buyers
        ]
        if self.options.update_buyers:
            events += await take_over(session, self.brand, others, self.source, self.now)
        events += changed(self.brand, other_skus, self.source, self.now, all=self.options.update_skus)
        events += [
            OrderPlaced(brand_id=self.brand.id, order_id=row["id"], at=self.now, source=self.source) for row in rows
        ]
        # Always in the same order, so that concurrent imports of the same orders cannot deadlock.
        in_order = [tuple(row.values()) for row in sorted(rows, key=lambda row: str(row["code"]))]
        columns = tuple(rows[0]) if rows else ()
        await copy_rows(session, {"orders": (columns, in_order), "order_lines": (LINE_COLUMNS, lines)})
        if rejected:
            await self.decisions.write(session, rejected)
            events += rejected
        entries = await chain.chained_rows(session, events, self.actor, self.clock)
        await copy_rows(session, {"audit_entries": entries})
        return counts, others, other_skus

    async def _new(
        self, session: AsyncSession, orders: list[ReadyOrder], counts: Counts, faults: list[Place]
    ) -> list[ReadyOrder]:
        """The orders that are not there yet; those that are must say the same."""
        existing = await existing_orders(session, [order.code for order in orders])
        if self.options.decisions:
            await self.decisions.load_reasons(session)
        new = []
        for order in orders:
            if order.code not in existing:
                if self.options.decisions and order.head.is_rejected:
                    wrong = self.decisions.faults(order, self.now)
                    faults += wrong
                    if wrong:
                        counts.refused += 1
                    else:
                        new.append(order)
                elif closed := next((each for each in order.rows if each[1].closed), None):
                    counts.refused += 1
                    reason = translatable(texts.CLOSED, status=closed[1].closed)
                    if closed[1].is_rejected:
                        reason = translatable(texts.TAKE_OVER, problem=reason)
                    faults.append((closed[0], "Status", reason))
                else:
                    new.append(order)
            elif found := differences(order, existing[order.code], self.brand, self.summary.headings):
                counts.refused += 1
                shown = joined(found[:MAX_SHOWN], texts.SEMICOLON)
                if len(found) > MAX_SHOWN:
                    shown = translatable(texts.AND_MORE, listed=shown, more=len(found) - MAX_SHOWN)
                reason = translatable(texts.SAYS_OTHERWISE, code=order.code, differences=shown)
                faults.append((order.first_row, "Order Code", reason))
            elif self.options.decisions and order.head.is_rejected and existing[order.code].status not in REJECTED:
                counts.refused += 1
                reason = translatable(texts.NOT_REJECTED_HERE, code=order.code)
                faults.append((order.first_row, "Status", reason))
            else:
                counts.unchanged += 1
        return new

    async def _catalogs(self, session: AsyncSession, rows: list[ImportRow], counts: Counts) -> dict[str, UUID]:
        codes = {row.catalog_code for row in rows}

        def new_catalog(code: str) -> dict[str, Any]:
            return {"id": new_id(), "brand_id": self.brand.id, "code": code, "name": code}

        found, new = await self._get(session, Catalog, Catalog.code, codes, codes, new_catalog)
        counts.catalogs.add(sorted(new))
        return {row.code: row.id for row in found}

    async def _buyers(
        self, session: AsyncSession, new_orders: list[ReadyOrder], rows: list[ImportRow], counts: Counts
    ) -> tuple[dict[str, Any], list[str], list[Difference]]:
        """Those that new orders need are made from the file; without an e-mail address they are offline.

        Also the codes of those that were made, and what the file says else of those that are known.
        """
        of_file = said_of_buyers(rows)
        needed = {row.buyer_code for order in new_orders for _, row in order.rows}

        def new_buyer(code: str) -> dict[str, Any]:
            return of_file[code].new_buyer(new_id(), self.brand)

        found, new = await self._get(session, Buyer, Buyer.unique_code, set(of_file), needed, new_buyer)
        by_code = {row.unique_code: row for row in found}
        for code in sorted(new):
            (counts.buyers if of_file[code].emails else counts.offline_buyers).add([_named(of_file[code])])
        if not self.options.dry_run:
            recipients = [each for code in new for each in of_file[code].recipients(self.brand, by_code[code].id)]
            if recipients:
                await session.execute(insert(BuyerRecipient), recipients)
        planned = self.planned.rows.get(Buyer, {})
        known = [row for code, row in by_code.items() if code not in new and code not in planned]
        others = await differences_of_buyers(session, of_file, known)
        return by_code, sorted(new), others

    async def _skus(
        self, session: AsyncSession, rows: list[ImportRow], every_row: list[ImportRow], counts: Counts
    ) -> tuple[dict[str, Any], list[Otherwise]]:
        """Those that new orders need, by number. Known ones get what they did not have.

        Also what the file says else of known ones.
        """
        of_file = said_of_skus([*rows, *filter(describes, every_row)])
        needed = {row.sku_number for row in rows}

        def new_sku(number: str) -> dict[str, Any]:
            return of_file[number].new_sku(self.brand)

        found, new = await self._get(session, Sku, Sku.number, set(of_file), needed, new_sku)
        counts.skus.add(sorted(new))
        pictures: dict[str, str] = {}
        if self.options.pictures:
            names = [each.picture for each in of_file.values() if each.picture]
            dry_run = self.options.dry_run
            pictures = await keep_pictures(session, self.brand, self.options.pictures, names, dry_run=dry_run)
        made_now = new | self.planned.rows.get(Sku, {}).keys()
        others: list[Otherwise] = []
        for sku in found:
            other = compare(sku, of_file[sku.number], pictures.get(of_file[sku.number].picture))
            is_filled = other.fills and sku.number not in made_now
            if other.changes or is_filled:
                others.append(other if is_filled else replace(other, fills={}))
            if not self.options.dry_run:
                changes = other.changes if self.options.update_skus else {}
                await change_sku(session, self.brand, sku, {**other.fills, **changes})
        return {row.number: row for row in found}, others

    async def _get(
        self,
        session: AsyncSession,
        table: Any,
        key: Any,
        wanted: set[str],
        needed: set[str],
        make: Callable[[str], dict[str, Any]],
    ) -> tuple[list[Any], set[str]]:
        """The rows with these keys, and the keys of those that were needed, were not there and are made."""
        ordered = sorted(wanted)
        # Of the model, not of its table: only so are they narrowed to the brand (models/scope.py).
        columns = [getattr(table, each.key) for each in table.__mapper__.column_attrs if each.key != "brand_id"]

        async def read() -> list[Any]:
            found: list[Any] = []
            for start in range(0, len(ordered), KEYS_AT_ONCE):
                some = select(*columns).where(key.in_(ordered[start : start + KEYS_AT_ONCE]))
                found += (await session.execute(some)).all()
            return found

        found = await read()
        known = {getattr(row, key.key) for row in found}
        missing = {code: make(code) for code in sorted(needed - known)}
        if not missing:
            return found, set()
        if self.options.dry_run:
            planned = self.planned.rows.setdefault(table, {})
            new = missing.keys() - planned.keys()
            planned |= {code: SimpleNamespace(**missing[code]) for code in new}
            return found + [planned[code] for code in missing], set(new)
        await session.execute(insert_new(session, table), list(missing.values()))
        found = await read()
        ours = {each["id"] for each in missing.values()}
        return found, {getattr(row, key.key) for row in found if row.id in ours}

    def _order(
        self, order: ReadyOrder, buyers: dict[str, Any], catalogs: dict[str, UUID], skus: dict[str, Any]
    ) -> tuple[tuple[dict[str, Any], list[tuple[Any, ...]]] | None, list[Place]]:
        """The row of the order, and those of its lines as LINE_COLUMNS; or what is wrong."""
        head = order.head
        buyer = buyers[head.buyer_code]
        currency = head.currency or self.brand.currency
        order_id = new_id()
        faults: list[Place] = []
        lines: list[tuple[Any, ...]] = []
        taxed: list[tuple[Tax | None, int]] = []
        taxes = self.taxes or BrandTax()
        total = total_quantity = 0
        for position, (number, row) in enumerate(order.rows, 1):
            sku = skus[row.sku_number]
            price = row.price
            if price is None and sku.currency == currency:
                price = (
                    None if sku.price_minor is None else simple(sku.price_minor + Decimal(sku.price_fraction) / MILLION)
                )
            if price is None:
                reason = translatable(texts.NO_PRICE, sku=row.sku_number, currency=currency)
                faults.append((number, "Unit Price", reason))
                continue
            if sku.model_number != row.model_number:
                reason = translatable(
                    texts.OTHER_MODEL, model=row.model_number, sku=row.sku_number, known=sku.model_number
                )
                faults.append((number, "Model Number", reason))
                continue
            amount = line_amount(row.quantity, price)
            total += amount
            total_quantity += row.quantity
            tax = tax_of(TaxKind(row.tax_kind), row.tax_rate) if row.tax_kind else taxes.default
            taxed.append((tax, amount))
            lines.append(
                (
                    self.brand.id,
                    order_id,
                    new_id(),
                    DataSet.ORIGINAL,
                    position,
                    sku.id,
                    row.quantity,
                    *split(price),
                    amount,
                    tax and tax.kind,
                    tax and tax.rate,
                )
            )
        has_tax = any(tax for tax, _ in taxed)
        shipping = head.shipping or 0
        # The goods' tax is the shipping's, if all goods have the same.
        of_lines = {tax for tax, _ in taxed}
        shipping_tax = (of_lines.pop() if len(of_lines) == 1 else taxes.default) if shipping else None
        taxed.append((shipping_tax, shipping))
        added = added_tax(taxed, included=taxes.is_included, rounding=taxes.rounding)
        total += shipping + added
        if total > MAX_MINOR:
            faults.append((order.first_row, "Unit Price", translatable(texts.TOTAL_TOO_LARGE)))
        if total_quantity > MAX_TOTAL_QUANTITY:
            faults.append((order.first_row, "Quantity", translatable(texts.TOO_MANY_UNITS)))
        if faults:
            return None, faults
        return (
            {
                "id": order_id,
                "brand_id": self.brand.id,
                "code": order.code,
                "buyer_id": buyer.id,
                "catalog_id": catalogs[head.catalog_code],
                "status": OrderStatus.OC_REQUIRED,
                "official": DataSet.ORIGINAL,
                "currency": currency,
                "tax_minor": added,
                "shipping_minor": shipping,
                "total_minor": total,
                "total_quantity": total_quantity,
                "comment": head.comment,
                **addresses(head.billing_address, head.delivery_address, buyer),
                "deliver_from": _day(head.deliver_from),
                "deliver_to": _day(head.deliver_to),
                "buyer_order_number": head.buyer_order_number,
                "prices_include_tax": taxes.is_included and has_tax,
                "shipping_tax_kind": shipping_tax and shipping_tax.kind,
                "shipping_tax_rate": shipping_tax and shipping_tax.rate,
                "tax_rounding": taxes.rounding if has_tax else None,
                "placed_at": order.placed_at or self.now,
                "approval_asked": False,
                "updated_at": self.now,
                "version": 1,
                "folded_code": folded_if_other(order.code),
            },
            lines,
        ), []


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _named(buyer: Said) -> str:
    return f"{buyer.code} ({buyer.name})" if buyer.name and buyer.name != buyer.code else buyer.code


def _differs(value: Any, row: int, before: Any) -> str:
    return translatable(texts.ROWS_DIFFER, said=value or texts.NOTHING, row=row, before=before or texts.NOTHING)
