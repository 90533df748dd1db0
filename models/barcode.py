"""Barcodes of articles: GTIN-8, -12 (UPC), -13 (EAN, JAN) and -14, with a check digit.

Source: GS1 General Specifications, section 7.9.
"""

LENGTHS = (8, 12, 13, 14)
MAX_LENGTH = max(LENGTHS)


def check_digit(digits: str) -> int:
    """Of the digits before it: weights 3 and 1, from the right."""
    return -sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits))) % 10


def is_barcode(text: str) -> bool:
    is_long = len(text) in LENGTHS and text.isascii() and text.isdigit()
    return is_long and int(text[-1]) == check_digit(text[:-1])
