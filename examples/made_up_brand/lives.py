"""The life of a made-up order: its confirmation, documents, rejection or return to the cart, tags, archive, mail."""

import random
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from examples.made_up_brand.history import History
from examples.made_up_brand.ids import Ids
from examples.made_up_brand.shop import ERP, MEMBERS, OPERATOR, MadeBuyer, MadeShop, Person
from models.locale import Locale
from models.messages.history import INTERNAL, EventKind
from models.messages.mail import MailKind, mail_texts
from models.outbox import NotificationStatus, OrderNotice
from models.policy import FINAL, REJECTED, OrderStatus
from models.rejection import body_hash

S = OrderStatus
END = datetime(2026, 11, 1, tzinfo=UTC)
CONFIRMATION_BEFORE_REJECTION = 0.3
BODIES = (
    "誠に申し訳ございませんが、在庫切れのためお引き受けできません。",
    "We are sorry: this season is sold out.",
    None,
)


class Line(NamedTuple):
    sku_id: str
    quantity: int
    price: int


class Bill(NamedTuple):
    lines: list[Line]
    tax: int
    shipping: int

    @property
    def total(self) -> int:
        return sum(line.quantity * line.price for line in self.lines) + self.tax + self.shipping


@dataclass(slots=True)
class Ledger:
    """Where rows and history are written down; `rows`: table → rows that begin with the brand. All ids are in hex."""

    shop: MadeShop
    history: History
    ids: Ids
    brand_id: str
    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)

    def add(self, table: str, *values: Any) -> None:
        self.rows[table].append((self.brand_id, *values))


class Life:
    """What happens to one order, step by step; `at` is the moment of the last step."""

    def __init__(
        self, ledger: Ledger, number: int, id: str, buyer: MadeBuyer, status: OrderStatus, placed_at: datetime
    ) -> None:
        self._ledger = ledger
        self._number = number
        self.id = id
        self._buyer = buyer
        self._status = status
        self._placed_at = self.at = placed_at
        self.version = 1
        self.internal_changes = 0
        self.approval_asked = False
        self.archived_at: datetime | None = None
        self._before = S.OC_REQUIRED
        ledger.history.add(placed_at, id, EventKind.ORDER_PLACED, ERP, source="erp")

    def has_confirmation(self, rng: random.Random) -> bool:
        if self._status in FINAL:
            return rng.random() < CONFIRMATION_BEFORE_REJECTION
        return self._status is not S.OC_REQUIRED

    def confirm(self, rng: random.Random) -> datetime:
        """The way of the OC; answers when it was made."""
        member = rng.choice(MEMBERS)
        made_at = self._step(rng, EventKind.OC_CREATED, member)
        self._before = S.OC_CREATED
        answered = self._status in (S.OC_APPROVED, S.OC_UPDATE_REQUIRED)
        self.approval_asked = not self._buyer.is_offline and (answered or rng.random() < 0.3)
        if self._status is S.OC_APPROVED:
            self._step(rng, EventKind.OC_APPROVED, self._buyer.user)
        elif self._status is S.OC_UPDATE_REQUIRED:
            self._step(rng, EventKind.OC_REFUSED, self._buyer.user, comment="Two sizes are missing.")
        elif self._status is S.OC_CONFIRMED:
            self._step(rng, EventKind.OC_CONFIRMED, member)
        return made_at

    def end(self, rng: random.Random, lines: list[Line], tax: int, shipping: int) -> None:
        """Documents, a rejection or a return to the cart; then tags and the archive."""
        add = self._ledger.add
        if self._status is S.OC_CONFIRMED:
            self._deliver(rng, Bill(lines, tax, shipping))
        elif self._status is S.OC_CREATED and rng.random() < 0.05:
            self._invoice(rng, Bill(lines, tax, shipping), None)
        elif self._status in REJECTED:
            self._reject(rng)
        elif self._status is S.SENT_BACK_TO_CART:
            member = rng.choice(MEMBERS)
            self._step(rng, EventKind.SENT_BACK_TO_CART, member)
            add("order_send_backs", self.id, self.at, member.name)
        if rng.random() < 0.12:
            tags = sorted(rng.sample(self._ledger.shop.tags, rng.choice((1, 1, 2))), key=lambda tag: tag[1])
            for tag_id, _ in tags:
                add("order_tags", self.id, tag_id)
            after = [code for _, code in tags]
            self._ledger.history.add(
                self.at, self.id, EventKind.TAGS_APPLIED, rng.choice(MEMBERS), before=[], after=after
            )
        if self._status in FINAL and END - self._placed_at > timedelta(days=30) and rng.random() < 0.6:
            self.archived_at = self._step(rng, EventKind.ORDER_ARCHIVED, rng.choice(MEMBERS))

    def _step(self, rng: random.Random, kind: EventKind, who: Person, **details: Any) -> datetime:
        """Some hours later; never after END."""
        self.at = min(self.at + timedelta(seconds=rng.randrange(60, 200_000)), END)
        self.version += 1
        self.internal_changes += kind in INTERNAL
        self._ledger.history.add(self.at, self.id, kind, who, **details)
        return self.at

    def _reject(self, rng: random.Random) -> None:
        who = OPERATOR if self._status is S.REJECTED else rng.choice([*MEMBERS, ERP])
        notify = rng.random() < 0.7
        notified = notify and not self._buyer.is_offline
        body = rng.choice(BODIES) if notify else None
        if notified and body is None:
            body = mail_texts(MailKind.ORDER_REJECTED).text.in_(Locale(self._buyer.locale))
        at = self._step(
            rng, EventKind.ORDER_REJECTED, who, status_before=self._before, status_after=self._status, notify=notify,
            notified=notified, body_sha256=body_hash(body),
        )  # fmt: skip
        kind, person, name = who.kind, who.id, who.name
        self._ledger.add("order_rejections", self.id, at, kind, person, name, self._before, notified, body)
        if notified:
            self._mail(rng, at, body)

    def _mail(self, rng: random.Random, at: datetime, body: str | None) -> None:
        """Sent or failed long ago: nothing is left for the relay to do."""
        shop, buyer = self._ledger.shop, self._buyer
        name = f"{shop.code.title()} Wholesale"
        notice = OrderNotice(
            kind=MailKind.ORDER_REJECTED, order_code=f"SO-{self._number:07}", placed_at=self._placed_at.isoformat(),
            at=at.isoformat(), brand_name=name, sender_name=name, reply_to=None, buyer_name=buyer.name,
            to=list(buyer.emails), locale=Locale(buyer.locale), time_zone="Asia/Tokyo", body=body,
        )  # fmt: skip
        failed = rng.random() < 0.02
        status = NotificationStatus.FAILED if failed else NotificationStatus.SENT
        sent_at, error = (None, "550 no such mailbox") if failed else (at + timedelta(seconds=2), None)
        self._ledger.add(
            "outbox_messages", self._ledger.ids.new(at), self.id, notice.kind, notice.to, asdict(notice), status, 1, at,
            at, sent_at, error,
        )  # fmt: skip

    def _deliver(self, rng: random.Random, bill: Bill) -> None:
        """Of a hundred confirmed orders: 50 delivered as a whole, 25 in parts, 10 invoiced only, 15 still to do."""
        chance = rng.random()
        if chance < 0.50:
            note = self._note(rng, [(None, line.sku_id, line.quantity) for line in bill.lines])
            if rng.random() < 0.85:
                self._invoice(rng, bill, note)
        elif chance < 0.75:
            self._deliver_in_parts(rng, bill.lines)
        elif chance < 0.85:
            self._invoice(rng, bill, None)

    def _deliver_in_parts(self, rng: random.Random, lines: list[Line]) -> None:
        self._step(rng, EventKind.BACKLOG_SKUS_CREATED, rng.choice(MEMBERS))
        delivered: list[tuple[str | None, str, int]] = []
        for sku_id, quantity, _ in lines:
            taken = rng.choice((0, quantity // 2, quantity))
            id = self._ledger.ids.new(self.at)
            self._ledger.add("backlog_skus", id, self.id, sku_id, quantity, quantity - taken)
            if taken:
                delivered.append((id, sku_id, taken))
        if delivered:
            self._note(rng, delivered)

    def _note(self, rng: random.Random, lines: list[tuple[str | None, str, int]]) -> str:
        code = f"DN-S{self._number:07}"
        at = self._step(rng, EventKind.DELIVERY_NOTE_CREATED, rng.choice(MEMBERS), code=code)
        note = self._ledger.ids.new(at)
        self._ledger.add("delivery_notes", note, self.id, code, at)
        brand_id, new_id = self._ledger.brand_id, self._ledger.ids.new
        self._ledger.rows["delivery_note_lines"] += [
            (brand_id, new_id(at), self.id, note, backlog_sku, sku_id, quantity)
            for backlog_sku, sku_id, quantity in lines
        ]
        return note

    def _invoice(self, rng: random.Random, bill: Bill, note: str | None) -> None:
        """Of the whole order, or of the note that delivers it as a whole."""
        code, add, member = f"INV-S{self._number:07}", self._ledger.add, rng.choice(MEMBERS)
        at = self._step(rng, EventKind.INVOICE_CREATED, member, code=code)
        issued_at = self._step(rng, EventKind.INVOICE_ISSUED, member, code=code) if rng.random() < 0.9 else None
        id = self._ledger.ids.new(at)
        status = "ISSUED" if issued_at else "DRAFT"
        add("invoices", id, code, status, at, self._buyer.currency, bill.total, issued_at)
        add("invoiced_orders", id, self.id, note is None, bill.tax, bill.shipping)
        if note:
            add("invoiced_delivery_notes", id, note)
        brand_id, new_id = self._ledger.brand_id, self._ledger.ids.new
        self._ledger.rows["invoice_lines"] += [
            (brand_id, new_id(at), self.id, id, note, position, sku_id, quantity, price, quantity * price)
            for position, (sku_id, quantity, price) in enumerate(bill.lines, 1)
        ]
