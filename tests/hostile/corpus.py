"""Hostile texts, ids and numbers; each is passed to every argument of its type."""

LONG = "x" * 100_000

# name → text, as JSON carries it
TEXTS: dict[str, str] = {
    "empty": "",
    "blank": " \t\r\n\u3000\u00a0",
    "NUL": "a\x00b",
    "escape sequence": "\x1b[2J\x1b]0;owned\x07",
    "delete": "a\x7fb",
    "C1 control": "a\x85\x9bb",
    "right-to-left override": "invoice\u202etxt.exe",
    "bidi isolates": "\u2066\u2067\u2068abc\u2069\u202a\u202b\u202c\u202d\u200e\u200f\u061c",
    "zero width": "\u200b\u200c\u200d\ufeff\u2060",
    "line and paragraph separators": "a\u2028b\u2029c",
    "header injection": "Mina\r\nBcc: everyone@example.com\r\n\r\n<h1>Hello</h1>",
    "header injection, bare": "Mina\nBcc: everyone@example.com",
    "encoded word": "=?utf-8?q?Mina=0D=0ABcc=3A_everyone=40example=2Ecom?=",
    "end of mail": "a\r\n.\r\nMAIL FROM:<x@example.com>\r\n",
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "breaking out": "\"'></td></table></title></style><!--",
    "style": "<style>@import 'http://127.0.0.1:9/';*{background:url(http://127.0.0.1:9/)}</style>",
    "local file": "<img src='file:///etc/passwd'><iframe src=file:///etc/passwd><link rel=attachment href=file:///etc/passwd>",
    "template": "{{ 7*7 }}{% include 'mail.txt' %}{0.__class__}%(x)s%n",
    "formula": "=1+1",
    "formula with a command": "=cmd|' /C calc'!A0",
    "formula, plus": "+1+1",
    "formula, minus": "-1+1",
    "formula, at": "@SUM(1+1)",
    "formula behind a tab": "\t=1+1",
    "link": '=HYPERLINK("http://127.0.0.1:9/","click")',
    "address": "http://127.0.0.1:9/ mailto:x@example.com internal:Sheet2!A1",
    "rich string": "<r><t>markup</t></r>",
    "escape of a spreadsheet": "_x0041__x000D__x0000_",
    "path": "../../../../etc/passwd",
    "path of Windows": "..\\..\\C:\\Windows\\win.ini",
    "device": "CON",
    "device with a suffix": "nul.pdf",
    "reserved letters": '<>:"/\\|?*;%00',
    "SQL": "'; DROP TABLE orders; --",
    "wildcards": "%_\\%",
    "family": "👨‍👩‍👧‍👦" * 3 + "🏳️‍🌈",
    "long grapheme": "e" + "\u0301" * 500,
    "beyond the first plane": "𝒜𠮷\U0010ffff\ufffe",
    "Turkish and sharp": "İıß",
    "Japanese": "株式会社ﾃｽﾄ①㈱",
    "number": "1e999",
    "not a number": "NaN",
    "huge number": "9" * 400,
    "JSON": '{"a": [1, null]}',
    "long": LONG,
}

# Lone surrogates are not valid Unicode: they arrive as JSON escapes, which no Python client would send.
SURROGATES = [r"\ud800", r"\udfff", r"a\udc00b", r"\ud83d", r"\ude00\ud83d"]

DECIMALS: list[object] = [
    "NaN", "sNaN", "Infinity", "-Infinity", "1e999", "1E5", "", " ", "1,000", "0x10", "١٢", "9" * 19, "0." + "1" * 30,
    "-0", "-1", "999999999999999999", "0.001", "1_000", "+1", "1.", ".5", 1.5, 10**30, True, None, [], {},
]  # fmt: skip

INTEGERS: list[object] = [
    0, -1, 2**31 - 1, -(2**31), 2**31, 2**53, 2**63 - 1, 2**63, 2**64, 10**400, 1.5, 1e308, "1", "", True, None, [], {},
]  # fmt: skip

INSTANTS: list[object] = [
    "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59-12:00", "10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "2026-02-30T00:00:00Z",
    "2026-01-01T24:00:00Z", "2026-01-01T00:00:60Z", "2026-01-01T00:00:00+99:99", "2026-01-01", "now", "", "1e9", 0,
    2**63, True, None, [], {},
]  # fmt: skip

OTHERS: list[object] = ["", "NOT_A_VALUE", "true", 0, 1, -1, 1.5, None, [], {}, [[]], LONG]

# Type of value → the values to try. To GraphQL, IDs are texts.
VALUES: dict[str, dict[str, object]] = {
    "String": dict(TEXTS),
    "ID": TEXTS | {"number": 5, "null": None, "list": []},
    "Decimal": {repr(each)[:50]: each for each in DECIMALS},
    "Int": {repr(each)[:50]: each for each in INTEGERS},
    "DateTime": {repr(each)[:50]: each for each in INSTANTS},
}
