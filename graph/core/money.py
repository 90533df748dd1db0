"""Money: an amount with its currency."""

from decimal import Decimal

import strawberry

from models.money import from_minor


@strawberry.type(description="An amount of money in one currency.")
class Money:
    amount: Decimal = strawberry.field(
        description="Amount in the currency's major unit, with the currency's usual number of decimal places. "
        "A unit price can have more."
    )
    currency: str = strawberry.field(description="ISO 4217 code, e.g. JPY.")

    @classmethod
    def of(cls, minor: int | Decimal, currency: str) -> "Money":
        return cls(amount=from_minor(minor, currency), currency=currency)
