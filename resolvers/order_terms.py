"""What an order says besides its lines: addresses, delivery window, the buyer's order number, shipping and tax."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from models.locale import Text
from models.messages.refusals import BAD_PRICE, TOTAL_TOO_LARGE
from models.money import MAX_MINOR, MoneyError, precision, to_minor
from models.order import Order
from models.tax import Rounding, Tax, tax_of
from resolvers.core.context import Context
from resolvers.core.refusals import Refusal, Refused, invalid, wrong_text
from resolvers.core.work import Work
from resolvers.order_lines import NewLine, PricedLine, added_tax_of, with_tax
from resolvers.papers.taxes import GivenTax, brand_tax

MAX_ADDRESS_LENGTH = 1_000
MAX_NUMBER_LENGTH = 64

WINDOW_REVERSED = Text(
    "The last day of delivery is before the first.", "納品希望日の終了日が開始日より前になっています。"
)


@dataclass(frozen=True, slots=True)
class Charges:
    """The lines with their taxes, and what shipping and tax make of them. `columns`: of the order."""

    lines: list[PricedLine]
    columns: dict[str, Any]
    total_minor: int


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """None: not said. `shipping`: in the order's currency. `tax`: of lines and shipping that name none."""

    billing_address: str | None = None
    delivery_address: str | None = None
    deliver_from: date | None = None
    deliver_to: date | None = None
    buyer_order_number: str | None = None
    shipping: Decimal | None = None
    tax: GivenTax | None = None
    shipping_tax: GivenTax | None = None
    prices_include_tax: bool | None = None

    def wrong(self, context: Context) -> list[Refusal]:
        found = [
            *wrong_text(context, self.billing_address, MAX_ADDRESS_LENGTH, "billingAddress", is_one_line=False),
            *wrong_text(context, self.delivery_address, MAX_ADDRESS_LENGTH, "deliveryAddress", is_one_line=False),
            *wrong_text(context, self.buyer_order_number, MAX_NUMBER_LENGTH, "buyerOrderNumber"),
        ]
        if self.deliver_from and self.deliver_to and self.deliver_to < self.deliver_from:
            found.append(invalid(context, WINDOW_REVERSED, "deliverTo"))
        return found

    def brands_own(self, lines: Sequence[NewLine]) -> tuple[str, ...]:
        """The first argument that only the brand may give; empty without one."""
        given = {
            "shipping": self.shipping,
            "tax": self.tax,
            "shippingTax": self.shipping_tax,
            "pricesIncludeTax": self.prices_include_tax,
        }
        for name, value in given.items():
            if value is not None:
                return (name,)
        return next((("lines", str(place), "tax") for place, line in enumerate(lines) if line.tax), ())

    @property
    def columns(self) -> dict[str, Any]:
        """Of the order, for all but the charges."""
        return {
            "billing_address": _text(self.billing_address),
            "delivery_address": _text(self.delivery_address),
            "deliver_from": self.deliver_from,
            "deliver_to": self.deliver_to,
            "buyer_order_number": _text(self.buyer_order_number),
        }

    def said(self, lines: Sequence[NewLine]) -> dict[str, str]:
        """What is given, as texts that a retry gives again."""
        given = self.columns | {
            "shipping": None if self.shipping is None else f"{self.shipping.normalize():f}",
            "tax": _plain(self.tax),
            "shipping_tax": _plain(self.shipping_tax),
            "included": self.prices_include_tax,
        }
        given |= {f"line {place}": _plain(line.tax) for place, line in enumerate(lines)}
        return {name: str(value) for name, value in given.items() if value not in (None, "")}

    async def charges(self, work: Work, brand_id: UUID, currency: str, lines: Sequence[PricedLine]) -> Charges:
        """Raises Refused."""
        of_brand = await brand_tax(work.session, brand_id)
        default = self.tax.checked(work.context, "tax") if self.tax else of_brand.default
        is_included = of_brand.is_included if self.prices_include_tax is None else self.prices_include_tax
        shipping = shipping_minor(work.context, self.shipping, currency)
        shipping_tax = self.shipping_tax.checked(work.context, "shippingTax") if self.shipping_tax else default
        taxed = with_tax(lines, default)
        tax = added_tax_of(
            taxed,
            (shipping_tax if shipping else None, shipping),
            included=is_included,
            rounding=of_brand.rounding,
        )
        return charged(
            work.context, taxed, shipping, shipping_tax, tax or 0, included=is_included, rounding=of_brand.rounding
        )


@dataclass(frozen=True, slots=True)
class NewCharges:
    """Of an OC; None: as it was. `tax`: of all lines and of the shipping, but for those that name one."""

    shipping: Decimal | None = None
    tax: GivenTax | None = None
    shipping_tax: GivenTax | None = None
    prices_include_tax: bool | None = None

    async def of(self, work: Work, order: Order, lines: Sequence[PricedLine], before: Sequence[PricedLine]) -> Charges:
        """`before`: the lines so far, with the taxes of their SKUs. Raises Refused."""
        context, of_brand = work.context, await brand_tax(work.session, order.brand_id)
        new_tax = self.tax.checked(context, "tax") if self.tax else None
        shipping = order.shipping_minor
        if self.shipping is not None:
            shipping = shipping_minor(context, self.shipping, order.currency)
        shipping_tax = new_tax or tax_of(order.shipping_tax_kind, order.shipping_tax_rate)
        if self.shipping_tax:
            shipping_tax = self.shipping_tax.checked(context, "shippingTax")
        was = {line.sku_id: line.tax for line in before if line.tax}
        # An order without any tax data keeps the tax that it has as an amount.
        default = of_brand.default if was else None
        if new_tax:
            lines = [replace(line, tax=new_tax) for line in lines] if lines is before else with_tax(lines, new_tax)
        taxed = [line if line.tax else replace(line, tax=was.get(line.sku_id, default)) for line in lines]
        is_included = order.prices_include_tax if self.prices_include_tax is None else self.prices_include_tax
        rounding = order.tax_rounding or of_brand.rounding
        tax = added_tax_of(
            taxed, (shipping_tax if shipping else None, shipping), included=is_included, rounding=rounding
        )
        if tax is None:
            tax = order.tax_minor
        return charged(context, taxed, shipping, shipping_tax, tax, included=is_included, rounding=rounding)


def charged(
    context: Context,
    lines: list[PricedLine],
    shipping: int,
    shipping_tax: Tax | None,
    tax: int,
    *,
    included: bool,
    rounding: Rounding,
) -> Charges:
    """Raises Refused for a total that is too large."""
    total = sum(line.amount_minor for line in lines) + tax + shipping
    if total > MAX_MINOR:
        raise Refused(invalid(context, TOTAL_TOO_LARGE, "lines"))
    has_tax = any(line.tax for line in lines)
    columns = {
        "tax_minor": tax,
        "shipping_minor": shipping,
        "shipping_tax_kind": shipping_tax and shipping_tax.kind,
        "shipping_tax_rate": shipping_tax and shipping_tax.rate,
        "prices_include_tax": included and has_tax,
        "tax_rounding": rounding if has_tax else None,
    }
    return Charges(lines, columns, total)


def shipping_minor(context: Context, shipping: Decimal | None, currency: str) -> int:
    """Raises Refused for an amount that the currency does not have, or a negative one."""
    try:
        minor = to_minor(shipping or Decimal(0), currency)
        if minor < 0:
            raise MoneyError(f"{shipping} is negative")
    except MoneyError as error:
        digits = precision(currency)
        raise Refused(invalid(context, BAD_PRICE, "shipping", why=error, digits=digits)) from None
    return minor


def addresses(billing: str, delivery: str, buyer: Any) -> dict[str, str]:
    """Of an order that is placed: those that are given, else those that its buyer has now. `buyer`: its row."""
    return {
        "billing_address": billing or buyer.address,
        "delivery_address": delivery or (buyer.delivery_address if buyer.delivery_address.strip() else buyer.address),
    }


def _text(text: str | None) -> str:
    return (text or "").strip()


def _plain(tax: GivenTax | None) -> str | None:
    return f"{tax.kind} {tax.rate.normalize():f}" if tax else None
