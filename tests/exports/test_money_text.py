"""Amounts as people read them are those of Babel, but for a space after letters."""

import re
from decimal import Decimal

import pytest
from babel.numbers import format_currency

from models.locale import Locale
from models.money import currencies, money_text, precision

AMOUNTS = ("0", "1", "-1", "0.5", "1234.5", "-1234567.12", "1.2300", "12.3456", "-0.001", "9223372036854775807")


@pytest.mark.parametrize("locale", Locale)
def test_amounts_are_written_as_by_babel(locale: Locale) -> None:
    for currency in currencies():
        for amount in map(Decimal, AMOUNTS):
            is_finer = -int(amount.as_tuple().exponent) > precision(currency)
            shown = format_currency(amount, currency, locale=locale, decimal_quantization=not is_finer)
            spaced = re.sub(r"(?<=[A-Z])(?=\d)", "\u00a0", shown)
            assert money_text(amount, currency, locale) == spaced.replace("￥", "¥")
