"""The demo: two brands with real-looking orders, in which every reason why an order cannot be rejected can be seen.

Its orders come to their states by the commands that everybody uses, on a clock that is put back, so the demo shows
nothing that the rules forbid. Nobody is mailed about these orders.
"""

from base64 import b64encode
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from graph.cli.demo_access import KUMO, NORTHLIGHT, buyers_user, member
from graph.cli.errors import CommandError
from graph.settings.environment import ROOT
from models.actor import Actor
from models.backlog_sku import BacklogSku
from models.brand import Brand
from models.buyer import Buyer
from models.database.sessions import Database
from models.locale import Locale
from models.order import Order
from models.policy import Role
from models.registration import RegistrationKind
from models.scope import EVERYTHING, Scope
from models.tax import TaxKind
from resolvers.backlog import create_backlog_skus
from resolvers.brand_settings import update_brand_settings
from resolvers.buyers import update_buyer
from resolvers.confirmation import approve_confirmation, confirm_order, create_confirmation, refuse_confirmation
from resolvers.core.context import Context
from resolvers.core.notices import Message
from resolvers.core.refusals import Outcome
from resolvers.delivery_notes import BacklogQuantity, NoteContent, create_delivery_note
from resolvers.importing.importer import import_file
from resolvers.invoice_drafts import create_invoice, create_invoice_for_delivery_notes
from resolvers.invoices import issue_invoice, void_invoice
from resolvers.rejection import RejectOrder, reject_order
from resolvers.rejection_reasons import Grounds
from resolvers.send_back import send_back_to_cart
from resolvers.tagging import apply_tags
from resolvers.tags import create_tag

EXAMPLES = ROOT / "examples"
ART = EXAMPLES / "demo"
FILES = {NORTHLIGHT: EXAMPLES / "online_retail" / "sample.csv.gz", KUMO: EXAMPLES / "demo" / "kumo.csv"}
TAGS = {"vip": ("Important customer", "#7A3AD8"), "sample": ("Samples", "#2E7D32"), "late": ("Late", "#D83A3A")}
# Soon after the newest order of the file was placed.
IMPORTED_AT = {NORTHLIGHT: datetime(2010, 12, 23, 18, tzinfo=UTC), KUMO: datetime(2026, 11, 20, 9, tzinfo=UTC)}
FIRST_PAGE = 20
BETWEEN_COMMANDS = timedelta(minutes=30)
NO_MAIL = Message()


def _brands() -> list[Brand]:
    return [
        Brand(
            code=NORTHLIGHT,
            name="Northlight Trading",
            legal_name="Northlight Trading Ltd",
            address="14 Harbour Lane\nLondon E1W 2AA",
            country="GB",
            phone="020 7946 0123",
            locale=Locale.EN,
            time_zone="Europe/London",
            currency="GBP",
            mail_reply_to="sales@northlight.example",
        ),
        Brand(
            code=KUMO,
            name="雲 Kumo",
            legal_name="株式会社雲",
            address="〒150-0001 東京都渋谷区神宮前1-2-3",
            country="JP",
            phone="03-0000-0123",
            locale=Locale.JA,
            time_zone="Asia/Tokyo",
            currency="JPY",
            mail_reply_to="hanbai@kumo.example",
        ),
    ]


def check_files() -> None:
    """Raises CommandError in an installed package, which has no sample orders."""
    if not all(file.exists() for file in FILES.values()):
        raise CommandError("The demo's orders are in a checkout of the repository, not in the installed package.")


def _letterheads() -> dict[str, dict[str, object]]:
    """Made-up companies: the numbers have right check digits, and belong to no company."""
    return {
        NORTHLIGHT: {
            "registration_kind": RegistrationKind.GB_VAT,
            "registration_number": "GB 123 4567 82",
            "accent_color": "#1d4e68",
            "bank_details": "Northlight Trading Ltd\nExample Bank plc\n00-00-00 · 12345678",
            "payment_days": 30,
            "footer_en": "Northlight Trading Ltd · registered in England and Wales, no. 00000000\n"
            "Registered office: 14 Harbour Lane, London E1W 2AA",
            "greeting_en": "Goods remain ours until they are paid for.",
            "default_tax_kind": TaxKind.STANDARD,
            "default_tax_rate": 1750,  # in 2010, when the orders were placed
        },
        KUMO: {
            "registration_kind": RegistrationKind.JP_INVOICE,
            "registration_number": "T7123456789012",
            "accent_color": "#7a3b2e",
            "bank_details": "見本銀行 神宮前支店\n普通 1234567 カ）クモ",
            "payment_days": 30,
            "payment_terms_ja": "お振込の際は、請求書番号をご記入ください。",
            "footer_ja": "株式会社雲　〒150-0001 東京都渋谷区神宮前1-2-3　TEL 03-0000-0123",
            "default_tax_kind": TaxKind.STANDARD,
            "default_tax_rate": 1000,
        },
    }


async def load_demo(database: Database) -> None:
    """Fills an empty database; one that the demo has filled stays as it is. Raises CommandError for any other."""
    async with database.read(EVERYTHING) as session:
        found = set(await session.scalars(select(Brand.code)))
    if found >= FILES.keys():
        return
    if found:
        raise CommandError(f"This database has brands of its own ({', '.join(sorted(found))}): no demo is put into it.")
    brands = _brands()
    async with database.transaction(EVERYTHING) as session:
        session.add_all(brands)
    for brand in brands:
        story = Story(database, brand)
        await story.set_letterhead(_letterheads()[brand.code], (ART / f"{brand.code}.svg").read_bytes())
        await story.import_orders()
        await (_northlight(story) if brand.code == NORTHLIGHT else _kumo(story))


class Story:
    """Commands on one brand's orders, one after the other, half an hour apart. `now` is the instant of the next one."""

    def __init__(self, database: Database, brand: Brand) -> None:
        self.now = IMPORTED_AT[brand.code]
        self._database = database
        self._brand = brand
        self._members = {role: self._context(member(brand, role)) for role in (Role.ADMIN, Role.WRITE)}

    async def import_orders(self) -> None:
        importer = Actor(role=Role.ADMIN, id="import", name="Import", brand_id=self._brand.id)
        await import_file(self._database, self._brand, importer, FILES[self._brand.code], clock=self._admin.clock)

    async def set_letterhead(self, letterhead: dict[str, object], logo: bytes) -> None:
        encoded = b64encode(logo).decode()
        outcome = await update_brand_settings(self._admin, {}, letterhead=letterhead, logo=encoded)
        if outcome.refusals:
            raise RuntimeError(f"The demo's letterhead is refused: {outcome.refusals}")

    async def invoice_to(self, buyer: Buyer, address: str) -> None:
        await self._done(update_buyer(self._admin, buyer.id, {"address": address}))

    async def newest_orders(self) -> tuple[list[Order], dict[UUID, Buyer]]:
        """The orders that a first page shows, and their buyers by id."""
        newest = select(Order).order_by(Order.placed_at.desc(), Order.id).limit(FIRST_PAGE)
        async with self._database.read(Scope(self._brand.id)) as session:
            orders = list(await session.scalars(newest))
            buyers = await session.scalars(select(Buyer).where(Buyer.id.in_({order.buyer_id for order in orders})))
            return orders, {buyer.id: buyer for buyer in buyers}

    async def create_tags(self) -> dict[str, UUID]:
        """The ids of the brand's tags by code."""
        return {
            code: await self._done(create_tag(self._admin, code, name, color)) for code, (name, color) in TAGS.items()
        }

    async def tag(self, order: Order, tag_id: UUID) -> None:
        await self._done(apply_tags(self._admin, order.id, [tag_id]))

    async def create_oc(self, order: Order, *, ask_approval: bool = False) -> None:
        await self._done(create_confirmation(self._writer, order.id, ask_approval=ask_approval, message=NO_MAIL))

    async def confirm(self, order: Order) -> None:
        await self.create_oc(order)
        await self._done(confirm_order(self._writer, order.id, None, NO_MAIL))

    async def approve(self, order: Order, buyer: Buyer) -> None:
        await self.create_oc(order, ask_approval=True)
        await self._done(approve_confirmation(self._context(buyers_user(buyer)), order.id))

    async def refuse(self, order: Order, buyer: Buyer, comment: str) -> None:
        await self.create_oc(order, ask_approval=True)
        await self._done(refuse_confirmation(self._context(buyers_user(buyer)), order.id, comment))

    async def lay_out(self, order: Order) -> None:
        await self._done(create_backlog_skus(self._writer, order.id))

    async def deliver(self, order: Order) -> UUID:
        """All of the order, or half of what is left of each backlog SKU. The note's id."""
        left = select(BacklogSku).where(BacklogSku.order_id == order.id, BacklogSku.remaining_quantity > 0)
        async with self._writer.read() as session:
            halves = [BacklogQuantity(sku.id, -(-sku.remaining_quantity // 2)) for sku in await session.scalars(left)]
        return await self._done(create_delivery_note(self._writer, order.id, NoteContent(quantities=halves or None)))

    async def invoice(self, order: Order) -> UUID:
        """The draft's id."""
        return await self._done(create_invoice(self._writer, order.id))

    async def invoice_notes(self, note_ids: Sequence[UUID]) -> UUID:
        """The draft's id."""
        return await self._done(create_invoice_for_delivery_notes(self._writer, note_ids))

    async def issue(self, invoice_id: UUID) -> None:
        await self._done(issue_invoice(self._writer, invoice_id))

    async def void(self, invoice_id: UUID) -> None:
        await self._done(void_invoice(self._writer, invoice_id))

    async def send_back(self, order: Order) -> None:
        await self._done(send_back_to_cart(self._admin, order.id, NO_MAIL))

    async def reject(self, order: Order) -> None:
        in_japanese = self._brand.locale is Locale.JA
        note = "工場に確認済み。春まで入荷しません。" if in_japanese else "Asked the mill: nothing until spring."
        grounds = Grounds("OUT_OF_STOCK", note)
        await self._done(reject_order(self._admin, RejectOrder(order.id, NO_MAIL, grounds=grounds)))

    def _context(self, actor: Actor) -> Context:
        return Context(self._database, actor, lambda: self.now)

    @property
    def _admin(self) -> Context:
        return self._members[Role.ADMIN]

    @property
    def _writer(self) -> Context:
        return self._members[Role.WRITE]

    async def _done(self, command: Awaitable[Outcome]) -> UUID:
        """The id of what was created or changed: of the order for an action on one."""
        self.now += BETWEEN_COMMANDS
        outcome = await command
        if outcome.refusals or not (outcome.made or outcome.order_id):
            raise RuntimeError(f"The demo's story breaks a rule: {outcome.refusals}")
        return outcome.made or outcome.order_ids[0]


async def _northlight(story: Story) -> None:
    """Orders in every state but REJECTED, which only an operator can give."""
    orders, buyers = await story.newest_orders()
    # What a buyer has a part in needs a buyer with users of its own.
    online = [order for order in orders[1:] if not buyers[order.buyer_id].is_offline]
    back, created, approved, refused = online[:4]
    others = [order for order in orders if order not in (back, created, approved, refused)]
    newest, invoiced, blocked, backlog, rejected, draft, void = others[:7]
    for number, buyer in enumerate(buyers.values(), start=7):  # an invoice must name it
        await story.invoice_to(buyer, f"{number} Quayside Row\nWhitby\nYO22 9ZZ")
    tag_ids = await story.create_tags()
    await story.tag(newest, tag_ids["vip"])
    await story.tag(blocked, tag_ids["late"])
    await story.tag(rejected, tag_ids["sample"])
    await story.create_oc(created, ask_approval=True)
    await story.approve(approved, buyers[approved.buyer_id])
    await story.refuse(refused, buyers[refused.buyer_id], "Please leave out what you cannot deliver before Christmas.")
    await story.send_back(back)
    await story.reject(rejected)
    await story.create_oc(invoiced)
    await story.issue(await story.invoice(invoiced))
    await story.create_oc(void)
    voided = await story.invoice(void)
    await story.issue(voided)
    await story.void(voided)
    await story.confirm(backlog)
    await story.lay_out(backlog)
    await story.confirm(blocked)
    await story.lay_out(blocked)
    notes = [await story.deliver(blocked), await story.deliver(blocked)]
    await story.issue(await story.invoice_notes(notes))
    await story.create_oc(draft)
    await story.invoice(draft)


async def _kumo(story: Story) -> None:
    """The small brand keeps most of its orders open."""
    orders, buyers = await story.newest_orders()
    for number, buyer in enumerate(buyers.values(), start=3):
        await story.invoice_to(buyer, f"〒060-0001\n北海道札幌市中央区北一条西{number}-1")
    await story.create_tags()
    await story.confirm(orders[1])
    await story.deliver(orders[1])
    await story.reject(orders[2])
