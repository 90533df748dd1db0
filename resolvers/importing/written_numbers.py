"""Numbers as people write them: read when only one reading is possible, else refused with the option that decides."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel.numbers import get_currency_symbol

from models.locale import Text
from models.messages import importing as texts
from models.translatable import translatable

# What a number is to be, and the same without its example.
BARE = {texts.A_PRICE: texts.A_BARE_PRICE, texts.A_POSITION: texts.A_BARE_POSITION}
DOLLARS = frozenset(
    "USD CAD AUD NZD SGD HKD TWD MXN BRL CLP COP ARS JMD BBD BSD BZD FJD NAD TTD XCD".split()  # noqa: SIM905
)
SIGNS: dict[str, frozenset[str] | set[str]] = {
    "$": DOLLARS,
    "¥": {"JPY", "CNY"},
    "円": {"JPY"},
    "元": {"CNY", "TWD"},
    "£": {"GBP", "GIP", "FKP", "SHP"},
    "€": {"EUR"},
    "₩": {"KRW"},
    "₹": {"INR"},
    "₫": {"VND"},
    "฿": {"THB"},
    "₱": {"PHP"},
    "₽": {"RUB"},
    "₺": {"TRY"},
    "₴": {"UAH"},
    "₪": {"ILS"},
    "zł": {"PLN"},
    "Kč": {"CZK"},
    "kr": {"SEK", "NOK", "DKK", "ISK"},
    "kr.": {"DKK", "SEK", "NOK"},
    "Fr.": {"CHF"},
    "R$": {"BRL"},
    "RM": {"MYR"},
    "Rp": {"IDR"},
    "US$": {"USD"},
    "C$": {"CAD"},
    "S$": {"SGD"},
}
MINUSES = {ord(each): "-" for each in "−–—"}
SPACES = re.compile("[ \u00a0\u2009\u202f'’]")
ACCOUNTING = re.compile(r"\([^()]*\d[^()]*\)|[▲△][^▲△]*\d[^▲△]*", re.ASCII)
PLAIN = re.compile(r"-?\d{1,18}(\.\d{1,12})?", re.ASCII)
GROUPED = re.compile(r"-?\d{1,3}(?:([,.' ])\d{3})(?:\1\d{3})*(?:[.,]\d{1,12})?", re.ASCII)


class NumberError(ValueError):
    """Not a number, or not surely which one; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Notation:
    """`decimal_comma` None: not said. `by_comma`: the file's cells are separated by commas.

    Programs that write 12,50 separate cells by semicolons or tabs, so in a file with commas the point is decimal.
    """

    decimal_comma: bool | None = None
    by_comma: bool = False


@lru_cache(maxsize=10_000)
def read_number(text: str, notation: Notation, *, is_whole: bool, what: Text, point_digits: int = 2) -> Decimal:
    """`is_whole`: values of this kind have no fraction (a quantity, an amount of yen). `what`: e.g. A_PRICE.

    `point_digits`: how many decimals such a value usually has. Raises NumberError.
    """
    written = unicodedata.normalize("NFKC", text).translate(MINUSES).strip()
    if not re.fullmatch(r"[-\d.,'’ \u00a0\u2009\u202f]+", written, re.ASCII):
        raise NumberError(translatable(texts.NOT_A_NUMBER, text=text, what=what))
    spaced = SPACES.sub(" ", written)
    if " " in spaced and not re.fullmatch(r"-?\d{1,3}( \d{3})+([.,]\d+)?", spaced, re.ASCII):
        raise NumberError(translatable(texts.NOT_A_NUMBER, text=text, what=what))
    plain = spaced.replace(" ", "")
    decimal, groups = _separators(plain, text, notation, is_whole=is_whole, what=what, point_digits=point_digits)
    if groups and not re.fullmatch(rf"-?\d{{1,3}}({re.escape(groups)}\d{{3}})+({re.escape(decimal)}\d+)?", plain):
        raise NumberError(translatable(texts.NOT_A_NUMBER, text=text, what=what))
    plain = plain.replace(groups, "") if groups else plain
    plain = plain.replace(decimal, ".")
    if not PLAIN.fullmatch(plain):
        raise NumberError(translatable(texts.NOT_A_NUMBER, text=text, what=what))
    return Decimal(plain)


def _separators(
    plain: str, text: str, notation: Notation, *, is_whole: bool, what: Text, point_digits: int
) -> tuple[str, str]:
    """Which sign is decimal, and which separates thousands ("" when none does)."""
    commas, points = plain.count(","), plain.count(".")
    if notation.decimal_comma is not None:
        decimal, groups = (",", ".") if notation.decimal_comma else (".", ",")
        if plain.count(decimal) > 1:
            with_decimal = texts.NOT_WITH_COMMA if decimal == "," else texts.NOT_WITH_POINT
            raise NumberError(translatable(with_decimal, text=text, what=what))
        return decimal, groups if groups in plain else ""
    if commas and points:
        # 1,234.50: the last one is decimal. 1.234,50 has one reading too, but its file has others that have two.
        if plain.rindex(",") < plain.rindex(".") and points == 1:
            return ".", ","
        raise NumberError(translatable(texts.UNLESS_DECIMAL_COMMA, text=text, what=what))
    if commas:
        if commas > 1 or (is_whole and re.fullmatch(r"-?[1-9]\d{0,2},\d{3}", plain)):
            return ".", ","
        if re.fullmatch(r"-?[1-9]\d{0,2},\d{3}", plain):
            raise _unsure(text, what, plain.replace(",", ""), plain.replace(",", "."))
        raise NumberError(translatable(texts.UNLESS_DECIMAL_COMMA, text=text, what=what))
    if points > 1:
        raise NumberError(translatable(texts.UNLESS_DECIMAL_COMMA, text=text, what=what))
    if re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", plain) and point_digits != 3:
        is_sure = notation.by_comma and not is_whole and not plain.endswith("0")
        if not is_sure:
            raise _unsure(text, what, plain.replace(".", ""), plain)
    return ".", ""


def _unsure(text: str, what: Text, one: str, other: str) -> NumberError:
    return NumberError(translatable(texts.TWO_READINGS, text=text, what=BARE.get(what, what), one=one, other=other))


def is_accounting_negative(text: str) -> bool:
    """Whether a number is negative as accountants write it: (12.50), £(12.50) and (£12.50); ▲12 and △12 in Japan."""
    written = unicodedata.normalize("NFKC", text).strip()
    if ACCOUNTING.search(written) is None:
        return False
    return re.search(r"\d", ACCOUNTING.sub("", written), re.ASCII) is None


def split_sign(text: str) -> tuple[str, str]:
    """("£", "12.50") of £12.50, 12.50 £ or GBP 12.50; ("", text) of a bare number."""
    written = unicodedata.normalize("NFKC", text).strip()
    # Fr. 12.50: the point belongs to the sign, as a space follows it.
    found = re.fullmatch(r"(-?)\s*([^\d\s.,'’-](?:[^\d]*?[^\W\d]\.(?=\s)|[^\d]*?))\s*(-?[\d.,].*)", written)
    if found:
        return found[2].strip(), found[1] + found[3]
    found = re.fullmatch(r"(-?\d[\d.,'’ \u00a0\u202f]*?)\s*([^\d.,'’\s-][^\d]*)", written, re.ASCII)
    if found:
        return found[2].strip(), found[1]
    return "", written


@lru_cache(maxsize=1_000)
def is_sign_of(sign: str, currency: str) -> bool:
    if sign.upper() == currency or currency in SIGNS.get(sign, SIGNS.get(f"{sign}.", ())):
        return True
    return sign in {get_currency_symbol(currency, locale=locale) for locale in ("en", "ja", "en_GB")}
