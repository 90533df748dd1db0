"""Made-up orders that look like two years of a brand's business: statuses, documents, rejections, mails.

Pure: the same seed makes the same rows. examples/made_up_brand/writer.py writes them.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from examples.made_up_brand import history as audit_rows
from examples.made_up_brand.history import History
from examples.made_up_brand.ids import Ids
from examples.made_up_brand.lives import END, Ledger, Life, Line
from examples.made_up_brand.shop import MadeBuyer, MadeShop, MadeSku
from models.order import DataSet
from models.policy import OrderStatus

S = OrderStatus
SPAN = timedelta(days=730)
AVERAGE_LINES, MAX_LINES = 6.5, 40
ORDERS_AT_ONCE = 4_000
# What has become of an order by now, in hundredths: of those of the last two months, and of older ones.
RECENT = {S.OC_REQUIRED: 28, S.OC_CREATED: 22, S.OC_APPROVED: 10, S.OC_UPDATE_REQUIRED: 6, S.OC_CONFIRMED: 24,
          S.REJECTED_BY_BRAND: 6, S.REJECTED: 1, S.SENT_BACK_TO_CART: 3}  # fmt: skip
OLD = {S.OC_REQUIRED: 1, S.OC_CREATED: 1, S.OC_CONFIRMED: 87, S.REJECTED_BY_BRAND: 7, S.REJECTED: 1,
       S.SENT_BACK_TO_CART: 3}  # fmt: skip

COLUMNS: dict[str, tuple[str, ...]] = {
    "orders": ("brand_id", "id", "code", "buyer_id", "catalog_id", "status", "official", "currency", "tax_minor",
               "shipping_minor", "total_minor", "total_quantity", "comment", "delivery_address", "placed_at",
               "confirmation_created_at", "approval_asked", "archived_at", "updated_at", "version", "internal_changes"),
    "order_lines": ("brand_id", "id", "order_id", "data_set", "position", "sku_id", "quantity", "unit_price_minor",
                    "amount_minor"),
    "order_rejections": ("brand_id", "order_id", "rejected_at", "actor_kind", "actor_id", "actor_name",
                         "status_before", "notified", "body"),
    "order_send_backs": ("brand_id", "order_id", "sent_back_at", "actor_name"),
    "order_replacements": ("brand_id", "order_id", "replaced_order_id"),
    "order_tags": ("brand_id", "order_id", "tag_id"),
    "backlog_skus": ("brand_id", "id", "order_id", "sku_id", "ordered_quantity", "remaining_quantity"),
    "delivery_notes": ("brand_id", "id", "order_id", "code", "created_at"),
    "delivery_note_lines": ("brand_id", "id", "order_id", "delivery_note_id", "backlog_sku_id", "sku_id", "quantity"),
    "invoices": ("brand_id", "id", "code", "status", "created_at", "currency", "total_minor", "issued_at"),
    "invoiced_orders": ("brand_id", "invoice_id", "order_id", "is_whole", "tax_minor", "shipping_minor"),
    "invoiced_delivery_notes": ("brand_id", "invoice_id", "delivery_note_id"),
    "invoice_lines": ("brand_id", "id", "order_id", "invoice_id", "delivery_note_id", "position", "sku_id", "quantity",
                      "unit_price_minor", "amount_minor"),
    "outbox_messages": ("brand_id", "id", "order_id", "kind", "recipients", "notice", "status", "attempts", "due_at",
                        "created_at", "sent_at", "last_error"),
    "audit_entries": audit_rows.COLUMNS,
}  # fmt: skip


@dataclass(slots=True)
class Batch:
    """`rows`: table → rows of COLUMNS, ids in hex; `sequence`, `hash`: where the audit's chain ends after them."""

    orders: int
    rows: dict[str, list[tuple[Any, ...]]]
    sequence: int = 0
    hash: str = ""


class Maker:
    """Makes one order after the other."""

    def __init__(self, rng: random.Random, shop: MadeShop) -> None:
        self._rng = rng
        self._shop = shop
        self._ledger = Ledger(shop, History(rng, shop.brand_id), Ids(rng), shop.brand_id.hex)
        self._sent_back: dict[str, str] = {}

    def batches(self, number: int, size: int) -> Iterator[Batch]:
        """All orders, oldest first, `size` at a time; the last batch has all the history that is left."""
        history = self._ledger.history
        for start in range(0, number, size):
            self._ledger.rows = {name: [] for name in COLUMNS}
            batch = Batch(min(size, number - start), self._ledger.rows)
            entries = batch.rows["audit_entries"]
            for n in range(start, start + batch.orders):
                placed_at = (END - SPAN + SPAN / number * n).replace(microsecond=0)
                entries += history.until(placed_at)
                self._order(n + 1, placed_at)
            if start + size >= number:
                entries += history.until(None)
            batch.sequence, batch.hash = history.sequence, history.hash
            yield batch

    def _order(self, number: int, placed_at: datetime) -> None:
        rng, shop, add = self._rng, self._shop, self._ledger.add
        buyer = rng.choices(shop.buyers, cum_weights=shop.buyer_weights)[0]
        shares = RECENT if END - placed_at < timedelta(days=60) else OLD
        status = rng.choices(list(shares), list(shares.values()))[0]
        season = min(int((placed_at - END + SPAN) / SPAN * len(shop.catalogs)), len(shop.catalogs) - 1)
        lines = self._lines(buyer, shop.models[season])
        order = Life(self._ledger, number, self._ledger.ids.new(placed_at), buyer, status, placed_at)
        official, confirmed_at = DataSet.ORIGINAL, None
        self._add_lines(order, official, lines)
        if order.has_confirmation(rng):
            official, confirmed_at = DataSet.CONFIRMATION, order.confirm(rng)
            lines = self._confirmed(lines)
            self._add_lines(order, official, lines)
        amount = sum(line.quantity * line.price for line in lines)
        tax = amount // 10 if buyer.currency == "JPY" else 0
        shipping = 800 if amount < 50_000 else 0
        total = amount + tax + shipping
        order.end(rng, lines, tax, shipping)
        add(
            "orders", order.id, f"SO-{number:07}", buyer.id, shop.catalogs[season], status, official, buyer.currency,
            tax, shipping, total, sum(line.quantity for line in lines), "", "", placed_at, confirmed_at,
            order.approval_asked, order.archived_at, order.at, order.version, order.internal_changes,
        )  # fmt: skip
        if status is S.SENT_BACK_TO_CART:
            self._sent_back[buyer.id] = order.id
        elif replaced := self._sent_back.pop(buyer.id, None):
            add("order_replacements", order.id, replaced)

    def _lines(self, buyer: MadeBuyer, models: list[list[MadeSku]]) -> list[Line]:
        """A model in some of its sizes, then the next one."""
        rng = self._rng
        wanted = min(1 + int(rng.expovariate(1 / (AVERAGE_LINES - 1))), MAX_LINES)
        found: dict[str, Line] = {}
        while len(found) < wanted:
            model = rng.choices(models, cum_weights=self._shop.model_weights)[0]
            sizes = rng.randrange(1, len(model) + 1)
            first = rng.randrange(0, len(model) - sizes + 1)
            for sku in model[first : first + min(sizes, wanted - len(found))]:
                found[sku.id] = Line(sku.id, rng.choice((1, 2, 2, 3, 4, 5, 6, 10, 12, 24)), sku.prices[buyer.currency])
        return list(found.values())

    def _confirmed(self, original: list[Line]) -> list[Line]:
        """Now and then the brand promises less than was ordered."""
        if self._rng.random() < 0.9:
            return original
        first, *rest = original
        return [first._replace(quantity=max(1, first.quantity // 2)), *rest]

    def _add_lines(self, order: Life, data_set: DataSet, lines: list[Line]) -> None:
        brand_id, new_id = self._ledger.brand_id, self._ledger.ids.new
        self._ledger.rows["order_lines"] += [
            (brand_id, new_id(order.at), order.id, data_set.value, position, sku_id, quantity, price, quantity * price)
            for position, (sku_id, quantity, price) in enumerate(lines, 1)
        ]
