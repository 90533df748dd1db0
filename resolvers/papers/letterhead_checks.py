"""What is wrong with values for a letterhead, and the values as they are kept."""

import re
from typing import Any

from models.locale import Text
from models.registration import MAX_LENGTH, RegistrationError, RegistrationKind, registration_number
from resolvers.core.context import Context
from resolvers.core.refusals import Refusal, invalid, wrong_text

# Column → its argument, and the most characters of a text.
ARGUMENTS = {
    "registration_kind": "registrationKind",
    "registration_number": "registrationNumber",
    "logo_digest": "logo",
    "accent_color": "accentColor",
    "bank_details": "bankDetails",
    "payment_days": "paymentDays",
    "payment_terms_en": "paymentTermsEn",
    "payment_terms_ja": "paymentTermsJa",
    "footer_en": "footerEn",
    "footer_ja": "footerJa",
    "greeting_en": "greetingEn",
    "greeting_ja": "greetingJa",
    "paper": "paper",
    "default_tax_kind": "defaultTax",
    "default_tax_rate": "defaultTax",
    "prices_include_tax": "pricesIncludeTax",
    "tax_rounding": "taxRounding",
}
MAX_LENGTHS = {
    "bank_details": 1_000,
    "payment_terms_en": 300,
    "payment_terms_ja": 300,
    "footer_en": 500,
    "footer_ja": 500,
    "greeting_en": 500,
    "greeting_ja": 500,
}
MAX_LINES = 8
MAX_PAYMENT_DAYS = 365
COLOR = re.compile(r"#[0-9A-Fa-f]{6}", re.ASCII)
MIN_CONTRAST = 4.5  # to white (WCAG 2.2, 1.4.3)

NO_NUMBER_OF_KIND = {
    RegistrationKind.GB_VAT: Text(
        "This is not a British VAT registration number (GB and 9 digits); its check digits do not fit.",
        "英国VAT登録番号（GB＋数字9桁）として正しくありません。",
    ),
    RegistrationKind.JP_INVOICE: Text(
        "This is not a Japanese registration number (T and 13 digits); its check digit does not fit.",
        "登録番号（T＋数字13桁）として正しくありません。",
    ),
    RegistrationKind.OTHER: Text(
        f"A registration number has at most {MAX_LENGTH} characters.", f"登録番号は{MAX_LENGTH}文字以内です。"
    ),
}
KIND_AND_NUMBER = Text(
    "Give the registration number together with its kind.", "登録番号は種類とあわせて指定してください。"
)
NOT_A_COLOR = Text(
    "A colour is given as # and six hexadecimal digits, e.g. #1d4e68.", "色は#1d4e68の形式で指定してください。"
)
TOO_LIGHT = Text(
    "This colour has a contrast of {contrast} : 1 to white; 4.5 : 1 is the least that can be read well.",
    "白に対するコントラスト比が{contrast}:1です。4.5:1以上の色を指定してください。",
)
BAD_DAYS = Text("Days are a whole number from 0 to {most}.", "日数は0〜{most}の整数で指定してください。")
TOO_MANY_TEXT_LINES = Text("This takes at most {most} lines.", "{most}行以内で入力してください。")


def check_letterhead(context: Context, values: dict[str, Any], now: dict[str, Any]) -> list[Refusal]:
    """`values`: column → new value; they are put into the form in which they are kept. `now`: the values so far."""

    def wrong(text: Text, name: str, **more: object) -> Refusal:
        return invalid(context, text, "letterhead", ARGUMENTS[name], **more)

    refusals: list[Refusal] = []
    for name, longest in MAX_LENGTHS.items():
        text = values.get(name)
        refusals += wrong_text(context, text, longest, "letterhead", ARGUMENTS[name], is_one_line=False)
        if text and len(text.splitlines()) > MAX_LINES:
            refusals.append(wrong(TOO_MANY_TEXT_LINES, name, most=MAX_LINES))
    color = values.get("accent_color")
    if color is not None:
        if not COLOR.fullmatch(color):
            refusals.append(wrong(NOT_A_COLOR, "accent_color"))
        elif (contrast := contrast_to_white(color)) < MIN_CONTRAST:
            # Cut off: rounded up, 4.48 would be what is enough.
            refusals.append(wrong(TOO_LIGHT, "accent_color", contrast=f"{int(contrast * 100) / 100}"))
        else:
            values["accent_color"] = color.lower()
    days = values.get("payment_days")
    if days is not None and not 0 <= days <= MAX_PAYMENT_DAYS:
        refusals.append(wrong(BAD_DAYS, "payment_days", most=MAX_PAYMENT_DAYS))
    if {"registration_kind", "registration_number"} & values.keys():
        refusals += _check_registration(context, values, now)
    return refusals


def _check_registration(context: Context, values: dict[str, Any], now: dict[str, Any]) -> list[Refusal]:
    def wrong(text: Text) -> list[Refusal]:
        return [invalid(context, text, "letterhead", "registrationNumber")]

    both = now | values
    kind, number = both.get("registration_kind"), both.get("registration_number")
    if kind is None and number is None:
        return []
    if kind is None or number is None:
        return wrong(KIND_AND_NUMBER)
    if refusals := wrong_text(context, number, MAX_LENGTH, "letterhead", "registrationNumber"):
        return refusals
    try:
        values["registration_number"] = registration_number(kind, number)
    except RegistrationError:
        return wrong(NO_NUMBER_OF_KIND[kind])
    return []


def contrast_to_white(color: str) -> float:
    """WCAG 2.2: 1.05 / (relative luminance + 0.05)."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)
