"""Characters that people type or paste without meaning them; tables for str.translate."""

# Characters without a width, and the marks of writing direction. Joiners (U+200C, U+200D) shape names and emoji.
_INVISIBLE = "\u00ad\u180e\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\ufeff"
INVISIBLE = {ord(each): None for each in _INVISIBLE + "\u2066\u2067\u2068\u2069"}
# The full-width forms of ASCII.
WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
